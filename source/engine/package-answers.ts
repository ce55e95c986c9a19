import type { ArtefactEvidence, Level, Verdict } from './evidence.ts';
import type { TaskDeclaration } from './manifest.ts';
import type { ClaimedProof } from './package-search/index.ts';
import type { Grant, Permission } from './permission.ts';

export type SearchHit = {
	readonly name: string;
	readonly version: string;
	readonly description: string;
	readonly publisher: string | null;
	/** ISO time or null. */
	readonly publishedAt: string | null;
	readonly keywords: readonly string[];
	/** As its package.json says it; null when the registry does not tell. */
	readonly license: string | null;
	/** Of the last week; null when the registry does not tell. */
	readonly downloads: number | null;
	/** Kinds of permission it declares; null when the registry does not tell. */
	readonly permissions: readonly string[] | null;
	/** What the registry claims to hold as proof; nobody checked it. Null when it does not tell. */
	readonly proof: ClaimedProof | null;
	/** Installed version, or null. */
	readonly installed: string | null;
	/** Level of the installed version, or null: what is not installed was not judged. */
	readonly level: Level | null;
};

export type SearchResult = {
	readonly query: string;
	readonly hits: readonly SearchHit[];
	readonly total: number;
	/**
	 * `catalogue` when the list that the registry gives of its packages was searched here; `local-index` when the registry has neither list nor
	 * search: only packages seen before are found, and the screen says so.
	 */
	readonly source: 'registry' | 'catalogue' | 'local-index';
	readonly notice: string | null;
	/** What of the query was not understood, one sentence each; the rest was searched for. */
	readonly problems: readonly string[];
};

export type PackageInfo = {
	readonly name: string;
	readonly version: string;
	readonly description: string;
	readonly license: string;
	readonly homepage: string | null;
	readonly repository: string | null;
	readonly publisher: string | null;
	readonly publishedAt: string | null;
	readonly deprecated: string | null;
	readonly keywords: readonly string[];
	readonly distTags: Readonly<Record<string, string>>;
	/** Newest first. */
	readonly versions: readonly { readonly version: string; readonly publishedAt: string | null; readonly deprecated: boolean }[];
	readonly dependencies: Readonly<Record<string, string>>;
	readonly peerDependencies: Readonly<Record<string, string>>;
	readonly unpackedBytes: number | null;
	readonly fileCount: number | null;
	readonly hasInstallScript: boolean;
	readonly readme: string | null;
	/** What its name and its texts try on their reader, one sentence each: hidden characters, letters that pass for others, a name next to a well-known one. */
	readonly doubts: readonly string[];
	/** Installed version, or null. */
	readonly installed: string | null;
	/** From what is installed; null before installing, since permissions are read from the verified tarball only. */
	readonly tasks: Readonly<Record<string, TaskDeclaration>> | null;
	/** Of what is installed: it runs outside of the isolate; left out for inside. */
	readonly runtime?: 'native';
	readonly permissions: readonly Permission[] | null;
	readonly grants: readonly Grant[];
	readonly trust: { readonly verdict: Verdict; readonly evidence: ArtefactEvidence['evidence'] } | null;
	/** Everything that was installed with it; null before installing. */
	readonly tree: InstalledTree | null;
};

/** `root` and what it reaches, each once. Ids are those of the lock. */
export type InstalledTree = {
	readonly root: string;
	readonly packages: readonly {
		readonly id: string;
		readonly name: string;
		readonly version: string;
		/** Unpacked, without its own dependencies; null when the store does not know. */
		readonly bytes: number | null;
		/** Ids. */
		readonly dependencies: readonly string[];
	}[];
};

export type ResolvedTree = {
	readonly roots: readonly { readonly name: string; readonly spec: string; readonly version: string }[];
	readonly packages: readonly {
		readonly id: string;
		readonly name: string;
		readonly version: string;
		readonly dependencies: Readonly<Record<string, string>>;
	}[];
	readonly warnings: readonly string[];
	/** Wall time of the solve alone and of loading metadata. */
	readonly solveMilliseconds: number;
	readonly loadMilliseconds: number;
};
