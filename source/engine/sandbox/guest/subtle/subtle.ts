/* oxlint-disable typescript/no-base-to-string -- callers are untyped JavaScript. */
import { compute } from '../compute.ts';
import { encodeUtf8 } from '../encoding.ts';
import { decodeUtf8 } from '../text-decoder.ts';
import { INTERNAL, refuseConstruction } from '../web/streams/algorithms.ts';
import { type Algorithm, bytesOf, does, familyOf, fault, hashOf, nodeHash, normalize, numberOf } from './algorithms.ts';
import { crypt } from './ciphers.ts';
import { CryptoKey, factsOf } from './crypto-key.ts';
import { generateKey, lengthOf } from './generate-key.ts';
import { hostBytes, hostCheck } from './host-keys.ts';
import { exportKey, importKey } from './key-formats.ts';

type Pair = { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey };

/** The web's `crypto.subtle`. Computing happens in the host, on bytes alone. */
export class SubtleCrypto {
	constructor(token: unknown) {
		refuseConstruction(token);
	}

	async digest(algorithm: unknown, data: unknown): Promise<ArrayBuffer> {
		const { name } = normalize(algorithm);
		if (familyOf(name) !== 'digest') {
			throw fault('NotSupportedError', 'Unrecognized algorithm name');
		}

		const bytes = bytesOf(data, 'data');
		const id = compute('hash', { algorithm: nodeHash(name) });
		for (let at = 0; at === 0 || at < bytes.length; at += 2_097_152) {
			compute('update', { id, data: bytes.subarray(at, at + 2_097_152).toBase64() });
		}

		return Uint8Array.fromBase64(String(compute('digest', { id }))).buffer;
	}

	async generateKey(algorithm: unknown, extractable: unknown, usages: unknown): Promise<CryptoKey | Pair> {
		return generateKey(normalize(algorithm), Boolean(extractable), usages);
	}

	async importKey(...[format, data, algorithm, extractable, usages]: readonly unknown[]): Promise<CryptoKey> {
		return importKey({
			format: formatOf(format),
			data: jwkOrBytes(format, data),
			algorithm: normalize(algorithm),
			extractable: Boolean(extractable),
			usages,
		});
	}

	async exportKey(format: unknown, key: unknown): Promise<unknown> {
		return exportKey(formatOf(format), keyOf(key));
	}

	async encrypt(algorithm: unknown, key: unknown, data: unknown): Promise<ArrayBuffer> {
		const normalized = allowed(algorithm, key, 'encrypt');
		return crypt('encrypt', keyOf(key), { algorithm: normalized, data: bytesOf(data, 'data') }).buffer;
	}

	async decrypt(algorithm: unknown, key: unknown, data: unknown): Promise<ArrayBuffer> {
		const normalized = allowed(algorithm, key, 'decrypt');
		return crypt('decrypt', keyOf(key), { algorithm: normalized, data: bytesOf(data, 'data') }).buffer;
	}

	async sign(algorithm: unknown, key: unknown, data: unknown): Promise<ArrayBuffer> {
		const normalized = allowed(algorithm, key, 'sign');
		const { operation, more } = signing(normalized, keyOf(key));
		return hostBytes(operation === 'mac' ? 'mac' : 'sign', bytesOf(data, 'data'), more).buffer;
	}

	async verify(...[algorithm, key, signature, data]: readonly unknown[]): Promise<boolean> {
		const normalized = allowed(algorithm, key, 'verify');
		const { operation, more } = signing(normalized, keyOf(key));
		const given = bytesOf(signature, 'signature');
		if (operation === 'mac') {
			const expected = hostBytes('mac', bytesOf(data, 'data'), more);
			return (
				compute('equal', { data: padded(given, expected.length).toBase64(), other: expected.toBase64() }) === true &&
				given.length === expected.length
			);
		}

		return hostCheck('verify', bytesOf(data, 'data'), { ...more, other: given.toBase64() });
	}

	async deriveBits(algorithm: unknown, key: unknown, length: unknown = null): Promise<ArrayBuffer> {
		return derive(allowed(algorithm, key, 'deriveBits'), keyOf(key), length === null ? null : numberOf(length, 'length'));
	}

	async deriveKey(...[algorithm, key, derived, extractable, usages]: readonly unknown[]): Promise<CryptoKey> {
		const normalized = allowed(algorithm, key, 'deriveKey');
		const wanted = normalize(derived);
		const length = familyOf(wanted.name) === 'derive' ? null : lengthOf(wanted);
		const bits = derive(normalized, keyOf(key), length);
		return importKey({ format: 'raw', data: bits, algorithm: wanted, extractable: Boolean(extractable), usages });
	}

	async wrapKey(...[format, key, wrapping, algorithm]: readonly unknown[]): Promise<ArrayBuffer> {
		const normalized = allowed(algorithm, wrapping, 'wrapKey');
		const exported = exportKey(formatOf(format), keyOf(key));
		const data = exported instanceof ArrayBuffer ? new Uint8Array(exported) : encodeUtf8(JSON.stringify(exported));
		return crypt('encrypt', keyOf(wrapping), { algorithm: normalized, data }).buffer;
	}

	async unwrapKey(...[format, wrapped, unwrapping, algorithm, keyAlgorithm, extractable, usages]: readonly unknown[]): Promise<CryptoKey> {
		const normalized = allowed(algorithm, unwrapping, 'unwrapKey');
		const bytes = crypt('decrypt', keyOf(unwrapping), { algorithm: normalized, data: bytesOf(wrapped, 'wrappedKey') });
		const data: unknown = format === 'jwk' ? JSON.parse(decodeUtf8(bytes)) : bytes;
		return importKey({ format: formatOf(format), data, algorithm: normalize(keyAlgorithm), extractable: Boolean(extractable), usages });
	}

