import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { AUDIT_START, type AuditLink, parseAuditLine, readAuditLink } from '../audit-chain.ts';
import { auditSegments, sizeOf } from './audit-segments.ts';
import { damaged, isMissing } from './home-errors.ts';
import type { Layout } from './layout.ts';

export type AuditTail = {
	/** Where the chain goes on. */
	readonly link: AuditLink;
	/** What stands after the last newline: a write that a kill or a power cut stopped. Null when there is nothing. */
	readonly torn: Buffer | null;
	/** Bytes before that. */
	readonly wholeBytes: number;
};

const NEWLINE = 0x0a;
const PIECE_BYTES = 64 * 1024;

/** Reads the end of the audit log: as much of it as two lines need. Throws `home-damaged` when it cannot be read. */
export function readAuditTail(layout: Layout): AuditTail {
	try {
		if (sizeOf(layout.audit) > 0) {
			return readTailOf(layout.audit);
		}

		// The file was full and is in its place, or nothing was ever written.
		const full = auditSegments(layout).at(-1);
		return { link: full === undefined ? AUDIT_START : readTailOf(full).link, torn: null, wholeBytes: 0 };
	} catch (error) {
		throw damaged(layout.relative(layout.audit), 'cannot be read', { cause: error });
	}
}

/** The same of one file of the log. */
export function readTailOf(path: string): AuditTail {
	let descriptor: number;
	try {
		descriptor = openSync(path, 'r');
	} catch (error) {
		if (isMissing(error)) {
			return { link: AUDIT_START, torn: null, wholeBytes: 0 };
		}

		throw error;
	}

	try {
		const { size } = fstatSync(descriptor);
		for (let bytes = Math.min(size, PIECE_BYTES); ; bytes = Math.min(size, bytes * 2)) {
			const tail = readTail(descriptor, { size, bytes });
			const end = tail.lastIndexOf(NEWLINE) + 1;
			const start = tail.subarray(0, Math.max(0, end - 1)).lastIndexOf(NEWLINE) + 1;
			// Unless the piece starts the file, its first line may be cut.
			if (bytes === size || start > 0) {
				const link = linkOf(tail.toString('utf8', bytes === size ? 0 : tail.indexOf(NEWLINE) + 1, end));
				return { link, torn: end < tail.length ? tail.subarray(end) : null, wholeBytes: size - tail.length + end };
			}
		}
	} finally {
		closeSync(descriptor);
	}
}

function readTail(descriptor: number, { size, bytes }: { readonly size: number; readonly bytes: number }): Buffer {
	const tail = Buffer.alloc(bytes);
	let read = 0;
	while (read < bytes) {
		const more = readSync(descriptor, tail, read, bytes - read, size - bytes + read);
		if (more === 0) {
			break;
		}

		read += more;
	}

	return tail.subarray(0, read);
}

// A last line that is none of ours shows as a break of the chain where it stands; what comes after is chained to it all the same, so that
// nothing can be changed from there on without showing too.
function linkOf(text: string): AuditLink {
	const link = readAuditLink(text);
	if (link !== null) {
		return link;
	}

	const lines = text.split('\n').filter((line) => line !== '');
	const known = lines.findLast((line) => parseAuditLine(line) !== null) ?? '';
	return {
		seq: parseAuditLine(known)?.seq ?? 0,
		hash: createHash('sha256')
			.update(lines.at(-1) ?? '')
			.digest('hex'),
	};
}
