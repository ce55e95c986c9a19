/**
 * Layout of an index file, little-endian. Twenty header words, then sections at the offsets named there. Everything the solver
 * scans is a typed array that is viewed in place; everything else is decoded when it is asked for.
 */
export const MAGIC = 0x58495750;
export const FORMAT = 2;
export const HEADER_WORDS = 24;

/** Positions of the header words. The checksum covers every word after itself. */
export const HEADER = {
	magic: 0,
	format: 1,
	totalBytes: 2,
	checksum: 3,
	versionCount: 4,
	isWide: 5,
	facts: 6,
	majors: 7,
	minors: 8,
	patches: 9,
	times: 10,
	suffixNumbers: 11,
	suffixes: 12,
	edgeNumbers: 13,
	edgeOffsets: 14,
	edges: 15,
	traitNumbers: 16,
	traitOffsets: 17,
	traits: 18,
	recordOffsets: 19,
	records: 20,
	flags: 21,
	edgeMapCount: 22,
	traitCount: 23,
} as const;

export const FLAG_PRERELEASE = 1;
export const FLAG_DEPRECATED = 2;
export const FLAG_INSTALL_SCRIPT = 4;
export const FLAG_PLUGIN = 8;
export const FLAG_ENGINES = 16;
export const FLAG_PLATFORM = 32;

/** Bits of the first byte of a record. */
export const RECORD_SHA512 = 1;
export const RECORD_SHA1 = 2;
export const RECORD_SIZE = 4;
export const RECORD_TARBALL = 8;
export const RECORD_ATTESTATIONS = 16;
/** JSON of whatever does not have the usual form follows. */
export const RECORD_REST = 32;

/** What a record could not say in its compact form. */
export type RecordRest = {
	readonly integrity?: string;
	readonly shasum?: string;
	readonly tarball?: string;
	readonly attestationsUrl?: string;
	readonly signatures?: readonly { readonly keyid: string; readonly sig: string }[];
};

/** Facts of the whole package, as JSON. */
export type PackageFacts = {
	readonly name: string;
	readonly tags: readonly (readonly [string, string])[];
	readonly keyids: readonly string[];
	readonly tarballPrefix: string;
	readonly attestationsPrefix: string;
	/** Only where publish times are not told: epoch milliseconds after which nothing was published, or null. */
	readonly changedAt?: number | null;
};

/** license, engines, os, cpu, libc, deprecated: equal ones are stored once. */
export type Traits = readonly [
	string,
	Readonly<Record<string, string>>,
	readonly string[],
	readonly string[],
	readonly string[],
	string | null,
];

/** Flat dependencies, optionalDependencies, peerDependencies, then optionalPeers and bundledDependencies, each sorted by name. */
export type RawEdges = readonly [readonly string[], readonly string[], readonly string[], readonly string[], readonly string[]];

/** Four lanes, so that the multiplications do not wait for each other: a torn or flipped file is noticed for a few microseconds. */
export function checksumOf(words: Uint32Array): number {
	let a = 0x9e3779b1;
	let b = 0x85ebca77;
	let c = 0xc2b2ae3d;
	let d = 0x27d4eb2f;
	const start = HEADER.checksum + 1;
	const fours = start + ((words.length - start) & ~3);
	for (let i = start; i < fours; i += 4) {
		a = Math.imul(a ^ (words[i] ?? 0), 0x9e3779b1);
		b = Math.imul(b ^ (words[i + 1] ?? 0), 0x85ebca77);
		c = Math.imul(c ^ (words[i + 2] ?? 0), 0xc2b2ae3d);
		d = Math.imul(d ^ (words[i + 3] ?? 0), 0x27d4eb2f);
	}

	for (let i = fours; i < words.length; i += 1) {
		a = Math.imul(a ^ (words[i] ?? 0), 0x9e3779b1);
	}

	// The high bits of a product depend on all lower ones, so they are folded down before the lanes meet.
	return Math.imul((a ^ (a >>> 15)) + (b ^ (b >>> 13)), 0x85ebca6b) ^ Math.imul((c ^ (c >>> 16)) + (d ^ (d >>> 14)), 0xc2b2ae35);
}
