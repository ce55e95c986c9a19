/** A subresource-integrity string of one sha512: `sha512-<88 base64 characters>`. */
export type Integrity = string & { readonly __brand: 'Integrity' };

const INTEGRITY_PATTERN = /^sha512-[A-Za-z0-9+/]{86}==$/;

/** The integrity, or null when the text is not exactly one sha512. */
export function parseIntegrity(text: string): Integrity | null {
	return INTEGRITY_PATTERN.test(text) ? (text as Integrity) : null;
}

export function integrityOfDigest(sha512: Uint8Array): Integrity {
	return `sha512-${Buffer.from(sha512).toString('base64')}` as Integrity;
}

/** Lower-case hex of the digest: the folder name in the content store. */
export function hexOfIntegrity(integrity: Integrity): string {
	return Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
}
