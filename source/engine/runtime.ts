import type { Level } from './evidence.ts';
import type { CallOptions } from './events.ts';
import type { PluginLimits } from './manifest.ts';
import type { Permission, PermissionId } from './permission.ts';

/** `executing` is `ready` with calls in flight; `backing-off` waits to start again; only a user ends `quarantined`. */
export type RuntimePhase =
	| 'stopped'
	| 'starting'
	| 'initializing'
	| 'ready'
	| 'executing'
	| 'reloading'
	| 'draining'
	| 'stopping'
	| 'backing-off'
	| 'quarantined';

/** A plugin that stays, as it is at one moment. */
export type RuntimePlugin = {
	readonly plugin: string;
	readonly version: string;
	readonly level: Level;
	/** What it was started as: a name, or a folder. */
	readonly target: string;
	readonly phase: RuntimePhase;
	/** Whether it shares its process with others; only levels core and verified do. */
	readonly isShared: boolean;
	/** Null while there is no process. */
	readonly pid: number | null;
	/** ISO time. */
	readonly startedAt: string;
	/** Tasks it offers now. */
	readonly tasks: readonly string[];
	readonly cpuMilliseconds: number;
	/** Resident memory of its process above that of an empty one; in a shared process the heap of its isolate. */
	readonly memoryBytes: number;
	readonly peakMemoryBytes: number;
	/** What the isolate says of its heap; null before it said anything. */
	readonly heapBytes: number | null;
	readonly limits: PluginLimits;
	readonly grants: readonly PermissionId[];
	readonly calls: number;
	readonly callsPerSecond: number;
	readonly inFlight: number;
	/** Calls and messages that wait for a place. */
	readonly waiting: number;
	readonly denied: number;
	readonly restarts: number;
	/** Within the last ten minutes; five put it into quarantine. */
	readonly crashes: number;
	/** ISO time at which it is started again, or null. */
	readonly retryAt: string | null;
	/** Why it ended or could not be started last, in one sentence; null when it did not. */
	readonly failure: string | null;
};

/** One step of a plugin's life. Those between ready and executing are not told. */
export type RuntimeTransition = {
	/** ISO time. */
	readonly at: string;
	readonly plugin: string;
	readonly from: RuntimePhase;
	readonly to: RuntimePhase;
};

export type RuntimeLogLine = {
	/** Counts from 1 over all plugins. */
	readonly number: number;
	/** ISO time. */
	readonly at: string;
	readonly plugin: string;
	readonly stream: 'log' | 'warn' | 'error';
	/** Stripped of control characters. */
	readonly text: string;
};

/** What is wanted of the lines that plugins wrote. */
export type RuntimeLogQuery = {
	/** Null for all. */
	readonly plugin: string | null;
	/** This and worse; left out for all. */
	readonly level?: RuntimeLogLine['stream'];
	/** Text that must be in it. */
	readonly filter: string;
	/** At most so many, the newest. */
	readonly last: number;
};

/** A version that crashed too often, in whichever process. */
export type QuarantinedPlugin = { readonly plugin: string; readonly version: string; readonly crashes: number; readonly at: string };

/**
 * Plugins that stay in memory under this engine: each in a process of its own (those of levels core and verified may share one), watched,
 * started again after a crash, and ended with the engine. `plugin` is the name in its package.json.
 */
