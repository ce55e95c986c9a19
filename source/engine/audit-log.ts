import type { AuditBreak, AuditLink } from './audit-chain.ts';
import type { CallOptions } from './events.ts';

/** Everything that plugward writes into the audit log of a home. */
export const AUDIT_EVENTS = [
	'plugin-started',
	'plugin-ended',
	'permission-denied',
	'permission-used',
	'command-started',
	'command-ended',
	'permission-granted',
	'permission-revoked',
	'limit-exceeded',
	'sandbox-breach',
	'plugin-reloaded',
	'plugin-quarantined',
	'quarantine-released',
	'plugin-data-purged',
	'limits-changed',
	'generation-committed',
	'generation-switched',
	'generation-abandoned',
	'entries-repaired',
	'packages-kept',
	'audit-torn-line-removed',
	'audit-log-trimmed',
] as const;

export type AuditQuery = {
	/** Lines about this plugin alone; null for all. */
	readonly plugin: string | null;
	/** Any of these; empty for all. Throws `usage` for one that is never written. */
	readonly events: readonly string[];
	/** An ISO date, a date-time with a zone, or an age: `30m`, `12h`, `7d`, `2w`. Null for no bound. */
	readonly since: string | null;
	/** How many of the newest that match. */
	readonly last: number;
	/** One line by its number; null for all. */
	readonly number: number | null;
};

export type AuditRecord = {
	/** Counts from 1 without gaps. */
	readonly number: number;
	/** ISO time. */
	readonly time: string;
	readonly event: string;
	readonly plugin: string | null;
	readonly version: string | null;
	/** What else the line says; which keys depends on the event. Text of plugins in it is hostile. */
	readonly details: Readonly<Record<string, unknown>>;
};

export type AuditLogPage = {
	/** Lines in the whole log. */
	readonly total: number;
	/** Lines that match, shown or not. */
	readonly matched: number;
	/** Lines that are none of ours; `verify` says where. */
	readonly unreadable: number;
	/** Oldest first. */
	readonly records: readonly AuditRecord[];
};

export type AuditLogCheck = {
	/** Number of the first line that is there: 1, unless old files of the log were removed. */
	readonly first: number;
	/** Lines that continue each other from the first. */
	readonly lines: number;
	readonly bytes: number;
	/** The last of them. Whoever keeps its hash elsewhere can tell later whether lines were cut off at the end. */
	readonly head: { readonly number: number; readonly hash: AuditLink['hash'] };
	/** Bytes after the last newline: a write that was stopped. It was answered to nobody, and the next write takes it away. */
	readonly tornBytes: number;
	/** The first line that does not continue the one before it, counted from 1; null when there is none. */
	readonly broken: ({ readonly line: number } & AuditBreak) | null;
	/** Whether the line with the hash asked for is there; null when none was asked for. */
	readonly holdsHash: boolean | null;
};

export type ExportedAuditLog = {
	/** Absolute; null when the text was asked for. */
	readonly file: string | null;
	readonly lines: number;
	readonly bytes: number;
	/** Of the bytes exported. */
	readonly sha256: string;
	/** The lines as they stand in the log; empty when they went to a file. */
	readonly text: string;
};

export type AuditLogCalls = {
	readonly show: (query: AuditQuery, call: CallOptions) => Promise<AuditLogPage>;
	/** `file` null: the log of this home, else an exported one. `hash`: 64 hex digits of a line that must be there. Throws `usage`. */
	readonly verify: (request: { readonly file: string | null; readonly hash: string | null }, call: CallOptions) => Promise<AuditLogCheck>;
	/** Every whole line, byte for byte. Null gives the text. Throws `usage` for a file that is there, or that lies in the home. */
	readonly export: (file: string | null, call: CallOptions) => Promise<ExportedAuditLog>;
};
