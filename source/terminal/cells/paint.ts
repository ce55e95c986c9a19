import { PLAIN_STYLE, styleOfBlank, styleSequence } from './graphic-style.ts';
import type { GraphicStyle } from './graphic-style.ts';
import { EMPTY_ROW, isDoubtful } from './row.ts';
import type { Row } from './row.ts';

/** Up to so many unchanged cells are written again: a jump over them costs as much. */
const CHEAP_GAP = 3;
/** Up to so many steps back are shorter than a new place. */
const CHEAP_STEPS = 3;

/**
 * What turns a screen that shows `before` into one that shows `after`, for a terminal whose style is its own; it is so again afterwards.
 * Where its cursor stands does not matter, and is not known afterwards. Rows that are the same object are not looked at.
 */
export function paintChanges(before: readonly Row[], after: readonly Row[], columns: number): string {
	const strokes: Stroke[] = [];
	const count = Math.max(before.length, after.length);
	for (let row = 0; row < count; row += 1) {
		const old = before[row] ?? EMPTY_ROW;
		const wanted = after[row] ?? EMPTY_ROW;
		if (old !== wanted) {
			strokes.push(...strokesOf({ row, old, wanted, columns }));
		}
	}

	const byRow = paint(strokes);
	if (strokes.length < FEW_STROKES || strokes.length > MANY_STROKES) {
		return byRow;
	}

	// Where many rows change alike, as a column of bars and numbers does, changes of place are cheaper than changes of style.
	const byStyle = paint(strokes.toSorted((left, right) => (left.style < right.style ? -1 : left.style > right.style ? 1 : 0)));
	return byStyle.length < byRow.length ? byStyle : byRow;
}

/** With fewer there is nothing to order, and with more it would take longer than it saves. */
const FEW_STROKES = 4;
const MANY_STROKES = 60;

/** Something to draw that nothing else depends on. */
type Stroke = { readonly style: GraphicStyle; readonly draw: (pen: Pen) => void };

function paint(strokes: readonly Stroke[]): string {
	const pen = new Pen();
	for (const stroke of strokes) {
		stroke.draw(pen);
	}

	return pen.finish();
}

type Task = { readonly row: number; readonly old: Row; readonly wanted: Row; readonly columns: number };

function strokesOf(task: Task): readonly Stroke[] {
	const { row, old, wanted } = task;
	const length = Math.max(old.texts.length, wanted.texts.length);
	const changed = changedCells(old, wanted, length);
	if (!changed.includes(true)) {
		return [];
	}

	// Behind a character of doubtful width the terminal may have put everything elsewhere, so nothing there counts as known.
	const trusted = Math.min(old.firstDoubtful, wanted.firstDoubtful, length);
	const runs = runsOf(task, changed.slice(0, Math.min(trusted, wanted.texts.length)));
	if (trusted < length) {
		const style = wanted.styles[trusted] ?? PLAIN_STYLE;
		return changed.includes(true, trusted) ? [...runs, { style, draw: (pen) => paintDoubted(pen, task, trusted) }] : runs;
	}

	if (wanted.texts.length === old.texts.length) {
		return runs;
	}

	const erase = (pen: Pen): void => {
		pen.moveTo(row, wanted.texts.length);
		pen.eraseToEnd();
	};
	return wanted.texts.length < old.texts.length ? [...runs, { style: PLAIN_STYLE, draw: erase }] : runs;
}

function runsOf({ row, wanted, columns }: Task, changed: readonly boolean[]): readonly Stroke[] {
	const runs: Stroke[] = [];
	let start = changed.indexOf(true);
	while (start !== -1) {
		let end = start;
		let next = start;
		while (next !== -1 && next - end <= CHEAP_GAP) {
			end = firstIndex(changed, false, next);
			next = changed.indexOf(true, end);
		}

		const cells = { from: start, to: end, columns };
		runs.push({
			style: wanted.styles[start] ?? PLAIN_STYLE,
			draw(pen) {
				pen.moveTo(row, cells.from);
				pen.writeCells(wanted, cells);
			},
		});
		start = next;
	}

	return runs;
}

