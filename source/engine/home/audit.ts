import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { linkAuditEvent } from '../audit-chain.ts';
import { EngineError } from '../errors.ts';
import { auditFiles, type AuditRules, auditSegments, segmentPath, sizeOf } from './audit-segments.ts';
import { readAuditTail, readTailOf } from './audit-tail.ts';
import type { Disk } from './disk.ts';
import { damaged, isMissing, systemCode, writeError } from './home-errors.ts';
import { type KernelLock, lockWithin, NOT_A_LOCK } from './kernel-lock.ts';
import type { Layout } from './layout.ts';

/** Without rules the file is never changed for a new one; whoever writes next with rules does that. */
type Place = { readonly disk: Disk; readonly layout: Layout; readonly rules?: AuditRules };

/** One event as it is handed over: the chain adds its number and the hash of the line before. Without `ts` (ISO time) it happened now. */
export type AuditEntry = { readonly event: string; readonly ts?: string } & Readonly<Record<string, unknown>>;

/** The lock is held for the time of one small write, so only a stopped process can keep it longer. */
const WAIT_MILLISECONDS = 2000;
const POLL_MILLISECONDS = 5;

/** Adds one line and returns. Throws `home-busy` when a stopped process has the end of the log, `disk-full`, `home-unwritable`. */
export function appendAuditSync(place: Place, entry: AuditEntry): void {
	const lock = tryAuditLock(place.layout, WAIT_MILLISECONDS);
	if (lock === null) {
		throw busy();
	}

	addLine(place, { lock, entry });
}

/** The same without keeping other work of this process waiting. */
export async function appendAudit(place: Place, entry: AuditEntry): Promise<void> {
	addLine(place, { lock: await waitForAuditLock(place.layout), entry });
}

/** Adds the line that closes an operation and makes it durable. */
export async function appendAuditDurably(place: Place, entry: AuditEntry): Promise<void> {
	await appendAudit(place, entry);
	await place.disk.syncFile(place.layout.audit);
	// The name of a new log is durable only with its folder.
	await place.disk.syncFolder(place.layout.state);
}

/** Takes away a line that a power cut tore, and says so in its place. True when there was one. */
export async function completeAudit(place: Place): Promise<boolean> {
	if (readAuditTail(place.layout).torn === null) {
		return false;
	}

	const lock = await waitForAuditLock(place.layout);
	try {
		return endTornLine(place);
	} finally {
		lock.release();
	}
}

/** True when a line carries this operation id. */
export async function hasAuditLine(layout: Layout, id: string): Promise<boolean> {
	const { createInterface } = await import('node:readline');
	try {
		for (const path of auditFiles(layout).toReversed()) {
			for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
				if (line.includes(id) && operationOf(line) === id) {
					return true;
				}
			}
		}

		return false;
	} catch (error) {
		if (isMissing(error)) {
			return false;
		}

		throw damaged(layout.relative(layout.audit), 'cannot be read', { cause: error });
	}
}

// Nothing in here waits: while the lock is held no other work of this process runs, so that it cannot wait for itself.
function addLine(place: Place, { lock, entry }: { readonly lock: KernelLock; readonly entry: AuditEntry }): void {
	try {
		endTornLine(place);
		startNewFileWhenFull(place);
		writeLine(place, entry);
	} catch (error) {
		throw writeError(error, 'write the audit log');
	} finally {
		lock.release();
	}
}

// The log of this moment is whole, so that a chain which is followed from file to file never meets half a line.
function startNewFileWhenFull(place: Place): void {
	const { disk, layout, rules } = place;
	if (rules === undefined || sizeOf(layout.audit) < rules.segmentBytes) {
		return;
	}

	disk.makeFolderSync(layout.auditSegments);
	disk.renameSync(layout.audit, segmentPath(layout, readAuditTail(layout).link.seq));
	const segments = auditSegments(layout);
	const doomed = segments.slice(0, Math.max(0, segments.length - rules.segments));
	const last = doomed.at(-1);
	if (last !== undefined) {
		// On record first: a chain that does not start at its beginning counts only where a later line says why.
		const { seq, hash } = readTailOf(last).link;
		writeLine(place, { event: 'audit-log-trimmed', lines: seq, hash });
		for (const path of doomed) {
			disk.removeFileSync(path);
		}
	}
}

// What was torn was never whole and was answered to nobody, so nothing continues from it; that it was there stays on record.
function endTornLine(place: Place): boolean {
	const { disk, layout } = place;
	const { torn, wholeBytes } = readAuditTail(layout);
	if (torn === null) {
		return false;
	}

	disk.truncateSync(layout.audit, wholeBytes);
	const tornSha256 = createHash('sha256').update(torn).digest('hex');
	writeLine(place, { event: 'audit-torn-line-removed', bytes: torn.byteLength, sha256: tornSha256 });
	return true;
}

function writeLine({ disk, layout }: Place, { ts, ...entry }: AuditEntry): void {
	const now = ts === undefined || Number.isNaN(Date.parse(ts)) ? new Date() : new Date(ts);
	disk.appendSync(layout.audit, linkAuditEvent(readAuditTail(layout).link, entry, now).line);
}

async function waitForAuditLock(layout: Layout): Promise<KernelLock> {
	const deadline = performance.now() + WAIT_MILLISECONDS;
	for (;;) {
		const lock = tryAuditLock(layout, 0);
		if (lock !== null) {
			return lock;
		}

		if (performance.now() >= deadline) {
			throw busy();
		}

		await sleep(POLL_MILLISECONDS * (0.5 + Math.random()));
	}
}

function tryAuditLock(layout: Layout, milliseconds: number): KernelLock | null {
	try {
		return lockWithin(layout.auditLock, milliseconds);
	} catch (error) {
		throw systemCode(error) === NOT_A_LOCK
			? damaged(layout.relative(layout.auditLock), 'is not the empty lock file it was', { cause: error })
			: writeError(error, 'write the audit log');
	}
}

function busy(): EngineError {
	return new EngineError(
		'home-busy',
		`Another plugward has held the end of the audit log for ${(WAIT_MILLISECONDS / 1000).toFixed(1)} s; expected less than a millisecond.`,
		{ hint: 'Look for a plugward that is stopped, and let it go on or end it.' },
	);
}

function operationOf(line: string): unknown {
	try {
		const json: unknown = JSON.parse(line);
		return typeof json === 'object' && json !== null && 'operation' in json ? json.operation : null;
	} catch {
		// A torn line is nobody's.
		return null;
	}
}
