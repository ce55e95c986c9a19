import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import * as v from 'valibot';

/** The five kinds of files that vouch for a target, each signed by keys that a root names. */
export type TufRole = 'root' | 'timestamp' | 'snapshot' | 'targets';

export type TufRootDocument = {
	readonly version: number;
	/** ISO time. */
	readonly expires: string;
	readonly keys: Readonly<Record<string, TufKey>>;
	readonly roles: Readonly<Record<TufRole, { readonly keyids: readonly string[]; readonly threshold: number }>>;
};

type TufKey = v.InferOutput<typeof keySchema>;
type FileInfo = { readonly length?: number | undefined; readonly hashes?: Readonly<Record<string, string>> | undefined };

const isoTime = v.pipe(
	v.string(),
	v.check((text) => !Number.isNaN(Date.parse(text)), 'expected an ISO time'),
);
const version = v.pipe(v.number(), v.integer(), v.minValue(1));
const keySchema = v.looseObject({ keytype: v.string(), scheme: v.string(), keyval: v.looseObject({ public: v.string() }) });
const role = v.looseObject({ keyids: v.array(v.string()), threshold: v.pipe(v.number(), v.integer(), v.minValue(1)) });
const fileInfo = v.looseObject({ length: v.optional(v.number()), hashes: v.optional(v.record(v.string(), v.string())) });
const metaFile = v.looseObject({ version, length: v.optional(v.number()), hashes: v.optional(v.record(v.string(), v.string())) });
const envelopeSchema = v.looseObject({
	signed: v.looseObject({ _type: v.string(), version, expires: isoTime }),
	signatures: v.array(v.looseObject({ keyid: v.string(), sig: v.string() })),
});
const rootSchema = v.looseObject({
	version,
	expires: isoTime,
	keys: v.record(v.string(), keySchema),
	roles: v.looseObject({ root: role, timestamp: role, snapshot: role, targets: role }),
});
const metaSchema = v.looseObject({ version, expires: isoTime, meta: v.record(v.string(), metaFile) });
const targetsSchema = v.looseObject({ version, expires: isoTime, targets: v.record(v.string(), fileInfo) });

/** Why a file is not believed; `code` is the word a status shows. */
export class TufFault extends Error {
	readonly code: 'damaged' | 'rolled-back' | 'frozen' | 'expired' | 'foreign';

	constructor(code: TufFault['code'], message: string, cause?: unknown) {
		super(message, { cause });
		this.code = code;
	}
}

/** A root that is believed as it is: the one built in, or the one the user gave. It must still be signed by its own keys. */
export function parseAnchor(text: string): TufRootDocument {
	const envelope = parseEnvelope('root', text);
	const root = shaped('root', rootSchema, envelope.signed);
	requireSigned(envelope, { role: 'root', by: root, name: 'The root that everything starts from' });
	return root;
}

/** The next root of a chain: one version more, signed by the keys of the one before and by its own. Throws `TufFault`. */
export function followRoot(before: TufRootDocument, text: string): TufRootDocument {
	const envelope = parseEnvelope('root', text);
	const root = shaped('root', rootSchema, envelope.signed);
	if (root.version !== before.version + 1) {
		throw new TufFault('damaged', `After root version ${before.version} comes version ${root.version}`);
	}

	requireSigned(envelope, { role: 'root', by: before, name: `Root version ${root.version}` });
	requireSigned(envelope, { role: 'root', by: root, name: `Root version ${root.version}` });
	return root;
}

export function readMeta(text: string, { role: kind, by }: { readonly role: 'timestamp' | 'snapshot'; readonly by: TufRootDocument }) {
	const envelope = parseEnvelope(kind, text);
	requireSigned(envelope, { role: kind, by, name: `The ${kind}` });
	return shaped(kind, metaSchema, envelope.signed);
}

export function readTargets(text: string, by: TufRootDocument) {
	const envelope = parseEnvelope('targets', text);
	requireSigned(envelope, { role: 'targets', by, name: 'The list of targets' });
	return shaped('targets', targetsSchema, envelope.signed);
}

