import type { Bundle, bundleFromJSON } from '@sigstore/bundle';
import type { SignedEntity, Signer, toSignedEntity, TrustMaterial, Verifier } from '@sigstore/verify';
import { commonJs } from '../common-js.ts';
import { assertStrictBundle } from './bundle-strictness.ts';
import { keepEncoding } from '../roots/certificate-memo.ts';
import { EvidenceFault, invalid, quote, unavailable } from '../evidence/outcome.ts';
import { readAnyFraction } from './timestamp-fraction.ts';
import type { TrustRoot } from '../roots/trust-roots.ts';

/** A signed statement after every signature, certificate, log entry and timestamp around it was checked. */
export type VerifiedBundle = {
	/** The signed bytes, parsed. */
	readonly payload: unknown;
	readonly signer: Signer;
	readonly signedBy: 'certificate' | 'key';
	readonly rootId: string;
	/** When a log or timestamp authority saw it, in milliseconds since the epoch. */
	readonly seenAt: number | null;
};

export type KeyFinder = TrustMaterial['publicKey'];

type Sigstore = {
	readonly bundleFromJSON: typeof bundleFromJSON;
	readonly toSignedEntity: typeof toSignedEntity;
	readonly Verifier: typeof Verifier;
};

const IN_TOTO_TYPE = 'application/vnd.in-toto+json';
// One log entry, one certificate-log proof and one trusted time each: with fewer a stolen, expired key could still sign.
const THRESHOLDS = { tlogThreshold: 1, ctlogThreshold: 1, timestampThreshold: 1 } as const;

const CODES: Readonly<Record<string, string>> = {
	SIGNATURE_ERROR: 'signature-mismatch',
	CERTIFICATE_ERROR: 'certificate-untrusted',
	PUBLIC_KEY_ERROR: 'key-expired',
	TIMESTAMP_ERROR: 'timestamp-invalid',
};

/**
 * Verifies one Sigstore bundle of an in-toto statement with no network. Each of the roots is tried; the last refusal is told. Identity
 * is not judged here. Throws `EvidenceFault`.
 */
export async function verifyBundle(
	json: unknown,
	trust: { readonly roots: readonly TrustRoot[]; readonly findKey: KeyFinder },
): Promise<VerifiedBundle> {
	const sigstore = await loadSigstore();
	const bundle = parseBundle(sigstore, json);
	assertStrictBundle(bundle);
	const payload = parsePayload(bundle);
	const certificate = bundle.verificationMaterial.content.$case !== 'publicKey';
	const entity = parseEntity(sigstore, bundle);
	let refusal: EvidenceFault = unavailable('no-root', 'No trust root is configured for this package.');
	for (const root of trust.roots) {
		// A root that cannot be used is no fault of the bundle.
		const material = { ...(await root.material()), publicKey: trust.findKey };
		try {
			const signer = new sigstore.Verifier(material, THRESHOLDS).verify(entity);
			return { payload, signer, signedBy: certificate ? 'certificate' : 'key', rootId: root.id, seenAt: readSeenAt(entity) };
		} catch (error) {
			refusal = toFault(error, root.id);
		}
	}

	throw refusal;
}

// Loaded when first used: importing the verifier costs more than most commands.
async function loadSigstore(): Promise<Sigstore> {
	// Bundled, a CommonJS package has no other name than its default.
	const [verify, bundle] = await Promise.all([import('@sigstore/verify').then(commonJs), import('@sigstore/bundle').then(commonJs)]);
	return { bundleFromJSON: bundle.bundleFromJSON, toSignedEntity: verify.toSignedEntity, Verifier: verify.Verifier };
}

function parseBundle({ bundleFromJSON }: Sigstore, json: unknown): Bundle {
	try {
		return bundleFromJSON(json);
	} catch (error) {
		throw invalid('bundle-malformed', 'The attestation is not a Sigstore bundle.', error);
	}
}

function parseEntity({ toSignedEntity }: Sigstore, bundle: Bundle): SignedEntity {
	try {
		const entity = toSignedEntity(bundle);
		if (entity.key.$case === 'certificate') {
			keepEncoding(entity.key.certificate);
		}

		for (const stamp of entity.timestamps) {
			if (stamp.$case === 'timestamp-authority') {
				readAnyFraction(stamp.timestamp);
			}
		}

		return entity;
	} catch (error) {
		throw invalid('bundle-malformed', 'The certificate or a timestamp of the attestation cannot be read.', error);
	}
}

function parsePayload(bundle: Bundle): unknown {
	if (bundle.content.$case !== 'dsseEnvelope') {
		throw invalid('bundle-malformed', 'The attestation carries a bare signature, expected a signed statement.');
	}

	const { payload, payloadType, signatures } = bundle.content.dsseEnvelope;
	if (payloadType !== IN_TOTO_TYPE || signatures.length !== 1) {
		throw invalid('bundle-malformed', `Expected one signature of ${IN_TOTO_TYPE}, got ${signatures.length} of ${quote(payloadType)}.`);
	}

	try {
		return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
	} catch (error) {
		throw invalid('bundle-malformed', 'The signed statement is not JSON.', error);
	}
}

// Only times that were verified above: a log's time counts when its promise signs it, a timestamp authority's always.
function readSeenAt({ timestamps }: SignedEntity): number | null {
	for (const timestamp of timestamps) {
		if (timestamp.$case === 'timestamp-authority') {
			return timestamp.timestamp.signingTime.getTime();
		}

		if (timestamp.tlogEntry.inclusionPromise !== undefined) {
			return Number(timestamp.tlogEntry.integratedTime) * 1000;
		}
	}

	return null;
}

function toFault(thrown: unknown, rootId: string): EvidenceFault {
	if (thrown instanceof EvidenceFault) {
		return thrown;
	}

	const code = thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : null;
	if (code === null) {
		return invalid('bundle-malformed', 'The attestation could not be read.', thrown);
	}

	const word = CODES[code] ?? (code.startsWith('TLOG') ? 'log-entry-invalid' : 'bundle-malformed');
	const detail = thrown instanceof Error ? quote(thrown.message) : code;
	return invalid(word, `The attestation does not verify under the trust root "${rootId}": ${detail}.`, thrown);
}
