import { compute, computeOn } from '../compute.ts';
import { Buffer } from '../modules/buffer.ts';
import { bufferOf, bytesOf } from './crypto-bytes.ts';
import { Writable } from './writable.ts';
import type { Callback } from './stream-base.ts';

type HostKey = {
	readonly type: 'private' | 'public';
	readonly kind: string;
	readonly curve: string | null;
	readonly modulusLength: number | null;
	readonly data: string;
};
type KeyInput = {
	readonly key?: unknown;
	readonly format?: string;
	readonly type?: string;
	readonly passphrase?: string;
	readonly dsaEncoding?: string;
};
type ExportOptions = { readonly format?: string; readonly type?: string };

/** `KeyObject`: a key as DER, which goes to the host with each operation. */
class KeyObject {
	readonly type: string;
	readonly #data: Uint8Array;
	readonly #host: HostKey | null;

	constructor(type: string, data: Uint8Array, host: HostKey | null) {
		this.type = type;
		this.#data = data;
		this.#host = host;
	}

	get asymmetricKeyType(): string | undefined {
		return this.#host?.kind;
	}

	get asymmetricKeyDetails(): object {
		const { curve, modulusLength } = this.#host ?? {};
		return { ...(typeof curve === 'string' ? { namedCurve: curve } : {}), ...(typeof modulusLength === 'number' ? { modulusLength } : {}) };
	}

	get symmetricKeySize(): number | undefined {
		return this.type === 'secret' ? this.#data.length : undefined;
	}

	/** Bytes as the host takes them. */
	get material(): Uint8Array {
		return this.#data;
	}

	export({ format = 'buffer' }: ExportOptions = {}): unknown {
		if (this.type === 'secret') {
			return format === 'jwk'
				? { kty: 'oct', k: this.#data.toBase64({ alphabet: 'base64url', omitPadding: true }) }
				: Buffer.from(this.#data);
		}

		switch (format) {
			case 'jwk':
				return compute('export-key', { key: this.#data.toBase64(), scheme: this.type });
			case 'pem':
				return pemOf(this.type === 'private' ? 'PRIVATE KEY' : 'PUBLIC KEY', this.#data);
			default:
				return Buffer.from(this.#data);
		}
	}

	equals(other: KeyObject): boolean {
		return other.type === this.type && other.material.toBase64() === this.#data.toBase64();
	}
}

function pemOf(label: string, der: Uint8Array): string {
	const lines = der.toBase64().replaceAll(/.{64}(?=.)/g, '$&\n');
	return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

function keyOf(given: unknown, type: 'private' | 'public'): KeyObject {
	if (given instanceof KeyObject) {
		// A private key holds the public one.
		return given.type === 'private' && type === 'public' ? publicOf(given) : given;
	}

	const isBare = typeof given === 'string' || ArrayBuffer.isView(given);
	const { key, format = 'pem', type: shape, passphrase }: KeyInput = isBare ? { key: given } : (given as KeyInput);
	if (key instanceof KeyObject) {
		return keyOf(key, type);
	}

	const more = { options: passphrase === undefined ? {} : { passphrase } };
	const host = (
		format === 'jwk'
			? compute('import-key', { scheme: 'jwk', jwk: key })
			: compute('import-key', { ...more, scheme: format === 'der' ? shape : `pem-${type}`, data: bytesOf(key).toBase64() })
	) as HostKey;
	const made = new KeyObject(host.type, Uint8Array.fromBase64(host.data), host);
	return made.type === 'private' && type === 'public' ? publicOf(made) : made;
}

function publicOf(key: KeyObject): KeyObject {
	const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...jwk } = key.export({ format: 'jwk' }) as Readonly<Record<string, unknown>>;
	return keyOf({ key: jwk, format: 'jwk' }, 'public');
}

function dsaEncodingOf(key: unknown): object {
	const encoding = typeof key === 'object' && key !== null ? Reflect.get(key, 'dsaEncoding') : undefined;
	return encoding === 'ieee-p1363' ? { scheme: 'ecdsa' } : {};
}

function sign(algorithm: unknown, data: unknown, key: unknown): Buffer {
	const more = { hash: algorithm ?? null, key: keyOf(key, 'private').material.toBase64(), ...dsaEncodingOf(key) };
	return bufferOf(computeOn('sign', bytesOf(data), more));
}

function verify(...[algorithm, data, key, signature]: readonly unknown[]): boolean {
	const more = {
		hash: algorithm ?? null,
		key: keyOf(key, 'public').material.toBase64(),
		...dsaEncodingOf(key),
		other: bytesOf(signature).toBase64(),
	};
	return computeOn('verify', bytesOf(data), more) === true;
}

/** What `createSign` and `createVerify` give: data piece by piece, then the one operation. */
class Signer extends Writable {
	readonly #algorithm: string;
	readonly #parts: Uint8Array[] = [];

	constructor(algorithm: string) {
		super();
		// Old names of the same: RSA-SHA256.
		this.#algorithm = algorithm.replace(/^RSA-/i, '');
	}

	update(data: unknown, encoding?: unknown): this {
		this.#parts.push(bytesOf(data, encoding).slice());
		return this;
	}

	sign(key: unknown, encoding?: unknown): unknown {
		const signature = sign(this.#algorithm, Buffer.concat(this.#parts), key);
		return typeof encoding === 'string' ? signature.toString(encoding) : signature;
	}

	verify(key: unknown, signature: unknown, encoding?: unknown): boolean {
		return verify(this.#algorithm, Buffer.concat(this.#parts), key, bytesOf(signature, encoding));
	}

	override _write(chunk: unknown, encoding: string, callback: Callback): void {
		this.update(chunk, encoding);
		callback();
	}
}

function generateKeyPairSync(kind: string, options: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
	const named: unknown = options['namedCurve'];
	const curves: Readonly<Record<string, string>> = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' };
	const wanted = { ...options, ...(typeof named === 'string' ? { namedCurve: curves[named] ?? named } : {}) };
	const made = compute('generate-keys', { scheme: kind, options: wanted }) as { readonly private: string; readonly public: string };
	const encoded = (type: 'private' | 'public'): unknown => {
		const key = keyOf({ key: Uint8Array.fromBase64(made[type]), format: 'der', type: type === 'private' ? 'pkcs8' : 'spki' }, type);
		const encoding = options[`${type}KeyEncoding`] as ExportOptions | undefined;
		return encoding === undefined ? key : key.export(encoding);
	};
	return { publicKey: encoded('public'), privateKey: encoded('private') };
}

export const signatures: Readonly<Record<string, unknown>> = {
	KeyObject,
	createPrivateKey: (given: unknown) => keyOf(given, 'private'),
	createPublicKey: (given: unknown) => keyOf(given, 'public'),
	createSecretKey: (data: unknown, encoding?: unknown) => new KeyObject('secret', bytesOf(data, encoding), null),
	sign,
	verify,
	createSign: (algorithm: unknown) => new Signer(String(algorithm)),
	createVerify: (algorithm: unknown) => new Signer(String(algorithm)),
	generateKeyPairSync,
	generateKeyPair: (kind: string, options: Readonly<Record<string, unknown>>, callback: (...args: unknown[]) => void) =>
		queueMicrotask(() => {
			let outcome: unknown[];
			try {
				const { publicKey, privateKey } = generateKeyPairSync(kind, options);
				outcome = [null, publicKey, privateKey];
			} catch (error) {
				outcome = [error];
			}

			callback(...outcome);
		}),
};
