import { runtimeLabel } from '../running/native-runtime.ts';
import isGreater from 'semver/functions/gt.js';
import satisfies from 'semver/functions/satisfies.js';
import type { InstalledPlugin, InstalledState } from '../../installed-state.ts';
import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { Generation, Receipt, Revocation } from '../../home/index.ts';
import type { LockPackage } from '../../lock.ts';
import { parsePluginManifest } from '../../parse-manifest.ts';
import type { KnownPackage } from '../../registry/index.ts';
import { descriptionIn } from '../../stated-description.ts';
import { effectiveGrants } from '../apply/effective-grants.ts';
import type { EngineContext } from '../engine-context.ts';
import { effectiveLevelOf, type JudgedInstances } from '../running/effective-level.ts';
import { closureOf, idOf, uniquePackages } from '../locks/lock-queries.ts';
import { fitsPlatform } from '../doctor/platform.ts';

/** The plugins of the current generation. Asks no registry: what is newer is told as far as cached metadata knows. */
export async function list(context: EngineContext, { onEvent }: CallOptions): Promise<InstalledState> {
	const generation = await context.home.current();
	const names = Object.values(generation.lock.roots).flatMap(({ instance }) => generation.lock.packages[instance]?.name ?? []);
	const [known, revocations, storeBytes] = await Promise.all([
		knownLatest(context, names, onEvent),
		context.home.revocations(),
		context.home.store.sizeBytes(),
	]);
	const judged: JudgedInstances = new Map();
	const plugins = await Promise.all(
		Object.keys(generation.lock.roots).map((root) => describe(context, { generation, root, known, revocations, judged })),
	);
	return {
		generation: generation.number,
		plugins: plugins.flat(),
		packageCount: uniquePackages(generation.lock).length,
		storeBytes,
		overrides: generation.settings.overrides,
	};
}

/** What is newer is a courtesy: an .npmrc that cannot be read must not hide what is installed. */
async function knownLatest(
	{ registry }: EngineContext,
	names: readonly string[],
	onEvent: CallOptions['onEvent'],
): Promise<ReadonlyMap<string, KnownPackage>> {
	try {
		return await registry.knownLatest(names);
	} catch (error) {
		if (!(error instanceof EngineError) || error.code !== 'settings-invalid') {
			throw error;
		}

		onEvent({ type: 'notice', severity: 'warning', code: error.code, text: `What is newer cannot be told: ${error.message}` });
		return new Map();
	}
}

type Described = {
	readonly generation: Generation;
	readonly root: string;
	readonly known: ReadonlyMap<string, KnownPackage>;
	readonly revocations: readonly Revocation[];
	readonly judged: JudgedInstances;
};

async function describe(
	context: EngineContext,
	{ generation, root, known, revocations, judged }: Described,
): Promise<readonly InstalledPlugin[]> {
	const { lock } = generation;
	const entry = lock.roots[root];
	const locked = entry === undefined ? undefined : lock.packages[entry.instance];
	if (entry === undefined || locked === undefined) {
		return [];
	}

	const latest = known.get(locked.name);
	return [
		{
			name: root,
			version: locked.version,
			spec: entry.spec,
			isHeld: generation.settings.held.includes(root),
			isDisabled: generation.settings.disabled.includes(root),
			acceptances: generation.settings.acceptances
				.filter((one) => one.package === locked.name && one.version === locked.version)
				.map((one) => ({ ...one, isExpired: Date.parse(one.expires) <= context.clock().getTime() })),
			latest: latest?.version ?? null,
			wanted: wantedVersion(entry.spec, { latest: latest?.version ?? null, installed: locked.version }),
			...(await describeFromStore(context, { generation, instance: entry.instance, locked, revocations, judged })),
		},
	];
}

type StoredFacts = Omit<InstalledPlugin, 'name' | 'version' | 'spec' | 'isHeld' | 'isDisabled' | 'acceptances' | 'latest' | 'wanted'>;

type Stored = {
	readonly generation: Generation;
	readonly instance: string;
	readonly locked: LockPackage;
	readonly revocations: readonly Revocation[];
	readonly judged: JudgedInstances;
};

/** What only the content store knows. One entry that is damaged must not hide the others, so it becomes a problem of its plugin. */
async function describeFromStore(context: EngineContext, stored: Stored): Promise<StoredFacts> {
	try {
		return await readFromStore(context, stored);
	} catch (error) {
		if (error instanceof EngineError && error.code === 'home-damaged') {
			return { ...NOTHING_STORED, problem: error.message };
		}

		throw error;
	}
}

const NOTHING_STORED: StoredFacts = {
	description: '',
	level: 'unknown',
	tasks: null,
	stays: false,
	permissions: [],
	grants: [],
	identity: null,
	dependencyCount: 0,
	sizeBytes: 0,
	problem: null,
};

async function readFromStore(context: EngineContext, { generation, instance, locked, revocations, judged }: Stored): Promise<StoredFacts> {
	const { receipts, absent } = await closureReceipts(context, generation, instance);
	if (absent.includes(idOf(locked))) {
		return { ...NOTHING_STORED, problem: problemOf(absent) };
	}

	const { store } = context.home;
	const own = receipts.find(({ integrity }) => integrity === locked.integrity);
	const packageJson = await (own === undefined ? store.readPackageJson(locked.integrity) : store.packageJsonOf(own));
	const manifest = parsePluginManifest(packageJson);
	const provenance = receipts[0]?.evidence.find(({ kind, state }) => kind === 'provenance' && state === 'verified');
	return {
		description: descriptionIn(packageJson),
		level: await effectiveLevelOf(context, generation, instance, judged),
		...runtimeLabel(manifest),
		tasks: manifest === null ? null : Object.keys(manifest.tasks),
		stays: manifest?.stays ?? false,
		permissions: manifest?.permissions ?? [],
		grants: effectiveGrants(generation, { plugin: locked.name, version: locked.version, now: context.clock(), revocations }),
		identity: provenance?.identity ?? null,
		dependencyCount: receipts.length - 1,
		sizeBytes: receipts.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0),
		problem: problemOf(absent),
	};
}

function problemOf(absent: readonly string[]): string | null {
	const [first] = absent;
	const others = absent.length > 1 ? ` and ${absent.length - 1} more` : '';
	return first === undefined ? null : `${first}${others} ${absent.length > 1 ? 'are' : 'is'} missing from the content store.`;
}

/** What is stored of a plugin and everything it reaches; absent is what should be there and is not. */
async function closureReceipts(
	context: EngineContext,
	{ lock }: Generation,
	instance: string,
): Promise<{ readonly receipts: readonly Receipt[]; readonly absent: readonly string[] }> {
	const reached = closureOf(lock, instance).flatMap((id) => lock.packages[id] ?? []);
	const unique = [...new Map(reached.map((locked) => [locked.integrity, locked])).values()];
	const found = await Promise.all(unique.map(async (locked) => ({ locked, receipt: await context.home.store.receipt(locked.integrity) })));
	return {
		receipts: found.flatMap(({ receipt }) => receipt ?? []),
		absent: found
			.filter(({ locked, receipt }) => receipt === null && !(locked.optional && !fitsPlatform(locked, context.platform)))
			.map(({ locked }) => idOf(locked)),
	};
}

/** What `update` would move to, as far as the newest known version tells. */
function wantedVersion(spec: string, { latest, installed }: { readonly latest: string | null; readonly installed: string }): string | null {
	if (latest === null) {
		return null;
	}

	return isGreater(latest, installed, { loose: true }) && satisfies(latest, spec, { loose: true }) ? latest : installed;
}