export type RuntimeCalls = {
	/** Starts hosts ahead, so that later starts take milliseconds. */
	readonly prepare: (call: CallOptions) => Promise<void>;
	/** Starts an installed plugin or a folder; resolves when it is ready. Throws `usage` when it runs already, `plugin-quarantined`, and what `runTask` throws. */
	readonly start: (
		request: { readonly target: string; readonly allow: readonly Permission[] },
		call: CallOptions,
	) => Promise<RuntimePlugin>;
	/** Calls a task. Eight run at a time, a thousand wait. Throws `plugin-busy`, `plugin-not-running`, `task-not-found`, and what `runTask` throws. */
	readonly call: (
		request: { readonly plugin: string; readonly task: string; readonly input: unknown },
		call: CallOptions,
	) => Promise<{ readonly output: unknown; readonly milliseconds: number }>;
	/** A message from you; resolves with what the plugin's `handleMessage` returned. */
	readonly send: (
		request: { readonly plugin: string; readonly topic: string; readonly data: unknown },
		call: CallOptions,
	) => Promise<unknown>;
	/**
	 * Takes what its folder or the current generation holds now, beside the running one, hands the state over and swaps; nothing that
	 * waits is lost. On any failure the running one goes on. Throws `reload-refused`, and what `start` throws.
	 */
	readonly reload: (plugin: string, call: CallOptions) => Promise<RuntimePlugin>;
	/** Lets what is in flight end for two seconds; `force` kills at once. Throws `plugin-not-running`. */
	readonly stop: (request: { readonly plugin: string; readonly force: boolean }, call: CallOptions) => Promise<void>;
	/** What counts from now on; nothing changes nothing. A restart keeps it, a reload does not. The heap of its isolate stays as it was made. Throws `usage`. */
	readonly setLimits: (
		request: { readonly plugin: string; readonly limits: Partial<PluginLimits> },
		call: CallOptions,
	) => Promise<RuntimePlugin>;
	/** Takes a grant from the running plugin; the generation keeps it. Throws `usage` when it has none like it. */
	readonly revoke: (request: { readonly plugin: string; readonly permission: Permission }, call: CallOptions) => Promise<RuntimePlugin>;
	/** Also those that were stopped, until they are started again. */
	readonly list: () => readonly RuntimePlugin[];
	/** The newest lines of what they wrote, oldest first. */
	readonly logs: (query: RuntimeLogQuery) => readonly RuntimeLogLine[];
	readonly quarantined: (call: CallOptions) => Promise<readonly QuarantinedPlugin[]>;
	/** Lets every version of it run again. Throws `usage` when none is in quarantine. */
	readonly release: (plugin: string, call: CallOptions) => Promise<readonly QuarantinedPlugin[]>;
};

/** One process that keeps plugins running in this home. */
export type RuntimeCore = {
	readonly pid: number;
	/** The process that asks. */
	readonly isOwn: boolean;
	/** ISO time; null for one that cannot be asked. */
	readonly startedAt: string | null;
	/** What was typed to start it; null for one that cannot be asked. */
	readonly command: string | null;
	readonly plugins: readonly RuntimePlugin[];
	/** Why it cannot be asked, in one sentence; null when it answered. */
	readonly problem: string | null;
};

/** Where to look for a plugin: the process of that id, or the only one that has it. */
export type CorePlugin = { readonly plugin: string; readonly pid: number | null };

/** `pid` of the process that has written it. Numbers count within one process. */
export type CoreLogLine = RuntimeLogLine & { readonly pid: number };

/**
 * All processes that keep plugins running in this home, this one among them. Calls that name a plugin throw `plugin-not-running` when none has
 * it, `usage` when several have and no `pid` says which, `core-unreachable` when the process does not answer.
 */
export type CoreCalls = {
	/** This process first; one that was killed is forgotten. */
	readonly list: (call: CallOptions) => Promise<readonly RuntimeCore[]>;
	/** Oldest first. */
	readonly logs: (query: RuntimeLogQuery, call: CallOptions) => Promise<readonly CoreLogLine[]>;
	/** The newest lines and then those that follow, until the signal fires or the last process ends. Throws `plugin-not-running` when there is none. */
	readonly follow: (
		query: RuntimeLogQuery,
		call: CallOptions & { readonly onLines: (lines: readonly CoreLogLine[]) => void },
	) => Promise<void>;
	/** In the process of that id, or the only one there is; `allow` null starts one that it had before as it was. Throws what a start throws. */
	readonly start: (
		request: { readonly target: string; readonly allow: readonly Permission[] | null; readonly pid: number | null },
		call: CallOptions,
	) => Promise<RuntimePlugin>;
	readonly reload: (request: CorePlugin, call: CallOptions) => Promise<RuntimePlugin>;
	readonly stop: (request: CorePlugin & { readonly force: boolean }, call: CallOptions) => Promise<void>;
	readonly setLimits: (request: CorePlugin & { readonly limits: Partial<PluginLimits> }, call: CallOptions) => Promise<RuntimePlugin>;
	/** In every process that runs it; gives their ids. The generation keeps the grant. */
	readonly revoke: (request: { readonly plugin: string; readonly permission: Permission }, call: CallOptions) => Promise<readonly number[]>;
	/** Tells every process that a quarantine is over. */
	readonly release: (plugin: string, call: CallOptions) => Promise<void>;
};
