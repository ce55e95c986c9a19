/**
 * What the services need kept. Each method is one transaction and asynchronous, so that files can be exchanged for a database or an
 * object store without a change above this line.
 */
export type Storage = {
	readonly local: LocalPackageStorage;
	readonly upstream: UpstreamStorage;
	readonly blobs: BlobStorage;
	readonly statements: StatementStorage;
	readonly downloads: DownloadStorage;
	/** PKCS #8 PEM of the mirror's signing key; made by `create` on first use and never changed. */
	signingKey(create: () => string): Promise<string>;
	close(): Promise<void>;
};

/** A JSON object as a client or an upstream sent it; its fields are passed through. */
export type JsonObject = Readonly<Record<string, unknown>>;

export type LocalPackage = {
	readonly name: string;
	/** Grows with each change. */
	readonly revision: number;
	readonly distTags: Readonly<Record<string, string>>;
	readonly versions: Readonly<Record<string, LocalVersion>>;
	/** ISO times. */
	readonly createdAt: string;
	readonly modifiedAt: string;
	/** Versions that were unpublished; they can never be published again. */
	readonly retired: Readonly<Record<string, string>>;
	readonly readme: string;
};

export type LocalVersion = {
	/** As published, without `dist`. */
	readonly manifest: JsonObject;
	readonly integrity: string;
	/** Lower-case hex of the same digest: the name of the blob. */
	readonly sha512: string;
	readonly shasum: string;
	readonly bytes: number;
	readonly fileCount: number;
	readonly unpackedBytes: number;
	readonly publishedAt: string;
	readonly publisher: string;
	readonly deprecated: string | null;
	readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
	/** `sha512` names the blob that holds the Sigstore bundle. */
	readonly provenance: { readonly sha512: string; readonly bytes: number; readonly predicateType: string } | null;
};

export type LocalPackageStorage = {
	read(name: string): Promise<LocalPackage | null>;
	names(): Promise<readonly string[]>;
	/** Runs `decide` on the current state and writes what it returns; nobody else changes that package in between. */
	change(name: string, decide: (current: LocalPackage | null) => Promise<LocalPackage>): Promise<LocalPackage>;
};

/** What search shows of a package; small enough to keep thousands in memory. */
export type PackageSummary = {
	readonly name: string;
	readonly version: string;
	readonly description: string;
	readonly keywords: readonly string[];
	readonly date: string | null;
	readonly publisher: string | null;
	readonly maintainers: readonly string[];
	readonly links: Readonly<Record<string, string>>;
	readonly license: string | null;
	/** Kinds of permission it declares; null for what was pulled before this was kept. */
	readonly permissions: readonly string[] | null;
	readonly isPlugin: boolean | null;
	/** What is served as proof of this version; unverified. */
	readonly proof: 'attested' | 'signed' | 'none' | null;
};

/** What is known of a package pulled from the upstream, without its documents. */
export type UpstreamHead = {
	readonly name: string;
	/** Milliseconds since the epoch: when the upstream last confirmed it. */
	readonly checkedAt: number;
	readonly etag: string | null;
	readonly lastModified: string | null;
	/** Hex sha256 of the body as the upstream sent it, for upstreams without ETag. */
	readonly bodyDigest: string;
	/** Hash of each document, before the public URL is put in. */
	readonly digests: Readonly<Record<DocumentKind, string>>;
	readonly summary: PackageSummary;
};

export type DocumentKind = 'full' | 'abbreviated';
export type UpstreamSection = DocumentKind | 'tarballs';

export type UpstreamStorage = {
	readHead(name: string): Promise<UpstreamHead | null>;
	/** The section with the head it belongs to; they never come from different writes. Null when the package is unknown. */
	readSection(name: string, section: UpstreamSection): Promise<{ readonly head: UpstreamHead; readonly text: string } | null>;
	/** Without sections only the head changes. */
	write(head: UpstreamHead, sections: Readonly<Record<UpstreamSection, string>> | null): Promise<void>;
	remove(name: string): Promise<void>;
	heads(): Promise<readonly UpstreamHead[]>;
	readTarball(name: string, version: string): Promise<StoredTarball | null>;
	writeTarball(name: string, version: string, tarball: StoredTarball): Promise<void>;
	/** A JSON document of the upstream (keys, attestations) under a key of the caller's. */
	readDocument(key: string): Promise<{ readonly checkedAt: number; readonly text: string } | null>;
	writeDocument(key: string, document: { readonly checkedAt: number; readonly text: string }): Promise<void>;
};

/** A signed statement of somebody about a name, as it came. */
export type StoredStatement = {
	readonly signer: string;
	/** Lower-case hex of what was signed. */
	readonly sha256: string;
	/** Milliseconds since the epoch; null for one that does not end. */
	readonly expiresAt: number | null;
	readonly bundle: JsonObject;
};

export type StatementStorage = {
	read(name: string): Promise<readonly StoredStatement[]>;
	/** Runs `decide` on what is kept and writes what it returns; nobody else changes the statements about that name in between. */
	change(name: string, decide: (current: readonly StoredStatement[]) => readonly StoredStatement[]): Promise<void>;
};

/** Days since 1970-01-01 in UTC, both included. */
export type Days = { readonly from: number; readonly to: number };

/** How often tarballs of a package were served on a day. Nothing is kept of who asked. */
export type DownloadStorage = {
	add(counts: readonly { readonly name: string; readonly day: number; readonly count: number }[]): Promise<void>;
	/** By day; days without any are left out. */
	read(name: string, days: Days): Promise<ReadonlyMap<number, number>>;
	/** By name; names without any are left out. */
	sums(days: Days): Promise<ReadonlyMap<string, number>>;
	forgetBefore(day: number): Promise<void>;
};

/** A set of advisories that the operator keeps up to date elsewhere; nothing here writes it. */
export type AdvisoryStorage = {
	/** Null when there is no such file. */
	read(file: string): Promise<Buffer | null>;
};

export type StoredTarball = { readonly sha512: string; readonly bytes: number };

export type BlobStorage = {
	/** A place to write bytes of yet unknown digest. Disposing it without `commit` leaves nothing behind. */
	stage(): Promise<StagedBlob>;
	/** Null when absent, or when its size is not `bytes` (a power cut truncated it). */
	open(sha512: string, bytes: number): Promise<Blob | null>;
	remove(sha512: string): Promise<void>;
};

export type StagedBlob = AsyncDisposable & {
	write(chunk: Uint8Array): Promise<void>;
	/** Moves the bytes into place under the hex sha512 the caller computed. `durable` waits for the disk. */
	commit(sha512: string, options: { readonly durable: boolean }): Promise<void>;
};

export type Blob = {
	readonly bytes: number;
	read(): Promise<Buffer>;
	/** Both ends included. */
	stream(range: { readonly start: number; readonly end: number }): NodeJS.ReadableStream;
};
