import { join } from 'node:path';
import { EngineError } from '../errors.ts';
import {
	fetchAdvisoryFile,
	fetchAttestations,
	fetchDetachedSignature,
	fetchSigningKeys,
	fetchStatements,
	putStatement,
} from './evidence-routes.ts';
import { createDownloads } from './downloads/downloads.ts';
import { SilentRegistries } from './downloads/silent-registries.ts';
import { MetadataSource } from './metadata/metadata-source.ts';
import { type KnownPackages, openKnownPackages } from './known-packages.ts';
import type { RegistryClient, RegistryClientOptions, RegistryKey } from './registry-client.ts';
import { parseRegistryUrl } from './configuration/registry-url.ts';
import { createRequester, type Requester } from './network/requester.ts';
import { probeRegistry } from './probe.ts';
import { CatalogueSource } from './catalogue/catalogue.ts';
import { createSearch } from './search/search.ts';
import { joinShared, untilAborted } from './network/shared-work.ts';
import { openTarball } from './tarball.ts';
import { openTarballByPacote } from './tarball-by-pacote.ts';

const LARGEST_PING_BYTES = 65_536;

/** Reads npm's configuration and opens a client; nothing is asked yet. Throws `settings-invalid`. */
export async function createRegistryClient(options: RegistryClientOptions): Promise<RegistryClient> {
	return clientOf(await openKnownPackages(options), options);
}

/** The same where the configuration was read already; the client closes the store. */
export function clientOf(
	known: KnownPackages,
	options: Pick<RegistryClientOptions, 'offline' | 'cacheFolder' | 'onNotice'>,
): RegistryClient {
	const { configuration, store, registryFor } = known;
	const requester = createRequester(configuration);
	const catalogue = openCatalogue(options, { requester, registryUrl: configuration.defaultRegistry });
	const source = new MetadataSource({ requester, store, registryFor, offline: options.offline });
	const keys = new Map<string, Promise<readonly RegistryKey[] | null>>();
	const needNetwork = (what: string): void => {
		if (options.offline) {
			throw new EngineError('offline-missing', `Offline, so ${what} cannot be asked for.`, {
				hint: 'Run the same command without --offline.',
			});
		}
	};

	return {
		registryUrl: configuration.defaultRegistry,
		registryFor,
		metadata: source,
		expire: (names) => {
			source.expire(names);
		},
		rely: (names) => {
			source.rely(names);
		},
		expireUnasked: () => source.expireUnasked(),
		packument: (name, waiting) => source.packument(name, waiting),
		knownLatest: known.knownLatest,
		...tarballs({ requester, registryFor, needNetwork }),
		detachedSignature: async (artefact, { signal }) => {
			needNetwork(`the signature of ${artefact.name}@${artefact.version}`);
			return fetchDetachedSignature(artefact, { requester, registryUrl: registryFor(artefact.name), signal });
		},
		search: createSearch({ requester, store, catalogue, registryUrl: configuration.defaultRegistry, offline: options.offline }),
		signingKeys: async (registryUrlOrName, { signal }) => {
			needNetwork('signing keys');
			const registryUrl = /^https?:\/\//.test(registryUrlOrName)
				? parseRegistryUrl(registryUrlOrName, 'the signing keys')
				: registryFor(registryUrlOrName);
			const asked = joinShared({
				shared: keys,
				name: registryUrl,
				signal,
				start: () => fetchSigningKeys({ requester, registryUrl, signal }),
			});
			return untilAborted(asked, signal);
		},
		...statementCalls({ needNetwork, requester, registryFor }),
		advisoryFile: async (file, { signal }) => {
			needNetwork('advisories');
			return fetchAdvisoryFile(file, { requester, registryUrl: configuration.defaultRegistry, signal });
		},
		downloads: createDownloads({
			requester,
			registryFor,
			offline: options.offline,
			silent: openSilentRegistries(options),
			requirePackage: (name, waiting) => source.packument(name, waiting),
		}),
		...pings({ requester, configuration, needNetwork }),
		[Symbol.asyncDispose]: async () => {
			requester.close();
			await catalogue.close();
			await source.close();
			await store.close();
		},
	};
}

