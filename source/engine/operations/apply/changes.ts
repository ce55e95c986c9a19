import isLower from 'semver/functions/lt.js';
import type { InstanceId } from '../../lock.ts';
import type { Change } from '../../plan.ts';
import { idOfInstance } from '../locks/lock-queries.ts';

/** A lock, or what would become one. */
export type VersionTree = {
	readonly roots: Readonly<Record<string, { readonly instance: InstanceId }>>;
	readonly packages: Readonly<Record<InstanceId, { readonly name: string; readonly version: string }>>;
};

/** What differs between two locks, by package name: roots first, then alphabetically. */
export function changesBetween(before: VersionTree, after: VersionTree): readonly Change[] {
	const old = versionsByName(before);
	const next = versionsByName(after);
	const roots = new Set([...rootIds(before), ...rootIds(after)]);
	const changes: Change[] = [];
	for (const name of new Set([...old.keys(), ...next.keys()])) {
		const from = [...(old.get(name) ?? [])].filter((version) => next.get(name)?.has(version) !== true);
		const to = [...(next.get(name) ?? [])].filter((version) => old.get(name)?.has(version) !== true);
		changes.push(...pairUp(name, { from, to, isRoot: (version) => roots.has(`${name}@${version}`) }));
	}

	return changes.toSorted((a, b) => Number(b.isRoot) - Number(a.isRoot) || compareText(a.name, b.name));
}

type Versions = { readonly from: readonly string[]; readonly to: readonly string[]; readonly isRoot: (version: string) => boolean };

function pairUp(name: string, { from, to, isRoot }: Versions): readonly Change[] {
	const [gone] = from;
	const [come] = to;
	if (from.length === 1 && to.length === 1 && gone !== undefined && come !== undefined) {
		const type = isLower(come, gone) ? 'downgrade' : 'update';
		return [{ type, name, from: gone, to: come, isRoot: isRoot(gone) || isRoot(come) }];
	}

	return [
		...from.map((version): Change => ({ type: 'remove', name, from: version, isRoot: isRoot(version) })),
		...to.map((version): Change => ({ type: 'add', name, to: version, isRoot: isRoot(version) })),
	];
}

function versionsByName(lock: VersionTree): ReadonlyMap<string, ReadonlySet<string>> {
	const versions = new Map<string, Set<string>>();
	for (const { name, version } of Object.values(lock.packages)) {
		versions.getOrInsertComputed(name, () => new Set()).add(version);
	}

	return versions;
}

function rootIds(lock: VersionTree): readonly string[] {
	return Object.values(lock.roots).map(({ instance }) => idOfInstance(lock, instance));
}

function compareText(a: string, b: string): number {
	return a < b ? -1 : Number(a > b);
}
