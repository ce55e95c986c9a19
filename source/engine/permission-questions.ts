import type { Level } from './evidence.ts';
import type { PermissionId } from './permission.ts';

/** Why a call is allowed or denied: the first that applies, in this order. */
export type PermissionReason =
	| 'never-grantable'
	| 'ceiling'
	| 'granted'
	| 'revoked'
	| 'expired'
	| 'other-version'
	| 'withdrawn'
	| 'not-granted'
	| 'not-declared';

export type PermissionAnswer = {
	readonly permission: PermissionId;
	readonly isGranted: boolean;
	readonly reason: PermissionReason;
	/** One sentence. */
	readonly text: string;
	/** What in package.json asks for it; `line` counts from 1, null when it cannot be told. Null when nothing does. */
	readonly declared: { readonly permission: PermissionId; readonly line: number | null; readonly why: string } | null;
	/** JSON text of one line of `plugward.permissions` that would ask for it; null when something does already, or nothing may. */
	readonly declaration: string | null;
	/** What grants it to every run from then on, and to one run; null when nothing does. */
	readonly commands: { readonly always: string | null; readonly once: string | null };
};

export type PermissionReport = {
	readonly plugin: string;
	readonly version: string;
	readonly level: Level;
	/** Null for a folder, which has no grants of its own. */
	readonly generation: number | null;
	/** The one asked about; else what package.json asks for, then what this version was denied before. */
	readonly answers: readonly PermissionAnswer[];
};
