import semver from 'semver';
import type { InstalledPlugin, InstalledState } from '../engine.ts';
import type { Generation, Receipt, Revocation } from '../home/index.ts';
import { parsePluginManifest } from '../parse-manifest.ts';
import type { KnownPackage } from '../registry/index.ts';
import { stripToLine } from '../strip-controls.ts';
import { effectiveGrants } from './effective-grants.ts';
import type { EngineContext } from './engine-context.ts';
import { effectiveLevelOf } from './installed-plugin.ts';
import { closureOf, uniquePackages } from './lock-queries.ts';

/** The plugins of the current generation. Asks no registry: what is newer is told as far as cached metadata knows. */
export async function list(context: EngineContext): Promise<InstalledState> {
	const generation = await context.home.current();
	const names = Object.values(generation.lock.roots).flatMap(({ instance }) => generation.lock.packages[instance]?.name ?? []);
	const [known, revocations, storeBytes] = await Promise.all([
		context.registry.knownLatest(names),
		context.home.revocations(),
		context.home.store.sizeBytes(),
	]);
	const plugins = await Promise.all(
		Object.keys(generation.lock.roots).map((root) => describe(context, { generation, root, known, revocations })),
	);
	return { generation: generation.number, plugins: plugins.flat(), packageCount: uniquePackages(generation.lock).length, storeBytes };
}

type Described = {
	readonly generation: Generation;
	readonly root: string;
	readonly known: ReadonlyMap<string, KnownPackage>;
	readonly revocations: readonly Revocation[];
};

async function describe(context: EngineContext, { generation, root, known, revocations }: Described): Promise<readonly InstalledPlugin[]> {
	const { lock } = generation;
	const entry = lock.roots[root];
	const locked = entry === undefined ? undefined : lock.packages[entry.instance];
	if (entry === undefined || locked === undefined) {
		return [];
	}

	const { store } = context.home;
	const receipts = await closureReceipts(context, generation, entry.instance);
	const packageJson = await store.readPackageJson(locked.integrity);
	const manifest = parsePluginManifest(packageJson);
	const latest = known.get(locked.name);
	const provenance = receipts[0]?.evidence.find(({ kind, state }) => kind === 'provenance' && state === 'verified');
	return [
		{
			name: root,
			version: locked.version,
			spec: entry.spec,
			description: descriptionIn(packageJson),
			level: await effectiveLevelOf(context, generation, entry.instance),
			tasks: manifest === null ? null : Object.keys(manifest.tasks),
			permissions: manifest?.permissions ?? [],
			grants: effectiveGrants(generation, { plugin: locked.name, version: locked.version, now: context.clock(), revocations }),
			identity: provenance?.identity ?? null,
			isHeld: generation.settings.held.includes(root),
			isDisabled: generation.settings.disabled.includes(root),
			dependencyCount: receipts.length - 1,
			sizeBytes: receipts.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0),
			latest: latest?.version ?? null,
			wanted: wantedVersion(entry.spec, { latest: latest?.version ?? null, installed: locked.version }),
		},
	];
}

async function closureReceipts(context: EngineContext, { lock }: Generation, instance: string): Promise<readonly Receipt[]> {
	const integrities = new Set(closureOf(lock, instance).flatMap((id) => lock.packages[id]?.integrity ?? []));
	const receipts = await Promise.all([...integrities].map((integrity) => context.home.store.receipt(integrity)));
	return receipts.filter((receipt) => receipt !== null);
}

/** The package's own words, from the verified archive. */
function descriptionIn(packageJson: unknown): string {
	const text = typeof packageJson === 'object' && packageJson !== null && 'description' in packageJson ? packageJson.description : '';
	return typeof text === 'string' ? stripToLine(text) : '';
}

/** What `update` would move to, as far as the newest known version tells. */
function wantedVersion(spec: string, { latest, installed }: { readonly latest: string | null; readonly installed: string }): string | null {
	if (latest === null) {
		return null;
	}

	return semver.gt(latest, installed, { loose: true }) && semver.satisfies(latest, spec, { loose: true }) ? latest : installed;
}
