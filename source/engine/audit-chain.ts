import { createHash } from 'node:crypto';
import { stripToLine } from './strip-controls.ts';

/** Where a log ends: the next line continues from here. */
export type AuditLink = { readonly seq: number; readonly hash: string };

export type AuditLine = { readonly v: 1; readonly seq: number; readonly ts: string; readonly prev: string } & Readonly<
	Record<string, unknown>
>;

/** `prev` of the first line. */
export const AUDIT_START: AuditLink = { seq: 0, hash: '0'.repeat(64) };

/** The next line (with its newline) and where the log then ends. `event` may be any flat record of JSON values. */
export function linkAuditEvent(
	last: AuditLink,
	event: { readonly event: string } & Readonly<Record<string, unknown>>,
	now: Date,
): { readonly line: string; readonly link: AuditLink } {
	const seq = last.seq + 1;
	const text = JSON.stringify({ v: 1, seq, ts: now.toISOString(), prev: last.hash, ...withoutLinkFields(event) });
	return { line: `${text}\n`, link: { seq, hash: hashOf(text) } };
}

/** Reads where a log ends from its last line, or from its whole text; `AUDIT_START` for an empty one, null when the last line is damaged. */
export function readAuditLink(text: string): AuditLink | null {
	const lines = text.split('\n').filter((line) => line !== '');
	const last = lines.at(-1);
	if (last === undefined) {
		return AUDIT_START;
	}

	const parsed = parseAuditLine(last);
	return parsed === null ? null : { seq: parsed.seq, hash: hashOf(last) };
}

/** Why a line does not continue the ones before it. `text` is one clause without a full stop. */
export type AuditBreak = { readonly problem: 'unreadable' | 'number' | 'link'; readonly text: string };

/** One step of the walk: where the log ends with this line, or what is wrong with it. */
export function followAuditLine(line: string, end: AuditLink): AuditLink | AuditBreak {
	const parsed = parseAuditLine(line);
	if (parsed === null) {
		return { problem: 'unreadable', text: 'it is not a line that plugward writes' };
	}

	if (parsed.seq !== end.seq + 1) {
		return { problem: 'number', text: `it has the number ${parsed.seq}, expected ${end.seq + 1}: lines were taken out, put in or moved` };
	}

	return parsed.prev === end.hash
		? { seq: parsed.seq, hash: hashOf(line) }
		: { problem: 'link', text: `it continues from ${short(parsed.prev)}, but ${wordsOf(end)}: one of the two was changed or replaced` };
}

/** Walks a log from its start. `brokenAt` is the 1-based number of the first line that does not continue the one before it. */
export function verifyAuditLog(
	text: string,
	start: AuditLink = AUDIT_START,
): { readonly events: number; readonly end: AuditLink; readonly brokenAt: number | null } {
	let end = start;
	let number = 0;
	for (const line of text.split('\n')) {
		if (line === '') {
			continue;
		}

		number += 1;
		const next = followAuditLine(line, end);
		if ('problem' in next) {
			return { events: number - 1, end, brokenAt: number };
		}

		end = next;
	}

	return { events: number, end, brokenAt: null };
}

export function parseAuditLine(line: string): AuditLine | null {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		// A line cut by a crash is data for the caller, not a fault of this one.
		return null;
	}

	if (typeof value !== 'object' || value === null || !('v' in value && 'seq' in value && 'ts' in value && 'prev' in value)) {
		return null;
	}

	const isLine = value.v === 1 && Number.isSafeInteger(value.seq) && typeof value.ts === 'string' && typeof value.prev === 'string';
	return isLine ? (value as AuditLine) : null;
}

function withoutLinkFields(event: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
	const { v: _v, seq: _seq, ts: _ts, prev: _prev, ...rest } = event;
	return rest;
}

function wordsOf({ seq, hash }: AuditLink): string {
	return seq === 0 ? 'it is the first line' : `line ${seq} has the hash ${short(hash)}`;
}

function short(hash: string): string {
	return `${stripToLine(hash).slice(0, 12)}...`;
}

function hashOf(line: string): string {
	return createHash('sha256').update(line).digest('hex');
}
