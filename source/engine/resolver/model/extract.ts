import { EngineError } from '../../errors.ts';
import type { Expansion } from './expansion.ts';
import type { Model } from './model.ts';
import type { Session, Steps } from './session.ts';
import type { Slot } from './slots.ts';

const COPIES_BETWEEN_LOOKS = 32;

/** One copy in the tree, before equal copies have become one. */
export type TreeNode = {
	readonly slot: Slot;
	readonly version: number;
	/** Imported name -> the copy that answers; sorted by name. */
	readonly edges: ReadonlyMap<string, TreeNode>;
	readonly peers: readonly string[];
	/** Names of `edges` that may be missing elsewhere: optional dependencies and optional peers. */
	readonly optional: ReadonlySet<string>;
	readonly dropped: ReadonlyMap<string, string>;
};

/** Root name -> copy. */
export type Tree = ReadonlyMap<string, TreeNode>;

type MutableNode = TreeNode & {
	readonly edges: Map<string, TreeNode>;
	readonly optional: Set<string>;
	readonly dropped: Map<string, string>;
	peers: string[];
};

/** What a finished solve says: root name -> copy. Only what a root reaches is there. */
export function* extractTree(model: Model, session: Session): Steps<Tree> {
	const nodes = new Map<Slot, MutableNode>();
	const open: MutableNode[] = [];
	const nodeOf = (slot: Slot): TreeNode => {
		const known = nodes.get(slot);
		if (known !== undefined) {
			return known;
		}

		const version = model.search.state.value(slot.variable) - 1;
		const node: MutableNode = { slot, version, edges: new Map(), peers: [], optional: new Set(), dropped: new Map() };
		nodes.set(slot, node);
		open.push(node);
		return node;
	};

	const roots = new Map([...model.rootSlots].map(([name, slot]) => [name, nodeOf(slot)]));
	for (let node = open.pop(); node !== undefined; node = open.pop()) {
		const expansion = model.expansion(node.slot);
		if (expansion === undefined) {
			throw new EngineError('internal', `The solver left ${node.slot.package.name} without a version.`);
		}

		connect(node, { expansion, model, nodeOf });
		if (nodes.size % COPIES_BETWEEN_LOOKS === 0) {
			yield* session.breathe();
		}
	}

	return roots;
}

type Context = { readonly expansion: Expansion; readonly model: Model; readonly nodeOf: (slot: Slot) => TreeNode };

function connect(node: MutableNode, { expansion, model, nodeOf }: Context): void {
	const found: [string, Slot][] = [];
	for (const { edges, slots } of model.placements(expansion)) {
		for (const [i, { name, isOptional }] of edges.entries()) {
			const slot = slots?.[i];
			if (slot === undefined) {
				node.dropped.set(name, model.whyDropped(expansion, name));
				continue;
			}

			found.push([name, slot]);
			if (isOptional) {
				node.optional.add(name);
			}
		}
	}

	for (const { edge, slot, isOptional } of expansion.peers) {
		const answer = slot ?? model.slots.visible(edge.name);
		// A package that names itself as a peer is beside itself already; under another name it is still imported.
		const isItself = answer === node.slot && edge.name === node.slot.package.name;
		if (answer !== null && model.search.state.value(answer.variable) > 0 && !isItself) {
			found.push([edge.name, answer]);
			node.peers.push(edge.name);
			if (isOptional) {
				node.optional.add(edge.name);
			}
		}
	}

	for (const [name, reason] of expansion.dropped) {
		node.dropped.set(name, reason);
	}

	for (const [name, slot] of found.sort(([a], [b]) => (a < b ? -1 : 1))) {
		node.edges.set(name, nodeOf(slot));
	}
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
