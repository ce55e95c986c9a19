import { crc32 } from 'node:zlib';

/** Where one package's index lies and what is known of it without opening it. */
export type MetadataRecord = {
	readonly registry: string;
	readonly name: string;
	/** File name of the segment that holds the index. */
	readonly segment: string;
	readonly offset: number;
	/** 0 when the registry said that it has no such package. */
	readonly length: number;
	/** CRC-32 of the index bytes. */
	readonly checksum: number;
	/** Epoch milliseconds. */
	readonly fetchedAt: number;
	readonly etag: string | null;
	readonly lastModified: string | null;
	/** SHA-256 of an answer without an etag, as many registries give: one that has not changed need not be parsed again. Else null. */
	readonly bodyDigest: string | null;
	readonly latest: LatestRecord;
};

/** The newest version, for lists and the local search. */
export type LatestRecord = {
	readonly version: string | null;
	readonly description: string;
	readonly keywords: readonly string[];
	readonly publisher: string | null;
	readonly publishedAt: string | null;
};

const NEWLINE = 0x0a;
const SPACE = 0x20;
const CHECKSUM_LENGTH = 8;

/** `URL name`: neither holds a space. Metadata of two registries never mixes. */
export function recordKey(registry: string, name: string): string {
	return `${registry} ${name}`;
}

/**
 * One line of the directory file: checksum, key, record. It starts with a newline of its own, so that a line cut short by a crash or a
 * full disk cannot swallow the next one.
 */
export function encodeRecord(record: MetadataRecord): Buffer {
	const { registry, name, latest, ...rest } = record;
	const fields = [rest.segment, rest.offset, rest.length, rest.checksum, rest.fetchedAt, rest.etag, rest.lastModified, rest.bodyDigest];
	const known = [latest.version, latest.description, latest.keywords, latest.publisher, latest.publishedAt];
	const text = Buffer.from(`${recordKey(registry, name)} ${JSON.stringify([...fields, ...known])}`);
	return Buffer.concat([Buffer.from(`\n${checksumText(text)} `), text, Buffer.from('\n')]);
}

/** The lines of a directory file by key, the later of two wins; broken lines are passed over. Records are decoded on demand. */
export class MetadataDirectory {
	readonly #lines = new Map<string, Buffer | MetadataRecord>();
	/** Whole lines read so far, superseded ones included. */
	lineCount = 0;

	get size(): number {
		return this.#lines.size;
	}

	/** Reads lines in the order they were written; a later one replaces an earlier one of the same key. */
	read(bytes: Buffer): void {
		let start = 0;
		while (start < bytes.length) {
			const newline = bytes.indexOf(NEWLINE, start);
			const end = newline === -1 ? bytes.length : newline;
			this.#readLine(bytes.subarray(start, end));
			start = end + 1;
		}
	}

	get(key: string): MetadataRecord | null {
		const line = this.#lines.get(key);
		if (!Buffer.isBuffer(line)) {
			return line ?? null;
		}

		const record = decodeRecord(key, line);
		this.#lines.set(key, record);
		return record;
	}

	set(record: MetadataRecord): void {
		this.#lines.set(recordKey(record.registry, record.name), record);
		this.lineCount += 1;
	}

	keys(): IterableIterator<string> {
		return this.#lines.keys();
	}

	#readLine(line: Buffer): void {
		const body = line.subarray(CHECKSUM_LENGTH + 1);
		if (body.length === 0 || line[CHECKSUM_LENGTH] !== SPACE || line.toString('latin1', 0, CHECKSUM_LENGTH) !== checksumText(body)) {
			return;
		}

		const nameEnd = body.indexOf(SPACE, body.indexOf(SPACE) + 1);
		this.#lines.set(body.toString('latin1', 0, nameEnd), body.subarray(nameEnd + 1));
		this.lineCount += 1;
	}
}

// The checksum of the line held, so the shape is what `encodeRecord` wrote.
function decodeRecord(key: string, json: Buffer): MetadataRecord {
	type Fields = [string, number, number, number, number, string | null, string | null, string | null];
	type Known = [string | null, string, readonly string[], string | null, string | null];
	const [segment, offset, length, checksum, fetchedAt, etag, lastModified, bodyDigest, ...known] = JSON.parse(json.toString('utf8')) as [
		...Fields,
		...Known,
	];
	const [version, description, keywords, publisher, publishedAt] = known;
	const [registry = '', name = ''] = key.split(' ');
	const latest = { version, description, keywords, publisher, publishedAt };
	return { registry, name, segment, offset, length, checksum, fetchedAt, etag, lastModified, bodyDigest, latest };
}

function checksumText(bytes: Buffer): string {
	return crc32(bytes).toString(16).padStart(CHECKSUM_LENGTH, '0');
}
