import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { timeSlices } from '../../time-slices.ts';
import { isMissing } from '../metadata/metadata-segment.ts';
import { isObject } from '../parsing/parse-manifest.ts';

/** No kept list may be larger. */
export const MAXIMUM_CATALOGUE_BYTES = 256 * 1024 * 1024;

const PIECE_BYTES = 1024 * 1024;

/** What is known of the list that is kept of one registry. */
export type KeptCatalogue = {
	readonly revision: string;
	readonly etag: string | null;
	/** Epoch milliseconds of the registry's last word. */
	readonly fetchedAt: number;
	/** One package a line. */
	readonly lines: Buffer;
};

/**
 * The list of one registry on disk, in two files: `<id>.json` names the other, with its size and checksum, and is replaced by rename. Whatever
 * does not match counts as absent and is fetched again; nothing here is needed for correctness.
 */
export class CatalogueFile {
	readonly #folder: string;
	readonly #registryUrl: string;
	readonly #id: string;
	/** The lines that the head on disk names. */
	#current: LinesFile | null = null;

	constructor(folder: string, registryUrl: string) {
		this.#folder = folder;
		this.#registryUrl = registryUrl;
		this.#id = createHash('sha256').update(registryUrl).digest('hex').slice(0, 24);
	}

	/** Null when there is none that is whole. */
	async read(signal: AbortSignal): Promise<KeptCatalogue | null> {
		const head = parseHead(await readIfThere(join(this.#folder, `${this.#id}.json`), 65_536), this.#registryUrl);
		const lines = head === null ? null : await readIfThere(join(this.#folder, head.file), MAXIMUM_CATALOGUE_BYTES);
		if (head === null || lines === null || lines.length !== head.bytes || (await checksumOf(lines, signal)) !== head.checksum) {
			return null;
		}

		this.#current = { file: head.file, bytes: head.bytes, checksum: head.checksum };
		return { revision: head.revision, etag: head.etag, fetchedAt: head.fetchedAt, lines };
	}

	/** Says that what is kept is still so. Does nothing when nothing is. */
	async confirm(kept: About): Promise<void> {
		if (this.#current !== null) {
			await this.#writeHead(kept, this.#current);
		}
	}

	/** Replaces what is kept. */
	async write({ lines, ...kept }: KeptCatalogue, signal: AbortSignal): Promise<void> {
		await mkdir(this.#folder, { recursive: true, mode: 0o700 });
		const file = `${this.#id}-${randomBytes(6).toString('hex')}.ndjson`;
		await writeFile(join(this.#folder, file), lines, { mode: 0o600, flag: 'wx' });
		this.#current = { file, bytes: lines.length, checksum: await checksumOf(lines, signal) };
		await this.#writeHead(kept, this.#current);
		// Another process may read an old one right now; it then finds none and fetches the list again.
		for (const other of await readdir(this.#folder)) {
			if (other.startsWith(`${this.#id}-`) && other !== file) {
				await rm(join(this.#folder, other), { force: true });
			}
		}
	}

	async #writeHead({ revision, etag, fetchedAt }: About, lines: LinesFile): Promise<void> {
		const staged = join(this.#folder, `${this.#id}-${randomBytes(6).toString('hex')}.head`);
		const head = { registry: this.#registryUrl, revision, etag, fetchedAt, ...lines };
		await writeFile(staged, JSON.stringify(head), { mode: 0o600, flag: 'wx' });
		await rename(staged, join(this.#folder, `${this.#id}.json`));
	}
}

type About = Omit<KeptCatalogue, 'lines'>;
type LinesFile = { readonly file: string; readonly bytes: number; readonly checksum: number };
type Head = About & LinesFile;

function parseHead(text: Buffer | null, registryUrl: string): Head | null {
	if (text === null) {
		return null;
	}

	let head: unknown;
	try {
		head = JSON.parse(text.toString('utf8'));
	} catch {
		// Damaged, so absent.
		return null;
	}

	if (!isObject(head) || head['registry'] !== registryUrl) {
		return null;
	}

	const { revision, etag, fetchedAt, file, bytes, checksum } = head;
	const isWhole =
		typeof revision === 'string' &&
		(etag === null || typeof etag === 'string') &&
		typeof fetchedAt === 'number' &&
		typeof file === 'string' &&
		/^[0-9a-f]{24}-[0-9a-f]{12}\.ndjson$/.test(file) &&
		typeof bytes === 'number' &&
		typeof checksum === 'number';
	return isWhole ? { revision, etag, fetchedAt, file, bytes, checksum } : null;
}

/** In pieces: the whole of a long list takes longer than a frame. */
async function checksumOf(bytes: Buffer, signal: AbortSignal): Promise<number> {
	const pause = timeSlices(signal);
	let checksum = 0;
	for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
		checksum = crc32(bytes.subarray(at, at + PIECE_BYTES), checksum);
		await pause();
	}

	return checksum;
}

async function readIfThere(path: string, maximumBytes: number): Promise<Buffer | null> {
	try {
		return (await stat(path)).size > maximumBytes ? null : await readFile(path);
	} catch (error) {
		if (isMissing(error)) {
			return null;
		}

		throw error;
	}
}
