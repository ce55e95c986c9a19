import { resolve } from 'node:path';
import { AUDIT_START, followAuditLine, type AuditLink } from '../../audit-chain.ts';
import type { AuditLogCheck } from '../../audit-log.ts';
import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { EngineContext } from '../engine-context.ts';
import { logLines } from './log-lines.ts';
import { logOfHome } from './log-of-home.ts';

const HASH = /^[0-9a-f]{64}$/;

type Request = { readonly file: string | null; readonly hash: string | null };

/** Walks the chain from its first line to the first that does not continue it. What is found is data. */
export async function verifyLog(context: EngineContext, { file, hash }: Request, { signal }: CallOptions): Promise<AuditLogCheck> {
	if (hash !== null && !HASH.test(hash)) {
		throw new EngineError('usage', `"${stripToLine(hash)}" is not the hash of a line: expected 64 hexadecimal digits.`, {
			hint: 'plugward audit-log verify --json=head tells the one of the last line.',
		});
	}

	const source: Parameters<typeof logLines> =
		file === null
			? logOfHome(context, signal)
			: [resolve(context.options.cwd, file), { signal, mayBeMissing: false, shown: stripToLine(file) }];
	let end: AuditLink = AUDIT_START;
	let [line, bytesChecked, tornBytes] = [0, 0, 0];
	let broken: AuditLogCheck['broken'] = null;
	let isHeld = false;
	for await (const { bytes, isTorn } of logLines(...source)) {
		if (isTorn) {
			tornBytes = bytes.length;
			break;
		}

		line += 1;
		const next = followAuditLine(bytes.toString('utf8'), end);
		if ('problem' in next) {
			broken = { line, ...next };
			break;
		}

		end = next;
		bytesChecked += bytes.length + 1;
		isHeld ||= end.hash === hash;
	}

	return {
		lines: end.seq,
		bytes: bytesChecked,
		head: { number: end.seq, hash: end.hash },
		tornBytes,
		broken,
		holdsHash: hash === null ? null : isHeld,
	};
}
