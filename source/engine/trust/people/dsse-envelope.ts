import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import * as v from 'valibot';
import { EngineError } from '../../errors.ts';
import { invalid } from '../evidence/outcome.ts';

export const IN_TOTO_TYPE = 'application/vnd.in-toto+json';
export const IN_TOTO_STATEMENT = 'https://in-toto.io/Statement/v1';

/** `ed25519:<raw key, base64url>`: the key itself, so that an id needs no directory. */
export type PersonId = string;

/** What was signed, by whom. Whether the signer counts is not said here. */
export type OpenedEnvelope = {
	readonly signer: PersonId;
	/** Lower-case hex sha256 of the signed bytes. */
	readonly sha256: string;
	/** The signed bytes as JSON. */
	readonly payload: unknown;
};

const MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const ID_PREFIX = 'ed25519:';
const RAW_KEY_BYTES = 32;
// SubjectPublicKeyInfo of any Ed25519 key up to the key itself, RFC 8410.
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

const base64 = v.pipe(v.string(), v.base64());
const bundleSchema = v.looseObject({
	mediaType: v.literal(MEDIA_TYPE),
	verificationMaterial: v.looseObject({ publicKey: v.looseObject({ hint: v.string() }) }),
	dsseEnvelope: v.looseObject({
		payload: base64,
		payloadType: v.string(),
		signatures: v.pipe(v.array(v.looseObject({ sig: base64 })), v.length(1)),
	}),
});

/** The id of an Ed25519 key, public or private. Throws `usage` for another kind of key. */
export function personIdOf(key: KeyObject): PersonId {
	if (key.asymmetricKeyType !== 'ed25519') {
		throw new EngineError('usage', `Statements are signed with an ed25519 key, this one is ${key.asymmetricKeyType ?? 'secret'}.`, {
			hint: 'Make one: openssl genpkey -algorithm ed25519',
		});
	}

	const publicKey = key.type === 'private' ? createPublicKey(createPrivateKey(key.export({ format: 'pem', type: 'pkcs8' }))) : key;
	return `${ID_PREFIX}${publicKey.export({ format: 'der', type: 'spki' }).subarray(-RAW_KEY_BYTES).toString('base64url')}`;
}

/** A Sigstore bundle (v0.3, public key) that other tools can read. Throws `usage` for another kind of key. */
export function sealEnvelope(
	{ payloadType, json }: { readonly payloadType: string; readonly json: object },
	privateKey: KeyObject,
): unknown {
	const hint = personIdOf(privateKey);
	const payload = Buffer.from(JSON.stringify(json));
	const sig = sign(null, preAuthEncoding(payloadType, payload), privateKey).toString('base64');
	return {
		mediaType: MEDIA_TYPE,
		verificationMaterial: { publicKey: { hint } },
		dsseEnvelope: { payload: payload.toString('base64'), payloadType, signatures: [{ sig, keyid: hint }] },
	};
}

/** Checks the signature and that the payload is of the type expected: one signature must not serve two purposes. Throws `evidence-invalid`. */
export function openEnvelope(bundle: unknown, payloadType: string): OpenedEnvelope {
	const result = v.safeParse(bundleSchema, bundle);
	if (!result.success) {
		throw invalid('statement-malformed', `The statement is not a signed bundle at "${v.getDotPath(result.issues[0]) ?? '(top)'}".`);
	}

	const { verificationMaterial, dsseEnvelope } = result.output;
	if (dsseEnvelope.payloadType !== payloadType) {
		throw invalid('statement-malformed', `The bundle does not hold ${payloadType}.`);
	}

	const { hint } = verificationMaterial.publicKey;
	const payload = Buffer.from(dsseEnvelope.payload, 'base64');
	const signature = Buffer.from(dsseEnvelope.signatures[0]?.sig ?? '', 'base64');
	if (!verify(null, preAuthEncoding(payloadType, payload), keyOf(hint), signature)) {
		throw invalid('signature-mismatch', 'The statement is not signed by the key it names.');
	}

	return { signer: hint, sha256: createHash('sha256').update(payload).digest('hex'), payload: parseJson(payload) };
}

function keyOf(id: PersonId): KeyObject {
	const raw = Buffer.from(id.slice(ID_PREFIX.length), 'base64url');
	// One spelling for one key: otherwise one person could count as two.
	if (!id.startsWith(ID_PREFIX) || raw.length !== RAW_KEY_BYTES || raw.toString('base64url') !== id.slice(ID_PREFIX.length)) {
		throw invalid('key-unsupported', 'The statement does not name an ed25519 key.');
	}

	return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
}

function parseJson(payload: Buffer): unknown {
	try {
		return JSON.parse(payload.toString('utf8'));
	} catch (error) {
		throw invalid('statement-malformed', 'The signed statement is not JSON.', error);
	}
}

function preAuthEncoding(payloadType: string, payload: Buffer): Buffer {
	return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `), payload]);
}