/** Throws `TufFault` when these are not the bytes that were vouched for. */
export function requireBytes(text: string, { length, hashes }: FileInfo, name: string): void {
	const bytes = Buffer.from(text);
	const known = Object.entries(hashes ?? {}).filter(([algorithm]) => algorithm === 'sha256' || algorithm === 'sha512');
	const isOther = known.some(([algorithm, digest]) => createHash(algorithm).update(bytes).digest('hex') !== digest);
	if (isOther || (length !== undefined && length !== bytes.length)) {
		throw new TufFault('damaged', `${name} is not what was signed`);
	}
}

function parseEnvelope(kind: TufRole, text: string): v.InferOutput<typeof envelopeSchema> {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch (error) {
		throw new TufFault('damaged', `${kind}.json is not JSON`, error);
	}

	const envelope = shaped(kind, envelopeSchema, json);
	if (envelope.signed._type !== kind) {
		throw new TufFault('damaged', `${kind}.json is of type ${JSON.stringify(envelope.signed._type)}`);
	}

	return envelope;
}

function shaped<T extends v.GenericSchema>(kind: TufRole, schema: T, json: unknown): v.InferOutput<T> {
	const result = v.safeParse(schema, json);
	if (!result.success) {
		throw new TufFault('damaged', `${kind}.json is not valid at "${v.getDotPath(result.issues[0]) ?? '(top)'}"`);
	}

	return result.output;
}

/** As many different keys as the role wants; a key that signs twice counts once. */
function requireSigned(
	{ signed, signatures }: v.InferOutput<typeof envelopeSchema>,
	{ role: kind, by, name }: { readonly role: TufRole; readonly by: TufRootDocument; readonly name: string },
): void {
	const { keyids, threshold } = by.roles[kind];
	const bytes = Buffer.from(canonicalJson(signed));
	const signers = new Set(
		keyids.filter((id) => {
			const key = by.keys[id];
			return key !== undefined && signatures.some(({ keyid, sig }) => keyid === id && isSignature(bytes, { key, sig }));
		}),
	);
	if (signers.size < threshold) {
		throw new TufFault('foreign', `${name} is signed by ${signers.size} of the ${threshold} keys that root version ${by.version} wants`);
	}
}

function isSignature(bytes: Buffer, { key, sig }: { readonly key: TufKey; readonly sig: string }): boolean {
	try {
		return verify(hashOf(key), bytes, publicKeyOf(key), Buffer.from(sig, 'hex'));
	} catch {
		// A key of an unknown kind, or one that is none: it signed nothing that could be checked.
		return false;
	}
}

function hashOf({ scheme }: TufKey): string | null {
	switch (scheme) {
		case 'ed25519':
			return null;
		case 'ecdsa-sha2-nistp256':
			return 'sha256';
		case 'ecdsa-sha2-nistp384':
			return 'sha384';
		default:
			throw new TufFault('foreign', `Keys of the scheme ${JSON.stringify(scheme)} are not supported`);
	}
}

const CURVES: Readonly<Record<string, string>> = { 'ecdsa-sha2-nistp256': 'prime256v1', 'ecdsa-sha2-nistp384': 'secp384r1' };
/** What stands before the 32 bytes of a raw Ed25519 key in SPKI. */
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');

function publicKeyOf({ scheme, keyval }: TufKey): KeyObject {
	const key = keyval.public.startsWith('-----BEGIN PUBLIC KEY-----')
		? createPublicKey(keyval.public)
		: createPublicKey({ key: Buffer.concat([ED25519_SPKI, Buffer.from(keyval.public, 'hex')]), format: 'der', type: 'spki' });
	const isRightKind = scheme === 'ed25519' ? key.asymmetricKeyType === 'ed25519' : key.asymmetricKeyDetails?.namedCurve === CURVES[scheme];
	if (!isRightKind) {
		throw new TufFault('foreign', `A key is not of its scheme ${JSON.stringify(scheme)}`);
	}

	return key;
}

/** The one way of writing JSON that TUF signs: sorted keys, no spaces, and only quotes and backslashes escaped. */
function canonicalJson(value: unknown): string {
	if (typeof value === 'string') {
		return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
	}

	if (Array.isArray(value)) {
		return `[${value.map(canonicalJson).join(',')}]`;
	}

	if (typeof value === 'object' && value !== null) {
		const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
		return `{${entries.map(([name, entry]) => `${canonicalJson(name)}:${canonicalJson(entry)}`).join(',')}}`;
	}

	return JSON.stringify(value);
}
