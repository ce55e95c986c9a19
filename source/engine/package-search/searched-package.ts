import type { Level } from '../evidence.ts';

/** What a registry claims to hold as proof of a version; nothing of it was checked here. */
export type ClaimedProof = 'attested' | 'signed' | 'none';

/** One package as a search sees it. What nobody told is null, and a facet about it then matches nothing, negated or not. */
export type SearchedPackage = {
	readonly name: string;
	readonly version: string;
	readonly description: string;
	readonly keywords: readonly string[];
	readonly publisher: string | null;
	/** Names of its maintainers, the publisher included or not. */
	readonly maintainers: readonly string[];
	readonly licence: string | null;
	/** ISO time. */
	readonly publishedAt: string | null;
	/** Of the last week. */
	readonly downloads: number | null;
	/** Kinds of permission it declares, each once; empty for a plugin without any and for a plain package. */
	readonly permissions: readonly string[] | null;
	readonly isPlugin: boolean | null;
	readonly proof: ClaimedProof | null;
};

/** What is known here of a package because it is installed. */
export type InstalledFacts = {
	readonly version: string;
	readonly level: Level;
	/** Further words of `is:`. */
	readonly marks: readonly InstalledMark[];
};

export const INSTALLED_MARKS = ['update', 'held', 'off'] as const;
export type InstalledMark = (typeof INSTALLED_MARKS)[number];
