import { EngineError } from '../../errors.ts';
import { type CallOptions, type EngineEvent, runStep } from '../../events.ts';
import type { Receipt } from '../../home/index.ts';
import type { Integrity } from '../../integrity.ts';
import type { IndexedManifest } from '../../resolver/index.ts';
import { stripToLine } from '../../strip-controls.ts';
import { collectArtefactEvidence } from './collect-artefact-evidence.ts';
import type { EngineContext } from '../engine-context.ts';
import { idOf } from '../locks/lock-queries.ts';
import { hasOpenpgpKeys } from './openpgp-request.ts';
import { runConcurrently } from '../run-concurrently.ts';

/** Transfers wait on the network, unpacking on the disk; more than this only costs memory. */
const CONCURRENT_PACKAGES = 16;
const NEWEST_LOOKED_AT = 8;

const JOINED: EngineEvent = {
	type: 'notice',
	severity: 'info',
	code: 'fetch-joined',
	text: 'Another plugward is fetching some of the same packages; what it has is not fetched again.',
};

export type PackageFetch = {
	readonly name: string;
	readonly version: string;
	readonly manifest: IndexedManifest;
	/** Epoch milliseconds. */
	readonly publishedAt: number | null;
	readonly expected: { readonly integrity: Integrity | null; readonly shasum: string | null };
	/** Who says what is expected. */
	readonly source: 'lock' | 'registry';
	/** Fetched also when it is there, since what is there is damaged. */
	readonly replaces: boolean;
};

/** Fetches packages, proves them and adds them to the content store. Throws `offline-missing`, and whatever fetching throws. */
export async function fetchPackages<T extends Pick<PackageFetch, 'name' | 'version'>>(
	context: EngineContext,
	{ packages, requestOf }: { readonly packages: readonly T[]; readonly requestOf: (one: T) => PackageFetch },
	options: CallOptions,
): Promise<readonly { readonly one: T; readonly receipt: Receipt }[]> {
	const [first] = packages;
	if (first === undefined) {
		return [];
	}

	requireOnline(context, packages);
	const fetched: { readonly one: T; readonly receipt: Receipt }[] = [];
	let isTold = false;
	const onWaiting = () => {
		if (!isTold) {
			isTold = true;
			options.onEvent(JOINED);
		}
	};
	const detail = packages.length === 1 ? idOf(first) : `${packages.length} packages`;
	await runStep({ name: 'fetch', detail, onEvent: options.onEvent }, () => {
		const wanted = packages.map((one) => ({ one, request: requestOf(one) }));
		options.onEvent(plannedEvent(wanted.map(({ request }) => request)));
		return runConcurrently(wanted, CONCURRENT_PACKAGES, async ({ one, request }) => {
			fetched.push({ one, receipt: await fetchPackage(context, request, { ...options, onWaiting }) });
		});
	});
	return fetched;
}

function plannedEvent(requests: readonly PackageFetch[]): EngineEvent {
	const sizes = requests.map(({ manifest }) => manifest.unpackedBytes);
	return {
		type: 'fetch-planned',
		packages: requests.length,
		unpackedBytes: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
		unknownSizes: sizes.filter((size) => size === null).length,
	};
}

/** All that is missing is named at once: who is offline can then bring it in one go. */
export function requireOnline({ options }: EngineContext, packages: readonly Pick<PackageFetch, 'name' | 'version'>[]): void {
	if (options.offline) {
		const ids = packages.map((one) => idOf(one)).toSorted();
		throw new EngineError('offline-missing', `Offline, and these are not in the content store: ${stripToLine(ids.join(', '))}.`, {
			hint: 'Type the same without --offline.',
			details: { packages: ids },
		});
	}
}

/** One package. Throws what fetching throws; `fetchPackages` says what is missing when offline. */
export async function fetchPackage(
	context: EngineContext,
	request: PackageFetch,
	{ signal, onEvent, onWaiting }: CallOptions & { readonly onWaiting?: () => void },
): Promise<Receipt> {
	const { name, version, manifest, publishedAt, expected, source, replaces } = request;
	const id = idOf({ name, version });
	let isToldFinished = false;
	const receipt = await context.home.store.add({
		name,
		version,
		expected,
		replaces,
		readsPacked: hasOpenpgpKeys(context, manifest.name),
		// What was found damaged is fetched through another client than the one that brought it.
		open: (transfer) => (replaces ? context.registry.openTarballAgain : context.registry.openTarball)(manifest, { signal: transfer }),
		judge: async ({ integrity, packageJson, readPacked }) =>
			collectArtefactEvidence(
				context,
				{
					manifest,
					publishedAt,
					integrity,
					packageJson,
					readPacked,
					source,
					previous: [],
					othersAttested: await othersAttested(context, manifest, signal),
				},
				signal,
			),
		signal,
		...(onWaiting === undefined ? {} : { onWaiting }),
		onProgress: (receivedBytes, totalBytes, finished) => {
			isToldFinished ||= finished;
			onEvent({ type: 'fetch-progress', id, receivedBytes, totalBytes, unpackedBytes: manifest.unpackedBytes, finished });
		},
	});
	if (!isToldFinished) {
		// It came before anybody listened.
		const { packedBytes } = receipt;
		onEvent({
			type: 'fetch-progress',
			id,
			receivedBytes: packedBytes,
			totalBytes: packedBytes,
			unpackedBytes: manifest.unpackedBytes,
			finished: true,
		});
	}

	return receipt;
}

// Looks at the newest versions only: a package that was ever published with attestations usually still is.
async function othersAttested(context: EngineContext, { name }: IndexedManifest, signal: AbortSignal): Promise<boolean> {
	const answer = (await context.registry.metadata.load([name], { signal })).get(name);
	if (answer?.type !== 'found') {
		return false;
	}

	const { index } = answer;
	const newest = Array.from({ length: Math.min(NEWEST_LOOKED_AT, index.versionCount) }, (_, i) => index.versionCount - 1 - i);
	return newest.some((i) => index.manifest(i).attestationsUrl !== null);
}
