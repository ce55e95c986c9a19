import * as v from 'valibot';
import { EngineError } from '../../errors.ts';

/** One of the public registry's signing keys with its window; `usage` tells signatures from attestations. */
export type EmbeddedRegistryKey = {
	readonly keyid: string;
	readonly usage: 'npm:signatures' | 'npm:attestations';
	/** Base64 of the SPKI. */
	readonly key: string;
	/** ISO times; `end` is null while the key is in use. */
	readonly start: string;
	readonly end: string | null;
};

export type EmbeddedRoot = {
	readonly trustedRoot: unknown;
	/** Of the TUF root metadata. */
	readonly version: number;
	readonly expiresAt: string;
	/** The TUF root metadata as it was signed: what a refresh is held against. */
	readonly rootMetadata: string;
	readonly registryKeys: readonly EmbeddedRegistryKey[];
};

export const PUBLIC_MIRROR = 'https://tuf-repo-cdn.sigstore.dev';
const ROOT_TARGET = 'trusted_root.json';
const KEYS_TARGET = 'registry.npmjs.org%2Fkeys.json';

const seedsSchema = v.looseObject({
	[PUBLIC_MIRROR]: v.looseObject({
		'root.json': v.string(),
		targets: v.looseObject({ [ROOT_TARGET]: v.string(), [KEYS_TARGET]: v.string() }),
	}),
});
const rootMetadataSchema = v.looseObject({ signed: v.looseObject({ version: v.number(), expires: v.string() }) });
const keysSchema = v.looseObject({
	keys: v.array(
		v.looseObject({
			keyId: v.string(),
			keyUsage: v.picklist(['npm:signatures', 'npm:attestations']),
			publicKey: v.looseObject({
				rawBytes: v.string(),
				keyDetails: v.literal('PKIX_ECDSA_P256_SHA_256'),
				validFor: v.looseObject({ start: v.string(), end: v.optional(v.string()) }),
			}),
		}),
	),
});

/**
 * The Sigstore public-good root and the public registry's keys, as data out of the installed package that ships them: they are pinned
 * by our lock file, and neither a cache nor a network has a say. Throws `internal` when that package changed its shape.
 */
export async function readEmbeddedRoot(): Promise<EmbeddedRoot> {
	const { default: seeds } = (await import('@sigstore/tuf/seeds.json', { with: { type: 'json' } })) as { default: unknown };
	try {
		const repository = v.parse(seedsSchema, seeds)[PUBLIC_MIRROR];
		const targets = repository.targets;
		const { keys } = v.parse(keysSchema, decodeJson(targets[KEYS_TARGET]));
		const { signed } = v.parse(rootMetadataSchema, decodeJson(repository['root.json']));
		return {
			trustedRoot: decodeJson(targets[ROOT_TARGET]),
			version: signed.version,
			expiresAt: signed.expires,
			rootMetadata: Buffer.from(repository['root.json'], 'base64').toString('utf8'),
			registryKeys: keys.map(({ keyId, keyUsage, publicKey }) => ({
				keyid: keyId,
				usage: keyUsage,
				key: publicKey.rawBytes,
				start: publicKey.validFor.start,
				end: publicKey.validFor.end ?? null,
			})),
		};
	} catch (error) {
		throw new EngineError('internal', 'The embedded Sigstore root cannot be read from the installed @sigstore/tuf.', {
			hint: 'Install plugward again: npm ci',
			cause: error,
		});
	}
}

function decodeJson(base64: string): unknown {
	return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
}
