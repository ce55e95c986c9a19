import { allowedOf } from './edges.ts';
import type { ReadEdges } from './edges.ts';
import { allNodes } from './extract.ts';
import type { Tree, TreeNode } from './extract.ts';
import type { Session, Steps } from './session.ts';

/** `left` are versions by package name that could take the place of newer ones, which only a solve can tell. */
export type MergedTree = { readonly tree: Tree; readonly left: ReadonlyMap<string, ReadonlySet<string>> };

/**
 * Where all that ask for one version of a package would accept the next older one in the tree, they get that. Each merge takes a version
 * away and moves no root. All edges to a copy move together, so packages that saw the same copy still do: whatever held of peers holds on.
 */
export function* mergeCopies(session: Session, tree: Tree): Steps<MergedTree> {
	const nodes = allNodes(tree);
	const merge: Merge = {
		session,
		dependents: dependentsOf(nodes),
		fixed: new Set([...tree.values()].map(keyOf)),
		replaced: new Map(),
		left: new Map(),
	};
	for (const copies of Map.groupBy(nodes, ({ slot }) => slot.package.name).values()) {
		if (copies.length > 1) {
			yield* session.breathe();
			mergeGroup(copies, merge);
		}
	}

	return { tree: merge.replaced.size === 0 ? tree : withReplaced(tree, merge.replaced), left: merge.left };
}

type Merge = {
	readonly session: Session;
	readonly dependents: ReadonlyMap<string, readonly TreeNode[]>;
	/** Versions that a root has or a merge counts on. */
	readonly fixed: Set<string>;
	readonly replaced: Map<TreeNode, TreeNode>;
	readonly left: Map<string, Set<string>>;
};

/** The copies of one package. */
function mergeGroup(copies: readonly TreeNode[], merge: Merge): void {
	const byVersion = Map.groupBy(copies, ({ version }) => version);
	const versions = [...byVersion.keys()].toSorted((a, b) => b - a);
	for (const [i, version] of versions.entries()) {
		const newer = byVersion.get(version) ?? [];
		const [first] = newer;
		const [older] = byVersion.get(versions[i + 1] ?? -1) ?? [];
		if (first !== undefined && older !== undefined && !merge.fixed.has(keyOf(first)) && isAcceptedFor(first, older, merge)) {
			mergeInto(older, newer, merge);
		}
	}
}

function isAcceptedFor({ slot, version }: TreeNode, older: TreeNode, { session, dependents }: Merge): boolean {
	const change = { package: slot.package, replaced: version, by: older.version };
	return session.acceptsEverywhere(dependents.get(keyOf({ slot, version })) ?? [], change);
}

function mergeInto(older: TreeNode, newer: readonly TreeNode[], merge: Merge): void {
	const { package: package_ } = older.slot;
	const instead = inPlaceOf(newer, older, merge);
	if (instead === null) {
		merge.left.set(package_.name, (merge.left.get(package_.name) ?? new Set()).add(package_.index?.versionText(older.version) ?? ''));
		return;
	}

	// What now leads to it was not asked about anything older still.
	merge.fixed.add(keyOf(older));
	for (const [i, node] of newer.entries()) {
		merge.replaced.set(node, instead[i] ?? older);
	}
}

/** What stands where each copy of the newer version stood; null when the older one might see something else there than here. */
function inPlaceOf(newer: readonly TreeNode[], older: TreeNode, merge: Merge): readonly TreeNode[] | null {
	const { session } = merge;
	const asks = session.peerNames.of(older.slot.package.name);
	if (asks === null) {
		return newer.map(() => older);
	}

	const map = older.slot.package.index?.edges(older.version);
	const read = map === undefined ? null : session.edges.read(map, session.edges.below(older.slot, older.version));
	const seesNothingBelow = [...older.edges].every(
		([name, { slot }]) => older.peers.includes(name) || session.peerNames.of(slot.package.name) === null,
	);
	if (read === null || !seesNothingBelow || ![...asks].every((name) => read.peers.some((peer) => peer.name === name))) {
		return null;
	}

	return newer.every((node) => suits(node, read, merge)) ? newer.map((node) => withPeersOf(node, older)) : null;
}

/** True when what the copy has for peers would do for the others' peers too. Then it has to stay. */
function suits(node: TreeNode, { peers: wanted, optionalPeers }: ReadEdges, { fixed, replaced }: Merge): boolean {
	const { edges, peers, slot, version } = node;
	const asked = slot.package.index?.edges(version).peers ?? [];
	const isMet = wanted.every(({ name, spec }) => {
		const target = edges.get(name);
		return target === undefined
			? // Only what was asked for and not found is known not to be there.
				optionalPeers.has(name) && asked.some((text, i) => i % 2 === 0 && text === name)
			: peers.includes(name) &&
					!replaced.has(target) &&
					spec.type !== 'unsupported' &&
					target.slot.package.has(allowedOf(target.slot.package, spec), target.version);
	});
	if (!isMet || !peers.every((name) => wanted.some((peer) => peer.name === name))) {
		return false;
	}

	for (const name of peers) {
		const target = edges.get(name);
		if (target !== undefined) {
			fixed.add(keyOf(target));
		}
	}

	return true;
}

/** The older copy in the surroundings of the other. */
function withPeersOf(node: TreeNode, older: TreeNode): TreeNode {
	const isPeerOf = ({ peers }: TreeNode, name: string): boolean => peers.includes(name);
	const edges = [
		...[...older.edges].filter(([name]) => !isPeerOf(older, name)),
		...[...node.edges].filter(([name]) => isPeerOf(node, name)),
	];
	const optional = [
		...[...older.optional].filter((name) => !isPeerOf(older, name)),
		...[...node.optional].filter((name) => isPeerOf(node, name)),
	];
	return { ...older, edges: new Map(edges.sort(([a], [b]) => (a < b ? -1 : 1))), peers: node.peers, optional: new Set(optional) };
}

/** The tree with all edges moved. An optional peer that nothing else brings any more is gone. */
function withReplaced(tree: Tree, replaced: ReadonlyMap<TreeNode, TreeNode>): Tree {
	const sourceOf = (node: TreeNode): TreeNode => replaced.get(node) ?? node;
	const brought = new Set([...tree.values()].map(sourceOf));
	for (const node of brought) {
		for (const [name, target] of node.edges) {
			if (!isOptionalPeer(node, name)) {
				brought.add(sourceOf(target));
			}
		}
	}

	const moved = new Map([...brought].map((node) => [node, { ...node, edges: new Map<string, TreeNode>() }]));
	for (const [node, copy] of moved) {
		for (const [name, target] of node.edges) {
			const there = moved.get(sourceOf(target));
			if (there !== undefined) {
				copy.edges.set(name, there);
			}
		}

		copy.peers = node.peers.filter((name) => copy.edges.has(name));
	}

	return new Map([...tree].flatMap(([name, node]) => [[name, moved.get(node) ?? node] as const]));
}

function isOptionalPeer({ optional, peers }: TreeNode, name: string): boolean {
	return optional.has(name) && peers.includes(name);
}

/** Name and version -> the copies with an edge to it. */
function dependentsOf(nodes: readonly TreeNode[]): Map<string, TreeNode[]> {
	const dependents = new Map<string, TreeNode[]>();
	for (const node of nodes) {
		for (const target of node.edges.values()) {
			const key = keyOf(target);
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

function keyOf({ slot, version }: Pick<TreeNode, 'slot' | 'version'>): string {
	return `${slot.package.name} ${version}`;
}
