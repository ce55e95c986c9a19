import type { PluginLimits, PluginManifest } from '../manifest.ts';
import type { Permission, PermissionId } from '../permission.ts';
import type { AuditEvent } from './audit.ts';
import type { AccessObserver } from './broker/gate.ts';
import type { SandboxRules } from './sandbox-rules.ts';
import type { TakeHost } from './host-link.ts';
import type { PluginQuotas } from './broker/quotas.ts';
import type { TaskProgress } from './host-messages.ts';
import type { StoragePlace } from './broker/storage.ts';
import type { PackageFiles } from './package-files.ts';

export type RunPluginRequest = {
	readonly plugin: string;
	readonly version: string;
	/** `Bundle.code`. */
	readonly code: string;
	/** `Bundle.map`; without it, places in errors are those of the bundle. */
	readonly map?: string;
	/** The published files of the packages in the bundle, which need no grant; none when left out. */
	readonly files?: PackageFiles;
	readonly kind: 'plugin' | 'plain';
	/** A declared task; for a plain package the name of an export (`default` too). */
	readonly task: string;
	/** JSON. For a plain package an array holds the arguments, anything else is the only argument. */
	readonly input: unknown;
	/** Null for a plain package. */
	readonly manifest: PluginManifest | null;
	/** What is effective now: generation and policy and not revoked, plus this run's own. */
	readonly grants: readonly Permission[];
	/** What the manifest asks for; only used to say what would have granted a denied call. */
	readonly requested: readonly Permission[];
	readonly limits: PluginLimits;
	/** Absolute folders behind `$project` and `$data`; a null root grants nothing. */
	readonly roots: { readonly project: string; readonly data: string | null };
	/** Files and folders that no grant opens: homes, settings, policy, the runtime folder, the user's .npmrc. */
	readonly forbiddenPaths: readonly string[];
	/** Where granted names are looked up; the plugin's process itself starts with an empty environment. */
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** A synchronous, durable append; called before the plugin sees a denial. When it throws, the run stops. */
	readonly audit: (event: AuditEvent) => void;
	/** Text is already stripped of control characters. */
	readonly onOutput: (stream: 'log' | 'warn' | 'error', text: string) => void;
	/** How far the task has come; at most ten times a second. */
	readonly onProgress?: (progress: TaskProgress) => void;
	/** Where `context.storage` lies; null or left out for nowhere. */
	readonly storage?: StoragePlace | null;
	/** Bounds other than the usual ones. */
	readonly quotas?: Partial<PluginQuotas>;
	/** Whether programs that do whatever they are told may be run; only at level core. */
	readonly allowsInterpreters?: boolean;
	/** Sees every request, granted or not; for finding out what a plugin needs. */
	readonly observer?: AccessObserver;
	/** Called once the host process exists; for `ps` and `stop`. */
	readonly onStart?: (started: { readonly pid: number }) => void;
	/** How a fresh host is started; left out for the usual way. */
	readonly rules?: SandboxRules;
	/** Where its host comes from; left out for a fresh process. */
	readonly takeHost?: TakeHost;
	readonly signal: AbortSignal;
};

export type DeniedCalls = { readonly permission: PermissionId; readonly count: number; readonly hint: string };

export type RunPluginResult = {
	readonly output: unknown;
	/** From the start of the host process to its end. */
	readonly milliseconds: number;
	/** Resident memory of the host process above what it needs when empty; null where the platform does not tell. */
	readonly peakMemoryBytes: number | null;
	readonly denied: readonly DeniedCalls[];
};
