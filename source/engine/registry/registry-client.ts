import type { Readable } from 'node:stream';
import type { DownloadNumbers } from '../download-numbers.ts';
import type { Packument } from '../packument.ts';
import type { InstalledFacts, SearchedPackage } from '../package-search/index.ts';
import type { MetadataProvider } from '../resolver/index.ts';
import type { DownloadsRequest } from './downloads/downloads.ts';

type Waiting = { readonly signal: AbortSignal };

/** Something the user should know about the configuration or the registry; never holds a secret. */
export type RegistryNotice = { readonly severity: 'info' | 'warning'; readonly code: string; readonly text: string };

export type RegistryClientOptions = {
	/** Where the search for a project's .npmrc starts. */
	readonly cwd: string;
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** Overrides the default registry of .npmrc; scopes keep theirs. */
	readonly registry: string | null;
	readonly offline: boolean;
	/** Absolute; the metadata store lives in it and is created when first written. */
	readonly cacheFolder: string;
	readonly onNotice: (notice: RegistryNotice) => void;
};

/** What the metadata store knows of a package's newest version. */
export type KnownPackage = {
	readonly name: string;
	/** The version `latest` names; null when the registry names none. */
	readonly version: string | null;
	readonly description: string;
	readonly keywords: readonly string[];
	readonly publisher: string | null;
	/** ISO time or null. */
	readonly publishedAt: string | null;
	/** Epoch milliseconds of the last answer of the registry. */
	readonly fetchedAt: number;
};

export type RegistrySearchRequest = {
	/** As typed, with facets. */
	readonly text: string;
	readonly size: number;
	readonly from: number;
	/** More searches follow soon, as while somebody types: it is worth fetching the registry's list of packages meanwhile. */
	readonly isLive: boolean;
	/** By name. */
	readonly installed: ReadonlyMap<string, InstalledFacts>;
};

export type RegistrySearchResult = {
	/** `catalogue`: the list that the registry gives of its packages, searched here. */
	readonly source: 'registry' | 'catalogue' | 'local-index';
	readonly total: number;
	readonly packages: readonly SearchedPackage[];
	/** What the reader should know of where the answer is from, as a sentence; null when it is the registry's newest. */
	readonly notice: string | null;
};

/** One entry of `/-/npm/v1/keys`. */
export type RegistryKey = {
	readonly keyid: string;
	readonly keytype: string;
	readonly scheme: string;
	/** Base64 of the SPKI form, without PEM armour. */
	readonly key: string;
	/** ISO time or null. */
	readonly expires: string | null;
	/** Patterns of the names it signs, where a registry says so (a mirror signs only its own); null: all it serves. */
	readonly names: readonly string[] | null;
};

export type AttestationsAnswer =
	| { readonly type: 'served'; /** As the registry sent it; unverified and unparsed. */ readonly json: unknown }
	| { readonly type: 'not-served'; readonly why: string };

export type RegistryProbe = {
	readonly milliseconds: number;
	readonly status: number;
	/** The registry's clock; null when it does not tell. */
	readonly date: Date | null;
	/** Who issued its certificate; null without TLS. */
	readonly tlsIssuer: string | null;
	/** Whether .npmrc holds credentials for it. */
	readonly hasCredentials: boolean;
};

export type TarballStream = {
	/** Ends with `tarball-truncated` when the transfer breaks or falls short; destroying it closes the connection. */
	readonly stream: Readable;
	/** Null when the registry does not say. */
	readonly totalBytes: number | null;
};

/**
 * A client of the npm registries that .npmrc names. Rejects with `EngineError` only: `registry-unreachable`, `registry-response-invalid`,
 * `authentication-required`, `package-not-found`, `offline-missing`, `cancelled`.
 */
export type RegistryClient = {
	/** The default registry, with a slash at its end and never with credentials. */
	readonly registryUrl: string;
	/** The registry of a package by its scope, in the same form. */
	readonly registryFor: (name: string) => string;
	/** Offline it is made from the stored index: no readme, and descriptions only of the newest version. */
	readonly packument: (name: string, options: Waiting & { readonly fresh?: boolean }) => Promise<Packument>;
	readonly metadata: MetadataProvider;
	/** Asks the registry again, conditionally, for what is known so far of these names. Does nothing offline. */
	readonly expire: (names: readonly string[] | 'all') => void;
	/** Of these, which are to stay as they are, a day old is new enough, unless they were expired. */
	readonly rely: (names: readonly string[]) => void;
	/** The same for everything that was answered from the store alone; false when there is nothing of the kind, as always offline. */
	readonly expireUnasked: () => boolean;
	/** From the metadata store alone; names never seen are left out. */
	readonly knownLatest: (names: readonly string[]) => Promise<ReadonlyMap<string, KnownPackage>>;
	/** `tarball` is the URL of the manifest, or a path under the registry; it must lie under the registry of `name`. */
	readonly openTarball: (
		artefact: { readonly name: string; readonly version: string; readonly tarball: string },
		options: Waiting,
	) => Promise<TarballStream>;
	/** The armored OpenPGP signature at the tarball's URL with `.asc` behind it; null when there is none. */
	readonly detachedSignature: (
		artefact: { readonly name: string; readonly version: string; readonly tarball: string },
		options: Waiting,
	) => Promise<string | null>;
	/** The same through a second, independent client: for what was found damaged. */
	readonly openTarballAgain: RegistryClient['openTarball'];
	readonly search: (request: RegistrySearchRequest, options: Waiting) => Promise<RegistrySearchResult>;
	/** Takes a registry URL or a package name. Null when that registry does not serve keys. Asked once per client. */
	readonly signingKeys: (registryUrlOrName: string, options: Waiting) => Promise<readonly RegistryKey[] | null>;
	readonly attestations: (
		artefact: { readonly name: string; readonly version: string; readonly url: string | null },
		options: Waiting,
	) => Promise<AttestationsAnswer>;
	/** What people said of this name, as the registry keeps it: signed bundles, unverified. Empty when it keeps none. */
	readonly statements: (name: string, options: Waiting) => Promise<readonly unknown[]>;
	/** Gives the name's registry a signed statement about it; false when it had it. */
	readonly putStatement: (statement: { readonly name: string; readonly bundle: unknown }, options: Waiting) => Promise<boolean>;
	/** A file of the default registry's advisory set, by its name; undefined when it has none. The name tells no package. */
	readonly advisoryFile: (file: string, options: Waiting) => Promise<unknown>;
	/** How often a package was downloaded; that its registry tells no numbers is an answer. Asks nobody offline. */
	readonly downloads: (request: DownloadsRequest, options: Waiting) => Promise<DownloadNumbers>;
	/** Milliseconds the default registry took to answer `/-/ping`. */
	readonly ping: (options: Waiting) => Promise<number>;
	/** What one ping tells. Any answer counts, since not every registry has the route. Rejects as every call does when there is none. */
	readonly probe: (options: Waiting) => Promise<RegistryProbe>;
	/** Waits for what is still being written to the metadata store and closes connections. */
	readonly [Symbol.asyncDispose]: () => Promise<void>;
};
