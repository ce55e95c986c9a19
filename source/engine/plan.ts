import type { ScanDifference } from './evaluation.ts';
import type { Evidence, Level, Verdict } from './evidence.ts';
import type { Lock } from './lock.ts';
import type { Permission, PermissionId } from './permission.ts';
import type { HostPowerUse } from './sandbox/index.ts';
import type { Observed } from './scan.ts';

/** One line of what would change. */
export type Change =
	| { readonly type: 'add'; readonly name: string; readonly to: string; readonly isRoot: boolean }
	| { readonly type: 'remove'; readonly name: string; readonly from: string; readonly isRoot: boolean }
	| { readonly type: 'update'; readonly name: string; readonly from: string; readonly to: string; readonly isRoot: boolean }
	| { readonly type: 'downgrade'; readonly name: string; readonly from: string; readonly to: string; readonly isRoot: boolean };

/**
 * One thing the user must decide before a plan applies. `id` is stable for equal facts, so that a decision made about one plan is
 * recognised when the plan is recomputed. An undecided permission is denied; any other undecided requirement stops with `consent-required`.
 */
export type Requirement =
	| {
			readonly type: 'permission';
			readonly id: string;
			readonly plugin: string;
			readonly version: string;
			readonly permission: Permission;
			readonly permissionId: PermissionId;
			/** How it compares with the generation the plan starts from. */
			readonly novelty: 'new' | 'widened' | 'carried-over';
			/** The policy gives it at this level without a question, as long as nobody denies it. */
			readonly byPolicy?: true;
	  }
	| {
			readonly type: 'lower-level';
			readonly id: string;
			readonly package: string;
			readonly version: string;
			readonly level: Level;
			readonly minimum: Level;
	  }
	| {
			readonly type: 'changed-identity';
			readonly id: string;
			readonly package: string;
			readonly version: string;
			readonly from: string;
			readonly to: string;
	  }
	| {
			readonly type: 'young-version';
			readonly id: string;
			readonly package: string;
			readonly version: string;
			readonly ageHours: number;
			readonly minimumHours: number;
	  }
	/** An installed plugin would go back, and nobody asked for that version. */
	| {
			readonly type: 'downgrade';
			readonly id: string;
			readonly package: string;
			readonly version: string;
			readonly from: string;
	  };

export type Decision = {
	readonly requirementId: string;
	readonly answer: 'accept' | 'deny';
	readonly reason?: string;
	/** ISO time after which an accepted permission counts as denied, and anything else that was accepted as not accepted. */
	readonly expires?: string;
};

/** What is known of one artefact of the plan. */
export type PlannedPackage = {
	readonly id: string;
	readonly name: string;
	readonly version: string;
	readonly isRoot: boolean;
	readonly isNew: boolean;
	readonly verdict: Verdict;
	readonly evidence: readonly Evidence[];
	/** Packed size in bytes; 0 when it was already in the store. */
	readonly fetchedBytes: number;
	readonly license: string;
	readonly deprecated: string | null;
	readonly hasInstallScript: boolean;
	/** Task names; null for a plain package. */
	readonly tasks: readonly string[] | null;
	/** A first look at the code, for what is new and a plugin, has an install script, or is an update; for the reader, and checked by nobody. */
	readonly scan?: PlannedScan;
};

export type PlannedScan = {
	readonly observed: readonly Observed[];
	/** Against the version installed before; null when there was none. */
	readonly difference: ScanDifference | null;
	/** Large files were left out; `evaluate` looks at them. */
	readonly isPartial: boolean;
};

/** What the code of a new plugin imports that the sandbox does not have. */
export type PlannedPowers = {
	readonly plugin: string;
	readonly version: string;
	/** It cannot do without, so that applying the plan ends with `host-power-needed`. */
	readonly isRefused: boolean;
	readonly uses: readonly HostPowerUse[];
};

/** What a plan may do to installed plugins without changing a version. */
export type PlanMark = 'pin' | 'unpin' | 'hold' | 'unhold' | 'enable' | 'disable';

/**
 * What would change. New artefacts are already fetched, verified and scanned into the content store, unreferenced; no generation has
 * changed. It is plain data and untrusted when it comes back: `applyPlan` recomputes everything that matters from the store.
 */
export type Plan = {
	readonly kind: 'install' | 'update' | 'remove' | 'rollback' | 'switch' | 'undo' | 'redo' | 'override' | 'import' | PlanMark;
	/** For instance `install eslint@9 prettier`; the scripted command that does the same is `plugward ${command}`. */
	readonly command: string;
	/** Number of the generation this plan starts from; 0 for an empty home. */
	readonly baseGeneration: number;
	/** Only for a plan that switches (rollback, switch): the generation that would become current. */
	readonly targetGeneration: number | null;
	readonly changes: readonly Change[];
	readonly packages: readonly PlannedPackage[];
	readonly requirements: readonly Requirement[];
	readonly notices: readonly { readonly severity: 'info' | 'warning'; readonly text: string }[];
	/** Of new plugins; for the reader, and computed again when the plan is applied. Left out when there is nothing to tell. */
	readonly powers?: readonly PlannedPowers[];
	readonly fetchedBytes: number;
	readonly fetchedCount: number;
	readonly lock: Lock;
	/** Which plugins the next generation holds and disables; without it, those of the base that are still installed. */
	readonly settings?: PlanSettings;
	/** Grants that end with this plan. */
	readonly withdrawn?: readonly { readonly plugin: string; readonly permission: PermissionId }[];
};

export type PlanSettings = {
	/** Names of plugins, sorted. */
	readonly held: readonly string[];
	readonly disabled: readonly string[];
	/** Those of the base when left out. */
	readonly overrides?: readonly string[];
};

export type Applied = {
	readonly fromGeneration: number;
	readonly toGeneration: number;
	readonly changes: readonly Change[];
	readonly granted: readonly { readonly plugin: string; readonly permission: PermissionId }[];
	readonly denied: readonly { readonly plugin: string; readonly permission: PermissionId }[];
	/** True when the plan changed nothing, so that no generation was written. */
	readonly unchanged: boolean;
};
