import { verifyResolution } from '../../../../source/engine/resolver/index.ts';
import type { Resolution } from '../../../../source/engine/resolver/index.ts';
import { NPM_RULES } from '../../../helpers/universe.ts';
import { hasPlacement } from './every-placement.ts';
import { illegalPlaces } from './legal-tree.ts';
import * as universes from './random-universes.ts';
import type { Puzzle } from './random-universes.ts';
import { isSatisfiable } from './satisfiability.ts';

type Judgement = {
	readonly puzzle: (seed: number) => Puzzle;
	/** Whether there is a tree, by other means; null: nobody but us can say. */
	readonly isSolvable: ((puzzle: Puzzle) => boolean) | null;
	/** Whether `illegalPlaces` can follow the tree. */
	readonly isFollowed: boolean;
	/** Copies may nest without end, which is refused. */
	readonly mayNest: boolean;
};

export const JUDGEMENTS = {
	peersOnly: { puzzle: universes.peersOnly, isSolvable: isSatisfiable, isFollowed: true, mayNest: false },
	hostsAndLibraries: { puzzle: universes.hostsAndLibraries, isSolvable: isSatisfiable, isFollowed: true, mayNest: false },
	nested: { puzzle: universes.nested, isSolvable: hasPlacement, isFollowed: true, mayNest: false },
	cyclic: { puzzle: universes.cyclic, isSolvable: hasPlacement, isFollowed: true, mayNest: true },
	wild: { puzzle: universes.wild, isSolvable: null, isFollowed: false, mayNest: true },
} as const satisfies Readonly<Record<string, Judgement>>;

export type Kind = keyof typeof JUDGEMENTS;

export type Tally = { readonly solvable: number; readonly unsolvable: number; readonly wrong: readonly string[] };

/** Solves the universes of the seeds and compares each answer with what others say of it. */
export async function tally(kind: Kind, { from, to }: { readonly from: number; readonly to: number }): Promise<Tally> {
	let solvable = 0;
	const wrong: string[] = [];
	for (let seed = from; seed <= to; seed += 1) {
		const { isResolved, problems } = await judge(JUDGEMENTS[kind], seed);
		solvable += isResolved ? 1 : 0;
		wrong.push(...problems.map((problem) => `${kind} ${seed}: ${problem}`));
	}

	return { solvable, unsolvable: to - from + 1 - solvable, wrong };
}

async function judge(judgement: Judgement, seed: number): Promise<{ readonly isResolved: boolean; readonly problems: readonly string[] }> {
	const puzzle = judgement.puzzle(seed);
	const { universe, roots, ask } = puzzle;
	const outcome = await universe.resolve(roots, ask);
	const isResolved = outcome.type === 'resolved';
	const problems = isResolved ? problemsOf(puzzle, outcome.resolution, judgement) : [];
	const expected = judgement.isSolvable?.(puzzle) ?? null;
	const isEndless =
		judgement.mayNest &&
		outcome.type === 'unsolvable' &&
		outcome.failure.conflicts.some(({ facts }) => facts.some(({ type }) => type === 'nesting'));
	if (expected !== null && isResolved !== expected && !isEndless) {
		return { isResolved, problems: [...problems, `${outcome.type}, and there is ${expected ? 'a' : 'no'} tree`] };
	}

	return { isResolved, problems: outcome.type === 'gave-up' ? ['gave up'] : problems };
}

function problemsOf(puzzle: Puzzle, resolution: Resolution, { isFollowed }: Judgement): string[] {
	const { universe, roots, ask } = puzzle;
	return [
		...verifyResolution(resolution, universe.request(roots, ask), NPM_RULES).map(({ text }) => text),
		...(isFollowed ? illegalPlaces(puzzle, resolution) : []),
	];
}
