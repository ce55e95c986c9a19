import type { PermissionId } from '../permission.ts';
import type { QuotaName } from './broker/quotas.ts';

/** What happened, before it is linked into the log. Plain data; strings of a plugin are stripped and capped. */
export type AuditEvent =
	| {
			readonly event: 'plugin-started';
			readonly plugin: string;
			readonly version: string;
			readonly pid: number;
			/** Null for one that stays and is called many times. */
			readonly task: string | null;
			/** What is effective in this run. */
			readonly grants: readonly PermissionId[];
			/** Outside of an isolate; left out for inside. */
			readonly runtime?: 'native';
	  }
	| {
			readonly event: 'plugin-ended';
			readonly plugin: string;
			readonly version: string;
			readonly pid: number;
			/** `ok`, or the error code. */
			readonly outcome: string;
			/** What the command ends with. */
			readonly exitCode: number;
			readonly milliseconds: number;
			readonly cpuMilliseconds: number | null;
			readonly peakMemoryBytes: number | null;
	  }
	| {
			readonly event: 'permission-denied';
			readonly plugin: string;
			readonly version: string;
			readonly pid: number;
			readonly permission: PermissionId;
			/** Why: `not-granted`, `private-address`, `forbidden-path`, `link`, `redirect`, `invalid` ... */
			readonly rule: string;
			/** What exactly was asked for: a URL without its query, a path, a name. */
			readonly resource: string;
	  }
	| {
			/** The first use of a grant in a run. */
			readonly event: 'permission-used';
			readonly plugin: string;
			readonly version: string;
			readonly pid: number;
			/** The grant, not the request. */
			readonly permission: PermissionId;
	  }
	| {
			/** A program of this machine, outside of the sandbox. */
			readonly event: 'command-started';
			readonly plugin: string;
			readonly version: string;
			readonly pid: number;
			/** Its real path. */
			readonly program: string;
			readonly sha256: string;
			readonly args: readonly string[];
	  }
	| {
			readonly event: 'command-ended';
			readonly plugin: string;
			readonly version: string;
			readonly pid: number;
			readonly program: string;
			readonly outcome: string;
			readonly exitCode: number | null;
			readonly milliseconds: number;
			readonly outputBytes: number;
	  }
	| {
			readonly event: 'limit-exceeded';
			readonly plugin: string;
			readonly version: string;
			readonly pid: number;
			readonly limit: 'wall' | 'cpu' | 'memory' | 'heartbeat' | QuotaName;
			/** Milliseconds, bytes, keys, lines or messages; memory in use may lie below a bound that the next allocation would have passed. */
			readonly bound: number;
			readonly measured: number;
	  }
	| { readonly event: 'sandbox-breach'; readonly plugin: string; readonly version: string; readonly pid: number; readonly reason: string }
	| {
			readonly event: 'plugin-reloaded';
			readonly plugin: string;
			/** The one that was to take over from `from`. */
			readonly version: string;
			readonly from: string;
			/** `ok`, or the error code; then the one before goes on. */
			readonly outcome: string;
	  }
	| {
			readonly event: 'permission-revoked';
			readonly plugin: string;
			readonly version: string;
			readonly permission: PermissionId;
			readonly scope: 'run';
	  }
	| { readonly event: 'plugin-quarantined'; readonly plugin: string; readonly version: string; readonly crashes: number }
	| {
			readonly event: 'limits-changed';
			readonly plugin: string;
			readonly version: string;
			readonly wallMilliseconds: number;
			readonly cpuMilliseconds: number;
			readonly memoryBytes: number;
	  };
