import { randomBytes } from 'node:crypto';
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { compactMetadata, readMetadataDirectory, segmentsAtRest } from './compact-metadata.ts';
import { encodeRecord, MetadataDirectory, recordKey, type MetadataRecord } from './metadata-directory.ts';
import { alignedIndex, readSegment } from './metadata-segment.ts';

const MOST_SEGMENTS = 32;
const FEWEST_LINES_TO_COMPACT = 2_000;

type Pending = { readonly record: Omit<MetadataRecord, 'segment' | 'offset' | 'length' | 'checksum'>; readonly index: Uint8Array };

/**
 * The package indexes on disk. Two kinds of files, both only ever appended to: `directory` holds one checksummed line per answer of a
 * registry, and each process writes the indexes into a segment file of its own, so no two processes write to one place. Whatever does not
 * match its checksum counts as absent and is fetched again; nothing here is needed for correctness.
 */
export class MetadataStore {
	readonly #folder: string;
	readonly #onFailure: (error: unknown) => void;
	readonly #segment = `segment-${process.pid}-${randomBytes(6).toString('hex')}`;
	#directory: Promise<MetadataDirectory> | null = null;
	#pending: (Pending | MetadataRecord)[] = [];
	#writing: Promise<void> = Promise.resolve();
	#segmentBytes = 0;
	#hasWritten = false;
	#isBroken = false;

	/** `onFailure` is told once; from then on the store is neither read nor written. */
	constructor(folder: string, onFailure: (error: unknown) => void) {
		this.#folder = folder;
		this.#onFailure = onFailure;
	}

	async record(registry: string, name: string): Promise<MetadataRecord | null> {
		return (await this.#load()).get(recordKey(registry, name));
	}

	/** Grows with every record. */
	async lineCount(): Promise<number> {
		return (await this.#load()).lineCount;
	}

	/** Every record of one registry. */
	async recordsOf(registry: string): Promise<readonly MetadataRecord[]> {
		const directory = await this.#load();
		const keys = [...directory.keys()].filter((key) => key.startsWith(`${registry} `));
		return keys.map((key) => directory.get(key)).filter((record) => record !== null);
	}

	/** The index bytes of many records by `recordKey`; damaged ones are left out. Neighbours are read together and not copied. */
	async read(records: readonly MetadataRecord[]): Promise<ReadonlyMap<string, Uint8Array>> {
		const found = new Map<string, Uint8Array>();
		await this.#guard(async () => {
			for (const [segment, wanted] of Map.groupBy(records, (record) => record.segment)) {
				for (const [key, bytes] of await readSegment(join(this.#folder, segment), wanted)) {
					found.set(key, bytes);
				}
			}
		});
		return found;
	}

	/** Remembers an answer. It is written in the background; `close` waits for it. */
	put(record: Pending['record'], index: Uint8Array): void {
		this.#enqueue({ record, index });
	}

	/** Remembers that the registry confirmed a record. */
	touch(record: MetadataRecord): void {
		this.#enqueue(record);
	}

	/** Writes what was remembered, so that `record` finds it. Never rejects: a store that fails costs speed only, and `onFailure` has said so. */
	flush(): Promise<void> {
		this.#writing = this.#writing.then(() => this.#guard(() => this.#writePending()));
		return this.#writing;
	}

	/** Waits until everything remembered is written, then drops superseded entries if they have become many. Who only reads leaves that to others. */
	async close(): Promise<void> {
		await this.flush();
		if (this.#hasWritten && !this.#isBroken) {
			await this.#guard(() => this.#compactIfWorthwhile());
		}
	}

	#enqueue(entry: Pending | MetadataRecord): void {
		this.#pending.push(entry);
		if (this.#pending.length === 1) {
			// A turn later, so that answers that arrive together are one write.
			setImmediate(() => {
				void this.flush();
			});
		}
	}

	async #guard(work: () => Promise<void>): Promise<void> {
		if (this.#isBroken) {
			return;
		}

		try {
			await work();
		} catch (error) {
			if (!this.#isBroken) {
				this.#isBroken = true;
				this.#onFailure(error);
			}
		}
	}

	async #writePending(): Promise<void> {
		const entries = this.#pending;
		this.#pending = [];
		if (entries.length === 0) {
			return;
		}

		this.#hasWritten = true;
		const directory = await this.#load();
		await mkdir(this.#folder, { recursive: true, mode: 0o700 });
		const indexes: Uint8Array[] = [];
		const records = entries.map((entry): MetadataRecord => {
			if (!('index' in entry)) {
				return entry;
			}

			const { record, index } = entry;
			const aligned = alignedIndex(index);
			indexes.push(aligned);
			const place = { segment: this.#segment, offset: this.#segmentBytes, length: index.length, checksum: crc32(index) };
			this.#segmentBytes += aligned.length;
			return { ...record, ...place };
		});
		// The bytes first: a line must never point at what may not come.
		if (indexes.length > 0) {
			await appendFile(join(this.#folder, this.#segment), Buffer.concat(indexes), { mode: 0o600 });
		}

		await appendFile(this.#directoryPath, Buffer.concat(records.map(encodeRecord)), { mode: 0o600 });
		for (const record of records) {
			directory.set(record);
		}
	}

	get #directoryPath(): string {
		return join(this.#folder, 'directory');
	}

	#load(): Promise<MetadataDirectory> {
		this.#directory ??= this.#readDirectory();
		return this.#directory;
	}

	async #readDirectory(): Promise<MetadataDirectory> {
		let directory = new MetadataDirectory();
		await this.#guard(async () => {
			directory = await readMetadataDirectory(this.#directoryPath);
		});
		return directory;
	}

	async #compactIfWorthwhile(): Promise<void> {
		const directory = await this.#load();
		const segments = await segmentsAtRest(this.#folder);
		const isLong = directory.lineCount > FEWEST_LINES_TO_COMPACT && directory.lineCount > 2 * directory.size;
		if (isLong || segments.length > MOST_SEGMENTS) {
			await compactMetadata(this.#folder, { obsolete: segments });
		}
	}
}
