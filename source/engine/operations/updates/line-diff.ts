import type { DiffLine, Hunk } from '../../update-review.ts';

/** More changed lines than this are shown as all new: finding the shortest way through them would keep everything else waiting. */
const MOST_STEPS = 1000;
const CONTEXT_LINES = 3;

/** The shortest way from one text to the other, line by line (Myers), or beyond a limit one that is right and not the shortest. */
export function diffLines(from: readonly string[], to: readonly string[]): readonly DiffLine[] {
	let start = 0;
	while (start < from.length && start < to.length && from[start] === to[start]) {
		start += 1;
	}

	let end = 0;
	while (end < from.length - start && end < to.length - start && from.at(-1 - end) === to.at(-1 - end)) {
		end += 1;
	}

	return [
		...from.slice(0, start).map(same),
		...diffMiddle(from.slice(start, from.length - end), to.slice(start, to.length - end)),
		...from.slice(from.length - end).map(same),
	];
}

/** The changes with a few lines around them; what lies between is left out. */
export function hunksOf(lines: readonly DiffLine[]): readonly Hunk[] {
	const hunks: Hunk[] = [];
	let open: { fromLine: number; toLine: number; lines: DiffLine[] } | null = null;
	let lastChange = Number.NEGATIVE_INFINITY;
	let [fromLine, toLine] = [1, 1];
	for (const [index, line] of lines.entries()) {
		if (line.type !== 'same') {
			if (open === null) {
				const before = lines.slice(Math.max(0, index - CONTEXT_LINES), index);
				open = { fromLine: fromLine - before.length, toLine: toLine - before.length, lines: [...before] };
			}

			lastChange = index;
			open.lines.push(line);
		} else if (open !== null) {
			if (index - lastChange > CONTEXT_LINES && !hasChangeWithin(lines, index)) {
				hunks.push(open);
				open = null;
			} else {
				open.lines.push(line);
			}
		}

		fromLine += line.type === 'added' ? 0 : 1;
		toLine += line.type === 'removed' ? 0 : 1;
	}

	return open === null ? hunks : [...hunks, open];
}

/** A change so near that its own context would begin here. */
function hasChangeWithin(lines: readonly DiffLine[], index: number): boolean {
	return lines.slice(index + 1, index + 1 + CONTEXT_LINES).some(({ type }) => type !== 'same');
}

function diffMiddle(from: readonly string[], to: readonly string[]): readonly DiffLine[] {
	if (from.length === 0 || to.length === 0) {
		return [...from.map(removed), ...to.map(added)];
	}

	const trace = walk(from, to);
	return trace === null ? [...from.map(removed), ...to.map(added)] : backtrack(trace, from, to);
}

/** The furthest points reached after each number of steps; null beyond the limit. */
function walk(from: readonly string[], to: readonly string[]): readonly Int32Array[] | null {
	const most = Math.min(MOST_STEPS, from.length + to.length);
	const trace: Int32Array[] = [];
	let reached = new Int32Array(2 * most + 3);
	const at = (diagonal: number): number => diagonal + most + 1;
	for (let steps = 0; steps <= most; steps += 1) {
		const next = reached.slice();
		for (let diagonal = -steps; diagonal <= steps; diagonal += 2) {
			let x = goesDown(reached, { steps, diagonal, at }) ? (reached[at(diagonal + 1)] ?? 0) : (reached[at(diagonal - 1)] ?? 0) + 1;
			while (x < from.length && x - diagonal < to.length && from[x] === to[x - diagonal]) {
				x += 1;
			}

			next[at(diagonal)] = x;
			if (x >= from.length && x - diagonal >= to.length) {
				return [...trace, reached.slice(at(-steps - 1), at(steps + 1) + 1)];
			}
		}

		// Only what this many steps can reach is kept, so that the trace grows with the changes and not with their square.
		trace.push(reached.slice(at(-steps - 1), at(steps + 1) + 1));
		reached = next;
	}

	return null;
}

type Step = { readonly steps: number; readonly diagonal: number; readonly at: (diagonal: number) => number };

function goesDown(reached: Int32Array, { steps, diagonal, at }: Step): boolean {
	return diagonal === -steps || (diagonal !== steps && (reached[at(diagonal - 1)] ?? 0) < (reached[at(diagonal + 1)] ?? 0));
}

/** From the end to the start: in each step a run of equal lines, and before it the one line that was added or removed. */
function backtrack(trace: readonly Int32Array[], from: readonly string[], to: readonly string[]): readonly DiffLine[] {
	const lines: DiffLine[] = [];
	let x = from.length;
	let diagonal = from.length - to.length;
	for (const [steps, reached] of [...trace.entries()].toReversed()) {
		const at = (other: number): number => other + steps + 1;
		const isDown = goesDown(reached, { steps, diagonal, at });
		const previous = isDown ? diagonal + 1 : diagonal - 1;
		const startX = steps === 0 ? 0 : (reached[at(previous)] ?? 0);
		const runStart = isDown || steps === 0 ? startX : startX + 1;
		lines.push(...from.slice(runStart, x).toReversed().map(same));
		if (steps > 0) {
			lines.push(isDown ? added(to[startX - previous] ?? '') : removed(from[startX] ?? ''));
		}

		x = startX;
		diagonal = previous;
	}

	return lines.toReversed();
}

function same(text: string): DiffLine {
	return { type: 'same', text };
}

function added(text: string): DiffLine {
	return { type: 'added', text };
}

function removed(text: string): DiffLine {
	return { type: 'removed', text };
}
