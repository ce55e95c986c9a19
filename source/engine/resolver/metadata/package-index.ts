import type { RegistrySignature } from '../../packument.ts';
import type { Version } from '../semver/version.ts';

/** What the index keeps of one version. */
export type IndexedManifest = {
	readonly name: string;
	readonly version: string;
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
	readonly hasPluginField: boolean;
	readonly license: string;
	readonly integrity: string | null;
	readonly shasum: string | null;
	readonly tarball: string;
	readonly unpackedBytes: number | null;
	readonly signatures: readonly RegistrySignature[];
	readonly attestationsUrl: string | null;
};

/**
 * The edges of one version. Equal maps of a package are one object. Each list is flat: name, range, name, range ...;
 * `dependencies` is without the names that are optional or bundled, `peers` without the names that are regular.
 */
export type EdgeMap = {
	readonly dependencies: readonly string[];
	readonly optionalDependencies: readonly string[];
	readonly peers: readonly string[];
	readonly optionalPeers: readonly string[];
	readonly bundled: readonly string[];
};

/** Versions are numbered 0 .. versionCount-1 in ascending order of precedence. Nothing is decoded before it is asked for. */
export interface PackageIndex {
	readonly name: string;
	readonly versionCount: number;
	/** Tags whose version exists. */
	readonly tags: ReadonlyMap<string, string>;
	readonly majors: Uint32Array | Float64Array;
	readonly minors: Uint32Array | Float64Array;
	readonly patches: Uint32Array | Float64Array;
	/** False when it was made from a document without publish times: then `publishedAt` is null throughout, and `changedAt` a bound. */
	readonly hasTimes: boolean;
	/** Epoch milliseconds after which nothing was published; null where each version has its own time, or nothing is told. */
	readonly changedAt: number | null;
	/** Bits named in `metadata/format.ts`. */
	readonly flags: Uint8Array;
	versionText(i: number): string;
	/** Negative when version i precedes the given one, zero when they are of equal precedence. */
	compare(i: number, version: Version): number;
	/** -1 when there is no such version. */
	indexOfVersion(version: string): number;
	/** Prerelease identifiers, or null for a release. */
	prerelease(i: number): readonly (string | number)[] | null;
	/** Epoch milliseconds, or null when the registry does not say. */
	publishedAt(i: number): number | null;
	edges(i: number): EdgeMap;
	/** Versions with the same number have the same edges. */
	edgeMapNumber(i: number): number;
	/** The range of node it says it needs. */
	engineNode(i: number): string | null;
	manifest(i: number): IndexedManifest;
}
