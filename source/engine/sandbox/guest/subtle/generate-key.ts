import { randomBytes } from '../crypto.ts';
import { type Algorithm, familyOf, fault, hashOf, numberOf, usagesFor, usagesOf } from './algorithms.ts';
import { type CryptoKey, makeKey } from './crypto-key.ts';
import { curveNamed } from './curves.ts';
import { hostAnswer } from './host-keys.ts';
import { pairAlgorithm } from './key-formats.ts';

type Pair = { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey };
/** Bytes of one block, which is how long a key is when nothing is said. */
const BLOCKS: Readonly<Record<string, number>> = {
	'SHA-1': 64,
	'SHA-256': 64,
	'SHA-384': 128,
	'SHA-512': 128,
	'SHA3-256': 136,
	'SHA3-384': 104,
	'SHA3-512': 72,
};

export function generateKey(algorithm: Algorithm, extractable: boolean, usages: unknown): CryptoKey | Pair {
	switch (familyOf(algorithm.name)) {
		case 'aes':
		case 'hmac': {
			const length = lengthOf(algorithm);
			const material = Uint8Array.from(randomBytes(Math.ceil(length / 8)));
			const described =
				familyOf(algorithm.name) === 'aes'
					? { name: algorithm.name, length }
					: { name: algorithm.name, hash: { name: hashOf(algorithm) }, length };
			return makeKey({ type: 'secret', algorithm: described, extractable, usages: usagesOf(usages, algorithm.name, 'secret'), material });
		}
		case 'ec':
		case 'okp':
		case 'rsa':
			return generatePair(algorithm, extractable, usages);
		case 'digest':
		case 'derive':
			throw fault('NotSupportedError', 'Unrecognized algorithm name');
	}
}

/** How many bits a key for this algorithm has. */
export function lengthOf(algorithm: Algorithm): number {
	if (familyOf(algorithm.name) === 'aes') {
		const length = numberOf(algorithm['length'], 'length');
		if (![128, 192, 256].includes(length)) {
			throw fault('OperationError', 'Invalid key length');
		}

		return length;
	}

	const standard = (BLOCKS[hashOf(algorithm)] ?? 64) * 8;
	const length = algorithm['length'] === undefined ? standard : numberOf(algorithm['length'], 'length');
	if (length === 0) {
		throw fault('OperationError', 'Zero-length key is not supported');
	}

	return length;
}

function generatePair(algorithm: Algorithm, extractable: boolean, given: unknown): Pair {
	const all = [...(given as Iterable<unknown>)].map(String);
	const secret = usagesOf(usagesFor('private', all), algorithm.name, 'private');
	const open = usagesOf(usagesFor('public', all), algorithm.name, 'public');
	const options = optionsOf(algorithm);
	const keys = hostAnswer('generate-keys', { scheme: options.kind, options }) as { readonly private: string; readonly public: string };
	const described = pairAlgorithm(algorithm, {
		modulusLength: options.modulusLength ?? null,
		publicExponent: options.publicExponent?.toString(16) ?? null,
	});
	return {
		publicKey: makeKey({
			type: 'public',
			algorithm: described,
			extractable: true,
			usages: open,
			material: Uint8Array.fromBase64(keys.public),
		}),
		privateKey: makeKey({
			type: 'private',
			algorithm: described,
			extractable,
			usages: secret,
			material: Uint8Array.fromBase64(keys.private),
		}),
	};
}

type Options = { readonly kind: string; readonly namedCurve?: string; readonly modulusLength?: number; readonly publicExponent?: number };

function optionsOf(algorithm: Algorithm): Options {
	const family = familyOf(algorithm.name);
	if (family === 'ec') {
		return { kind: 'ec', namedCurve: curveNamed(algorithm['namedCurve']).node };
	}

	if (family !== 'rsa') {
		return { kind: algorithm.name.toLowerCase() };
	}

	const exponent = algorithm['publicExponent'];
	if (!(exponent instanceof Uint8Array)) {
		throw Object.assign(new TypeError('publicExponent must be a Uint8Array.'), { code: 'ERR_INVALID_ARG_TYPE' });
	}

	hashOf(algorithm);
	const modulusLength = numberOf(algorithm['modulusLength'], 'modulusLength');
	return { kind: 'rsa', modulusLength, publicExponent: Number.parseInt(exponent.toHex(), 16) };
}