	get [Symbol.toStringTag](): string {
		return 'SubtleCrypto';
	}
}

export const subtle = new SubtleCrypto(INTERNAL);

function keyOf(key: unknown): CryptoKey {
	if (!(key instanceof CryptoKey)) {
		throw Object.assign(new TypeError('It is no CryptoKey.'), { code: 'ERR_INVALID_ARG_TYPE' });
	}

	return key;
}

/** The algorithm, if the key is one for it and may be used so. Rejects with InvalidAccessError. */
function allowed(given: unknown, key: unknown, usage: string): Algorithm {
	const algorithm = normalize(given);
	if (!does(algorithm.name, usage) && !(usage === 'deriveKey' && does(algorithm.name, 'deriveBits'))) {
		throw fault('NotSupportedError', 'Unrecognized algorithm name');
	}

	const facts = factsOf(keyOf(key));
	if (facts.algorithm.name !== algorithm.name) {
		throw fault('InvalidAccessError', 'Key algorithm mismatch');
	}

	if (!facts.usages.includes(usage)) {
		throw fault('InvalidAccessError', `Unable to use this key to ${usage}`);
	}

	return algorithm;
}

function formatOf(format: unknown): string {
	const text = String(format);
	if (!['raw', 'raw-secret', 'raw-public', 'pkcs8', 'spki', 'jwk'].includes(text)) {
		throw Object.assign(new TypeError(`"${text}" is no format of a key.`), { code: 'ERR_INVALID_ARG_VALUE' });
	}

	return text;
}

function jwkOrBytes(format: unknown, data: unknown): unknown {
	if ((format === 'jwk') !== (typeof data === 'object' && data !== null && !ArrayBuffer.isView(data) && !(data instanceof ArrayBuffer))) {
		throw Object.assign(new TypeError('The key is not of the format that was named.'), { code: 'ERR_INVALID_ARG_TYPE' });
	}

	return data;
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
	const result = new Uint8Array(length);
	result.set(bytes.subarray(0, length));
	return result;
}

function signing(
	algorithm: Algorithm,
	key: CryptoKey,
): { readonly operation: 'mac' | 'sign'; readonly more: Readonly<Record<string, unknown>> } {
	const { material, algorithm: own } = factsOf(key);
	const shared = { key: material.toBase64() };
	switch (algorithm.name) {
		case 'HMAC':
			return { operation: 'mac', more: { ...shared, hash: nodeHash(hashOf(own)) } };
		case 'ECDSA':
			return { operation: 'sign', more: { ...shared, hash: nodeHash(hashOf(algorithm)), scheme: 'ecdsa' } };
		case 'Ed25519':
			return { operation: 'sign', more: { ...shared, hash: null } };
		case 'RSA-PSS':
			return {
				operation: 'sign',
				more: { ...shared, hash: nodeHash(hashOf(own)), scheme: 'pss', number: numberOf(algorithm['saltLength'], 'saltLength') },
			};
		default:
			return { operation: 'sign', more: { ...shared, hash: nodeHash(hashOf(own)) } };
	}
}

function derive(algorithm: Algorithm, key: CryptoKey, bits: number | null): ArrayBuffer {
	const { material } = factsOf(key);
	if (algorithm.name === 'ECDH' || algorithm.name === 'X25519') {
		return agree(algorithm, key, bits);
	}

	if (bits === null || bits % 8 !== 0) {
		throw fault('OperationError', 'length must be a multiple of 8');
	}

	const shared = {
		key: material.toBase64(),
		hash: nodeHash(hashOf(algorithm)),
		salt: bytesOf(algorithm['salt'], 'salt').toBase64(),
		length: bits / 8,
	};
	const nothing = new Uint8Array(0);
	if (algorithm.name === 'HKDF') {
		return bits === 0
			? nothing.buffer
			: hostBytes('hkdf', nothing, { ...shared, additional: bytesOf(algorithm['info'], 'info').toBase64() }).buffer;
	}

	const iterations = numberOf(algorithm['iterations'], 'iterations');
	if (iterations === 0) {
		throw fault('OperationError', 'iterations cannot be zero');
	}

	return bits === 0 ? nothing.buffer : hostBytes('pbkdf2', nothing, { ...shared, number: iterations }).buffer;
}

function agree(algorithm: Algorithm, key: CryptoKey, bits: number | null): ArrayBuffer {
	const other = factsOf(keyOf(algorithm['public']));
	const own = factsOf(key);
	if (own.type !== 'private' || other.type !== 'public' || JSON.stringify(own.algorithm) !== JSON.stringify(other.algorithm)) {
		throw fault('InvalidAccessError', 'The two keys do not belong together.');
	}

	const secret = hostBytes('shared-secret', new Uint8Array(0), { key: own.material.toBase64(), other: other.material.toBase64() });
	if (bits === null) {
		return secret.buffer;
	}

	const length = Math.ceil(bits / 8);
	if (length > secret.length) {
		throw fault('OperationError', 'derived bit length is too small');
	}

	const result = secret.slice(0, length);
	if (bits % 8 !== 0) {
		result[length - 1] = (result[length - 1] ?? 0) & (0xff << (8 - (bits % 8)));
	}

	return result.buffer;
}
