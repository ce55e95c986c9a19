import type { VerifyReport } from '../engine.ts';
import { EngineError } from '../errors.ts';
import { type CallOptions, runStep } from '../events.ts';
import type { Integrity } from '../integrity.ts';
import { EMPTY_LOCK, type LockPackage } from '../lock.ts';
import { collectArtefactEvidence } from './collect-artefact-evidence.ts';
import type { EngineContext } from './engine-context.ts';
import { othersAttested } from './fetch-artefacts.ts';
import { idOf, uniquePackages } from './lock-queries.ts';
import { loadRegistryFacts, type RegistryFacts } from './package-facts.ts';
import { runConcurrently } from './run-concurrently.ts';
import { verify } from './verify.ts';
import { whileExclusive } from './while-exclusive.ts';

const CONCURRENT_ARTEFACTS = 8;

type Damaged = Pick<LockPackage, 'name' | 'version' | 'integrity'>;

/**
 * Verifies, fetches every damaged or missing package again by the sha512 of the lock, proves it anew, puts it in place and verifies
 * again. No generation is made. Entries of other generations that share a changed file are repaired with it. Throws `offline-missing`,
 * naming the packages, and whatever fetching throws; then what is there stays as it is.
 */
export async function repair(context: EngineContext, names: readonly string[], options: CallOptions): Promise<VerifyReport> {
	const before = await verify(context, names, options);
	const damaged = await damagedEntries(context, before, options);
	if (damaged.length === 0) {
		return before;
	}

	const ids = damaged.map((one) => idOf(one));
	if (context.options.offline) {
		throw new EngineError('offline-missing', `These must be fetched again, which needs the registry: ${ids.join(', ')}.`, {
			hint: 'Type the same without --offline.',
			details: { packages: ids },
		});
	}

	await fetchAgain(context, damaged, options);
	const command = `verify --repair${names.map((name) => ` ${name}`).join('')}`;
	const integrities = damaged.map(({ integrity }) => integrity);
	await whileExclusive(context, options, () => context.home.replaceEntries(integrities, { signal: options.signal, command }));
	return { ...(await verify(context, names, options)), repaired: ids.toSorted() };
}

async function damagedEntries(context: EngineContext, { findings }: VerifyReport, options: CallOptions): Promise<readonly Damaged[]> {
	const { lock } = await context.home.current();
	const onFiles = findings.filter(({ problem }) => problem === 'changed' || problem === 'missing' || problem === 'extra');
	const damaged = new Map<Integrity, Damaged>();
	for (const locked of uniquePackages(lock)) {
		const own = onFiles.filter(({ id }) => id === idOf(locked));
		if (own.length === 0) {
			continue;
		}

		damaged.set(locked.integrity, locked);
		const paths = own.flatMap(({ problem, path }) => (problem === 'changed' && path !== null ? [path] : []));
		for (const other of await context.home.store.sharing(locked.integrity, paths)) {
			if (!damaged.has(other.integrity) && (await isDamaged(context, other.integrity, options))) {
				damaged.set(other.integrity, other);
			}
		}
	}

	return [...damaged.values()];
}

async function isDamaged(context: EngineContext, integrity: Integrity, options: CallOptions): Promise<boolean> {
	return (await context.home.store.verifyEntry(integrity, options)).findings.length > 0;
}

async function fetchAgain(context: EngineContext, damaged: readonly Damaged[], options: CallOptions): Promise<void> {
	const packages = Object.fromEntries(damaged.map((one) => [idOf(one), { ...PLAIN, ...one }]));
	const factsOf = await loadRegistryFacts(context, { ...EMPTY_LOCK, packages }, options);
	const detail = damaged.length === 1 ? idOf(damaged[0] as Damaged) : `${damaged.length} packages`;
	await runStep({ name: 'fetch', detail, onEvent: options.onEvent }, () =>
		runConcurrently(Object.values(packages), CONCURRENT_ARTEFACTS, (one) => fetchOne(context, { one, facts: factsOf(one) }, options)),
	);
}

const PLAIN = { dependencies: {}, peers: [], dropped: {}, optional: false, os: [], cpu: [], libc: [], tarballPath: null };

async function fetchOne(
	context: EngineContext,
	{ one, facts }: { readonly one: Damaged; readonly facts: RegistryFacts },
	{ signal, onEvent }: CallOptions,
): Promise<void> {
	const { manifest, publishedAt } = facts;
	if (manifest === null) {
		throw new EngineError('package-not-found', `The registry has no ${idOf(one)} any more, so it cannot be repaired.`, {
			hint: `Go back to a generation without it, or take another version: plugward install ${one.name}`,
		});
	}

	await context.home.store.add({
		name: one.name,
		version: one.version,
		// The lock is believed before the registry.
		expected: { integrity: one.integrity, shasum: null },
		replaces: true,
		open: (transfer) => context.registry.openTarball(manifest, { signal: transfer }),
		judge: async ({ integrity, packageJson }) =>
			collectArtefactEvidence(
				context,
				{
					manifest,
					publishedAt,
					integrity,
					packageJson,
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
