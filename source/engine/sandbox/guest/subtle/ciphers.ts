import { type Algorithm, bytesOf, fault, hashOf, nodeHash, numberOf } from './algorithms.ts';
import { type CryptoKey, factsOf } from './crypto-key.ts';
import { hostBytes } from './host-keys.ts';

const WRAP_VECTOR = 'a6a6a6a6a6a6a6a6';
const TAG_BITS = [32, 64, 96, 104, 112, 120, 128];

/** Encrypts or decrypts with a key whose algorithm was checked. */
export function crypt(
	direction: 'encrypt' | 'decrypt',
	key: CryptoKey,
	{ algorithm, data }: { readonly algorithm: Algorithm; readonly data: Uint8Array },
): Uint8Array<ArrayBuffer> {
	const { material, type } = factsOf(key);
	const bits = material.length * 8;
	const shared = { key: material.toBase64() };
	switch (algorithm.name) {
		case 'AES-GCM': {
			const tagBits = algorithm['tagLength'] === undefined ? 128 : numberOf(algorithm['tagLength'], 'tagLength');
			if (!TAG_BITS.includes(tagBits)) {
				throw fault('OperationError', `${tagBits} is not a valid AES-GCM tag length`);
			}

			if (direction === 'decrypt' && data.length < tagBits / 8) {
				throw fault('OperationError', 'The provided data is too small.');
			}

			const additional = algorithm['additionalData'] === undefined ? '' : bytesOf(algorithm['additionalData'], 'additionalData').toBase64();
			const iv = bytesOf(algorithm['iv'], 'iv').toBase64();
			return hostBytes(direction, data, { ...shared, scheme: `aes-${bits}-gcm`, iv, additional, number: tagBits / 8 });
		}
		case 'AES-CBC':
			return hostBytes(direction, data, { ...shared, scheme: `aes-${bits}-cbc`, iv: vector(algorithm['iv'], 'iv') });
		case 'AES-CTR':
			return counterMode(algorithm, data, material);
		case 'AES-KW':
			return hostBytes(direction, data, { ...shared, scheme: `id-aes${bits}-wrap`, iv: Uint8Array.fromHex(WRAP_VECTOR).toBase64() });
		default: {
			if (type !== (direction === 'encrypt' ? 'public' : 'private')) {
				throw fault('InvalidAccessError', 'The key is of the wrong type.');
			}

			const label = algorithm['label'] === undefined ? '' : bytesOf(algorithm['label'], 'label').toBase64();
			return hostBytes(`rsa-${direction}`, data, { ...shared, hash: nodeHash(hashOf(factsOf(key).algorithm)), additional: label });
		}
	}
}

function vector(given: unknown, name: string): string {
	const bytes = bytesOf(given, name);
	if (bytes.length !== 16) {
		throw fault('OperationError', `algorithm.${name} must contain exactly 16 bytes`);
	}

	return bytes.toBase64();
}

/** The counter is only the last bits of the block: when it would run over into the rest, the data is done in two parts. */
function counterMode(algorithm: Algorithm, data: Uint8Array, material: Uint8Array): Uint8Array<ArrayBuffer> {
	vector(algorithm['counter'], 'counter');
	const counter = bytesOf(algorithm['counter'], 'counter');
	const bits = numberOf(algorithm['length'], 'length');
	if (bits < 1 || bits > 128) {
		throw fault('OperationError', 'AES-CTR algorithm.length must be between 1 and 128');
	}

	const scheme = `aes-${material.length * 8}-ctr`;
	const start = BigInt(`0x${counter.toHex()}`);
	const room = 1n << BigInt(bits);
	const left = room - (start % room);
	const blocks = BigInt(Math.ceil(data.length / 16));
	if (blocks > room) {
		throw fault('OperationError', 'The counter would repeat.');
	}

	const part = (bytes: Uint8Array, iv: bigint): Uint8Array<ArrayBuffer> =>
		hostBytes('encrypt', bytes, { key: material.toBase64(), scheme, iv: Uint8Array.fromHex(iv.toString(16).padStart(32, '0')).toBase64() });
	if (blocks <= left) {
		return part(data, start);
	}

	const cut = Number(left) * 16;
	return Uint8Array.from([...part(data.subarray(0, cut), start), ...part(data.subarray(cut), start - (start % room))]);
}
