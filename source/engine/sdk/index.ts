import type { PermissionId } from '../permission.ts';

/** One call of a declared task. `input` was validated against the task's input schema. */
export type TaskCall = { readonly task: string; readonly input: unknown };

export type LogMethod = (...values: readonly unknown[]) => void;

export type PluginFiles = {
	/** Text of a file. Paths: `$project/...`, `$data/...`, absolute, or relative to `$project`. */
	readonly readFile: (path: string) => Promise<string>;
	/** Replaces the file as a whole; folders on the way are made. */
	readonly writeFile: (path: string, text: string) => Promise<void>;
	/** Names in a folder, sorted; only those a grant covers or leads to. */
	readonly list: (path: string) => Promise<readonly { readonly name: string; readonly type: 'file' | 'folder' }[]>;
	readonly stat: (path: string) => Promise<{ readonly type: 'file' | 'folder'; readonly sizeBytes: number; readonly modifiedAt: string }>;
};

export type CommandOptions = {
	/** Text for its standard input; none without. */
	readonly input?: string;
	/** 30000 when left out, at most 600000; then the program and what it started are killed. */
	readonly timeoutMilliseconds?: number;
	/** Output as it is written. */
	readonly onOutput?: (stream: 'stdout' | 'stderr', text: string) => void;
};

export type CommandResult = {
	/** Null when a signal ended it. */
	readonly exitCode: number | null;
	readonly outcome: 'exited' | 'killed' | 'timeout' | 'stopped' | 'not-started';
	readonly stdout: string;
	readonly stderr: string;
	/** Only the first 4 MiB of characters are kept. */
	readonly isTruncated: boolean;
};

/** Values of JSON, kept from run to run and from version to version; nobody else can reach them. Bounded by `limits.storageBytes`. */
export type PluginStorage = {
	/** Null when there is none. */
	readonly get: (key: string) => Promise<unknown>;
	readonly set: (key: string, value: unknown) => Promise<void>;
	readonly delete: (key: string) => Promise<void>;
	/** Sorted. */
	readonly keys: () => Promise<readonly string[]>;
};

export type PluginFetchInit = {
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | Uint8Array;
	readonly redirect?: 'follow' | 'error' | 'manual';
	readonly signal?: AbortSignal;
};

export type PluginResponse = {
	readonly ok: boolean;
	readonly status: number;
	readonly statusText: string;
	readonly url: string;
	readonly redirected: boolean;
	readonly headers: { readonly get: (name: string) => string | null; readonly has: (name: string) => boolean };
	readonly text: () => Promise<string>;
	readonly json: () => Promise<unknown>;
	readonly bytes: () => Promise<Uint8Array>;
};

/** Every right a plugin has. All of it is asynchronous; what was not granted rejects with a `PermissionDeniedError`. */
export type PluginContext = {
	readonly log: { readonly info: LogMethod; readonly warn: LogMethod; readonly error: LogMethod };
	readonly fetch: (url: string | URL, init?: PluginFetchInit) => Promise<PluginResponse>;
	readonly fs: PluginFiles;
	readonly storage: PluginStorage;
	/** Runs a granted program outside of the sandbox and waits for its end. Rejects when it was not granted; a program that fails is a result. */
	readonly exec: (program: string, args?: readonly string[], options?: CommandOptions) => Promise<CommandResult>;
	readonly env: { readonly get: (name: string) => Promise<string | null> };
	readonly messages: PluginMessages;
	/** Fires when the call is cancelled; half a second later a run that goes on is killed. */
	readonly signal: AbortSignal;
	/** Tells the user how far the task has come: from 0 to 1, or null for who does not know, and a few words (200 characters). */
	readonly progress: (fraction: number | null, text?: string) => void;
	/** What is granted to this run, as typed after `--allow`. */
	readonly permissions: readonly PermissionId[];
};

/** What a denied call rejects with; recognised by its `code`. */
export type PermissionDeniedError = Error & {
	readonly code: 'ERR_PERMISSION_DENIED';
	readonly permission: PermissionId;
	/** What would have granted it. */
	readonly hint: string;
};

/** `version` is that of this shape. `from` is put there by plugward: a plugin's name, or null for the program that started the plugins. */
export type PluginMessage = { readonly version: 1; readonly from: string | null; readonly topic: string; readonly data: unknown };

/** To other plugins that run now, where both package.json declare it. Rejects with a `code`: `ERR_NOT_RUNNING`, `ERR_QUEUE_FULL` ... */
export type PluginMessages = {
	/** Resolves once the message waits in the receiver's queue. */
	readonly send: (to: string, topic: string, data?: unknown) => Promise<void>;
	/** Resolves with what the receiver's `handleMessage` returned; after 5 seconds, or what is asked for, rejects with `ERR_TIMEOUT`. */
	readonly request: (to: string, topic: string, data?: unknown, options?: { readonly timeoutMilliseconds?: number }) => Promise<unknown>;
};

type Awaitable<T> = T | Promise<T>;

/** What a plugin's main module exports by default, through `definePlugin`. Only `execute` is required. */
export type Plugin = {
	/** Once, before the first call. */
	readonly initialize?: (context: PluginContext) => Awaitable<void>;
	/** Runs a task; the result must be JSON and fit the task's output schema. */
	readonly execute: (call: TaskCall, context: PluginContext) => Awaitable<unknown>;
	/** Names of the tasks it offers; none but those the manifest declares. Asked once, after `initialize`, of a plugin that stays. */
	readonly getCapabilities?: () => Awaitable<readonly string[]>;
	readonly handleMessage?: (message: PluginMessage, context: PluginContext) => Awaitable<unknown>;
	/** Before a clean stop; has half a second. */
	readonly shutdown?: (reason: string) => Awaitable<void>;
	/** JSON that a newer instance can take over. */
	readonly getState?: () => Awaitable<unknown>;
	/** `version` is the `state.version` that the manifest of the one before declared. */
	readonly restoreState?: (state: unknown, version: number) => Awaitable<void>;
};

/** Types a plugin; returns it unchanged. */
export function definePlugin(plugin: Plugin): Plugin {
	return plugin;
}
