import type { Evidence, Verdict } from './evidence.ts';
import type { Observed, PackageScan, Place, Quality } from './scan.ts';

/** From worst to least. `danger`: look before you install; `caution`: know why; `note`: good to know. */
export const SEVERITIES = ['danger', 'caution', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Stable words for `--json`. */
export const FACT_CODES = [
	'advisory',
	'obfuscated',
	'self-publish',
	'secret-path',
	'secret-env',
	'capability-added',
	'install-script-added',
	'overreach',
	'name-resembles',
	'licence-refused',
	'licence-missing',
	'licence-unclear',
	'publisher-changed',
	'dormant-release',
	'size-growth',
	'young-version',
	'deprecated',
	'dependency-added',
	'install-script',
	'implicit-build',
	'unused-permission',
	'unparsable',
	'unscannable',
	'not-scanned',
] as const;
export type FactCode = (typeof FACT_CODES)[number];

/** One thing that was found. There is no score: what a fact means is for the reader to decide. */
export type Fact = {
	readonly code: FactCode;
	readonly severity: Severity;
	/** `name@version`. */
	readonly package: string;
	readonly text: string;
	/** Where in the package; empty for what concerns the whole of it. */
	readonly places: readonly Place[];
	/** An address to read more at, or null. */
	readonly url: string | null;
};

export type EvaluatedPackage = Pick<
	PackageScan,
	'observed' | 'installScripts' | 'hasImplicitBuild' | 'licence' | 'scannedFiles' | 'skipped' | 'skippedCount'
> & {
	readonly id: string;
	readonly name: string;
	readonly version: string;
	readonly isRoot: boolean;
	/** The scan was kept from an earlier time. */
	readonly isFromCache: boolean;
};

/** What differs from another version of the same package. */
export type ScanDifference = {
	readonly from: string;
	readonly to: string;
	readonly gained: readonly Observed[];
	readonly lost: readonly Observed[];
};

export type AdvisoryCoverage = {
	/** Where the advisories came from; null when there are none to ask. */
	readonly source: string | null;
	/** How many advisories were held against the packages. */
	readonly considered: number;
	/** Key that vouches for them; null when they are unsigned. */
	readonly signedBy: string | null;
	/** ISO time; null when nobody vouches for one. */
	readonly createdAt: string | null;
	/** Older than the policy wants. */
	readonly isStale: boolean;
};

/** Everything that can be told about a package before installing it. Nothing was installed. */
export type Evaluation = {
	readonly spec: string;
	readonly name: string;
	readonly version: string;
	/** ISO time or null. */
	readonly publishedAt: string | null;
	/** Worst first. */
	readonly facts: readonly Fact[];
	readonly difference: ScanDifference | null;
	readonly packages: readonly EvaluatedPackage[];
	/** Optional dependencies for other platforms, which were neither fetched nor scanned. */
	readonly leftOut: readonly string[];
	/** Measured on the package itself. */
	readonly quality: Quality;
	readonly licence: string | null;
	readonly verdict: Verdict;
	readonly evidence: readonly Evidence[];
	readonly advisories: AdvisoryCoverage;
	readonly scannedFiles: number;
	readonly scannedBytes: number;
};
