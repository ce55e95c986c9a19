/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript. */
import { bytesIn } from '../array-buffers.ts';
import { encodeUtf8 } from '../encoding.ts';
import { addCloner } from '../structured-clone.ts';
import { decodeUtf8 } from '../text-decoder.ts';
import { ByteController } from './streams/byte-controller.ts';
import { ReadableCore } from './streams/readable-core.ts';
import { faceOf, type ReadableStream } from './streams/readable-stream.ts';

type BlobOptions = { readonly type?: unknown; readonly endings?: unknown };
const CHUNK_BYTES = 65_536;

/** The bytes of a blob, which nobody changes. */
export let blobBytes: (blob: Blob) => Uint8Array<ArrayBuffer>;
/** A blob of these very bytes. */
export let blobOf: (bytes: Uint8Array<ArrayBuffer>, type: string) => Blob;

export class Blob {
	#bytes: Uint8Array<ArrayBuffer>;
	readonly #type: string;

	static {
		blobBytes = (blob) => blob.#bytes;
		blobOf = (bytes, type) => {
			const blob = new Blob([], { type });
			blob.#bytes = bytes;
			return blob;
		};
	}

	constructor(parts: unknown = [], options: BlobOptions | null = {}) {
		if (typeof parts !== 'object' || parts === null || typeof Reflect.get(parts, Symbol.iterator) !== 'function') {
			throw Object.assign(new TypeError('The parts of a blob must be a sequence.'), { code: 'ERR_INVALID_ARG_TYPE' });
		}

		const { type = '', endings = 'transparent' } = options ?? {};
		if (endings !== 'transparent' && endings !== 'native') {
			throw Object.assign(new TypeError(`"${String(endings)}" is no kind of line endings.`), { code: 'ERR_INVALID_ARG_VALUE' });
		}

		this.#bytes = concatenate([...(parts as Iterable<unknown>)].map((part) => partBytes(part, endings === 'native')));
		this.#type = normalizeType(String(type));
	}

	get size(): number {
		return this.#bytes.length;
	}

	get type(): string {
		return this.#type;
	}

	slice(start: unknown = 0, end: unknown = this.size, type: unknown = ''): Blob {
		return blobOf(this.#bytes.subarray(Math.trunc(Number(start)), Math.trunc(Number(end))), String(type));
	}

	async arrayBuffer(): Promise<ArrayBuffer> {
		return this.#bytes.slice().buffer;
	}

	async bytes(): Promise<Uint8Array> {
		return this.#bytes.slice();
	}

	async text(): Promise<string> {
		const text = decodeUtf8(this.#bytes);
		return text.startsWith('\uFEFF') ? text.slice(1) : text;
	}

	stream(): ReadableStream {
		return bytesStream(this.#bytes);
	}

	get [Symbol.toStringTag](): string {
		return 'Blob';
	}
}

export class File extends Blob {
	readonly #name: string;
	readonly #lastModified: number;

	constructor(parts: unknown, name: unknown, options: (BlobOptions & { readonly lastModified?: unknown }) | null = {}) {
		if (arguments.length < 2) {
			throw Object.assign(new TypeError('A file needs parts and a name.'), { code: 'ERR_MISSING_ARGS' });
		}

		super(parts, options);
		this.#name = String(name).toWellFormed();
		const { lastModified } = options ?? {};
		this.#lastModified = lastModified === undefined ? Date.now() : Math.trunc(Number(lastModified)) || 0;
	}

	get name(): string {
		return this.#name;
	}

	get lastModified(): number {
		return this.#lastModified;
	}

	override get [Symbol.toStringTag](): string {
		return 'File';
	}
}

/** A stream of bytes that hands out copies, so that nobody can change them or take them away. */
export function bytesStream(bytes: Uint8Array): ReadableStream {
	const core = new ReadableCore();
	let at = 0;
	const controller: ByteController = new ByteController(
		core,
		{
			start: () => undefined,
			pull: async () => {
				if (at < bytes.length) {
					controller.enqueue(bytes.slice(at, at + CHUNK_BYTES));
					at += CHUNK_BYTES;
				}

				if (at >= bytes.length) {
					controller.close();
					if (controller.byobRequest !== null) {
						controller.respond(0);
					}
				}
			},
			cancel: async () => undefined,
		},
		{ highWaterMark: 0, automaticSize: null },
	);
	return faceOf(core);
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		bytes.set(part, at);
		at += part.length;
	}

	return bytes;
}

function partBytes(part: unknown, hasNativeEndings: boolean): Uint8Array {
	if (part instanceof Blob) {
		return blobBytes(part);
	}

	const text = (): string => (hasNativeEndings ? String(part).replaceAll(/\r\n?/g, '\n') : String(part));
	return bytesIn(part)?.slice() ?? encodeUtf8(text());
}

function normalizeType(type: string): string {
	return /^[ -~]*$/.test(type) ? type.toLowerCase() : '';
}

// Nobody can change a blob, so a copy may be of the same bytes.
addCloner((value) => {
	if (value instanceof File) {
		return new File([blobBytes(value)], value.name, { type: value.type, lastModified: value.lastModified });
	}

	return value instanceof Blob ? blobOf(blobBytes(value), value.type) : undefined;
});
