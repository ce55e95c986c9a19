import { allNodes } from './extract.ts';
import type { Tree } from './extract.ts';
import { mergeCopies } from './merge-copies.ts';
import type { Root } from './roots.ts';
import type { Session, Steps } from './session.ts';

/**
 * What refinement may cost, and one solve more that prefers versions which would make copies one: counted in solves and conflicts, not in milliseconds, so that a slow machine gets the same tree. Only the
 * budget of the whole request is a matter of time; what is left of it when that runs out is not tried. The solves made are
 * `refinements` of the statistics.
 */
const BUDGET = {
	/** Roots that are tried first, most backward first. */
	regretSolves: 8,
	conflictsOfOneSolve: 500,
} as const;

/** Looks for a tree in which no root is older than it needs to be, then takes copies together. Nothing is read again. */
export function* refine(session: Session, { roots, tree }: { readonly roots: readonly Root[]; readonly tree: Tree }): Steps<Tree> {
	let best = tree;
	let bestLag = totalLag(session, roots, tree);
	const first: string[] = [];
	const lagging = roots
		.map((root) => ({ root, lag: lagOf(session, root, tree) }))
		.filter(({ lag }) => lag > 0)
		.toSorted((a, b) => b.lag - a.lag);
	for (const { root } of lagging.slice(0, BUDGET.regretSolves)) {
		if (lagOf(session, root, best) === 0) {
			continue;
		}

		const solved = yield* session.solve({ roots, first: [root.name, ...first], mostConflicts: BUDGET.conflictsOfOneSolve });
		if (solved.type === 'done') {
			const lag = totalLag(session, roots, solved.tree);
			if (lag < bestLag) {
				best = solved.tree;
				bestLag = lag;
				first.unshift(root.name);
			}
		}
	}

	return yield* withFewerCopies(session, { roots, tree: best, first, lag: bestLag });
}

function totalLag(session: Session, roots: readonly Root[], tree: Tree): number {
	return roots.reduce((sum, root) => sum + lagOf(session, root, tree), 0);
}

/**
 * How far the root is behind the best version it could have if nothing else mattered: whole numbers for compatible ranges skipped,
 * a fraction for versions skipped within one.
 */
function lagOf(session: Session, { name, package: package_, allowed }: Root, tree: Tree): number {
	const chosen = tree.get(name)?.version ?? -1;
	const best = session.preferences.best(package_, (i) => package_.has(allowed, i) && !session.policy.isForbidden(package_, i));
	if (best <= chosen) {
		return 0;
	}

	const skipped = new Set<string>();
	for (let i = chosen + 1; i <= best; i += 1) {
		if (package_.has(allowed, i)) {
			skipped.add(package_.bucketOf(i));
		}
	}

	skipped.delete(package_.bucketOf(chosen));
	return skipped.size + (best - chosen) / (package_.versionCount + 1);
}

/** Takes copies together; where that could not tell, solves once more with the older versions preferred. */
function* withFewerCopies(
	session: Session,
	{
		roots,
		tree,
		first,
		lag,
	}: { readonly roots: readonly Root[]; readonly tree: Tree; readonly first: readonly string[]; readonly lag: number },
): Steps<Tree> {
	const merged = yield* mergeCopies(session, tree);
	if (merged.left.size === 0) {
		return merged.tree;
	}

	const solved = yield* session.solve({ roots, first, merged: merged.left, mostConflicts: BUDGET.conflictsOfOneSolve });
	if (solved.type !== 'done' || totalLag(session, roots, solved.tree) > lag) {
		return merged.tree;
	}

	const again = yield* mergeCopies(session, solved.tree);
	return versionCount(again.tree) < versionCount(merged.tree) ? again.tree : merged.tree;
}

function versionCount(tree: Tree): number {
	return new Set(allNodes(tree).map(({ slot, version }) => `${slot.package.name} ${version}`)).size;
}
