import { resolve } from 'node:path';
import { AUDIT_START, followAuditLine, parseAuditLine, type AuditLink } from '../../audit-chain.ts';
import type { AuditLogCheck } from '../../audit-log.ts';
import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { EngineContext } from '../engine-context.ts';
import { type LogLine, logLines } from './log-lines.ts';
import { linesOfHome } from './log-of-home.ts';

const HASH = /^[0-9a-f]{64}$/;

type Request = { readonly file: string | null; readonly hash: string | null };

/** Walks the chain from its first line to the first that does not continue it. What is found is data. */
export async function verifyLog(context: EngineContext, { file, hash }: Request, { signal }: CallOptions): Promise<AuditLogCheck> {
	if (hash !== null && !HASH.test(hash)) {
		throw new EngineError('usage', `"${stripToLine(hash)}" is not the hash of a line: expected 64 hexadecimal digits.`, {
			hint: 'plugward audit-log verify --json=head tells the one of the last line.',
		});
	}

	const lines =
		file === null
			? linesOfHome(context, signal)
			: logLines(resolve(context.options.cwd, file), { signal, mayBeMissing: false, shown: stripToLine(file) });
	return walk(lines, hash);
}

/** A log whose oldest files were removed starts later; that counts only where a line of it tells of exactly that start. */
async function walk(lines: AsyncIterable<LogLine>, hash: string | null): Promise<AuditLogCheck> {
	let [start, end] = [AUDIT_START, AUDIT_START];
	let [line, bytesChecked, tornBytes] = [0, 0, 0];
	let broken: AuditLogCheck['broken'] = null;
	let isHeld = false;
	let isStartTold = true;
	for await (const { bytes, isTorn } of lines) {
		if (isTorn) {
			tornBytes = bytes.length;
			break;
		}

		line += 1;
		const text = bytes.toString('utf8');
		if (line === 1) {
			start = startOf(text);
			end = start;
			isStartTold = start.seq === 0;
		}

		const next = followAuditLine(text, end);
		if ('problem' in next) {
			broken = { line, ...next };
			break;
		}

		end = next;
		bytesChecked += bytes.length + 1;
		isHeld ||= end.hash === hash;
		isStartTold ||= tellsOf(text, start);
	}

	if (!isStartTold) {
		return unexplainedStart(start, { tornBytes, holdsHash: hash === null ? null : false });
	}

	return {
		first: start.seq + 1,
		lines: end.seq - start.seq,
		bytes: bytesChecked,
		head: { number: end.seq, hash: end.hash },
		tornBytes,
		broken,
		holdsHash: hash === null ? null : isHeld,
	};
}

/** Nothing of such a log is proven. */
function unexplainedStart({ seq }: AuditLink, rest: Pick<AuditLogCheck, 'tornBytes' | 'holdsHash'>): AuditLogCheck {
	const text = `it has the number ${seq + 1}, expected 1, and no line tells that those before it were removed`;
	return {
		first: 1,
		lines: 0,
		bytes: 0,
		head: { number: AUDIT_START.seq, hash: AUDIT_START.hash },
		...rest,
		broken: { line: 1, problem: 'number', text },
	};
}

/** Where the chain was before this line. */
function startOf(text: string): AuditLink {
	const parsed = parseAuditLine(text);
	return parsed === null || parsed.seq <= 1 ? AUDIT_START : { seq: parsed.seq - 1, hash: parsed.prev };
}

function tellsOf(text: string, start: AuditLink): boolean {
	if (!text.includes('"audit-log-trimmed"')) {
		return false;
	}

	const parsed = parseAuditLine(text);
	return parsed?.['event'] === 'audit-log-trimmed' && parsed['lines'] === start.seq && parsed['hash'] === start.hash;
}
