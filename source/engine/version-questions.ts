import type { Change } from './plan.ts';
import type { Failure, Suggestion } from './resolver/index.ts';

/** A lock as it was written, or would be. */
export type WrittenLock = {
	/** Absolute; null when it was only asked for. */
	readonly file: string | null;
	readonly generation: number;
	readonly pluginCount: number;
	readonly packageCount: number;
	/** The file to the byte. */
	readonly text: string;
	/** The file was there already and is the same. */
	readonly unchanged: boolean;
};

export type FrozenRequest = {
	/** What the lock file holds. */
	readonly text: string;
	/** What messages call it. */
	readonly file: string;
	/** What the lock must hold; everything it holds is installed all the same. */
	readonly specs: readonly string[];
};

/** One thing that keeps a plugin from the latest version. */
export type NotLatestReason = {
	readonly code:
		| 'held'
		| 'pinned'
		| 'range'
		| 'tag'
		| 'minimum-age'
		| 'as-of'
		| 'revoked'
		| 'deprecated'
		| 'engines'
		| 'peer'
		| 'conflict'
		| 'preference';
	/** A part of a sentence. */
	readonly text: string;
	/** ISO time at which it ends by itself; null when it does not. */
	readonly lifts: string | null;
};

export type OutdatedPlugin = {
	readonly name: string;
	readonly current: string;
	/** What an update would install; null when an update finds no solution. */
	readonly wanted: string | null;
	readonly latest: string;
	/** ISO time at which `wanted` was published, or `latest` where an update leaves it; null when the registry does not say. */
	readonly publishedAt: string | null;
	readonly spec: string;
	readonly isHeld: boolean;
	/** Why `wanted` is not `latest`; empty when it is. */
	readonly reasons: readonly NotLatestReason[];
};

export type OutdatedReport = {
	readonly generation: number;
	/** Only those that are behind, or that an update would move. */
	readonly plugins: readonly OutdatedPlugin[];
	readonly checkedCount: number;
	/** Plugins that are behind and were not asked about, since that takes a solve for each; naming them asks. */
	readonly unaskedCount: number;
	/** ISO time of the oldest metadata it rests on; null when there is none. */
	readonly metadataFrom: string | null;
	/** Why an update finds no solution, in sentences; empty when it does. */
	readonly unsolvable: readonly string[];
};

export type ExplainRequest = {
	readonly specs: readonly string[];
	/** Installed plugins that are thought away. */
	readonly without: readonly string[];
	readonly choices: ResolveChoices;
};

export type ExplainedRoot = {
	readonly name: string;
	readonly spec: string;
	readonly version: string;
	readonly latest: string | null;
	/** Why `version` is not `latest`; empty when it is. */
	readonly reasons: readonly NotLatestReason[];
};

export type ExplainReport = {
	readonly generation: number;
	readonly specs: readonly string[];
	/** ISO time; null: now. */
	readonly asOf: string | null;
	readonly isSolvable: boolean;
	/** What was asked for, as it would come; empty when nothing would. */
	readonly roots: readonly ExplainedRoot[];
	readonly changes: readonly Change[];
	readonly warnings: readonly string[];
	readonly failure:
		| (Omit<Failure, 'suggestions'> & {
				/** Each was tried and does solve. */
				readonly suggestions: readonly (Suggestion & { readonly command: string })[];
		  })
		| null;
};

/** How one package asks for the next on a path; the first is asked for by the user. */
export type WhyStep = {
	readonly id: string;
	readonly name: string;
	readonly version: string;
	readonly kind: 'asked' | 'dependency' | 'optional' | 'peer';
	/** What was asked for; null when the files of the asking package cannot be read. */
	readonly range: string | null;
};

/** One thing that asks for a package. */
export type WhyEdge = {
	/** Null: the user. */
	readonly from: { readonly name: string; readonly version: string } | null;
	readonly kind: WhyStep['kind'];
	readonly range: string | null;
	/** The newest version it allows; null when that is not known. */
	readonly allowsUpTo: string | null;
	/** The latest version is one it does not allow. */
	readonly holdsBack: boolean;
	/** An override of the home answers it with another version than it asks for. */
	readonly isOverridden: boolean;
};

/** One installed copy. */
export type WhyPackage = {
	readonly id: string;
	readonly name: string;
	readonly version: string;
	/** Null when no metadata tells. */
	readonly latest: string | null;
	/** From a root to this copy, shortest first; at most as many as asked for. */
	readonly paths: readonly (readonly WhyStep[])[];
	/** How many there are, as far as they were counted. */
	readonly pathCount: number;
	/** False when there are more paths than anyone counts. */
	readonly isCounted: boolean;
	readonly edges: readonly WhyEdge[];
	/** Overrides of the home that are about it. */
	readonly overrides: readonly string[];
};

export type WhyRequest = {
	/** `NAME` or `NAME@RANGE`. */
	readonly spec: string;
	/** Per copy. */
	readonly mostPaths: number;
};

export type WhyReport = { readonly generation: number; readonly packages: readonly WhyPackage[] };

/** How a resolution departs from what it would be by itself. */
export type ResolveChoices = {
	/** ISO date (its first moment in UTC) or date-time with a zone: resolve as if nothing had been published later. */
	readonly asOf?: string;
	/** `NAME@VERSION`, or `NAME` for its only young version: taken although it is younger than the policy wants. */
	readonly acceptYoung?: readonly string[];
	/** `[PARENT[@RANGE]>]NAME[@RANGE]=SPEC`, remembered by the generation that comes of it. */
	readonly overrides?: readonly string[];
};
