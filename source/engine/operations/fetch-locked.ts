import { EngineError } from '../errors.ts';
import { type CallOptions, runStep } from '../events.ts';
import type { Receipt } from '../home/index.ts';
import type { LockPackage } from '../lock.ts';
import { collectArtefactEvidence } from './collect-artefact-evidence.ts';
import type { EngineContext } from './engine-context.ts';
import { hasOpenpgpKeys } from './openpgp-request.ts';
import { othersAttested } from './fetch-artefacts.ts';
import { idOf } from './lock-queries.ts';
import type { RegistryFacts } from './package-facts.ts';
import { runConcurrently } from './run-concurrently.ts';

const CONCURRENT_ARTEFACTS = 16;

export type Locked = Pick<LockPackage, 'name' | 'version' | 'integrity'>;

export type LockedFetch<T extends Locked> = {
	readonly packages: readonly T[];
	readonly factsOf: (locked: T) => RegistryFacts;
	/** Fetched also when it is there, since what is there is damaged. */
	readonly replaces: boolean;
};

/** Fetches what a lock names, by the sha512 of the lock and no other, and proves it. Throws `package-not-found` for what is gone. */
export async function fetchLocked<T extends Locked>(
	context: EngineContext,
	{ packages, factsOf, replaces }: LockedFetch<T>,
	options: CallOptions,
): Promise<readonly Receipt[]> {
	const receipts: Receipt[] = [];
	const [first] = packages;
	if (first === undefined) {
		return receipts;
	}

	const detail = packages.length === 1 ? idOf(first) : `${packages.length} packages`;
	await runStep({ name: 'fetch', detail, onEvent: options.onEvent }, () =>
		runConcurrently(packages, CONCURRENT_ARTEFACTS, async (one) => {
			receipts.push(await fetchOne(context, { one, facts: factsOf(one), replaces }, options));
		}),
	);
	return receipts;
}

type OneFetch = { readonly one: Locked; readonly facts: RegistryFacts; readonly replaces: boolean };

async function fetchOne(context: EngineContext, { one, facts, replaces }: OneFetch, { signal, onEvent }: CallOptions): Promise<Receipt> {
	const { manifest, publishedAt } = facts;
	if (manifest === null) {
		throw new EngineError('package-not-found', `The registry has no ${idOf(one)} any more, and the lock needs it.`, {
			hint: `Go back to a generation without it, or take another version: plugward install ${one.name}`,
		});
	}

	return context.home.store.add({
		name: one.name,
		version: one.version,
		// The lock is believed before the registry.
		expected: { integrity: one.integrity, shasum: null },
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
					source: 'lock',
					previous: [],
					othersAttested: await othersAttested(context, manifest, signal),
				},
				signal,
			),
		signal,
		onProgress: (receivedBytes, totalBytes, finished) =>
			onEvent({ type: 'fetch-progress', id: idOf(one), receivedBytes, totalBytes, finished }),
	});
}
