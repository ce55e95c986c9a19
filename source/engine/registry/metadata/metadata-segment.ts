import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { recordKey, type MetadataRecord } from './metadata-directory.ts';

/** Bytes that lie this close together are read in one go: a seek costs more than they do. */
const LARGEST_GAP_BYTES = 65_536;
/** Small enough that several threads share a large read. */
const LARGEST_READ_BYTES = 2_097_152;
/** An index is read in place as numbers of up to eight bytes, so each starts at a multiple of that. */
const ALIGNMENT_BYTES = 8;

export function isMissing(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** The index with what is needed to start the next one aligned. */
export function alignedIndex(index: Uint8Array): Buffer {
	const padding = -index.length & (ALIGNMENT_BYTES - 1);
	return padding === 0 ? Buffer.from(index.buffer, index.byteOffset, index.length) : Buffer.concat([index, Buffer.alloc(padding)]);
}

/** The indexes of one segment file by `recordKey`; what is missing or damaged is left out. Neighbours share memory and are not copied. */
export async function readSegment(path: string, records: readonly MetadataRecord[]): Promise<Map<string, Uint8Array>> {
	const found = new Map<string, Uint8Array>();
	let file: FileHandle;
	try {
		file = await open(path, 'r');
	} catch (error) {
		// Another process dropped the segment when it compacted the store.
		if (isMissing(error)) {
			return found;
		}

		throw error;
	}

	try {
		await Promise.all(groupNeighbours(records).map((group) => readGroup(file, group, found)));
	} finally {
		await file.close();
	}

	return found;
}

async function readGroup(file: FileHandle, group: readonly MetadataRecord[], found: Map<string, Uint8Array>): Promise<void> {
	const start = group[0]?.offset ?? 0;
	const buffer = Buffer.allocUnsafeSlow(Math.max(...group.map((record) => record.offset + record.length)) - start);
	const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
	for (const record of group) {
		const end = record.offset - start + record.length;
		const bytes = buffer.subarray(record.offset - start, end);
		if (end <= bytesRead && crc32(bytes) === record.checksum) {
			found.set(recordKey(record.registry, record.name), bytes);
		}
	}
}

function groupNeighbours(records: readonly MetadataRecord[]): MetadataRecord[][] {
	const groups: MetadataRecord[][] = [];
	let current: MetadataRecord[] = [];
	let start = 0;
	let end = Number.NEGATIVE_INFINITY;
	for (const record of [...records].sort((a, b) => a.offset - b.offset)) {
		if (record.offset - end > LARGEST_GAP_BYTES || record.offset + record.length - start > LARGEST_READ_BYTES) {
			current = [];
			groups.push(current);
			start = record.offset;
		}

		current.push(record);
		end = Math.max(end, record.offset + record.length);
	}

	return groups;
}
