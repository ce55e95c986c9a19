import type { Evidence } from '../../evidence.ts';
import type { Integrity } from '../../integrity.ts';
import type { RegistrySignature } from '../../packument.ts';
import type { TrustRoots } from '../roots/trust-roots.ts';

/** A key as a registry's keys route lists it; `key` is base64 of the SPKI, `expires` an ISO time or null. */
export type RegistryKey = {
	readonly keyid: string;
	readonly keytype: string;
	readonly scheme: string;
	readonly key: string;
	readonly expires: string | null;
};

/** The fields of a packument's manifest that must equal the tarball's own package.json. */
export type ComparedManifest = {
	readonly name: string;
	readonly version: string;
	readonly dependencies: Readonly<Record<string, string>>;
	readonly optionalDependencies: Readonly<Record<string, string>>;
	readonly peerDependencies: Readonly<Record<string, string>>;
	readonly hasInstallScript: boolean;
};

/** Everything that was fetched about one artefact, before any of it is believed. */
export type CollectRequest = {
	readonly name: string;
	readonly version: string;
	/** Where the package comes from; only needed where a trust root is bound to a registry. */
	readonly registryUrl?: string | null;
	/** The sha512 of the bytes in hand, computed by us. */
	readonly integrity: Integrity;
	/** Lower-case hex sha1 of the bytes in hand; needed only where a registry knows no sha512. */
	readonly bytesShasum?: string | null;
	/** What the bytes should be. A lock is believed before a registry. */
	readonly expected: { readonly integrity: string | null; readonly shasum: string | null; readonly source: 'lock' | 'registry' };
	readonly signatures: readonly RegistrySignature[];
	/** Keys that the registry serves; null when it serves none. */
	readonly keys: readonly RegistryKey[] | null;
	/** ISO time from the packument, unsigned; null when the registry strips it. */
	readonly publishedAt: string | null;
	/** Shown by this registry: its keys route lists a key / another version carries attestations. */
	readonly registryServes: { readonly signatures: boolean; readonly attestations: boolean };
	readonly attestations: { readonly type: 'served'; readonly json: unknown } | { readonly type: 'not-served'; readonly why: string };
	/** The packument says that attestations exist. */
	readonly attestationsClaimed: boolean;
	/** Only where the policy names OpenPGP keys for the package. */
	readonly openpgp?: {
		/** Armored public keys. */
		readonly keys: string;
		/** Armored; null when the registry has none beside the tarball. */
		readonly signature: string | null;
		/** Another version carries one, so that this registry is known to serve them. */
		readonly othersSigned: boolean;
		/** The tarball's bytes. */
		readonly readPacked: () => Promise<Uint8Array>;
	};
	readonly offline: boolean;
	/** The package.json of the tarball, parsed. */
	readonly packageJson: unknown;
	readonly registryManifest: ComparedManifest | null;
	readonly roots: TrustRoots;
	/** Cached evidence for this very sha512: what was verified once stays verified. */
	readonly previous: readonly Evidence[];
	/** Milliseconds since the epoch; the present when left out. */
	readonly now?: number;
};