function pings({
	requester,
	configuration,
	needNetwork,
}: Pick<KnownPackages, 'configuration'> & {
	readonly requester: Requester;
	readonly needNetwork: (what: string) => void;
}): Pick<RegistryClient, 'ping' | 'probe'> {
	const { defaultRegistry } = configuration;
	return {
		ping: async ({ signal }) => {
			needNetwork(defaultRegistry);
			return ping(requester, defaultRegistry, signal);
		},
		probe: async ({ signal }) => {
			needNetwork(defaultRegistry);
			return probeRegistry({ requester, configuration, signal });
		},
	};
}

function statementCalls({
	needNetwork,
	requester,
	registryFor,
}: {
	readonly needNetwork: (what: string) => void;
	readonly requester: Requester;
	readonly registryFor: (name: string) => string;
}): Pick<RegistryClient, 'attestations' | 'statements' | 'putStatement'> {
	return {
		attestations: async (artefact, { signal }) => {
			needNetwork(`the attestations of ${artefact.name}@${artefact.version}`);
			return fetchAttestations(artefact, { requester, registryUrl: registryFor(artefact.name), signal });
		},
		statements: async (name, { signal }) => {
			needNetwork(`what people said of ${name}`);
			return fetchStatements(name, { requester, registryUrl: registryFor(name), signal });
		},
		putStatement: async (statement, { signal }) => {
			needNetwork(`giving away a statement about ${statement.name}`);
			return putStatement(statement, { requester, registryUrl: registryFor(statement.name), signal });
		},
	};
}

function openCatalogue(
	options: Pick<RegistryClientOptions, 'cacheFolder' | 'onNotice'>,
	registry: { readonly requester: Requester; readonly registryUrl: string },
): CatalogueSource {
	return new CatalogueSource({
		...registry,
		folder: join(options.cacheFolder, 'catalogue'),
		onFailure: (error) => {
			options.onNotice({
				severity: 'warning',
				code: 'catalogue-not-kept',
				text: `The list of the registry's packages cannot be kept on disk (${failureWord(error)}); it is fetched again next time.`,
			});
		},
	});
}

function openSilentRegistries(options: Pick<RegistryClientOptions, 'cacheFolder' | 'onNotice'>): SilentRegistries {
	return new SilentRegistries(join(options.cacheFolder, 'downloads.json'), (error) => {
		options.onNotice({
			severity: 'warning',
			code: 'downloads-not-kept',
			text: `Which registries tell no downloads cannot be kept on disk (${failureWord(error)}); they are asked again next time.`,
		});
	});
}

function failureWord(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

async function ping(requester: Requester, registryUrl: string, signal: AbortSignal): Promise<number> {
	const startedAt = performance.now();
	const url = new URL(`${registryUrl}-/ping`);
	await requester.get({ url, what: 'a ping', packageName: null, maximumBytes: LARGEST_PING_BYTES, signal });
	return performance.now() - startedAt;
}

type Tarballs = {
	readonly requester: Requester;
	readonly registryFor: (name: string) => string;
	readonly needNetwork: (what: string) => void;
};

function tarballs({ requester, registryFor, needNetwork }: Tarballs): Pick<RegistryClient, 'openTarball' | 'openTarballAgain'> {
	const through =
		(open: typeof openTarball): RegistryClient['openTarball'] =>
		async (artefact, { signal }) => {
			needNetwork(`the tarball of ${artefact.name}@${artefact.version}`);
			return open(artefact, { requester, registryUrl: registryFor(artefact.name), signal });
		};
	return { openTarball: through(openTarball), openTarballAgain: through(openTarballByPacote) };
}
