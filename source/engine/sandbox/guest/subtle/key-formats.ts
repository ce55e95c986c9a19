import { fault, familyOf, type Algorithm, bytesOf, hashOf, usagesOf } from './algorithms.ts';
import { type CryptoKey, factsOf, type KeyAlgorithm, type KeyType, makeKey } from './crypto-key.ts';
import { compute } from '../compute.ts';
import { curveNamed, rawPoint, rawToSpki } from './curves.ts';

type Jwk = Readonly<Record<string, unknown>>;
type Import = {
	readonly format: string;
	readonly data: unknown;
	readonly algorithm: Algorithm;
	readonly extractable: boolean;
	readonly usages: unknown;
};
type HostKey = {
	readonly type: KeyType;
	readonly kind: string;
	readonly curve: string | null;
	readonly modulusLength: number | null;
	readonly publicExponent: string | null;
	readonly data: string;
};

const KINDS: Readonly<Record<string, string>> = {
	ECDSA: 'ec',
	ECDH: 'ec',
	Ed25519: 'ed25519',
	X25519: 'x25519',
	'RSASSA-PKCS1-v1_5': 'rsa',
	'RSA-PSS': 'rsa',
	'RSA-OAEP': 'rsa',
};
const RSA_SCHEMES: Readonly<Record<string, string>> = { 'RSASSA-PKCS1-v1_5': 'RS', 'RSA-PSS': 'PS', 'RSA-OAEP': 'RSA-OAEP' };

export function importKey(given: Import): CryptoKey {
	switch (familyOf(given.algorithm.name)) {
		case 'hmac':
		case 'aes':
			return importSecret(given);
		case 'derive':
			return importDerivation(given);
		case 'digest':
			throw fault('NotSupportedError', `There are no keys for ${given.algorithm.name}.`);
		case 'ec':
		case 'okp':
		case 'rsa':
			return importPair(given);
	}
}

export function secretAlgorithm(algorithm: Algorithm, bytes: Uint8Array): KeyAlgorithm {
	const length = bytes.length * 8;
	if (familyOf(algorithm.name) === 'aes') {
		if (![128, 192, 256].includes(length)) {
			throw fault('DataError', 'Invalid key length');
		}

		return { name: algorithm.name, length };
	}

	if (length === 0) {
		throw fault('DataError', 'Zero-length key is not supported');
	}

	return { name: algorithm.name, hash: { name: hashOf(algorithm) }, length };
}

function importSecret({ format, data, algorithm, extractable, usages }: Import): CryptoKey {
	const material = format === 'jwk' ? secretOfJwk(data as Jwk, { algorithm, extractable }) : rawOnly(format, data);
	return makeKey({
		type: 'secret',
		algorithm: secretAlgorithm(algorithm, material),
		extractable,
		usages: usagesOf(usages, algorithm.name, 'secret'),
		material,
	});
}

function importDerivation({ format, data, algorithm, extractable, usages }: Import): CryptoKey {
	if (extractable) {
		throw fault('SyntaxError', `${algorithm.name} keys are not extractable`);
	}

	const wanted = usagesOf(usages, algorithm.name, 'secret');
	return makeKey({ type: 'secret', algorithm: { name: algorithm.name }, extractable, usages: wanted, material: rawOnly(format, data) });
}

function rawOnly(format: string, data: unknown): Uint8Array<ArrayBuffer> {
	if (format !== 'raw' && format !== 'raw-secret') {
		throw fault('NotSupportedError', `Unable to import this key using ${format} format`);
	}

	return bytesOf(data, 'keyData');
}

function secretOfJwk(
	jwk: Jwk,
	{ algorithm, extractable }: { readonly algorithm: Algorithm; readonly extractable: boolean },
): Uint8Array<ArrayBuffer> {
	if (jwk['kty'] !== 'oct' || typeof jwk['k'] !== 'string') {
		throw fault('DataError', 'Invalid keyData');
	}

	requireExtractable(jwk, extractable);
	const bytes = fromBase64Url(jwk['k']);
	const alg = jwk['alg'];
	if (alg !== undefined && alg !== secretAlg(algorithm, bytes)) {
		throw fault('DataError', 'JWK "alg" does not match the requested algorithm');
	}

	return bytes;
}

function requireExtractable(jwk: Jwk, extractable: boolean): void {
	if (jwk['ext'] === false && extractable) {
		throw fault('DataError', 'JWK "ext" Parameter and extractable mismatch');
	}
}

function secretAlg(algorithm: Algorithm, bytes: Uint8Array): string {
	return algorithm.name === 'HMAC'
		? `HS${hashOf(algorithm).replace('SHA-', '')}`
		: `A${bytes.length * 8}${algorithm.name.replace('AES-', '')}`;
}

