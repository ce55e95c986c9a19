import type { Lock } from '../lock.ts';
import type { PackageIndex } from './metadata/package-index.ts';

export type MetadataAnswer = { readonly type: 'found'; readonly index: PackageIndex } | { readonly type: 'missing' };

export type LoadOptions = {
	readonly signal: AbortSignal;
	/** What these packages will most likely need is going to be asked for: a provider far from its source may begin with it. */
	readonly readsAhead?: boolean;
	/**
	 * Epoch milliseconds: of a package of which anything may have been published later, every publish time is told. Left out: times play
	 * no part, so that a document without them will do.
	 */
	readonly timesAfter?: number;
	/** With `readsAhead`: the ranges or tags that some of these names are asked for by, where that is known already. */
	readonly asked?: ReadonlyMap<string, string>;
	/** With `readsAhead`: told of each version that will most likely be chosen, once; nothing was decided. It must not throw. */
	readonly onLikely?: OnLikely;
};

export type OnLikely = (index: PackageIndex, version: number) => void;

/** Where metadata comes from. The answer has one entry for every name asked; a failure to look rejects. */
export interface MetadataProvider {
	load(names: readonly string[], options: LoadOptions): Promise<ReadonlyMap<string, MetadataAnswer>>;
}

export type RootRequest = {
	/** The name it is installed as; an alias is allowed. */
	readonly name: string;
	/** A range, a version, a tag, or `npm:other@range`. */
	readonly spec: string;
};

export type Platform = {
	readonly os: string;
	readonly cpu: string;
	/** `glibc`, `musl`, or null where it does not apply. */
	readonly libc: string | null;
	/** Version of node without the `v`. */
	readonly node: string;
};

export type Revocation = { readonly name: string; readonly version: string; readonly reason: string };

/** Versions that nobody may get, for a reason that has nothing to do with other packages: what trust policy forbids, for instance. */
export type Denial = {
	readonly name: string;
	/** Which versions: a range, or one version. */
	readonly range: string;
	/** Completes `it is denied: `. */
	readonly reason: string;
	/** ISO time from which it is no longer denied; null: never by itself. */
	readonly lifts: string | null;
};

export type ResolvePolicy = {
	readonly minimumAgeMilliseconds: number;
	/** Epoch milliseconds. */
	readonly now: number;
	/** Epoch milliseconds: resolve as if nothing had been published later. Null: no limit. */
	readonly asOf: number | null;
	readonly ageExempt: (name: string, version: string) => boolean;
	readonly revoked: readonly Revocation[];
	readonly denied: readonly Denial[];
	/**
	 * What `engines.node` of a package means. `preferred`, as npm does it: a version for this node is taken where one fits, and one for
	 * another node is taken with a warning rather than nothing at all. `required`, as npm's `engine-strict`: it is never taken.
	 */
	readonly engines: 'preferred' | 'required';
};

/** Replaces what packages ask of one name. */
export type Override = {
	/** Packages that must lie, in this order, on the way from a root to the asking package, which may be the last; others may lie between. */
	readonly path: readonly { readonly name: string; readonly range: string | null }[];
	/** The name a dependency is asked for by. */
	readonly name: string;
	/** Only dependencies that ask for something this range has in common with theirs; null: all. */
	readonly range: string | null;
	/** What is asked for instead: a range, a version, a tag or `npm:other@range`; `$name` is what the root of that name asks for. */
	readonly spec: string;
};

export type ResolveRequest = {
	readonly roots: readonly RootRequest[];
	/** Its versions are preferred, not required. */
	readonly lock: Lock | null;
	/** Root names whose locked versions are not preferred: what an update asks for. */
	readonly unlocked: readonly string[] | 'all';
	/** The one with the longest path wins, then the first. What a root asks for is never replaced. */
	readonly overrides: readonly Override[];
	readonly platform: Platform;
	readonly policy: ResolvePolicy;
};

export type ResolveOptions = {
	readonly provider: MetadataProvider;
	readonly signal: AbortSignal;
	/** Time the solver itself may take, without loading; past it the outcome is `gave-up`. */
	readonly budgetMilliseconds: number;
};
