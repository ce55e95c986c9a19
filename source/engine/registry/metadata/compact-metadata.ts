import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeRecord, MetadataDirectory, recordKey, type MetadataRecord } from './metadata-directory.ts';
import { alignedIndex, isMissing, readSegment } from './metadata-segment.ts';

/** A younger segment may belong to a process that is still writing to it. */
const SEGMENT_REST_MILLISECONDS = 600_000;

/** The directory file; an absent one reads as empty. */
export async function readMetadataDirectory(path: string): Promise<MetadataDirectory> {
	const directory = new MetadataDirectory();
	try {
		directory.read(await readFile(path));
	} catch (error) {
		if (!isMissing(error)) {
			throw error;
		}
	}

	return directory;
}

/** The segment files that no process has written to for a while. */
export async function segmentsAtRest(folder: string): Promise<string[]> {
	const resting: string[] = [];
	for (const name of await readdir(folder)) {
		if (name.startsWith('segment-') && Date.now() - (await modifiedAt(join(folder, name))) > SEGMENT_REST_MILLISECONDS) {
			resting.push(name);
		}
	}

	return resting;
}

/**
 * Writes what is still current into one new segment and a new directory, and moves that into place in one step. A process that appends
 * meanwhile loses at most what it just wrote, which is then fetched again. `obsolete` segments go.
 */
export async function compactMetadata(folder: string, { obsolete }: { readonly obsolete: readonly string[] }): Promise<void> {
	const path = join(folder, 'directory');
	const directory = await readMetadataDirectory(path);
	const suffix = randomBytes(6).toString('hex');
	const segment = `segment-compacted-${suffix}`;
	const lines: Buffer[] = [];
	let offset = 0;
	const file = await open(join(folder, segment), 'wx', 0o600);
	try {
		for (const [from, records] of Map.groupBy(allRecords(directory), (record) => record.segment)) {
			const bytes = await readSegment(join(folder, from), records);
			for (const record of records) {
				const index = bytes.get(recordKey(record.registry, record.name));
				if (index !== undefined) {
					const aligned = alignedIndex(index);
					await file.write(aligned);
					lines.push(encodeRecord({ ...record, segment, offset }));
					offset += aligned.length;
				}
			}
		}
	} finally {
		await file.close();
	}

	const temporary = join(folder, `directory-${suffix}`);
	await writeFile(temporary, Buffer.concat(lines), { mode: 0o600 });
	await rename(temporary, path);
	for (const old of obsolete) {
		await rm(join(folder, old), { force: true });
	}
}

function allRecords(directory: MetadataDirectory): MetadataRecord[] {
	return [...directory.keys()].map((key) => directory.get(key)).filter((record) => record !== null);
}

/** Epoch milliseconds; a file that another process just removed counts as young. */
async function modifiedAt(path: string): Promise<number> {
	try {
		return (await stat(path)).mtimeMs;
	} catch (error) {
		if (isMissing(error)) {
			return Date.now();
		}

		throw error;
	}
}
