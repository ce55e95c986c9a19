import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import { EngineError, isAbort, toEngineError } from '../../errors.ts';
import { isRouteMissing } from '../network/request-failure.ts';
import type { Answer, Requester } from '../network/requester.ts';
import { untilAborted } from '../network/shared-work.ts';
import { CatalogueFile, MAXIMUM_CATALOGUE_BYTES } from './catalogue-file.ts';
import { CatalogueRows, openCatalogue } from './catalogue-rows.ts';

const MAXIMUM_PACKED_BYTES = 64 * 1024 * 1024;
/** A list this young is used as it is. */
const FRESH_MILLISECONDS = 600_000;
/** A registry that failed is left alone this long. */
const REST_MILLISECONDS = 60_000;

/** The list of all packages of a registry, ready to be searched. */
export type Catalogue = {
	readonly rows: CatalogueRows;
	/** Epoch milliseconds at which the registry last said that this is its list. */
	readonly fetchedAt: number;
	/** Why it is not the newest, as half a sentence; null when it is, or when nobody tried. */
	readonly failure: string | null;
};

type Kept = { readonly rows: CatalogueRows; readonly revision: string; readonly etag: string | null; readonly fetchedAt: number };

/**
 * `now`: what is there at once, while a newer one is fetched in the background; `newest`: the newest that can be had, which may take a
 * while the first time; `newer`: the same, but none where none is kept; `kept`: what is kept, and nothing is asked.
 */
export type CatalogueWish = 'now' | 'newest' | 'newer' | 'kept';

/** Keeps the list of one registry: in memory once somebody searched, and on disk for the next process. */
export class CatalogueSource {
	readonly #requester: Requester;
	readonly #registryUrl: string;
	readonly #file: CatalogueFile;
	readonly #onFailure: (error: unknown) => void;
	readonly #closing = new AbortController();
	#loading: Promise<void> | null = null;
	#refreshing: Promise<void> | null = null;
	#kept: Kept | null = null;
	#failure: { readonly error: EngineError; readonly at: number } | null = null;
	#isServed = true;

	constructor(options: {
		readonly requester: Requester;
		readonly registryUrl: string;
		readonly folder: string;
		/** Is told when the list cannot be kept on disk; it is used all the same. */
		readonly onFailure: (error: unknown) => void;
	}) {
		this.#requester = options.requester;
		this.#registryUrl = options.registryUrl;
		this.#file = new CatalogueFile(options.folder, options.registryUrl);
		this.#onFailure = options.onFailure;
	}

	/**
	 * Null when the registry serves no such list, and with all but `newest` also when there is none yet. Rejects with `newest` when there is
	 * none and the registry cannot be asked.
	 */
	async get(wish: CatalogueWish, signal: AbortSignal): Promise<Catalogue | null> {
		this.#loading ??= this.#load();
		await untilAborted(this.#loading, signal);
		const asks = wish === 'newer' ? this.#kept !== null : wish !== 'kept';
		if (asks && this.#isServed && this.#isOld()) {
			this.#refreshing ??= this.#refresh().finally(() => {
				this.#refreshing = null;
			});
		}

		if (wish !== 'now' && asks && this.#refreshing !== null) {
			await untilAborted(this.#refreshing, signal);
		}

		if (this.#kept === null) {
			return wish === 'newest' && this.#failure !== null ? Promise.reject(this.#failure.error) : null;
		}

		return { rows: this.#kept.rows, fetchedAt: this.#kept.fetchedAt, failure: this.#failure?.error.message ?? null };
	}

	async close(): Promise<void> {
		this.#closing.abort();
		// Both end by the signal, and tell of failures elsewhere.
		await Promise.allSettled([this.#loading, this.#refreshing]);
	}

	#isOld(): boolean {
		const isResting = this.#failure !== null && Date.now() - this.#failure.at < REST_MILLISECONDS;
		return !isResting && Date.now() - (this.#kept?.fetchedAt ?? 0) > FRESH_MILLISECONDS;
	}

	async #load(): Promise<void> {
		try {
			const kept = await this.#file.read(this.#closing.signal);
			if (kept !== null) {
				const { lines, ...about } = kept;
				this.#kept = { ...about, rows: await CatalogueRows.read(lines, this.#closing.signal) };
			}
		} catch (error) {
			this.#tell(error);
		}
	}

	async #refresh(): Promise<void> {
		try {
			const answer = await this.#ask();
			this.#failure = null;
			if (answer === null) {
				this.#isServed = false;
				this.#kept = null;
			} else {
				await this.#take(answer);
			}
		} catch (error) {
			this.#failure = {
				error: toEngineError(error, { code: 'registry-response-invalid', message: 'The list of packages cannot be read.' }),
				at: Date.now(),
			};
		}
	}

