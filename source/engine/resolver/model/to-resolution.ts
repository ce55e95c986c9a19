import type { Override, Platform } from '../request.ts';
import type { Resolution, ResolvedPackage, ResolveStatistics } from '../resolution.ts';
import { satisfies } from '../semver/range.ts';
import type { TreeNode } from './extract.ts';
import { nameInstances } from './instances.ts';
import type { Root } from './roots.ts';
import type { Session, Steps } from './session.ts';

/** Decoding a manifest takes some microseconds, a hundred when it is the first. */
const PACKAGES_BETWEEN_LOOKS = 16;

export type ResolutionParts = {
	readonly tree: ReadonlyMap<string, TreeNode>;
	readonly roots: readonly Root[];
	readonly session: Session;
	readonly statistics: ResolveStatistics;
};

/** The tree as plain data, sorted, with warnings about what a user would want to know. */
export function* toResolution({ tree, roots, session, statistics }: ResolutionParts): Steps<Resolution> {
	const ids = nameInstances(tree);
	yield* session.breathe();
	const required = requiredNodes(tree);
	const packages = new Map<string, ResolvedPackage>();
	for (const [node, id] of ids) {
		const known = packages.get(id);
		// Copies that became one instance are optional only if each of them is.
		if (known === undefined || (known.optional && required.has(node))) {
			packages.set(id, toPackage(node, { id, ids, isOptional: !required.has(node) }));
		}

		if (packages.size % PACKAGES_BETWEEN_LOOKS === 0) {
			yield* session.breathe();
		}
	}

	const sorted = [...packages.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
	return {
		roots: Object.fromEntries(roots.map(({ name, spec }) => [name, { spec, instance: idOf(tree.get(name), ids) }])),
		packages: sorted,
		warnings: [
			...sorted.flatMap((package_) => warningsFor(package_, session.request.platform)),
			...unusedOverrides([...ids.keys()], session),
		],
		statistics,
	};
}

function toPackage(
	node: TreeNode,
	{ id, ids, isOptional }: { readonly id: string; readonly ids: ReadonlyMap<TreeNode, string>; readonly isOptional: boolean },
): ResolvedPackage {
	const { index } = node.slot.package;
	if (index === null) {
		throw new TypeError('A placed package always has an index.');
	}

	return {
		id,
		name: node.slot.package.name,
		version: index.versionText(node.version),
		manifest: index.manifest(node.version),
		publishedAt: index.publishedAt(node.version),
		dependencies: Object.fromEntries([...node.edges].map(([name, target]) => [name, idOf(target, ids)])),
		peers: node.peers.toSorted(),
		dropped: Object.fromEntries([...node.dropped].sort(([a], [b]) => (a < b ? -1 : 1))),
		optional: isOptional,
	};
}

function idOf(node: TreeNode | undefined, ids: ReadonlyMap<TreeNode, string>): string {
	return node === undefined ? '' : (ids.get(node) ?? '');
}

/** What a root reaches without an optional edge. */
function requiredNodes(tree: ReadonlyMap<string, TreeNode>): ReadonlySet<TreeNode> {
	const seen = new Set(tree.values());
	for (const node of seen) {
		for (const [name, target] of node.edges) {
			if (!node.optional.has(name)) {
				seen.add(target);
			}
		}
	}

	return seen;
}

/** What a user would want to know of one package. */
export function warningsFor({ name, version, manifest, optional }: ResolvedPackage, { os, cpu, libc, node }: Platform): string[] {
	const warnings: string[] = [];
	if (manifest.deprecated !== null) {
		warnings.push(`${name} ${version} is deprecated: ${manifest.deprecated}`);
	}

	const needed = manifest.engines['node'];
	if (!optional && needed !== undefined && !satisfies(node, needed)) {
		warnings.push(`${name} ${version} is for another node: expected ${needed}, got ${node}.`);
	}

	const misfits = [
		fits(manifest.os, os) ? [] : [`operating system ${manifest.os.join(', ')}, got ${os}`],
		fits(manifest.cpu, cpu) ? [] : [`processor ${manifest.cpu.join(', ')}, got ${cpu}`],
		libc === null || fits(manifest.libc, libc) ? [] : [`C library ${manifest.libc.join(', ')}, got ${libc}`],
	].flat();
	if (!optional && misfits.length > 0) {
		warnings.push(`${name} ${version} is not for this computer: expected ${misfits.join('; ')}.`);
	}

	return warnings;
}

function unusedOverrides(nodes: readonly TreeNode[], { edges, overrides }: Session): string[] {
	if (overrides.length === 0) {
		return [];
	}

	const used = new Set(
		nodes.flatMap(({ slot, version }) => {
			const map = slot.package.index?.edges(version);
			return map === undefined ? [] : edges.read(map, edges.below(slot, version)).overrides;
		}),
	);
	return overrides
		.filter((override) => !used.has(override))
		.map((override) => `The override of ${overrideText(override)} was not needed: nothing in the tree asks for it.`);
}

function overrideText({ path, name, range }: Override): string {
	return [...path, { name, range }].map((step) => (step.range === null ? step.name : `${step.name}@${step.range}`)).join(' > ');
}

/** npm's rule: any `!x` forbids x, any plain x must be among them. */
function fits(list: readonly string[], value: string): boolean {
	const wanted = list.filter((item) => !item.startsWith('!'));
	return !list.includes(`!${value}`) && (wanted.length === 0 || wanted.includes(value) || wanted.includes('any'));
}
