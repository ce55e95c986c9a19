import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { UpstreamHead, UpstreamSection } from './storage.ts';

/*
 * One pulled package as one file, so that head and documents are always of one write:
 *   4 bytes big-endian length of the head | head (JSON: {head, lengths}) | full | abbreviated | tarballs   (each zstd)
 */
const SECTIONS = ['full', 'abbreviated', 'tarballs'] as const satisfies readonly UpstreamSection[];
const LENGTH_BYTES = 4;
const MAXIMUM_HEAD_BYTES = 1024 * 1024;

type Index = { readonly head: UpstreamHead; readonly lengths: Readonly<Record<UpstreamSection, number>> };

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

export async function encodeRecord(head: UpstreamHead, sections: Readonly<Record<UpstreamSection, string>>): Promise<Buffer> {
	const packed = await Promise.all(SECTIONS.map((section) => compress(sections[section])));
	const lengths = Object.fromEntries(SECTIONS.map((section, index) => [section, packed[index]?.length ?? 0]));
	return Buffer.concat([encodeIndex({ head, lengths: lengths as Index['lengths'] }), ...packed]);
}

/** The same record under another head. */
export async function replaceHead(file: FileHandle, head: UpstreamHead): Promise<Buffer | null> {
	const known = await readIndex(file);
	if (known === null) {
		return null;
	}

	const { size } = await file.stat();
	const sections = await readExactly(file, { position: known.end, bytes: size - known.end });
	return sections === null ? null : Buffer.concat([encodeIndex({ ...known.index, head }), sections]);
}

/** Null when the file is not a whole record: the package then counts as unknown and is pulled again. */
export async function decodeHead(file: FileHandle): Promise<UpstreamHead | null> {
	return (await readIndex(file))?.index.head ?? null;
}

export async function decodeSection(
	file: FileHandle,
	section: UpstreamSection,
): Promise<{ readonly head: UpstreamHead; readonly text: string } | null> {
	const known = await readIndex(file);
	if (known === null) {
		return null;
	}

	let position = known.end;
	for (const before of SECTIONS.slice(0, SECTIONS.indexOf(section))) {
		position += known.index.lengths[before];
	}

	const packed = await readExactly(file, { position, bytes: known.index.lengths[section] });
	try {
		return packed === null ? null : { head: known.index.head, text: (await decompress(packed)).toString('utf8') };
	} catch {
		// A power cut can leave zeros where bytes were; it is only a cache, so the package is pulled again.
		return null;
	}
}

function encodeIndex(index: Index): Buffer {
	const json = Buffer.from(JSON.stringify(index));
	const length = Buffer.alloc(LENGTH_BYTES);
	length.writeUInt32BE(json.length);
	return Buffer.concat([length, json]);
}

async function readIndex(file: FileHandle): Promise<{ readonly index: Index; readonly end: number } | null> {
	const length = (await readExactly(file, { position: 0, bytes: LENGTH_BYTES }))?.readUInt32BE() ?? 0;
	if (length === 0 || length > MAXIMUM_HEAD_BYTES) {
		return null;
	}

	const json = await readExactly(file, { position: LENGTH_BYTES, bytes: length });
	if (json === null) {
		return null;
	}

	try {
		return { index: JSON.parse(json.toString('utf8')) as Index, end: LENGTH_BYTES + length };
	} catch {
		// The same: a torn record is no record.
		return null;
	}
}

async function readExactly(file: FileHandle, part: { readonly position: number; readonly bytes: number }): Promise<Buffer | null> {
	const buffer = Buffer.alloc(part.bytes);
	const { bytesRead } = await file.read(buffer, 0, part.bytes, part.position);
	return bytesRead === part.bytes ? buffer : null;
}
