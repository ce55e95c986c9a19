/* oxlint-disable typescript/no-unnecessary-type-conversion -- callers are untyped JavaScript. */
import { crypto as webCrypto, randomBytes as hostBytes } from '../crypto.ts';
import { Buffer } from '../modules/buffer.ts';
import { callable } from './callable.ts';
import { compute, computeInPieces } from '../compute.ts';
import { ciphers } from './crypto-ciphers.ts';
import { derivations } from './crypto-derivations.ts';
import { signatures } from './crypto-signatures.ts';
import { Transform } from './duplex.ts';
import { bytesOf } from './crypto-bytes.ts';
import type { Callback } from './stream-base.ts';

const MAXIMUM_AT_ONCE = 65_536;

/** A digest or a MAC, made by the host piece by piece; also a stream, as in node. */
class PlainDigest extends Transform {
	readonly #id: number;
	#isDone = false;

	constructor(id: number) {
		super();
		this.#id = id;
	}

	update(data: unknown, encoding?: unknown): this {
		if (this.#isDone) {
			throw Object.assign(new Error('Digest already called'), { code: 'ERR_CRYPTO_HASH_FINALIZED' });
		}

		computeInPieces(bytesOf(data, encoding), (piece) => void compute('update', { id: this.#id, data: piece }));
		return this;
	}

	digest(encoding?: unknown): unknown {
		if (this.#isDone) {
			throw Object.assign(new Error('Digest already called'), { code: 'ERR_CRYPTO_HASH_FINALIZED' });
		}

		this.#isDone = true;
		const bytes = Buffer.from(String(compute('digest', { id: this.#id })), 'base64');
		return typeof encoding === 'string' && encoding !== 'buffer' ? bytes.toString(encoding) : bytes;
	}

	copy(): PlainDigest {
		return new PlainDigest(compute('copy', { id: this.#id }) as number);
	}

	override _transform(chunk: unknown, encoding: string, callback: Callback): void {
		this.update(chunk, encoding);
		callback();
	}

	override _flush(callback: Callback): void {
		this.push(this.digest());
		callback();
	}
}

function createHash(algorithm: unknown): PlainDigest {
	return new PlainDigest(compute('hash', { algorithm: String(algorithm) }) as number);
}

function createHmac(algorithm: unknown, key: unknown): PlainDigest {
	return new PlainDigest(compute('hmac', { algorithm: String(algorithm), key: bytesOf(key).toBase64() }) as number);
}

function randomBytes(size: number, callback?: (error: null, bytes: Buffer) => void): Buffer | undefined {
	const bytes = Buffer.alloc(size);
	randomFill(bytes);
	if (callback !== undefined) {
		queueMicrotask(() => callback(null, bytes));
		return undefined;
	}

	return bytes;
}

function randomFill<T extends Uint8Array>(target: T): T {
	for (let start = 0; start < target.length; start += MAXIMUM_AT_ONCE) {
		target.set(hostBytes(Math.min(MAXIMUM_AT_ONCE, target.length - start)), start);
	}

	return target;
}

function randomInt(...given: unknown[]): number | undefined {
	const callback = typeof given.at(-1) === 'function' ? (given.pop() as (error: null, value: number) => void) : null;
	const [least, most] = given.length === 1 ? [0, Number(given[0])] : [Number(given[0]), Number(given[1])];
	if (!(most > least) || most - least > 2 ** 48) {
		throw Object.assign(new RangeError('The value of "max" is out of range.'), { code: 'ERR_OUT_OF_RANGE' });
	}

	// Values past the last whole range would make small numbers likelier.
	const range = most - least;
	const limit = 2 ** 48 - (2 ** 48 % range);
	let drawn = limit;
	while (drawn >= limit) {
		drawn = hostBytes(6).reduce((sum, byte) => sum * 256 + byte, 0);
	}

	const value = least + (drawn % range);
	if (callback !== null) {
		queueMicrotask(() => callback(null, value));
		return undefined;
	}

	return value;
}

function unavailable(name: string): () => never {
	return () => {
		throw Object.assign(new Error(`crypto.${name} is not available in the sandbox.`), { code: 'ERR_UNAVAILABLE_IN_SANDBOX' });
	};
}

const UNAVAILABLE = [
	'createDiffieHellman',
	'createECDH',
	'createDiffieHellmanGroup',
	'diffieHellman',
	'publicEncrypt',
	'privateDecrypt',
	'privateEncrypt',
	'publicDecrypt',
];

const Digest = callable(PlainDigest);

export const cryptoModule: Readonly<Record<string, unknown>> = {
	createHash,
	createHmac,
	Hash: Digest,
	Hmac: Digest,
	hash: (algorithm: unknown, data: unknown, encoding: unknown = 'hex') => createHash(algorithm).update(data).digest(encoding),
	getHashes: () => compute('hashes'),
	randomBytes,
	pseudoRandomBytes: randomBytes,
	randomFillSync: randomFill,
	randomFill: (target: Uint8Array, callback: (error: null, filled: Uint8Array) => void) =>
		queueMicrotask(() => callback(null, randomFill(target))),
	randomInt,
	randomUUID: () => webCrypto.randomUUID(),
	getRandomValues: (target: Uint8Array) => webCrypto.getRandomValues(target),
	timingSafeEqual: (a: unknown, b: unknown) => compute('equal', { data: bytesOf(a).toBase64(), other: bytesOf(b).toBase64() }),
	webcrypto: webCrypto,
	get subtle(): unknown {
		return webCrypto.subtle;
	},
	constants: {},
	getFips: () => 0,
	...derivations,
	...ciphers,
	...signatures,
	...Object.fromEntries(UNAVAILABLE.map((name) => [name, unavailable(name)])),
};
