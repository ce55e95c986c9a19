import type { Permission } from '../../permission.ts';
import type { QuotaName } from './quotas.ts';

/** What a part of the broker decided and did. */
export type CapabilityOutcome =
	| { readonly type: 'done'; readonly value: unknown }
	/** Nothing happened; the denial is in the audit log before the plugin learns of it. */
	| {
			readonly type: 'denied';
			readonly permission: Permission;
			readonly rule: DenialRule;
			readonly resource: string;
			readonly text: string;
	  }
	/** Granted, but beyond a bound; on record before the plugin learns of it. */
	| { readonly type: 'limit'; readonly limit: QuotaName; readonly bound: number; readonly measured: number; readonly text: string }
	/** Granted, but it did not work: a missing file, a refused connection, a size. */
	| { readonly type: 'failed'; readonly code: string; readonly text: string };

export type DenialRule =
	| 'not-granted'
	| 'private-address'
	| 'forbidden-path'
	| 'link'
	| 'plain-http'
	| 'invalid'
	| 'not-pinned'
	| 'program-changed'
	| 'interpreter'
	| 'unknown-operation'
	| 'too-many-denials';

export function done(value: unknown): CapabilityOutcome {
	return { type: 'done', value };
}

export function failed(code: string, text: string): CapabilityOutcome {
	return { type: 'failed', code, text };
}
