/* oxlint-disable typescript/no-base-to-string -- callers are untyped JavaScript. */
import { bytesIn } from '../array-buffers.ts';
import { DOMException } from '../dom-exception.ts';

export type Algorithm = Readonly<Record<string, unknown>> & { readonly name: string };
export type Family = 'digest' | 'hmac' | 'aes' | 'rsa' | 'ec' | 'okp' | 'derive';

/** Every name there is, with what it may be used for. */
const ALGORITHMS: Readonly<Record<string, { readonly family: Family; readonly does: readonly string[] }>> = {
	'SHA-1': { family: 'digest', does: ['digest'] },
	'SHA-256': { family: 'digest', does: ['digest'] },
	'SHA-384': { family: 'digest', does: ['digest'] },
	'SHA-512': { family: 'digest', does: ['digest'] },
	'SHA3-256': { family: 'digest', does: ['digest'] },
	'SHA3-384': { family: 'digest', does: ['digest'] },
	'SHA3-512': { family: 'digest', does: ['digest'] },
	HMAC: { family: 'hmac', does: ['sign', 'verify'] },
	'AES-GCM': { family: 'aes', does: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] },
	'AES-CBC': { family: 'aes', does: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] },
	'AES-CTR': { family: 'aes', does: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] },
	'AES-KW': { family: 'aes', does: ['wrapKey', 'unwrapKey'] },
	'RSASSA-PKCS1-v1_5': { family: 'rsa', does: ['sign', 'verify'] },
	'RSA-PSS': { family: 'rsa', does: ['sign', 'verify'] },
	'RSA-OAEP': { family: 'rsa', does: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] },
	ECDSA: { family: 'ec', does: ['sign', 'verify'] },
	ECDH: { family: 'ec', does: ['deriveKey', 'deriveBits'] },
	Ed25519: { family: 'okp', does: ['sign', 'verify'] },
	X25519: { family: 'okp', does: ['deriveKey', 'deriveBits'] },
	PBKDF2: { family: 'derive', does: ['deriveKey', 'deriveBits'] },
	HKDF: { family: 'derive', does: ['deriveKey', 'deriveBits'] },
};
const NAMES = new Map(Object.keys(ALGORITHMS).map((name) => [name.toLowerCase(), name]));
/** Usages of a private key; those of the public one are the rest. */
const PRIVATE_USAGES = ['sign', 'decrypt', 'unwrapKey', 'deriveKey', 'deriveBits'];

/** An algorithm as it was given, with its name spelt right. Rejects with NotSupportedError. */
export function normalize(given: unknown): Algorithm {
	const fields = typeof given === 'object' && given !== null ? given : { name: given };
	const name = NAMES.get(String(Reflect.get(fields, 'name')).toLowerCase());
	if (name === undefined) {
		throw fault('NotSupportedError', 'Unrecognized algorithm name');
	}

	return { ...fields, name };
}

export function familyOf(name: string): Family {
	return ALGORITHMS[name]?.family ?? 'digest';
}

export function does(name: string, usage: string): boolean {
	return ALGORITHMS[name]?.does.includes(usage) === true;
}

/** Of the algorithm itself, or of the hash it names. */
export function hashOf({ hash }: Readonly<Record<string, unknown>>): string {
	if (hash === undefined) {
		throw missing('hash');
	}

	const { name } = normalize(hash);
	if (familyOf(name) !== 'digest') {
		throw fault('NotSupportedError', `${name} is no hash.`);
	}

	return name;
}

/** As node's own crypto calls it. */
export function nodeHash(name: string): string {
	return name.startsWith('SHA3') ? name.toLowerCase() : name.toLowerCase().replace('-', '');
}

/** Bytes of an argument, copied. */
export function bytesOf(value: unknown, name: string): Uint8Array<ArrayBuffer> {
	const bytes = bytesIn(value);
	if (bytes === null) {
		throw value === undefined
			? missing(name)
			: Object.assign(new TypeError(`"${name}" must hold bytes.`), { code: 'ERR_INVALID_ARG_TYPE' });
	}

	return bytes.slice();
}

export function numberOf(value: unknown, name: string): number {
	if (value === undefined) {
		throw missing(name);
	}

	const number = Math.trunc(Number(value));
	if (!Number.isFinite(number) || number < 0) {
		throw Object.assign(new TypeError(`"${name}" must be a number.`), { code: 'ERR_INVALID_ARG_TYPE' });
	}

	return number;
}

/** Checks what a key is to be used for. Rejects with SyntaxError. */
export function usagesOf(given: unknown, algorithm: string, type: 'secret' | 'private' | 'public'): readonly string[] {
	const wanted = [...new Set([...(given as Iterable<unknown>)].map(String))];
	const bad = wanted.find((usage) => !does(algorithm, usage) || !fits(usage, { algorithm, type }));
	if (bad !== undefined) {
		throw fault('SyntaxError', `Unsupported key usage for a ${algorithm} key`);
	}

	if (wanted.length === 0 && type !== 'public') {
		throw fault('SyntaxError', 'Usages cannot be empty when importing a private key.');
	}

	return wanted;
}

/** The usages that one key of a pair has. */
export function usagesFor(type: 'private' | 'public', usages: readonly string[]): readonly string[] {
	return usages.filter((usage) => PRIVATE_USAGES.includes(usage) === (type === 'private'));
}

function fits(usage: string, { algorithm, type }: { readonly algorithm: string; readonly type: string }): boolean {
	return type === 'secret' || familyOf(algorithm) === 'derive' || PRIVATE_USAGES.includes(usage) === (type === 'private');
}

export function fault(name: string, message: string, cause?: unknown): DOMException {
	return new DOMException(message, cause === undefined ? name : { name, cause });
}

export function missing(name: string): TypeError {
	return Object.assign(new TypeError(`"${name}" is required.`), { code: 'ERR_MISSING_OPTION' });
}
