import type { Level, SourceIdentity } from './evidence.ts';
import type { Grant, Permission } from './permission.ts';
import type { Change } from './plan.ts';
import type { HeldAcceptance } from './trust-calls.ts';

export type InstalledPlugin = {
	readonly name: string;
	readonly version: string;
	readonly spec: string;
	readonly description: string;
	readonly level: Level;
	/** Null for a plain package. */
	readonly tasks: readonly string[] | null;
	/** It runs outside of the isolate; left out for inside. */
	readonly runtime?: 'native';
	readonly permissions: readonly Permission[];
	readonly grants: readonly Grant[];
	readonly identity: SourceIdentity | null;
	/** Updates leave it alone. */
	readonly isHeld: boolean;
	/** What was let pass for this version. */
	readonly acceptances: readonly HeldAcceptance[];
	/** Installed, but it does not run. */
	readonly isDisabled: boolean;
	/** Made to stay in memory; `plugward start` starts it. */
	readonly stays: boolean;
	readonly dependencyCount: number;
	readonly sizeBytes: number;
	/** Newest version the spec allows and newest of all, as far as cached metadata knows. */
	readonly wanted: string | null;
	readonly latest: string | null;
	/** Why it cannot run as it is on disk, in one sentence; null when nothing is missing. `verify --repair` helps. */
	readonly problem: string | null;
};

export type InstalledState = {
	readonly generation: number;
	readonly plugins: readonly InstalledPlugin[];
	readonly packageCount: number;
	readonly storeBytes: number;
	/** `[PARENT>]NAME=SPEC`, sorted: what replaces the ranges that packages ask for. */
	readonly overrides: readonly string[];
};

export type GenerationSummary = {
	readonly number: number;
	readonly isCurrent: boolean;
	/** ISO time. */
	readonly createdAt: string;
	readonly command: string;
	readonly user: string;
	/** Marked to survive every collection. */
	readonly isKept: boolean;
	readonly changes: readonly Change[];
	readonly pluginCount: number;
	readonly packageCount: number;
};

/** One named line of generations of a home. */
export type ProfileSummary = {
	readonly name: string;
	/** The generation that is current in it; 0 when nothing was installed. */
	readonly generation: number;
	/** True for the one that is used when none is asked for. */
	readonly isSelected: boolean;
	/** Of its current generation. */
	readonly pluginCount: number;
};

/** What came and what went, of one list. */
export type ListDifference<T> = { readonly added: readonly T[]; readonly removed: readonly T[] };

/** What differs between two generations, as if one went from `from` to `to`. */
export type GenerationDiff = {
	readonly from: number;
	readonly to: number;
	readonly changes: readonly Change[];
	/** Names that are asked for in one of them only while the package is in both: it became a plugin, or only others need it now. */
	readonly plugins: ListDifference<string>;
	/** Plugins that both have, asked for with another range, version or tag. */
	readonly specs: readonly { readonly name: string; readonly from: string; readonly to: string }[];
	readonly grants: ListDifference<Pick<Grant, 'plugin' | 'permission'>>;
	/** Names of plugins that updates leave alone. */
	readonly held: ListDifference<string>;
	/** Names of plugins that are installed but switched off. */
	readonly disabled: ListDifference<string>;
	/** `[PARENT>]NAME=SPEC`. */
	readonly overrides: ListDifference<string>;
};

/** Which generations stay besides the current one and those marked to be kept. A generation stays when any rule wants it. */
export type CollectionRequest = {
	/** How many of the newest. */
	readonly newest: number;
	/** Younger ones stay too; null for no such rule. */
	readonly olderThanDays: number | null;
	/** Finds and removes nothing. */
	readonly isDryRun: boolean;
	/** Also forgets the homes that used the same content store and are not there any more. */
	readonly forgetsVanished?: boolean;
};

export type CollectionReport = {
	readonly removed: boolean;
	readonly generations: readonly number[];
	readonly keptGenerations: readonly number[];
	readonly packageCount: number;
	readonly bundleCount: number;
	/** Packed and unpacked size of the packages; files shared with what stays are counted although they stay. */
	readonly bytes: number;
	/** Paths of the homes that were forgotten. */
	readonly forgottenHomes: readonly string[];
};
