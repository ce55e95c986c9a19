import { computeOn } from '../compute.ts';
import { Buffer } from '../modules/buffer.ts';
import { bufferOf, bytesOf } from './crypto-bytes.ts';
import { Transform } from './duplex.ts';
import type { Callback } from './stream-base.ts';

const DEFAULT_TAG_BYTES = 16;
const NAMES = ['128', '192', '256'].flatMap((bits) => ['cbc', 'ctr', 'gcm', 'ecb'].map((mode) => `aes-${bits}-${mode}`));

type Options = { readonly authTagLength?: number };

/** Holds everything until `final`, which gives all of it: joined, the pieces are those node gives. */
class Cipher extends Transform {
	readonly #direction: 'encrypt' | 'decrypt';
	readonly #name: string;
	readonly #key: Uint8Array;
	readonly #iv: Uint8Array | null;
	readonly #tagBytes: number;
	readonly #parts: Uint8Array[] = [];
	#additional: Uint8Array = new Uint8Array(0);
	#tag: Buffer | null = null;
	#isFinal = false;

	constructor(
		...[direction, name, key, iv, options = {}]: readonly ['encrypt' | 'decrypt', string, Uint8Array, Uint8Array | null, Options?]
	) {
		super();
		this.#direction = direction;
		this.#name = name;
		this.#key = key;
		this.#iv = iv;
		this.#tagBytes = options.authTagLength ?? DEFAULT_TAG_BYTES;
	}

	setAAD(bytes: Uint8Array): this {
		this.#additional = bytes;
		return this;
	}

	setAuthTag(tag: Uint8Array): this {
		this.#tag = Buffer.from(tag);
		return this;
	}

	getAuthTag(): Buffer {
		if (this.#tag === null) {
			throw Object.assign(new Error('Invalid state for operation getAuthTag'), { code: 'ERR_CRYPTO_INVALID_STATE' });
		}

		return this.#tag;
	}

	setAutoPadding(isOn = true): this {
		if (!isOn) {
			throw Object.assign(new Error('Ciphers in the sandbox always pad.'), { code: 'ERR_UNAVAILABLE_IN_SANDBOX' });
		}

		return this;
	}

	update(data: unknown, inputEncoding?: unknown, outputEncoding?: unknown): unknown {
		this.#parts.push(bytesOf(data, inputEncoding).slice());
		return inEncoding(Buffer.alloc(0), outputEncoding);
	}

	final(outputEncoding?: unknown): unknown {
		if (this.#isFinal) {
			throw Object.assign(new Error('Unsupported state or unable to authenticate data'), { code: 'ERR_CRYPTO_INVALID_STATE' });
		}

		this.#isFinal = true;
		const isTagged = this.#name.endsWith('-gcm');
		const input = isTagged && this.#direction === 'decrypt' ? [...this.#parts, this.#tag ?? Buffer.alloc(0)] : this.#parts;
		const output = bufferOf(
			computeOn(this.#direction, Buffer.concat(input), {
				scheme: this.#name,
				key: this.#key.toBase64(),
				...(this.#iv === null ? {} : { iv: this.#iv.toBase64() }),
				additional: this.#additional.toBase64(),
				number: this.#tagBytes,
			}),
		);
		if (!isTagged || this.#direction === 'decrypt') {
			return inEncoding(output, outputEncoding);
		}

		this.#tag = output.subarray(output.length - this.#tagBytes);
		return inEncoding(output.subarray(0, output.length - this.#tagBytes), outputEncoding);
	}

	override _transform(chunk: unknown, encoding: string, callback: Callback): void {
		this.update(chunk, encoding);
		callback();
	}

	override _flush(callback: Callback): void {
		try {
			this.push(this.final());
			callback();
		} catch (error) {
			callback(error as Error);
		}
	}
}

function inEncoding(bytes: Buffer, encoding: unknown): unknown {
	return typeof encoding === 'string' && encoding !== 'buffer' ? bytes.toString(encoding) : bytes;
}

function create(direction: 'encrypt' | 'decrypt') {
	return (...[name, key, iv, options]: readonly unknown[]) => {
		const known = String(name).toLowerCase();
		if (!NAMES.includes(known)) {
			throw Object.assign(new Error(`Unknown cipher: ${known}`), { code: 'ERR_CRYPTO_UNKNOWN_CIPHER' });
		}

		const vector = iv === null || iv === undefined ? null : bytesOf(iv);
		return new Cipher(direction, known, bytesOf(key), vector, options as Options | undefined);
	};
}

export const ciphers: Readonly<Record<string, unknown>> = {
	createCipheriv: create('encrypt'),
	createDecipheriv: create('decrypt'),
	getCiphers: () => [...NAMES],
};
