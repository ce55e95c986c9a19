import type { TreeNode } from './extract.ts';
import type { Root } from './roots.ts';
import type { Session, Steps } from './session.ts';

export type Tree = ReadonlyMap<string, TreeNode>;

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

/** Looks for a tree in which no root is older than it needs to be, then for one with fewer copies. Nothing is read again. */
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

	return yield* mergeCopies(session, { roots, tree: best, first, lag: bestLag });
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

/** Where all that ask for two copies of a package would accept one version, solves once more with those versions preferred. */
function* mergeCopies(
	session: Session,
	{
		roots,
		tree,
		first,
		lag,
	}: { readonly roots: readonly Root[]; readonly tree: Tree; readonly first: readonly string[]; readonly lag: number },
): Steps<Tree> {
	const merged = yield* mergeableVersions(session, tree);
	if (merged.size === 0) {
		return tree;
	}

	const solved = yield* session.solve({ roots, first, merged, mostConflicts: BUDGET.conflictsOfOneSolve });
	const isBetter = solved.type === 'done' && versionCount(solved.tree) < versionCount(tree) && totalLag(session, roots, solved.tree) <= lag;
	return isBetter ? solved.tree : tree;
}

function* mergeableVersions(session: Session, tree: Tree): Steps<Map<string, Set<string>>> {
	const nodes = allNodes(tree);
	const byName = Map.groupBy(nodes, ({ slot }) => slot.package.name);
	const dependents = dependentsOf(nodes);
	const merged = new Map<string, Set<string>>();
	for (const [name, copies] of byName) {
		yield* session.breathe();
		const versions = [...new Set(copies.map(({ version }) => version))].toSorted((a, b) => b - a);
		if (versions.length < 2) {
			continue;
		}

		for (const [i, newer] of versions.entries()) {
			const older = versions[i + 1];
			const package_ = copies[0]?.slot.package;
			if (
				older !== undefined &&
				package_ !== undefined &&
				session.acceptsEverywhere(dependents.get(copyKey(package_.name, newer)) ?? [], { package: package_, replaced: newer, by: older })
			) {
				merged.set(name, (merged.get(name) ?? new Set()).add(package_.index?.versionText(older) ?? ''));
			}
		}
	}

	return merged;
}

/** Name and version -> the copies with an edge to it. */
function dependentsOf(nodes: readonly TreeNode[]): Map<string, TreeNode[]> {
	const dependents = new Map<string, TreeNode[]>();
	for (const node of nodes) {
		for (const { slot, version } of node.edges.values()) {
			const key = copyKey(slot.package.name, version);
			const known = dependents.get(key);
			if (known === undefined) {
				dependents.set(key, [node]);
			} else {
				known.push(node);
			}
		}
	}

	return dependents;
}

function copyKey(name: string, version: number): string {
	return `${name} ${version}`;
}

/** Every copy in the tree. */
export function allNodes(tree: Tree): TreeNode[] {
	const seen = new Set(tree.values());
	for (const node of seen) {
		for (const next of node.edges.values()) {
			seen.add(next);
		}
	}

	return [...seen];
}

function versionCount(tree: Tree): number {
	return new Set(allNodes(tree).map(({ slot, version }) => copyKey(slot.package.name, version))).size;
}
