import { EngineError } from '../../errors.ts';
import type { Integrity } from '../../integrity.ts';
import type { Lock, LockPackage, LockRoot } from '../../lock.ts';
import type { IndexedManifest, Resolution, ResolvedPackage } from '../../resolver/index.ts';
import { idOf } from './lock-queries.ts';

/** The lock of a tree whose artefacts are known. `specs` overrides what is written down as asked for. */
export function lockOfResolution(
	resolution: Resolution,
	{ integrities, specs }: { readonly integrities: ReadonlyMap<string, Integrity>; readonly specs: ReadonlyMap<string, string> },
): Lock {
	const roots = Object.entries(resolution.roots).map(([name, { spec, instance }]): [string, LockRoot] => [
		name,
		{ spec: specs.get(name) ?? spec, instance },
	]);
	const packages = resolution.packages.map((resolved): [string, LockPackage] => [resolved.id, lockPackage(resolved, integrities)]);
	return { format: 1, roots: sortedRecord(roots), packages: sortedRecord(packages) };
}

function lockPackage(resolved: ResolvedPackage, integrities: ReadonlyMap<string, Integrity>): LockPackage {
	const integrity = integrities.get(idOf(resolved));
	if (integrity === undefined) {
		throw new EngineError('internal', `${resolved.id} was resolved but has no known sha512.`);
	}

	return {
		name: resolved.name,
		version: resolved.version,
		integrity,
		dependencies: sortedRecord(Object.entries(resolved.dependencies)),
		peers: resolved.peers.toSorted(),
		dropped: sortedRecord(Object.entries(resolved.dropped)),
		optional: resolved.optional,
		os: resolved.manifest.os,
		cpu: resolved.manifest.cpu,
		libc: resolved.manifest.libc,
		tarballPath: unusualTarballPath(resolved.manifest),
	};
}

/** Path of the tarball below the registry when it is not the usual one. */
function unusualTarballPath({ name, version, tarball }: IndexedManifest): string | null {
	const path = URL.canParse(tarball) ? new URL(tarball).pathname : tarball;
	const file = `${name.slice(name.lastIndexOf('/') + 1)}-${version}.tgz`;
	return decodeURIComponent(path).endsWith(`/${name}/-/${file}`) ? null : path;
}

function sortedRecord<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
	return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b))));
}
