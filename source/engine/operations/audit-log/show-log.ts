import { parseAuditLine, type AuditLine } from '../../audit-chain.ts';
import { AUDIT_EVENTS, type AuditLogPage, type AuditQuery, type AuditRecord } from '../../audit-log.ts';
import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import { stripToLine } from '../../strip-controls.ts';
import { parseDate } from '../versions/as-of.ts';
import type { EngineContext } from '../engine-context.ts';
import { linesOfHome } from './log-of-home.ts';

const AGE = /^(\d{1,6})([mhdw])$/;
const MINUTE = 60_000;
const UNITS: Readonly<Record<string, number>> = { m: MINUTE, h: 60 * MINUTE, d: 24 * 60 * MINUTE, w: 7 * 24 * 60 * MINUTE };

/** The lines that match, oldest first. Reads what is there without judging it: a line that is none of ours is counted and left out. */
export async function showLog(context: EngineContext, query: AuditQuery, { signal }: CallOptions): Promise<AuditLogPage> {
	const matches = matcherOf(query, context.clock());
	const records: AuditRecord[] = [];
	const found = { total: 0, matched: 0, unreadable: 0 };
	for await (const { bytes, isTorn } of linesOfHome(context, signal)) {
		if (isTorn || bytes.length === 0) {
			continue;
		}

		found.total += 1;
		const line = parseAuditLine(bytes.toString('utf8'));
		if (line === null) {
			found.unreadable += 1;
			continue;
		}

		const record = recordOf(line);
		if (matches(record)) {
			found.matched += 1;
			records.push(record);
			// Twice as many are kept, so that dropping the older ones costs next to nothing a line.
			if (records.length > query.last * 2) {
				records.splice(0, records.length - query.last);
			}
		}
	}

	return { ...found, records: records.slice(-query.last) };
}

function recordOf({ v: _v, seq, ts, prev: _prev, event, plugin, version, ...details }: AuditLine): AuditRecord {
	return {
		number: seq,
		time: ts,
		event: typeof event === 'string' ? event : '',
		plugin: typeof plugin === 'string' ? plugin : null,
		version: typeof version === 'string' ? version : null,
		details,
	};
}

function matcherOf({ plugin, events, since, number }: AuditQuery, now: Date): (record: AuditRecord) => boolean {
	const wanted = new Set(events.map((event) => requireEvent(event)));
	const from = since === null ? Number.NEGATIVE_INFINITY : parseSince(since, now);
	return (record) =>
		(plugin === null || record.plugin === plugin) &&
		(wanted.size === 0 || wanted.has(record.event)) &&
		Date.parse(record.time) >= from &&
		(number === null || record.number === number);
}

function requireEvent(event: string): string {
	const known: readonly string[] = AUDIT_EVENTS;
	if (!known.includes(event)) {
		throw new EngineError('usage', `Nothing in an audit log is called "${stripToLine(event)}".`, {
			hint: `It may be: ${known.join(', ')}`,
		});
	}

	return event;
}

function parseSince(text: string, now: Date): number {
	const [, count = '', unit = ''] = AGE.exec(text) ?? [];
	const time = count === '' ? parseDate(text) : now.getTime() - Number(count) * (UNITS[unit] ?? MINUTE);
	if (time === null) {
		throw new EngineError('usage', `"${stripToLine(text)}" is neither an age nor a date.`, {
			hint: 'For example: --since 12h, --since 7d, --since 2026-01-31 or --since 2026-01-31T12:00:00Z',
		});
	}

	return time;
}
