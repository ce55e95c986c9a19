import { type CallOptions, runStep } from '../events.ts';
import { type Integrity, parseIntegrity } from '../integrity.ts';
import type { IndexedManifest, Resolution, ResolvedPackage } from '../resolver/index.ts';
import { collectArtefactEvidence } from './collect-artefact-evidence.ts';
import type { EngineContext } from './engine-context.ts';
import { idOf } from './lock-queries.ts';
import { fitsPlatform } from './platform.ts';
import { hasOpenpgpKeys } from './openpgp-request.ts';
import { runConcurrently } from './run-concurrently.ts';

/** Transfers wait on the network, unpacking on the disk; more than this only costs memory. */
const CONCURRENT_ARTEFACTS = 16;
const NEWEST_LOOKED_AT = 8;

export type FetchedArtefacts = {
	/** sha512 of every package of the tree by `name@version`, fetched or not. */
	readonly integrities: ReadonlyMap<string, Integrity>;
	readonly fetchedBytes: number;
	readonly fetched: readonly Integrity[];
};

/** Brings every artefact of the tree that this platform needs into the content store: fetched, verified, scanned, unreferenced. */
export async function fetchArtefacts(context: EngineContext, resolution: Resolution, options: CallOptions): Promise<FetchedArtefacts> {
	const packages = onePerVersion(resolution.packages);
	const integrities = new Map<string, Integrity>();
	const missing: ResolvedPackage[] = [];
	for (const [id, resolved] of packages) {
		const told = sha512Of(resolved.manifest);
		if (told !== null && (isLeftOut(context, resolved) || (await context.home.store.receipt(told)) !== null)) {
			integrities.set(id, told);
		} else {
			missing.push(resolved);
		}
	}

	const fetched: Integrity[] = [];
	let fetchedBytes = 0;
	if (missing.length > 0) {
		const detail = missing.length === 1 ? idOf(missing[0] as ResolvedPackage) : `${missing.length} packages`;
		await runStep({ name: 'fetch', detail, onEvent: options.onEvent }, () =>
			runConcurrently(missing, CONCURRENT_ARTEFACTS, async (resolved) => {
				const receipt = await fetchOne(context, resolved, options);
				integrities.set(idOf(resolved), receipt.integrity);
				fetched.push(receipt.integrity);
				fetchedBytes += receipt.packedBytes;
			}),
		);
	}

	return { integrities, fetchedBytes, fetched };
}

async function fetchOne(context: EngineContext, resolved: ResolvedPackage, { signal, onEvent }: CallOptions) {
	const { manifest, publishedAt } = resolved;
	return context.home.store.add({
		name: manifest.name,
		version: manifest.version,
		expected: { integrity: sha512Of(manifest), shasum: manifest.shasum },
		readsPacked: hasOpenpgpKeys(context, manifest.name),
		open: (transfer) => context.registry.openTarball(manifest, { signal: transfer }),
		judge: async ({ integrity, packageJson, readPacked }) =>
			collectArtefactEvidence(
				context,
				{
					manifest,
					publishedAt,
					integrity,
					packageJson,
					readPacked,
					source: 'registry',
					previous: [],
					othersAttested: await othersAttested(context, manifest, signal),
				},
				signal,
			),
		signal,
		onProgress: (receivedBytes, totalBytes, finished) =>
			onEvent({ type: 'fetch-progress', id: idOf(resolved), receivedBytes, totalBytes, finished }),
	});
}

/** Looks at the newest versions only: a package that was ever published with attestations usually still is. */
export async function othersAttested(context: EngineContext, { name }: IndexedManifest, signal: AbortSignal): Promise<boolean> {
	const answer = (await context.registry.metadata.load([name], { signal })).get(name);
	if (answer?.type !== 'found') {
		return false;
	}

	const { index } = answer;
	const newest = Array.from({ length: Math.min(NEWEST_LOOKED_AT, index.versionCount) }, (_, i) => index.versionCount - 1 - i);
	return newest.some((i) => index.manifest(i).attestationsUrl !== null);
}

/** The sha512 that the registry tells, or null for versions from before it kept one. */
function sha512Of(manifest: IndexedManifest): Integrity | null {
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
