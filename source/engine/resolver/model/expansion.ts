import type { Choice, Leave } from './choices.ts';
import type { Edge } from './edges.ts';
import type { Progress } from './overrides.ts';
import type { Slot } from './slots.ts';
import type { UnitPlan } from './units.ts';

/** A unit of one version in one slot, with where it was placed when that was last looked at. */
export type Unit = UnitPlan & {
	/** Slots of the surroundings that the unit sees whatever its providers do. */
	readonly surroundings: ReadonlyMap<string, Slot>;
	readonly progress: Progress;
	/** What has been told of it; null for a unit that waits for nothing, which is placed once. */
	readonly emitted: Set<string> | null;
	current: { readonly choice: Choice; readonly leave: Leave | null } | null;
};

export type PlacedPeer = {
	readonly edge: Edge;
	readonly isOptional: boolean;
	/** Null: whatever everybody sees. */
	readonly slot: Slot | null;
};

/** Everything that follows from one version being in one slot. */
export type Expansion = {
	readonly slot: Slot;
	readonly version: number;
	readonly units: readonly Unit[];
	readonly peers: readonly PlacedPeer[];
	/** Optional dependencies that cannot be installed, with the reason. */
	readonly dropped: ReadonlyMap<string, string>;
	/** True when some unit waits for another. */
	readonly hasProviders: boolean;
};
