import type { EdgeReader } from './edges.ts';
import { namedVersion } from './policy.ts';
import type { PolicyMasks } from './policy.ts';
import { allNodes } from './extract.ts';
import type { Tree } from './extract.ts';
import type { Root } from './roots.ts';

/**
 * Takes back what was let through although young, because a package that was only considered names it, where nobody in the finished
 * tree does. True when there was any: the tree must not be used. It is not let through again, even if another package names it.
 */
export function withdrawUnnamed(
	tree: Tree,
	{ roots, edges, policy }: { readonly roots: readonly Root[]; readonly edges: EdgeReader; readonly policy: PolicyMasks },
): boolean {
	if (!policy.hasNamed) {
		return false;
	}

	const nodes = allNodes(tree);
	const young = nodes.filter(({ slot, version }) => policy.isNamed(slot.package, version));
	if (young.length === 0) {
		return false;
	}

	const named = new Set(roots.map((root) => `${root.package.name} ${namedVersion(root.package, root.spec)}`));
	for (const node of nodes) {
		const map = node.slot.package.index?.edges(node.version);
		const read = map === undefined ? null : edges.read(map, edges.below(node.slot, node.version));
		for (const { name, text } of read === null ? [] : [...read.regular, ...read.optional, ...read.peers]) {
			const target = node.edges.get(name)?.slot.package;
			if (target !== undefined) {
				named.add(`${target.name} ${namedVersion(target, text)}`);
			}
		}
	}

	const unnamed = young.filter(({ slot, version }) => !named.has(`${slot.package.name} ${version}`));
	return unnamed.map(({ slot, version }) => policy.withdraw(slot.package, version)).includes(true);
}
