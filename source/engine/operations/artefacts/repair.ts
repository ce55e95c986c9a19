import type { VerifyReport } from '../../upkeep.ts';
import type { CallOptions } from '../../events.ts';
import type { Integrity } from '../../integrity.ts';
import { EMPTY_LOCK } from '../../lock.ts';
import type { EngineContext } from '../engine-context.ts';
import { fetchLocked, type Locked } from './fetch-locked.ts';
import { requireOnline } from './fetch-packages.ts';
import { idOf, uniquePackages } from '../locks/lock-queries.ts';
import { loadRegistryFacts } from '../versions/package-facts.ts';
import { verify } from './verify.ts';
import { whileExclusive } from '../apply/while-exclusive.ts';

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
	requireOnline(context, damaged);
	await fetchAgain(context, damaged, options);
	const command = `verify --repair${names.map((name) => ` ${name}`).join('')}`;
	const integrities = damaged.map(({ integrity }) => integrity);
	await whileExclusive(context, options, () =>
		context.home.replaceEntries(integrities, { signal: options.signal, command, type: 'repair' }),
	);
	return { ...(await verify(context, names, options)), repaired: ids.toSorted() };
}

async function damagedEntries(context: EngineContext, { findings }: VerifyReport, options: CallOptions): Promise<readonly Locked[]> {
	const { lock } = await context.home.current();
	const onFiles = findings.filter(({ problem }) => problem === 'changed' || problem === 'missing' || problem === 'extra');
	const damaged = new Map<Integrity, Locked>();
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

async function fetchAgain(context: EngineContext, damaged: readonly Locked[], options: CallOptions): Promise<void> {
	const packages = Object.fromEntries(damaged.map((one) => [idOf(one), { ...PLAIN, ...one }]));
	const factsOf = await loadRegistryFacts(context, { ...EMPTY_LOCK, packages }, options);
	await fetchLocked(context, { packages: Object.values(packages), factsOf, replaces: true }, options);
}

const PLAIN = { dependencies: {}, peers: [], dropped: {}, optional: false, os: [], cpu: [], libc: [], tarballPath: null };
