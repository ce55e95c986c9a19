import type { InstanceId } from '../lock.ts';
import type { Failure } from './failure.ts';
import type { IndexedManifest } from './metadata/package-index.ts';

export type ResolvedPackage = {
	/** `name@version`, with `(peer@version,...)` when the same version lives in several peer contexts. */
	readonly id: InstanceId;
	readonly name: string;
	readonly version: string;
	readonly manifest: IndexedManifest;
	/** Epoch milliseconds; null when the registry does not say. */
	readonly publishedAt: number | null;
	/** The name it is imported by -> the instance that answers; regular, optional and peer edges that were placed. */
	readonly dependencies: Readonly<Record<string, InstanceId>>;
	/** Which names of `dependencies` came from peerDependencies. */
	readonly peers: readonly string[];
	/** Optional dependencies that were left out, with the reason. */
	readonly dropped: Readonly<Record<string, string>>;
	/** True when only optional edges lead here. */
	readonly optional: boolean;
};

export type ResolveStatistics = {
	readonly solveMilliseconds: number;
	readonly loadMilliseconds: number;
	/** Batches of metadata asked for, one after another. */
	readonly rounds: number;
	readonly decisions: number;
	readonly conflicts: number;
	/** Starts over because a peer was met that the first look had not seen. */
	readonly restarts: number;
	/** Solves made by the passes that look for better versions. */
	readonly refinements: number;
};

export type ResolvedRoot = { readonly spec: string; readonly instance: InstanceId };

export type Resolution = {
	readonly roots: Readonly<Record<string, ResolvedRoot>>;
	/** Sorted by id. */
	readonly packages: readonly ResolvedPackage[];
	readonly warnings: readonly string[];
	readonly statistics: ResolveStatistics;
};

export type ResolveOutcome =
	| { readonly type: 'resolved'; readonly resolution: Resolution }
	| { readonly type: 'unsolvable'; readonly failure: Failure }
	| { readonly type: 'gave-up'; readonly conflicts: number };
