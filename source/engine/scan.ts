/** What code can do. A capability is no accusation: most packages that read files should. */
export const CAPABILITIES = ['process', 'native', 'eval', 'net', 'fs', 'env', 'dynamic-import', 'wasm'] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** What honest code rarely has. */
export const SIGNS = ['obfuscated', 'self-publish', 'secret-path', 'secret-env', 'unparsable', 'unscannable'] as const;
export type Sign = (typeof SIGNS)[number];

export type Observation = Capability | Sign;

/** What lets code do harm beyond its own answer; an update that gains one of these is grave. */
export const FAR_REACHING: ReadonlySet<string> = new Set<Observation>([
	'process',
	'native',
	'eval',
	'net',
	'obfuscated',
	'self-publish',
	'secret-path',
	'secret-env',
]);

/** Where something was seen. Lines and columns start at 1; a column counts UTF-16 units. */
export type Place = {
	/** Relative to the package root. */
	readonly file: string;
	readonly line: number;
	readonly column: number;
	/** What stands there, in a few words: `child_process`, `process.env.HOME`. */
	readonly detail: string;
};

/** One kind of thing that was seen in a package. */
export type Observed = {
	readonly what: Observation;
	/** How often; `places` keeps the first few. */
	readonly count: number;
	readonly places: readonly Place[];
};

export type SkippedFile = { readonly file: string; readonly reason: 'too-large' | 'over-budget' };

/** What is measured rather than told: whether somebody takes care of the package. */
export type Quality = {
	readonly hasTests: boolean;
	readonly hasTypes: boolean;
	readonly readmeBytes: number;
	readonly hasLicenceFile: boolean;
	readonly fileCount: number;
	readonly unpackedBytes: number;
	readonly dependencyCount: number;
	/** Source files that are minified, so that nobody can review them. */
	readonly minifiedFiles: number;
};

/** What the bytes of one package hold. It depends on nothing but them and the scanner's version, so that it is kept by their sha512. */
export type PackageScan = {
	/** Sorted: signs first, then capabilities, each by weight. */
	readonly observed: readonly Observed[];
	/** Scripts that npm would run when installing; plugward never does. */
	readonly installScripts: readonly { readonly name: string; readonly command: string }[];
	/** A `binding.gyp` without an install script: npm would build it. */
	readonly hasImplicitBuild: boolean;
	/** As package.json states it; null when it states none. */
	readonly licence: string | null;
	readonly quality: Quality;
	readonly scannedFiles: number;
	readonly scannedBytes: number;
	readonly skipped: readonly SkippedFile[];
	/** How many were skipped; `skipped` names the first. */
	readonly skippedCount: number;
};
