import type { Permission } from './permission.ts';

/** A JSON Schema document; validated by the sandbox before a task runs. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export type TaskDeclaration = { readonly description: string; readonly input: JsonSchema; readonly output: JsonSchema };

/** One call's wall time, the processor time of its host process, and resident memory above an empty host. */
export type PluginLimits = {
	readonly wallMilliseconds: number;
	readonly cpuMilliseconds: number;
	readonly memoryBytes: number;
	/** What a plugin may keep from run to run; left out for the usual 1 MiB. */
	readonly storageBytes?: number;
};

/** What no manifest may ask for more of. */
export const MAXIMUM_STORAGE_BYTES = 100 * 1024 * 1024;

/** Which plugins it sends messages to and takes them from. Each is a permission too, and counts only where the other side has its own. */
export type PluginMessages = {
	readonly send: readonly { readonly to: string; readonly topic: string }[];
	readonly receive: readonly { readonly from: string; readonly topic: string }[];
};

/** What `getState` gives: the version of its shape, and the oldest one that `restoreState` of this version can read. */
export type PluginState = { readonly version: number; readonly readsFrom: number };

/** The parsed `plugward` field of a package.json. */
export type PluginManifest = {
	readonly apiVersion: 1;
	/** Relative to the package root, starts with `./`. */
	readonly main: string;
	readonly tasks: Readonly<Record<string, TaskDeclaration>>;
	readonly permissions: readonly Permission[];
	readonly limits: PluginLimits;
	/** Left out: none. */
	readonly messages?: PluginMessages;
	/** Left out: version 1. */
	readonly state?: PluginState;
	/** What its code imports of the machine, such as `child_process`, and can do without. */
	readonly worksWithout?: readonly string[];
	/** It is made to stay in memory: `plugward start` starts it without being told its name. Left out: no. */
	readonly stays?: boolean;
};

/** What a plugin gets that declares no limits, and every plain package. */
export const DEFAULT_LIMITS: PluginLimits = { wallMilliseconds: 30_000, cpuMilliseconds: 10_000, memoryBytes: 64 * 1024 * 1024 };

/** What no manifest may go beyond; a policy may only lower it. */
export const MAXIMUM_LIMITS: PluginLimits = { wallMilliseconds: 600_000, cpuMilliseconds: 300_000, memoryBytes: 1024 * 1024 * 1024 };
