import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { RegistryKey } from './collect-request.ts';
import type { EmbeddedRegistryKey } from '../roots/embedded-root.ts';

/** A key that may have signed for a registry, with the window in which its signatures count. */
export type SigningKey = {
	readonly keyid: string;
	readonly source: 'embedded' | 'served';
	/** Milliseconds since the epoch; infinite where no bound is given. */
	readonly start: number;
	readonly end: number;
	/** Null when it is not a P-256 ECDSA key. */
	readonly publicKey: KeyObject | null;
};

const SCHEME = 'ecdsa-sha2-nistp256';
const CURVE = 'prime256v1';
const MAXIMUM_CACHED_KEYS = 64;
// Parsing a key costs as much as checking a signature, and the same few keys sign everything.
const parsedKeys = new Map<string, KeyObject | null>();

/**
 * The key with this id. The embedded keys win over served ones of the same id, so that a mirror cannot put its own key in the place of
 * the public registry's.
 */
export function findSigningKey(
	keyid: string,
	known: {
		readonly embedded: readonly EmbeddedRegistryKey[];
		readonly served: readonly RegistryKey[];
		readonly usage: EmbeddedRegistryKey['usage'];
	},
): SigningKey | null {
	const embedded = known.embedded.find((key) => key.keyid === keyid && key.usage === known.usage);
	if (embedded !== undefined) {
		return {
			keyid,
			source: 'embedded',
			start: Date.parse(embedded.start),
			end: embedded.end === null ? Infinity : Date.parse(embedded.end),
			publicKey: parseKey(embedded.key),
		};
	}

	// An id that is embedded for another use is not up for grabs either.
	const served = known.embedded.some((key) => key.keyid === keyid) ? undefined : known.served.find((key) => key.keyid === keyid);
	if (served === undefined) {
		return null;
	}

	const isSupported = served.keytype === SCHEME && served.scheme === SCHEME;
	// An expiry that is no date proves nothing about the window: such a key counts as long expired.
	const end = served.expires === null ? Infinity : Date.parse(served.expires);
	return {
		keyid,
		source: 'served',
		start: -Infinity,
		end: Number.isNaN(end) ? -Infinity : end,
		publicKey: isSupported ? parseKey(served.key) : null,
	};
}

function parseKey(base64: string): KeyObject | null {
	const cached = parsedKeys.get(base64);
	if (cached !== undefined) {
		return cached;
	}

	if (parsedKeys.size >= MAXIMUM_CACHED_KEYS) {
		parsedKeys.clear();
	}

	const key = tryParseKey(base64);
	parsedKeys.set(base64, key);
	return key;
}

function tryParseKey(base64: string): KeyObject | null {
	try {
		const key = createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
		return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === CURVE ? key : null;
	} catch {
		// Not a key at all: the caller says that no usable key has this id.
		return null;
	}
}
