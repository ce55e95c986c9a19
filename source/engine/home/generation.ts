import type { Integrity } from '../integrity.ts';
import type { Lock } from '../lock.ts';
import { EMPTY_LOCK } from '../lock.ts';
import type { Grant } from '../permission.ts';
import type { Acceptance } from '../acceptance.ts';
import type { Change } from '../plan.ts';
import { DEFAULT_PROFILE } from './layout.ts';

/** The settings that decide what a generation does, as they were when it was made. */
export type GenerationSettings = {
	/** Digest of the policy it was judged by; null when there was none. */
	readonly policyDigest: string | null;
	/** Names of root plugins that are installed but switched off. */
	readonly disabled: readonly string[];
	/** Names of root plugins that updates leave alone. */
	readonly held: readonly string[];
	/** `[PARENT>]NAME=SPEC`, sorted: what replaces the ranges that packages ask for. */
	readonly overrides: readonly string[];
	/** What the user let pass for single versions. */
	readonly acceptances: readonly Acceptance[];
};

export type GenerationMeta = {
	/** ISO time. */
	readonly createdAt: string;
	/** The command that made it, without secrets. */
	readonly command: string;
	readonly user: string;
	readonly changes: readonly Change[];
	/** The generation it was made from; 0 for the first. */
	readonly base: number;
	/** The profile it was made in. */
	readonly profile: string;
};

/** What a list of generations tells of one. */
export type GenerationOutline = Pick<Generation, 'number' | 'meta'> & {
	readonly pluginCount: number;
	/** Each name and version once. */
	readonly packageCount: number;
};

/** One complete, immutable state of a home. */
export type Generation = {
	readonly number: number;
	readonly lock: Lock;
	readonly grants: readonly Grant[];
	readonly settings: GenerationSettings;
	readonly meta: GenerationMeta;
};

/** What `commit` turns into the next generation. */
export type GenerationChange = {
	/** The generation the change was planned on; `plan-stale` when it is no longer current. */
	readonly base: number;
	readonly lock: Lock;
	readonly grants: readonly Grant[];
	readonly settings: GenerationSettings;
	/** The profile is that of the home. */
	readonly meta: Omit<GenerationMeta, 'profile'>;
	/** Artefacts that were added and have no durable receipt yet. */
	readonly artefacts: readonly Integrity[];
};

export const EMPTY_SETTINGS: GenerationSettings = { policyDigest: null, disabled: [], held: [], overrides: [], acceptances: [] };

/** What `current` means in a home where nothing was ever installed. */
export const FIRST_GENERATION: Generation = {
	number: 0,
	lock: EMPTY_LOCK,
	grants: [],
	settings: EMPTY_SETTINGS,
	meta: { createdAt: '1970-01-01T00:00:00.000Z', command: '', user: '', changes: [], base: 0, profile: DEFAULT_PROFILE },
};