function importPair(given: Import): CryptoKey {
	const { algorithm, extractable, usages } = given;
	const curve = familyOf(algorithm.name) === 'ec' ? curveNamed(algorithm['namedCurve']) : null;
	let key: HostKey;
	try {
		key = compute('import-key', requestOf(given)) as HostKey;
	} catch (error) {
		throw fault('DataError', 'Invalid keyData', error);
	}

	if (key.kind !== KINDS[algorithm.name] || (curve !== null && key.curve !== curve.node)) {
		throw fault('DataError', 'Invalid key type');
	}

	return makeKey({
		type: key.type,
		algorithm: pairAlgorithm(algorithm, { modulusLength: key.modulusLength, publicExponent: key.publicExponent }),
		extractable,
		usages: usagesOf(usages, algorithm.name, key.type),
		material: Uint8Array.fromBase64(key.data),
	});
}

function requestOf({ format, data, algorithm, extractable }: Import): Readonly<Record<string, unknown>> {
	switch (format) {
		case 'jwk':
			requireExtractable(data as Jwk, extractable);
			return { scheme: 'jwk', jwk: data };
		case 'spki':
		case 'pkcs8':
			return { scheme: format, data: bytesOf(data, 'keyData').toBase64() };
		case 'raw':
		case 'raw-public':
			return { scheme: 'spki', data: rawToSpki(algorithm, bytesOf(data, 'keyData')).toBase64() };
		default:
			throw fault('NotSupportedError', `Unable to import this key using ${format} format`);
	}
}

export function pairAlgorithm(
	algorithm: Algorithm,
	{ modulusLength, publicExponent }: { readonly modulusLength: number | null; readonly publicExponent: string | null },
): KeyAlgorithm {
	const { name } = algorithm;
	const family = familyOf(name);
	if (family === 'ec') {
		return { name, namedCurve: String(algorithm['namedCurve']) };
	}

	if (family !== 'rsa') {
		return { name };
	}

	const hexadecimal = publicExponent ?? '';
	return {
		name,
		modulusLength,
		publicExponent: Uint8Array.fromHex(hexadecimal.padStart(hexadecimal.length + (hexadecimal.length % 2), '0')),
		hash: { name: hashOf(algorithm) },
	};
}

export function exportKey(format: string, key: CryptoKey): ArrayBuffer | Jwk {
	const { type, extractable, material, algorithm } = factsOf(key);
	if (!extractable) {
		throw fault('InvalidAccessError', 'key is not extractable');
	}

	if (familyOf(algorithm.name) === 'derive') {
		throw fault('NotSupportedError', `Unable to export ${algorithm.name} ${type} key using ${format} format`);
	}

	switch (format) {
		case 'jwk':
			return jwkOf(key);
		case 'raw':
		case 'raw-secret':
		case 'raw-public':
			if (type === 'secret') {
				return material.slice().buffer;
			}

			if (type === 'public' && familyOf(algorithm.name) !== 'rsa') {
				return rawPoint(algorithm, material).buffer;
			}

			break;
		case 'spki':
		case 'pkcs8':
			if ((type === 'public' && format === 'spki') || (type === 'private' && format === 'pkcs8')) {
				return material.slice().buffer;
			}
	}

	throw fault('NotSupportedError', `Unable to export ${algorithm.name} ${type} key using ${format} format`);
}

function jwkOf(key: CryptoKey): Jwk {
	const { type, algorithm, usages, extractable, material } = factsOf(key);
	const shared = { key_ops: [...usages], ext: extractable };
	if (type === 'secret') {
		return {
			...shared,
			kty: 'oct',
			k: material.toBase64({ alphabet: 'base64url', omitPadding: true }),
			alg: secretAlg(algorithm, material),
		};
	}

	const jwk = compute('export-key', { key: material.toBase64(), scheme: type }) as Jwk;
	const alg = familyOf(algorithm.name) === 'rsa' ? rsaAlg(algorithm) : algorithm.name === 'Ed25519' ? 'Ed25519' : undefined;
	return { ...shared, ...jwk, ...(alg === undefined ? {} : { alg }) };
}

function rsaAlg(algorithm: KeyAlgorithm): string {
	const hash = hashOf(algorithm).replace('SHA-', '');
	const scheme = RSA_SCHEMES[algorithm.name] ?? '';
	return algorithm.name === 'RSA-OAEP' ? `${scheme}${hash === '1' ? '' : `-${hash}`}` : `${scheme}${hash}`;
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
	try {
		return Uint8Array.fromBase64(text, { alphabet: 'base64url' });
	} catch (error) {
		throw fault('DataError', 'Invalid keyData', error);
	}
}