	/** Null when the registry has no such route. */
	async #ask(): Promise<Answer | null> {
		const url = new URL(`${this.#registryUrl}-/plugward/index`);
		const kept = this.#kept;
		if (kept !== null) {
			url.searchParams.set('since', kept.revision);
		}

		const etag = kept?.etag ?? null;
		const headers = { 'accept-encoding': 'zstd, gzip', ...(etag === null ? {} : { 'if-none-match': etag }) };
		try {
			return await this.#requester.get({
				url,
				what: 'the list of its packages',
				packageName: null,
				headers,
				maximumBytes: MAXIMUM_PACKED_BYTES,
				leavesPacked: true,
				signal: this.#closing.signal,
			});
		} catch (error) {
			if (isRouteMissing(error)) {
				return null;
			}

			throw error;
		}
	}

	async #take(answer: Answer): Promise<void> {
		const kept = this.#kept;
		const fetchedAt = Date.now();
		if (answer.status === 304 && kept !== null) {
			this.#kept = { ...kept, fetchedAt };
			await this.#write((file) => file.confirm({ ...kept, fetchedAt }));
			return;
		}

		const { host } = new URL(this.#registryUrl);
		const opened = await openCatalogue(await unpack(answer, host), { host, signal: this.#closing.signal });
		if (opened === null) {
			this.#isServed = false;
			return;
		}

		const { head, lines } = opened;
		if (head.since !== null && head.since !== kept?.revision) {
			throw new EngineError(
				'registry-response-invalid',
				`Expected changes since ${kept?.revision ?? 'nothing'} from ${host}, got those since ${head.since}.`,
			);
		}

		const { signal } = this.#closing;
		const whole = head.since === null || kept === null ? Buffer.from(lines) : await kept.rows.changed(lines, signal);
		if (whole.length > MAXIMUM_CATALOGUE_BYTES) {
			throw new EngineError(
				'registry-response-invalid',
				`The list of ${host} has ${whole.length} bytes; ${MAXIMUM_CATALOGUE_BYTES} are the most.`,
			);
		}

		const about = { revision: head.revision, etag: answer.header('etag'), fetchedAt };
		this.#kept = { ...about, rows: await CatalogueRows.read(whole, signal) };
		await this.#write((file) => file.write({ ...about, lines: whole }, signal));
	}

	async #write(write: (file: CatalogueFile) => Promise<void>): Promise<void> {
		try {
			await write(this.#file);
		} catch (error) {
			this.#tell(error);
		}
	}

	#tell(error: unknown): void {
		if (!isAbort(error) && !this.#closing.signal.aborted) {
			this.#onFailure(error);
		}
	}
}

async function unpack({ body, packing }: Answer, host: string): Promise<Buffer> {
	const limit = { maxOutputLength: MAXIMUM_CATALOGUE_BYTES };
	try {
		return packing === null
			? body
			: packing === 'zstd'
				? await promisify(zstdDecompress)(body, limit)
				: await promisify(gunzip)(body, limit);
	} catch (error) {
		throw new EngineError('registry-response-invalid', `The list of packages from ${host} cannot be unpacked.`, { cause: error });
	}
}
