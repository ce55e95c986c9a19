import type { Level } from './evidence.ts';
import type { Permission, PermissionId } from './permission.ts';

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

/** A grant that no run has used. */
export type UnusedGrant = {
	readonly permission: PermissionId;
	/** ISO time. */
	readonly grantedAt: string;
};

/** What the audit log tells about the use of what is granted now. */
export type GrantUse = {
	/** Runs of this version that the log knows. */
	readonly runs: number;
	/** ISO time of the first of them; null for none. */
	readonly since: string | null;
	readonly used: readonly PermissionId[];
	readonly unused: readonly UnusedGrant[];
};

/** One thing that a plugin wanted while it was watched. */
export type ObservedAccess = {
	readonly permission: PermissionId;
	/** `let-through`: no grant covers it; it was allowed this once, to see what comes after it. */
	readonly answer: 'granted' | 'let-through' | 'denied';
	readonly count: number;
};

/** What one watched run showed. */
export type ObservedPermissions = {
	readonly accesses: readonly ObservedAccess[];
	/** Entries for `plugward.permissions` that would have allowed all of it: those of package.json that do, then new ones. */
	readonly proposal: readonly Permission[];
	/** Of package.json; this run did not need them. */
	readonly unneeded: readonly PermissionId[];
	/** Absolute path of the package.json that the proposal was written to; null when it was not. */
	readonly writtenTo: string | null;
};

/** What came of taking a grant away. */
export type RevokedGrant = {
	readonly plugin: string;
	readonly permission: PermissionId;
	/** Grants of the current generation that hold no longer. */
	readonly revoked: readonly PermissionId[];
	/** Processes in which the plugin runs and has lost it. */
	readonly pids: readonly number[];
};

export type PermissionReport = {
	readonly plugin: string;
	readonly version: string;
	readonly level: Level;
	/** Null for a folder, which has no grants of its own. */
	readonly generation: number | null;
	/** The one asked about; else what package.json asks for, then what this version was denied before. */
	readonly answers: readonly PermissionAnswer[];
	/** Null when it was not asked for. */
	readonly use: GrantUse | null;
};
