import { EngineError } from '../errors.ts';
import type { KnownPackages } from './known-packages.ts';
import type { RegistryClient, RegistryClientOptions } from './registry-client.ts';

/** A client that is made when it is first needed: a broken .npmrc must not stop what asks no registry. */
export type LazyRegistryClient = Omit<RegistryClient, 'registryUrl'> & {
	/** Throws `settings-invalid`, each time, as every call does that needs it. */
	readonly open: () => Promise<RegistryClient>;
	/** Without making the client. Throws `settings-invalid`. */
	readonly registryUrl: () => Promise<string>;
	/** Reads npm's configuration again with the next question: somebody changed it. */
	readonly renew: () => Promise<void>;
};

export function lazyRegistryClient(options: RegistryClientOptions): LazyRegistryClient {
	let reading: Promise<KnownPackages> | null = null;
	let opening: Promise<RegistryClient> | null = null;
	let opened: RegistryClient | null = null;
	const told: ((client: RegistryClient) => void)[] = [];

	/** What is installed is listed with this alone, and a client takes longer to load than all the rest of that. */
	const read = (): Promise<KnownPackages> =>
		(reading ??= import('./known-packages.ts').then(({ openKnownPackages }) => openKnownPackages(options)));

	async function create(): Promise<RegistryClient> {
		const { clientOf } = await import('./create-registry-client.ts');
		const client = clientOf(await read(), options);
		for (const tell of told.splice(0)) {
			tell(client);
		}

		opened = client;
		return client;
	}

	// What is said before it is open is kept for it.
	const tell = (one: (client: RegistryClient) => void): void => {
		if (opened === null) {
			told.push(one);
		} else {
			one(opened);
		}
	};
	const open = (): Promise<RegistryClient> => (opening ??= create());
	const close = async (): Promise<void> => {
		// What could not be opened needs no closing, and its caller was told.
		const client = await opening?.catch(() => null);
		await (client === null || client === undefined ? (await reading?.catch(() => null))?.store.close() : client[Symbol.asyncDispose]());
	};
	return {
		open,
		registryUrl: async () => (await read()).configuration.defaultRegistry,
		renew: async () => {
			await close();
			reading = null;
			opening = null;
			opened = null;
		},
		registryFor: (name) => {
			if (opened === null) {
				throw new EngineError('internal', `The registry of ${name} was asked for before npm's configuration was read.`);
			}

			return opened.registryFor(name);
		},
		metadata: { load: async (names, waiting) => (await open()).metadata.load(names, waiting) },
		expire: (names) => tell((client) => client.expire(names)),
		rely: (names) => tell((client) => client.rely(names)),
		// Before it is open nothing was answered from the store.
		expireUnasked: () => opened?.expireUnasked() ?? false,
		packument: async (name, waiting) => (await open()).packument(name, waiting),
		knownLatest: async (names) => (names.length === 0 ? new Map() : (await read()).knownLatest(names)),
		openTarballAgain: async (artefact, waiting) => (await open()).openTarballAgain(artefact, waiting),
		openTarball: async (artefact, waiting) => (await open()).openTarball(artefact, waiting),
		search: async (query, waiting) => (await open()).search(query, waiting),
		signingKeys: async (registryUrlOrName, waiting) => (await open()).signingKeys(registryUrlOrName, waiting),
		attestations: async (artefact, waiting) => (await open()).attestations(artefact, waiting),
		statements: async (name, waiting) => (await open()).statements(name, waiting),
		putStatement: async (statement, waiting) => (await open()).putStatement(statement, waiting),
		advisoryFile: async (file, waiting) => (await open()).advisoryFile(file, waiting),
		detachedSignature: async (artefact, waiting) => (await open()).detachedSignature(artefact, waiting),
		downloads: async (request, waiting) => (await open()).downloads(request, waiting),
		ping: async (waiting) => (await open()).ping(waiting),
		probe: async (waiting) => (await open()).probe(waiting),
		[Symbol.asyncDispose]: close,
	};
}
