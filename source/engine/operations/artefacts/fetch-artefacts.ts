import type { CallOptions } from '../../events.ts';
import { type Integrity, parseIntegrity } from '../../integrity.ts';
import type { IndexedManifest, Resolution, ResolvedPackage } from '../../resolver/index.ts';
import type { Lock } from '../../lock.ts';
import type { EngineContext } from '../engine-context.ts';
import { compareStored, requireSameName, type StoredPackage } from './compare-stored.ts';
import type { AheadFetcher } from './fetch-ahead.ts';
import { fetchPackages, type PackageFetch } from './fetch-packages.ts';
import { idOf } from '../locks/lock-queries.ts';
import { fitsPlatform } from '../doctor/platform.ts';

export type FetchedArtefacts = {
	/** sha512 of every package of the tree by `name@version`, fetched or not. */
	readonly integrities: ReadonlyMap<string, Integrity>;
	readonly fetchedBytes: number;
	readonly fetched: readonly Integrity[];
};

/**
 * Brings every artefact of the tree that this platform needs into the content store: fetched, verified, scanned, unreferenced. What is
 * there already is held against what the registry tells of it now, save what stands in `base` just so.
 */
export async function fetchArtefacts(
	context: EngineContext,
	resolution: Pick<Resolution, 'packages'>,
	{ ahead, ...options }: CallOptions & { readonly base?: Lock; readonly ahead?: AheadFetcher },
): Promise<FetchedArtefacts> {
	const packages = onePerVersion(resolution.packages);
	const integrities = new Map<string, Integrity>();
	const missing: ResolvedPackage[] = [];
	const stored: StoredPackage[] = [];
	for (const [id, resolved] of packages) {
		const told = sha512Of(resolved.manifest);
		const receipt = told === null ? null : await context.home.store.receipt(told);
		// Also what was begun ahead: the bytes may have been here before, under another description.
		stored.push(...(receipt === null ? [] : [{ resolved, receipt }]));
		// What was begun ahead is joined, so that it counts as fetched and its end is waited for.
		if (told !== null && ahead?.hasBegun(told) !== true && (receipt !== null || isLeftOut(context, resolved))) {
			integrities.set(id, told);
		} else {
			missing.push(resolved);
		}
	}

	await compareStored(context, stored, options.base);
	ahead?.keepOnly(new Set(missing.flatMap((resolved) => sha512Of(resolved.manifest) ?? [])));
	const fetched = await fetchPackages(context, { packages: missing.map(requestOf), requestOf: (one) => one }, options);
	for (const { one, receipt } of fetched) {
		// Without a told sha512 the same bytes may have been in the store before.
		requireSameName(one, receipt);
		integrities.set(idOf(one), receipt.integrity);
	}

	return {
		integrities,
		fetchedBytes: fetched.reduce((sum, { receipt }) => sum + receipt.packedBytes, 0),
		fetched: fetched.map(({ receipt }) => receipt.integrity),
	};
}

export function requestOf({ manifest, publishedAt }: Pick<ResolvedPackage, 'manifest' | 'publishedAt'>): PackageFetch {
	const { name, version, shasum } = manifest;
	return { name, version, manifest, publishedAt, expected: { integrity: sha512Of(manifest), shasum }, source: 'registry', replaces: false };
}

/** The sha512 that the registry tells, or null for versions from before it kept one. */
export function sha512Of(manifest: IndexedManifest): Integrity | null {
	return (
		(manifest.integrity ?? '')
			.split(/\s+/)
			.map(parseIntegrity)
			.find((integrity) => integrity !== null) ?? null
	);
}

// An optional package for another platform stays in the lock, so that the lock serves that platform, but its bytes are not needed here.
function isLeftOut(context: EngineContext, { optional, manifest }: ResolvedPackage): boolean {
	return optional && !fitsPlatform(manifest, context.platform);
}

function onePerVersion(packages: readonly ResolvedPackage[]): ReadonlyMap<string, ResolvedPackage> {
	return new Map(packages.map((resolved) => [idOf(resolved), resolved]));
}
