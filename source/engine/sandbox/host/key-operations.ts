import {
	type CipherGCMOptions,
	constants,
	createCipheriv,
	createDecipheriv,
	createHmac,
	createPrivateKey,
	createPublicKey,
	diffieHellman,
	generateKeyPairSync,
	hkdfSync,
	type KeyObject,
	pbkdf2Sync,
	privateDecrypt,
	publicEncrypt,
	scryptSync,
	sign,
	type SignKeyObjectInput,
	verify,
} from 'node:crypto';

/** Bounds of what one call may make this process do; its processor time is watched by the core as well. */
const MAXIMUM_ITERATIONS = 10_000_000;
const MAXIMUM_DERIVED_BYTES = 1024 * 1024;
const MAXIMUM_MODULUS_BITS = 8192;
const SCRYPT_BYTES = 64 * 1024 * 1024;

/** Keys come as bytes each time: raw, PKCS #8 or SPKI; nothing is kept here. Binary values are base64. */
export type KeyRequest = {
	readonly operation: string;
	readonly data?: string;
	readonly hash?: string | null;
	readonly key?: string;
	readonly other?: string;
	readonly iv?: string;
	readonly additional?: string;
	readonly salt?: string;
	readonly number?: number;
	readonly length?: number;
	readonly scheme?: string;
	readonly jwk?: Readonly<Record<string, unknown>>;
	readonly options?: Readonly<Record<string, unknown>>;
};

type Operation = (request: KeyRequest) => unknown;

export const KEY_OPERATIONS: Readonly<Record<string, Operation>> = {
	mac: ({ hash, key, data }) =>
		createHmac(hash ?? '', bytes(key))
			.update(bytes(data))
			.digest('base64'),
	encrypt: (request) => crypt(request, true),
	decrypt: (request) => crypt(request, false),
	'rsa-encrypt': ({ key, data, hash, additional }) =>
		publicEncrypt({ key: publicKey(key), ...oaep(hash, additional) }, bytes(data)).toString('base64'),
	'rsa-decrypt': ({ key, data, hash, additional }) =>
		privateDecrypt({ key: privateKey(key), ...oaep(hash, additional) }, bytes(data)).toString('base64'),
	sign: (request) =>
		sign(request.hash ?? null, bytes(request.data), { key: privateKey(request.key), ...scheme(request) }).toString('base64'),
	verify: (request) =>
		verify(request.hash ?? null, bytes(request.data), { key: publicKey(request.key), ...scheme(request) }, bytes(request.other)),
	pbkdf2: ({ key, salt, number = 0, length = 0, hash }) => {
		bound('iterations', number, MAXIMUM_ITERATIONS);
		return pbkdf2Sync(bytes(key), bytes(salt), number, derivedLength(length), hash ?? '').toString('base64');
	},
	hkdf: ({ key, salt, additional, length = 0, hash }) =>
		Buffer.from(hkdfSync(hash ?? '', bytes(key), bytes(salt), bytes(additional), derivedLength(length))).toString('base64'),
	scrypt: ({ key, salt, length = 0, options = {} }) =>
		scryptSync(bytes(key), bytes(salt), derivedLength(length), { ...options, maxmem: SCRYPT_BYTES }).toString('base64'),
	'shared-secret': ({ key, other }) => diffieHellman({ privateKey: privateKey(key), publicKey: publicKey(other) }).toString('base64'),
	'generate-keys': generate,
	'import-key': importKey,
	'export-key': ({ key, scheme: kind }) => (kind === 'private' ? privateKey(key) : publicKey(key)).export({ format: 'jwk' }),
};

function bytes(text: string | undefined): Buffer {
	return Buffer.from(text ?? '', 'base64');
}

function bound(what: string, given: number, most: number): void {
	if (!Number.isInteger(given) || given < 0 || given > most) {
		throw Object.assign(new RangeError(`The ${what} must be a whole number of at most ${most}, not ${given}.`), {
			code: 'ERR_OUT_OF_RANGE',
		});
	}
}

function derivedLength(length: number): number {
	bound('length', length, MAXIMUM_DERIVED_BYTES);
	return length;
}

function privateKey(der: string | undefined): KeyObject {
	return createPrivateKey({ key: bytes(der), format: 'der', type: 'pkcs8' });
}

function publicKey(der: string | undefined): KeyObject {
	return createPublicKey({ key: bytes(der), format: 'der', type: 'spki' });
}

function oaep(hash: string | null | undefined, label: string | undefined) {
	return {
		padding: constants.RSA_PKCS1_OAEP_PADDING,
		oaepHash: hash ?? 'sha1',
		...(label === undefined || label === '' ? {} : { oaepLabel: bytes(label) }),
	};
}

