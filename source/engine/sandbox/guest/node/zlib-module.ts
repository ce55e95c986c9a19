import { Buffer } from '../modules/buffer.ts';
import { callable } from './callable.ts';
import { computeOn } from '../compute.ts';
import { Transform, type TransformOptions } from './duplex.ts';
import type { Callback } from './stream-base.ts';

type Options = TransformOptions & { readonly level?: number; readonly params?: Readonly<Record<string, unknown>> };

function run(operation: string, data: unknown, options: Options = {}): Buffer {
	const bytes =
		typeof data === 'string'
			? Buffer.from(data)
			: ArrayBuffer.isView(data)
				? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
				: Buffer.from(data);
	const { level, params } = options;
	return Buffer.from(String(computeOn(operation, bytes, { options: { level, params } })), 'base64');
}

/** Holds everything until the end: the host compresses whole things, within a size cap. */
class Compressor extends Transform {
	readonly #chunks: Uint8Array[] = [];
	readonly #operation: string;
	readonly #options: Options;
	bytesWritten = 0;

	constructor(operation: string, options: Options = {}) {
		super(options);
		this.#operation = operation;
		this.#options = options;
	}

	override _transform(chunk: unknown, _encoding: string, callback: Callback): void {
		this.#chunks.push(chunk as Uint8Array);
		this.bytesWritten += (chunk as Uint8Array).length;
		callback();
	}

	override _flush(callback: Callback): void {
		try {
			this.push(run(this.#operation, Buffer.concat(this.#chunks), this.#options));
			callback();
		} catch (error) {
			callback(error as Error);
		}
	}

	close(callback?: () => void): void {
		callback?.();
		this.destroy();
	}

	flush(...given: unknown[]): void {
		const callback = given.find((value) => typeof value === 'function') as (() => void) | undefined;
		callback?.();
	}
}

const NAMES = [
	'gzip',
	'gunzip',
	'deflate',
	'inflate',
	'deflateRaw',
	'inflateRaw',
	'unzip',
	'brotliCompress',
	'brotliDecompress',
	'zstdCompress',
	'zstdDecompress',
];

function capital(name: string): string {
	return name.slice(0, 1).toUpperCase() + name.slice(1);
}

function formsOf(name: string): Readonly<Record<string, unknown>> {
	class Kind extends Compressor {
		constructor(options?: Options) {
			super(name, options);
		}
	}
	return {
		[`${name}Sync`]: (data: unknown, options?: Options) => run(name, data, options),
		[name]: (data: unknown, ...given: unknown[]) => {
			const callback = given.at(-1) as Callback;
			const options = given.length > 1 ? (given[0] as Options) : {};
			queueMicrotask(() => {
				let answer: [Error | null, unknown?];
				try {
					answer = [null, run(name, data, options)];
				} catch (error) {
					answer = [error as Error];
				}

				callback(...answer);
			});
		},
		[capital(name)]: callable(Kind),
		[`create${capital(name)}`]: (options?: Options) => new Kind(options),
	};
}

const constants = {
	Z_NO_FLUSH: 0,
	Z_PARTIAL_FLUSH: 1,
	Z_SYNC_FLUSH: 2,
	Z_FULL_FLUSH: 3,
	Z_FINISH: 4,
	Z_OK: 0,
	Z_STREAM_END: 1,
	Z_BUF_ERROR: -5,
	Z_NO_COMPRESSION: 0,
	Z_BEST_SPEED: 1,
	Z_BEST_COMPRESSION: 9,
	Z_DEFAULT_COMPRESSION: -1,
	Z_DEFAULT_STRATEGY: 0,
	Z_DEFAULT_WINDOWBITS: 15,
	Z_MIN_CHUNK: 64,
	Z_DEFAULT_CHUNK: 16_384,
	BROTLI_OPERATION_PROCESS: 0,
	BROTLI_OPERATION_FLUSH: 1,
	BROTLI_OPERATION_FINISH: 2,
	BROTLI_PARAM_MODE: 0,
	BROTLI_MODE_GENERIC: 0,
	BROTLI_MODE_TEXT: 1,
	BROTLI_MODE_FONT: 2,
	BROTLI_PARAM_QUALITY: 1,
	BROTLI_MIN_QUALITY: 0,
	BROTLI_MAX_QUALITY: 11,
	BROTLI_DEFAULT_QUALITY: 11,
	BROTLI_PARAM_LGWIN: 2,
	BROTLI_PARAM_SIZE_HINT: 5,
	ZSTD_e_continue: 0,
	ZSTD_e_flush: 1,
	ZSTD_e_end: 2,
	ZSTD_c_compressionLevel: 100,
	ZSTD_c_windowLog: 101,
	ZSTD_c_strategy: 107,
	ZSTD_c_contentSizeFlag: 200,
	ZSTD_c_checksumFlag: 201,
	ZSTD_c_dictIDFlag: 202,
	ZSTD_d_windowLogMax: 100,
	ZSTD_CLEVEL_DEFAULT: 3,
};

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
	let value = index;
	for (let bit = 0; bit < 8; bit += 1) {
		value = (value & 1) === 1 ? 0xed_b8_83_20 ^ (value >>> 1) : value >>> 1;
	}

	return value >>> 0;
});

function crc32(data: string | Uint8Array, start = 0): number {
	let value = ~start >>> 0;
	for (const byte of typeof data === 'string' ? Buffer.from(data) : data) {
		value = ((TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8)) >>> 0;
	}

	return ~value >>> 0;
}

export const zlibModule: Readonly<Record<string, unknown>> = {
	...Object.assign({}, ...NAMES.map((name) => formsOf(name))),
	crc32,
	constants,
	codes: { 0: 'Z_OK', 1: 'Z_STREAM_END', '-5': 'Z_BUF_ERROR' },
	...constants,
};
