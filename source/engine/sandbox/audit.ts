import type { PermissionId } from '../permission.ts';

/** What happened, before it is linked into the log. Plain data; strings of a plugin are stripped and capped. */
export type AuditEvent =
	| { readonly event: 'plugin-started'; readonly plugin: string; readonly version: string; readonly pid: number; readonly task: string }
	| {
			readonly event: 'plugin-ended';
			readonly plugin: string;
			readonly version: string;
			readonly pid: number;
			/** `ok`, or the error code. */
			readonly outcome: string;
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
			readonly event: 'limit-exceeded';
			readonly plugin: string;
			readonly version: string;
			readonly pid: number;
			readonly limit: 'wall' | 'cpu' | 'memory';
	  }
	| { readonly event: 'sandbox-breach'; readonly plugin: string; readonly version: string; readonly pid: number; readonly reason: string };