function scheme({ scheme: name, number }: KeyRequest): Omit<SignKeyObjectInput, 'key'> {
	switch (name ?? '') {
		case 'ecdsa':
			return { dsaEncoding: 'ieee-p1363' };
		case 'pss':
			return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: number ?? constants.RSA_PSS_SALTLEN_DIGEST };
		default:
			return {};
	}
}

/** Modes with a tag have it at the end, as the web wants it. */
function crypt({ scheme: name = '', key, iv, data, additional, number = 16 }: KeyRequest, isEncrypting: boolean): string {
	const vector = iv === undefined ? null : bytes(iv);
	const input = bytes(data);
	if (!name.endsWith('-gcm')) {
		const plain = isEncrypting ? createCipheriv(name, bytes(key), vector) : createDecipheriv(name, bytes(key), vector);
		return Buffer.concat([plain.update(input), plain.final()]).toString('base64');
	}

	const options = { authTagLength: number } satisfies CipherGCMOptions;
	if (isEncrypting) {
		const cipher = createCipheriv(name as 'aes-256-gcm', bytes(key), vector ?? Buffer.alloc(0), options);
		cipher.setAAD(bytes(additional));
		return Buffer.concat([cipher.update(input), cipher.final(), cipher.getAuthTag()]).toString('base64');
	}

	const decipher = createDecipheriv(name as 'aes-256-gcm', bytes(key), vector ?? Buffer.alloc(0), options);
	decipher.setAAD(bytes(additional));
	decipher.setAuthTag(input.subarray(Math.max(0, input.length - number)));
	return Buffer.concat([decipher.update(input.subarray(0, Math.max(0, input.length - number))), decipher.final()]).toString('base64');
}

function generate({ scheme: kind = '', options = {} }: KeyRequest): Readonly<Record<string, string>> {
	const { modulusLength = 2048, publicExponent = 65_537, namedCurve = '' } = options;
	bound('modulus', Number(modulusLength), MAXIMUM_MODULUS_BITS);
	// The types of node have an overload for each kind and none for all of them.
	const make = generateKeyPairSync as unknown as (kind: string, options: object) => { publicKey: KeyObject; privateKey: KeyObject };
	const pair = make(kind, { modulusLength, publicExponent, namedCurve });
	return encoded(pair.privateKey, pair.publicKey);
}

function encoded(secret: KeyObject, open: KeyObject): Readonly<Record<string, string>> {
	return {
		private: secret.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
		public: open.export({ format: 'der', type: 'spki' }).toString('base64'),
	};
}

/** A key in one of the usual shapes, as DER with what it says about itself. */
function importKey({ scheme: shape, data, jwk, options = {} }: KeyRequest): Readonly<Record<string, unknown>> {
	const key = readKey({ shape, data, jwk, passphrase: options['passphrase'] });
	const isPrivate = key.type === 'private';
	const { asymmetricKeyDetails: details = {}, asymmetricKeyType: kind } = key;
	return {
		type: key.type,
		kind,
		curve: details.namedCurve ?? null,
		modulusLength: details.modulusLength ?? null,
		publicExponent: details.publicExponent === undefined ? null : details.publicExponent.toString(16),
		data: (isPrivate ? key.export({ format: 'der', type: 'pkcs8' }) : key.export({ format: 'der', type: 'spki' })).toString('base64'),
	};
}

function readKey({
	shape,
	data,
	jwk,
	passphrase,
}: {
	shape: string | undefined;
	data: string | undefined;
	jwk: KeyRequest['jwk'];
	passphrase: unknown;
}): KeyObject {
	const secret = typeof passphrase === 'string' ? { passphrase } : {};
	switch (shape) {
		case 'jwk':
			return typeof jwk?.['d'] === 'string'
				? createPrivateKey({ key: jwk, format: 'jwk' })
				: createPublicKey({ key: jwk ?? {}, format: 'jwk' });
		case 'pkcs8':
		case 'pkcs1':
		case 'sec1':
			return createPrivateKey({ key: bytes(data), format: 'der', type: shape, ...secret });
		case 'spki':
			return publicKey(data);
		case 'pkcs1-public':
			return createPublicKey({ key: bytes(data), format: 'der', type: 'pkcs1' });
		case 'pem-private':
			return createPrivateKey({ key: bytes(data).toString('utf8'), ...secret });
		case 'pem-public':
			return createPublicKey({ key: bytes(data).toString('utf8'), ...secret });
		case undefined:
		default:
			throw new TypeError('There is no such shape of a key.');
	}
}
