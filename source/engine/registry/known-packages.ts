import { join } from 'node:path';
import { readNpmConfiguration, type NpmConfiguration } from './configuration/npm-configuration.ts';
import { MetadataStore } from './metadata/metadata-store.ts';
import { scopeOf } from './package-name.ts';
import type { KnownPackage, RegistryClientOptions } from './registry-client.ts';

/** Which registry each package comes from, and what registries said before: all that can be told without asking one. */
export type KnownPackages = {
	readonly configuration: NpmConfiguration;
	readonly store: MetadataStore;
	readonly registryFor: (name: string) => string;
	/** The newest known version of each name; a name nobody asked about is missing. */
	readonly knownLatest: (names: readonly string[]) => Promise<ReadonlyMap<string, KnownPackage>>;
};

/** Reads npm's configuration. Throws `settings-invalid`. Whoever opened it closes the store. */
export async function openKnownPackages(options: RegistryClientOptions): Promise<KnownPackages> {
	const configuration = await readNpmConfiguration(options);
	const store = openStore(options);
	const registryFor = (name: string): string => configuration.scopes.get(scopeOf(name) ?? '') ?? configuration.defaultRegistry;
	return { configuration, store, registryFor, knownLatest: (names) => knownLatest(names, { store, registryFor }) };
}

function openStore(options: RegistryClientOptions): MetadataStore {
	return new MetadataStore(join(options.cacheFolder, 'metadata'), (error) => {
		options.onNotice({
			severity: 'warning',
			code: 'metadata-store-unusable',
			text: `The metadata store cannot be used (${error instanceof Error && 'code' in error ? String(error.code) : String(error)}); everything is asked of the registry.`,
		});
	});
}

async function knownLatest(
	names: readonly string[],
	{ store, registryFor }: Pick<KnownPackages, 'store' | 'registryFor'>,
): Promise<ReadonlyMap<string, KnownPackage>> {
	const known = new Map<string, KnownPackage>();
	await store.flush();
	for (const name of names) {
		const record = await store.record(registryFor(name), name);
		if (record !== null && record.length > 0) {
			known.set(name, { name, ...record.latest, fetchedAt: record.fetchedAt });
		}
	}

	return known;
}