/** The place of the first `value` from `start` on, or the length. */
function firstIndex(values: readonly boolean[], value: boolean, start: number): number {
	const index = values.indexOf(value, start);
	return index === -1 ? values.length : index;
}

/** For each cell whether it must be written. Of a wide character, before or after, both cells are or neither. */
function changedCells(old: Row, wanted: Row, length: number): boolean[] {
	const changed = Array.from({ length }, (_, cell) => !isSame(old, wanted, cell));
	let hasGrown = changed.includes(true);
	while (hasGrown) {
		hasGrown = false;
		for (let cell = 1; cell < length; cell += 1) {
			const isSecondHalf = old.texts[cell] === '' || wanted.texts[cell] === '';
			if (isSecondHalf && changed[cell] !== changed[cell - 1]) {
				changed[cell] = true;
				changed[cell - 1] = true;
				hasGrown = true;
			}
		}
	}

	return changed;
}

/** Character by character, each placed by itself, over cells that were emptied first. */
function paintDoubted(pen: Pen, { row, wanted, columns }: Task, from: number): void {
	pen.moveTo(row, from);
	pen.eraseToEnd();
	let cell = from;
	while (cell < wanted.texts.length) {
		let stop = cell + 1;
		if (isDoubtful(wanted.texts[cell] ?? '')) {
			stop += wanted.texts[stop] === '' ? 1 : 0;
		} else {
			while (stop < wanted.texts.length && !isDoubtful(wanted.texts[stop] ?? '')) {
				stop += 1;
			}
		}

		pen.moveTo(row, cell);
		pen.writeCells(wanted, { from: cell, to: stop, columns });
		pen.forgetPlace();
		cell = stop;
	}
}

function isSame(old: Row, wanted: Row, cell: number): boolean {
	return (
		(old.texts[cell] ?? ' ') === (wanted.texts[cell] ?? ' ') && (old.styles[cell] ?? PLAIN_STYLE) === (wanted.styles[cell] ?? PLAIN_STYLE)
	);
}

/** Collects what is written and knows the style and the place that result. */
class Pen {
	#written = '';
	#style: GraphicStyle = PLAIN_STYLE;
	#row = -1;
	#column = -1;

	moveTo(row: number, column: number): void {
		if (row === this.#row && column === this.#column) {
			return;
		}

		if (row === this.#row && this.#column !== -1 && column > this.#column) {
			const distance = column - this.#column;
			this.#written += distance === 1 ? '\u001B[C' : `\u001B[${distance}C`;
		} else if (column === 0 && row === this.#row + 1 && this.#column !== -1) {
			this.#written += '\r\n';
		} else if (row === this.#row + 1 && column < this.#column && this.#column - column <= CHEAP_STEPS) {
			this.#written += `\u001B[B${'\b'.repeat(this.#column - column)}`;
		} else {
			this.#written += column === 0 ? `\u001B[${row + 1}H` : `\u001B[${row + 1};${column + 1}H`;
		}

		this.#row = row;
		this.#column = column;
	}

	writeCells(row: Row, { from, to, columns }: { readonly from: number; readonly to: number; readonly columns: number }): void {
		for (let cell = from; cell < to; cell += 1) {
			const text = row.texts[cell] ?? ' ';
			const style = row.styles[cell] ?? PLAIN_STYLE;
			// A space shows nothing of most styles, so it needs no change of style before and after it.
			if (text !== ' ' || styleOfBlank(this.#style) !== style) {
				this.#setStyle(style);
			}

			this.#written += text;
		}

		// At the edge terminals disagree about where the cursor is.
		this.#column = to >= columns ? -1 : to;
	}

	eraseToEnd(): void {
		this.#setStyle(PLAIN_STYLE);
		this.#written += '\u001B[K';
	}

	forgetPlace(): void {
		this.#column = -1;
	}

	finish(): string {
		this.#setStyle(PLAIN_STYLE);
		return this.#written;
	}

	#setStyle(style: GraphicStyle): void {
		this.#written += styleSequence(this.#style, style);
		this.#style = style;
	}
}
