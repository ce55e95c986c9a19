import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** What the first answer said of a file. */
export type Started = {
	readonly headers: IncomingHttpHeaders;
	/** Null when the registry did not say. */
	readonly totalBytes: number | null;
};

/** Asks for the rest of a file, and for all of it when it is another one by now (RFC 9110, 13.1.5: only a strong validator will do). */
export function rangeHeaders({ headers }: Started, firstByte: number): Readonly<Record<string, string>> {
	const { etag, 'last-modified': lastModified } = headers;
	const validator = etag !== undefined && !etag.startsWith('W/') ? etag : lastModified;
	return firstByte === 0 ? {} : { range: `bytes=${firstByte}-`, ...(validator === undefined ? {} : { 'if-range': validator }) };
}

/** Where a partial answer lies in the file; null for one that does not say. */
export function readRange({ headers }: Pick<IncomingMessage, 'headers'>): {
	readonly firstByte: number;
	readonly totalBytes: number | null;
} | null {
	const match = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(headers['content-range'] ?? '');
	return match === null ? null : { firstByte: Number(match[1]), totalBytes: match[2] === '*' ? null : Number(match[2]) };
}

/** False when a later answer shows that it is about another file than the first. What neither tells, the digest of the whole does. */
export function isSameFile({ headers, totalBytes }: Started, answer: IncomingMessage): boolean {
	const { etag } = answer.headers;
	const isPartial = answer.statusCode === 206;
	const size = isPartial ? (readRange(answer)?.totalBytes ?? null) : sizeOf(answer);
	return (
		(isPartial || answer.statusCode === 200) &&
		(etag === undefined || headers.etag === undefined || etag === headers.etag) &&
		(size === null || totalBytes === null || size === totalBytes)
	);
}

/** Null when the registry does not say, or says it of a compressed transfer. */
export function sizeOf({ headers }: Pick<IncomingMessage, 'headers'>): number | null {
	const length = headers['content-length'];
	return length === undefined || headers['content-encoding'] !== undefined ? null : Number(length);
}
