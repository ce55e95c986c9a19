import type { InstanceId } from '../../lock.ts';
import type { TreeNode } from './extract.ts';

/**
 * Gives copies their ids. Copies of one version whose edges lead to the same instances are one instance, wherever they were placed;
 * a version that lives in several contexts gets the context as a suffix.
 */
export function nameInstances(roots: ReadonlyMap<string, TreeNode>): ReadonlyMap<TreeNode, InstanceId> {
	const nodes = reachableNodes(roots);
	const classes = partition(nodes);
	const byBase = new Map<string, Set<number>>();
	const first = new Map<number, TreeNode>();
	for (const node of nodes) {
		const number = classes.get(node) ?? 0;
		if (!first.has(number)) {
			first.set(number, node);
			byBase.set(baseOf(node), (byBase.get(baseOf(node)) ?? new Set()).add(number));
		}
	}

	const ids = new Map<number, InstanceId>();
	for (const [base, numbers] of byBase) {
		const members = [...numbers].flatMap((number) => first.get(number) ?? []);
		const suffixes = members.length === 1 ? [''] : contextSuffixes(members, classes);
		for (const [i, member] of members.entries()) {
			ids.set(classes.get(member) ?? 0, `${base}${suffixes[i]}`);
		}
	}

	return new Map(nodes.map((node) => [node, ids.get(classes.get(node) ?? 0) ?? baseOf(node)]));
}

/** Breadth first from the roots, so that the order is the same for equal trees. */
function reachableNodes(roots: ReadonlyMap<string, TreeNode>): TreeNode[] {
	const seen = new Set(roots.values());
	for (const node of seen) {
		for (const next of node.edges.values()) {
			seen.add(next);
		}
	}

	return [...seen];
}

function baseOf(node: TreeNode): string {
	return `${node.slot.package.name}@${node.slot.package.index?.versionText(node.version) ?? ''}`;
}

/** Refines until copies in one class have edges into the same classes. */
function partition(nodes: readonly TreeNode[]): Map<TreeNode, number> {
	let classes = new Map<TreeNode, number>();
	let count = 0;
	let signatureOf = (node: TreeNode): string => baseOf(node);
	for (;;) {
		const numbers = new Map<string, number>();
		const next = new Map<TreeNode, number>();
		for (const node of nodes) {
			const signature = signatureOf(node);
			const number = numbers.get(signature) ?? numbers.size;
			numbers.set(signature, number);
			next.set(node, number);
		}

		classes = next;
		// Nothing can be told apart that was not before: without two copies of one version the first look already ends here.
		if (numbers.size === count || numbers.size === nodes.length) {
			return classes;
		}

		count = numbers.size;
		const previous = classes;
		signatureOf = (node) =>
			`${previous.get(node)} ${[...node.edges].map(([name, target]) => `${name}:${previous.get(target)}`).join(' ')} ${[...node.dropped.keys()].join(' ')}`;
	}
}

/** Peers tell contexts apart, then other edges that differ, then the order in which the tree is read. */
function contextSuffixes(members: readonly TreeNode[], classes: ReadonlyMap<TreeNode, number>): string[] {
	const differing = [...new Set(members.flatMap((member) => [...member.edges.keys()]))]
		.filter((name) => new Set(members.map((member) => classes.get(member.edges.get(name) ?? member) ?? -1)).size > 1)
		.sort();
	const byPeers = members.map((member) => suffixOf(member, member.peers.toSorted()));
	const suffixes = new Set(byPeers).size === members.length ? byPeers : members.map((member) => suffixOf(member, differing));
	return suffixes.map((suffix, i) => {
		const earlier = suffixes.slice(0, i).filter((other) => other === suffix).length;
		return earlier === 0 ? suffix : `${suffix}#${earlier + 1}`;
	});
}

function suffixOf(member: TreeNode, names: readonly string[]): string {
	const parts = names.flatMap((name) => {
		const target = member.edges.get(name);
		return target === undefined ? [] : [baseOf(target)];
	});
	return parts.length === 0 ? '' : `(${parts.join(',')})`;
}
