/** One version's manifest as a registry tells it. Every string was validated or stripped at the edge. */
export type RegistryManifest = {
	readonly name: string;
	readonly version: string;
	readonly description: string;
	readonly license: string;
	readonly keywords: readonly string[];
	readonly homepage: string | null;
	readonly repository: string | null;
	readonly dependencies: Readonly<Record<string, string>>;
	readonly optionalDependencies: Readonly<Record<string, string>>;
	readonly peerDependencies: Readonly<Record<string, string>>;
	/** Names of the peer dependencies that may be absent. */
	readonly optionalPeers: readonly string[];
	readonly bundledDependencies: readonly string[];
	readonly engines: Readonly<Record<string, string>>;
	readonly os: readonly string[];
	readonly cpu: readonly string[];
	readonly libc: readonly string[];
	/** The message, or null when the version is not deprecated. */
	readonly deprecated: string | null;
	readonly hasInstallScript: boolean;
	/** True when package.json carries a `plugward` field; a packument only hints, the tarball decides. */
	readonly hasPluginField: boolean;
	readonly publisher: string | null;
	readonly dist: Distribution;
};

export type Distribution = {
	/** As the registry wrote it: one or more algorithms, or null on very old versions. */
	readonly integrity: string | null;
	readonly shasum: string | null;
	readonly tarball: string;
	readonly fileCount: number | null;
	readonly unpackedBytes: number | null;
	readonly signatures: readonly RegistrySignature[];
	/** Present when the registry says that attestations exist. */
	readonly attestations: { readonly url: string; readonly predicateType: string | null } | null;
};

export type RegistrySignature = { readonly keyid: string; readonly sig: string };

/** A parsed packument. `versions` keeps the registry's order; junk versions were dropped and are listed in `skipped`. */
export type Packument = {
	readonly name: string;
	readonly distTags: Readonly<Record<string, string>>;
	readonly versions: ReadonlyMap<string, RegistryManifest>;
	/** ISO publish time per version; empty when the registry strips it. */
	readonly time: Readonly<Record<string, string>>;
	/** Only of a document that leaves the times out: ISO time after which nothing was published, or null when not even that is told. */
	readonly changedAt?: string | null;
	readonly maintainers: readonly string[];
	readonly readme: string | null;
	readonly skipped: readonly { readonly version: string; readonly why: string }[];
};
