import { createHash, createHmac, getHashes, type Hash, type Hmac, timingSafeEqual } from 'node:crypto';
import * as zlib from 'node:zlib';

import { KEY_OPERATIONS, type KeyRequest } from './key-operations.ts';
import { createTextOperations, type TextRequest } from './text-operations.ts';

/** What one plugin may let this process hold and make; resident memory is watched by the core as well. */
const MAXIMUM_BYTES = 64 * 1024 * 1024;
const MAXIMUM_DIGESTS = 1000;
const MAXIMUM_SLEEP = 100;

type Request = TextRequest & {
	readonly operation: string;
	/** Of a digest or of bytes that came in several pieces. */
	readonly id?: number;
	readonly algorithm?: string;
	readonly key?: string;
	readonly other?: string;
	readonly options?: Readonly<Record<string, unknown>>;
	/** Base64. */
	readonly data?: string;
};

const COMPRESSION: Readonly<Record<string, (bytes: Uint8Array, options: object) => Buffer>> = {
	gzip: (bytes, options) => zlib.gzipSync(bytes, options),
	gunzip: (bytes, options) => zlib.gunzipSync(bytes, options),
	deflate: (bytes, options) => zlib.deflateSync(bytes, options),
	inflate: (bytes, options) => zlib.inflateSync(bytes, options),
	deflateRaw: (bytes, options) => zlib.deflateRawSync(bytes, options),
	inflateRaw: (bytes, options) => zlib.inflateRawSync(bytes, options),
	unzip: (bytes, options) => zlib.unzipSync(bytes, options),
	brotliCompress: (bytes, options) => zlib.brotliCompressSync(bytes, options),
	brotliDecompress: (bytes, options) => zlib.brotliDecompressSync(bytes, options),
	zstdCompress: (bytes, options) => zlib.zstdCompressSync(bytes, options),
	zstdDecompress: (bytes, options) => zlib.zstdDecompressSync(bytes, options),
};

/**
 * Digests, MACs and compression for the guest: bytes in, bytes out, nothing else. The answer is JSON, `{value}` or `{error}`; an
 * error holds node's message about the data, never a stack of this process.
 */
export function createComputer(): (text: string) => string {
	const digests = new Map<number, Hash | Hmac>();
	const pieces = new Map<number, Buffer[]>();
	const texts = createTextOperations();
	let lastId = 0;

	const open = (digest: Hash | Hmac): number => {
		if (digests.size >= MAXIMUM_DIGESTS) {
			throw new RangeError(`A plugin may hold ${MAXIMUM_DIGESTS} unfinished digests at once.`);
		}

		lastId += 1;
		digests.set(lastId, digest);
		return lastId;
	};
	const bytesOf = ({ id, data }: Request): Buffer => {
		const last = bytesOfText(data);
		const held = id === undefined ? [] : (pieces.get(id) ?? []);
		if (id !== undefined) {
			pieces.delete(id);
		}

		return held.length === 0 ? last : Buffer.concat([...held, last]);
	};
	const digestOf = ({ id = 0 }: Request): Hash | Hmac | undefined => digests.get(id);
	const operations: Readonly<Record<string, (request: Request) => unknown>> = {
		hashes: () => getHashes(),
		hash: (request) => open(createHash(algorithmOf(request))),
		hmac: (request) => open(createHmac(algorithmOf(request), bytesOfText(request.key))),
		update: (request) => void digestOf(request)?.update(bytesOfText(request.data)),
		copy: (request) => open((digestOf(request) as Hash).copy()),
		digest: (request) => {
			const digest = digestOf(request);
			digests.delete(request.id ?? 0);
			return digest?.digest('base64') ?? '';
		},
		equal: (request) => timingSafeEqual(bytesOfText(request.data), bytesOfText(request.other)),
		hold: (request) => hold(pieces, request),
		sleep: ({ options = {} }) => sleep(Number(options['milliseconds'])),
	};
	const perform = (request: Request): unknown =>
		Object.hasOwn(operations, request.operation)
			? operations[request.operation]?.(request)
			: Object.hasOwn(texts, request.operation)
				? texts[request.operation]?.(request)
				: work(request, bytesOf(request));

	return (text) => {
		try {
			return JSON.stringify({ value: perform(JSON.parse(text) as Request) });
		} catch (error) {
			const code = error instanceof Error && 'code' in error ? String(error.code) : 'ERR_INVALID_ARGUMENT';
			return JSON.stringify({ error: { code, message: error instanceof Error ? error.message : 'the host could not do it' } });
		}
	};
}

/** Without using the processor; a longer wait is asked for again, so that other isolates of this process get their turn. */
function sleep(milliseconds: number): null {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(Math.max(milliseconds || 0, 0), MAXIMUM_SLEEP));
	return null;
}

/** Operations on bytes that may have come in pieces. */
function work(request: Request, bytes: Buffer): unknown {
	return Object.hasOwn(KEY_OPERATIONS, request.operation)
		? KEY_OPERATIONS[request.operation]?.({ ...(request as KeyRequest), data: bytes.toString('base64') })
		: compress(request, bytes);
}

function bytesOfText(text: string | undefined): Buffer {
	return Buffer.from(text ?? '', 'base64');
}

function algorithmOf({ algorithm = '' }: Request): string {
	return algorithm.slice(0, 64);
}

/** Keeps a piece of something larger than one message; the operation that names the id takes all of them. */
function hold(pieces: Map<number, Buffer[]>, { id = 0, data = '' }: Request): null {
	const held = pieces.get(id) ?? [];
	const bytes = Buffer.from(data, 'base64');
	const all = [...pieces.values()].flat().reduce((sum, piece) => sum + piece.length, bytes.length);
	if (all > MAXIMUM_BYTES) {
		pieces.clear();
		throw new RangeError(`At most ${MAXIMUM_BYTES} bytes can be worked on at once.`);
	}

	pieces.set(id, [...held, bytes]);
	return null;
}

function compress({ operation, options = {} }: Request, bytes: Buffer): string {
	const work = Object.hasOwn(COMPRESSION, operation) ? COMPRESSION[operation] : undefined;
	if (work === undefined) {
		throw new TypeError(`There is no operation "${operation.slice(0, 64)}".`);
	}

	const { level, params } = options;
	const given = { ...(typeof level === 'number' ? { level } : {}), ...(typeof params === 'object' && params !== null ? { params } : {}) };
	return work(bytes, { maxOutputLength: MAXIMUM_BYTES, ...given }).toString('base64');
}
