import type { Level } from './evidence.ts';
import type { CallOptions } from './events.ts';
import type { Grant, Permission } from './permission.ts';
import type { Decision, Plan } from './plan.ts';
import type { HostPowerUse, ToolStreams } from './sandbox/index.ts';

export type ToolRequest = {
	/** As for `install`: `cowsay`, `prettier@3`, `@scope/name@1.2.3`. */
	readonly spec: string;
	/** Null for the only `bin`, or the one named like the package. */
	readonly bin: string | null;
	/** `name` or `name@version` below the minimum age that the user takes. */
	readonly acceptYoung?: readonly string[];
};

/** What a look at the code says a tool will want, and the permission that would give it. */
export type ToolWish = {
	readonly what: 'fs' | 'env' | 'net' | 'process' | 'native';
	/** Where it was seen: `lib/read.js:12`. */
	readonly places: readonly string[];
	/** As after `--allow`; empty for what the sandbox never gives. */
	readonly suggestions: readonly string[];
};

/** A tool that is fetched, verified and scanned, and has not run yet. */
export type ToolPlan = {
	/** Against nothing installed; no generation comes of it. */
	readonly plan: Plan;
	readonly name: string;
	readonly version: string;
	readonly bin: string;
	/** Path of its program inside the package. */
	readonly program: string;
	readonly level: Level;
	readonly wishes: readonly ToolWish[];
	/** Which of its imports need what the sandbox does not have. */
	readonly powers: readonly HostPowerUse[];
	/** Its own code cannot do without one of them: it does not run unless that is asked for. */
	readonly isRefused: boolean;
	/** Granted to this very version before, and still in force. */
	readonly grants: readonly Grant[];
	/** The user has agreed to run exactly this version with exactly these dependencies before. */
	readonly isKnown: boolean;
};

export type ToolRunRequest = {
	readonly decisions: readonly Decision[];
	/** Remembered for this version unless `isOnce`. */
	readonly allow: readonly Permission[];
	readonly isOnce: boolean;
	/** Runs it although its own code imports what the sandbox does not have; calling that throws. */
	readonly anyway?: boolean;
	readonly arguments: readonly string[];
	readonly streams: ToolStreams;
};

export type ToolRunResult = {
	readonly plugin: string;
	readonly version: string;
	readonly bin: string;
	readonly level: Level;
	/** The tool's own. */
	readonly exitCode: number;
	readonly milliseconds: number;
	readonly peakMemoryBytes: number | null;
	/** Node built-ins it imports that the sandbox does not have. */
	readonly needs: readonly string[];
	/** Which of its imports need what the sandbox does not have, and where they are. */
	readonly powers: readonly HostPowerUse[];
	readonly denied: readonly { readonly permission: string; readonly count: number; readonly hint: string }[];
};

/** Programs of packages, run in the sandbox without being installed. */
export type ToolCalls = {
	/** Resolves, fetches, verifies and scans; no generation changes. Throws `task-not-found` for a package without such a program. */
	readonly planTool: (request: ToolRequest, options: CallOptions) => Promise<ToolPlan>;
	/** Throws `consent-required`, `plan-stale`, and what running throws; whatever the tool itself finds wrong is its exit code. */
	readonly runTool: (plan: ToolPlan, options: CallOptions & ToolRunRequest) => Promise<ToolRunResult>;
	/** Forgets what was agreed to and granted: of one version, or of all for null. Gives the versions that were known. */
	readonly forgetTool: (
		tool: { readonly name: string; readonly version: string | null },
		options: CallOptions,
	) => Promise<readonly string[]>;
};
