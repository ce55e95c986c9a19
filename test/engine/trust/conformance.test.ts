import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrustRoots } from '../../../source/engine/trust/index.ts';
import { collectEvidence, loadTrustRoots } from '../../../source/engine/trust/index.ts';
import type { LocalSigstore } from '../../helpers/local-sigstore.ts';
import { startLocalSigstore } from '../../helpers/local-sigstore.ts';
import { evidenceOf, githubClaims, request, slsaV02, slsaV1, SLSA_V02, SLSA_V1, statement } from './attested-package.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Path = readonly (string | number)[];

const ENTRY: Path = ['verificationMaterial', 'tlogEntries', 0];
const LEGACY_CERTIFICATE: Path = ['verificationMaterial', 'x509CertificateChain', 'certificates', 0];
const CERTIFICATE: Path = ['verificationMaterial', 'certificate'];
const ENVELOPE: Path = ['dsseEnvelope'];

let sigstore: LocalSigstore;
let other: LocalSigstore;
let bundles: Readonly<Record<'plain' | 'stamped' | 'legacy' | 'old' | 'foreign', Json>>;

beforeAll(async () => {
	[sigstore, other] = await Promise.all([startLocalSigstore(), startLocalSigstore()]);
	const body = statement(SLSA_V1, slsaV1());
	const claims = githubClaims();
	const sign = async (
		from: LocalSigstore,
		options: { readonly withTimestamp?: boolean; readonly legacy?: boolean } = {},
		what: unknown = body,
	) => JSON.parse(JSON.stringify(await from.attest(what, { claims, ...options }))) as Json;
	// The stamped one first: its certificate must be valid already when the plain one is logged, so that only the signature is wrong.
	const stamped = await sign(sigstore, { withTimestamp: true });
	bundles = {
		plain: await sign(sigstore),
		stamped,
		legacy: await sign(sigstore, { legacy: true }),
		old: await sign(sigstore, { legacy: true }, statement(SLSA_V02, slsaV02())),
		foreign: await sign(other),
	};
});

afterAll(async () => {
	await Promise.all([sigstore[Symbol.asyncDispose](), other[Symbol.asyncDispose]()]);
});

async function stateOf(
	bundle: Json,
	{ root = sigstore.trustedRoot(), label = SLSA_V1 }: { readonly root?: unknown; readonly label?: string } = {},
) {
	const roots: TrustRoots = await loadTrustRoots({ files: [{ id: 'local', json: root, scopes: ['@acme/*'] }] });
	const evidence = await collectEvidence(request(roots, { list: [{ predicateType: label, bundle }] }));
	const { state, code } = evidenceOf(evidence, 'provenance');
	return { state, code };
}

/** What a verifier must accept: every form a bundle may have. */
const ACCEPTED: readonly (readonly [string, keyof typeof bundles, (bundle: Json) => Json, string])[] = [
	['a v0.3 bundle with a dsse entry, a promise and a proof', 'plain', (b) => b, SLSA_V1],
	[
		'a v0.3 bundle in the older spelling of its media type',
		'plain',
		(b) => set(b, ['mediaType'], 'application/vnd.dev.sigstore.bundle+json;version=0.3'),
		SLSA_V1,
	],
	['a timestamp of an authority beside the time of the log', 'stamped', (b) => b, SLSA_V1],
	['a v0.2 bundle with a chain and an intoto entry', 'legacy', (b) => b, SLSA_V1],
	[
		'a v0.1 bundle, whose log entry is only promised',
		'legacy',
		(b) => remove(set(b, ['mediaType'], 'application/vnd.dev.sigstore.bundle+json;version=0.1'), [...ENTRY, 'inclusionProof']),
		SLSA_V1,
	],
	['SLSA v0.2 in an older bundle', 'old', (b) => b, SLSA_V02],
];

/** What it must refuse, and the code that says why. */
const REFUSED: readonly (readonly [string, keyof typeof bundles, (bundle: Json) => Json, string])[] = [
	['signed under another authority', 'foreign', (b) => b, 'certificate-untrusted'],
	['a future media type', 'plain', (b) => set(b, ['mediaType'], 'application/vnd.dev.sigstore.bundle.v0.9+json'), 'bundle-malformed'],
	['no media type', 'plain', (b) => remove(b, ['mediaType']), 'bundle-malformed'],
	[
		'no log entry, though a timestamp authority saw it',
		'stamped',
		(b) => set(b, ['verificationMaterial', 'tlogEntries'], []),
		'log-entry-invalid',
	],
	['no log entry', 'plain', (b) => set(b, ['verificationMaterial', 'tlogEntries'], []), 'timestamp-invalid'],
	[
		'more log entries than anybody makes',
		'plain',
		(b) =>
			set(
				b,
				['verificationMaterial', 'tlogEntries'],
				Array.from({ length: 9 }, () => at(b, ENTRY)),
			),
		'bundle-malformed',
	],
	['a v0.3 bundle without proof of inclusion', 'plain', (b) => remove(b, [...ENTRY, 'inclusionProof']), 'bundle-malformed'],
	[
		'a v0.1 bundle without a promise',
		'legacy',
		(b) => remove(set(b, ['mediaType'], 'application/vnd.dev.sigstore.bundle+json;version=0.1'), [...ENTRY, 'inclusionPromise']),
		'bundle-malformed',
	],
	[
		'no promise and no timestamp, so that no time is proven',
		'plain',
		(b) => remove(b, [...ENTRY, 'inclusionPromise']),
		'timestamp-invalid',
	],
	[
		'a promise for another entry',
		'plain',
		(b) => set(b, [...ENTRY, 'inclusionPromise'], at(bundles.stamped, [...ENTRY, 'inclusionPromise'])),
		'log-entry-invalid',
	],
	['the log entry of another signature', 'plain', (b) => set(b, ENTRY, at(bundles.stamped, ENTRY)), 'log-entry-invalid'],
	['a log entry of an unknown log', 'plain', (b) => set(b, ENTRY, at(bundles.foreign, ENTRY)), 'log-entry-invalid'],
	['another time than was promised', 'plain', (b) => set(b, [...ENTRY, 'integratedTime'], '1700000000'), 'certificate-untrusted'],
	['another index than was promised', 'plain', (b) => set(b, [...ENTRY, 'logIndex'], '999999'), 'log-entry-invalid'],
	['a proof without a checkpoint', 'plain', (b) => remove(b, [...ENTRY, 'inclusionProof', 'checkpoint']), 'bundle-malformed'],
	[
		'the checkpoint of another log',
		'plain',
		(b) => set(b, [...ENTRY, 'inclusionProof', 'checkpoint'], at(bundles.foreign, [...ENTRY, 'inclusionProof', 'checkpoint'])),
		'log-entry-invalid',
	],
	[
		'another root hash than the checkpoint',
		'plain',
		(b) => set(b, [...ENTRY, 'inclusionProof', 'rootHash'], Buffer.alloc(32, 7).toString('base64')),
		'log-entry-invalid',
	],
	['another tree size than the checkpoint', 'plain', (b) => set(b, [...ENTRY, 'inclusionProof', 'treeSize'], '77'), 'log-entry-invalid'],
	[
		'a proof with a hash too many',
		'plain',
		(b) => set(b, [...ENTRY, 'inclusionProof', 'hashes'], [Buffer.alloc(32, 7).toString('base64')]),
		'log-entry-invalid',
	],
	[
		'a checkpoint without signature',
		'plain',
		(b) =>
			set(
				b,
				[...ENTRY, 'inclusionProof', 'checkpoint', 'envelope'],
				String(at(b, [...ENTRY, 'inclusionProof', 'checkpoint', 'envelope'])).split('\n\n')[0] ?? '',
			),
		'log-entry-invalid',
	],
	['a kind of entry that is not its body', 'plain', (b) => set(b, [...ENTRY, 'kindVersion', 'kind'], 'intoto'), 'log-entry-invalid'],
	['the certificate of another build', 'plain', (b) => set(b, CERTIFICATE, at(bundles.stamped, CERTIFICATE)), 'signature-mismatch'],
	[
		'a self-made certificate in place of the chain',
		'legacy',
		(b) => set(b, [...LEGACY_CERTIFICATE, 'rawBytes'], 'MAA='),
		'certificate-untrusted',
	],
	['a certificate that is none', 'plain', (b) => set(b, [...CERTIFICATE, 'rawBytes'], 'AAAA'), 'certificate-untrusted'],
	[
		'a bare key in place of the certificate',
		'plain',
		(b) => set(remove(b, CERTIFICATE), ['verificationMaterial', 'publicKey'], { hint: 'SHA256:nobody' }),
		'key-unknown',
	],
	[
		'two signatures',
		'plain',
		(b) => set(b, [...ENVELOPE, 'signatures'], [at(b, [...ENVELOPE, 'signatures', 0]), at(b, [...ENVELOPE, 'signatures', 0])]),
		'bundle-malformed',
	],
	['no signature', 'plain', (b) => set(b, [...ENVELOPE, 'signatures'], []), 'bundle-malformed'],
	[
		'the signature of another statement',
		'plain',
		(b) => set(b, [...ENVELOPE, 'signatures'], at(bundles.foreign, [...ENVELOPE, 'signatures'])),
		'log-entry-invalid',
	],
	['another payload', 'plain', (b) => set(b, [...ENVELOPE, 'payload'], at(bundles.old, [...ENVELOPE, 'payload'])), 'log-entry-invalid'],
	['another payload type', 'plain', (b) => set(b, [...ENVELOPE, 'payloadType'], 'text/plain'), 'bundle-malformed'],
	[
		'a bare signature over bytes in place of a statement',
		'plain',
		(b) => set(remove(b, ENVELOPE), ['messageSignature'], { messageDigest: { algorithm: 'SHA2_256', digest: 'AAAA' }, signature: 'AAAA' }),
		'bundle-malformed',
	],
	[
		'the timestamp of another signature',
		'stamped',
		(b) => set(b, ['verificationMaterial', 'timestampVerificationData', 'rfc3161Timestamps', 0, 'signedTimestamp'], 'MAA='),
		'bundle-malformed',
	],
];

/** Roots that do not vouch for a bundle that is right otherwise. */
const ROOTS: readonly (readonly [string, (root: Json) => Json, string])[] = [
	[
		'has another authority',
		(r) => set(r, ['certificateAuthorities'], at(foreignRoot(), ['certificateAuthorities'])),
		'certificate-untrusted',
	],
	[
		'has an authority that had ended',
		(r) => set(r, ['certificateAuthorities', 0, 'validFor', 'end'], '2021-01-01T00:00:00Z'),
		'certificate-untrusted',
	],
	[
		'has an authority that was not yet',
		(r) => set(r, ['certificateAuthorities', 0, 'validFor', 'start'], '2090-01-01T00:00:00Z'),
		'certificate-untrusted',
	],
	[
		'has another certificate log, so that nothing proves the certificate was logged',
		(r) => set(r, ['ctlogs'], at(foreignRoot(), ['ctlogs'])),
		'certificate-untrusted',
	],
	[
		'has a certificate log that had ended',
		(r) => set(r, ['ctlogs', 0, 'publicKey', 'validFor', 'end'], '2021-01-01T00:00:00Z'),
		'certificate-untrusted',
	],
	['has another log', (r) => set(r, ['tlogs'], at(foreignRoot(), ['tlogs'])), 'log-entry-invalid'],
	['has a log that had ended', (r) => set(r, ['tlogs', 0, 'publicKey', 'validFor', 'end'], '2021-01-01T00:00:00Z'), 'log-entry-invalid'],
	[
		'has a log that was not yet',
		(r) => set(r, ['tlogs', 0, 'publicKey', 'validFor', 'start'], '2090-01-01T00:00:00Z'),
		'log-entry-invalid',
	],
	[
		'has a key of its log that is another one',
		(r) =>
			set(
				r,
				['tlogs', 0, 'publicKey', 'rawBytes'],
				generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
			),
		'log-entry-invalid',
	],
];

function foreignRoot(): Json {
	return JSON.parse(JSON.stringify(other.trustedRoot())) as Json;
}

describe('bundles that a verifier must accept', () => {
	it.each(ACCEPTED)('%s', async (_what, base, change, label) => {
		expect(await stateOf(change(bundles[base]), { label })).toEqual({ state: 'verified', code: null });
	});
});

describe('bundles that a verifier must refuse', () => {
	it.each(REFUSED)('%s', async (_what, base, change, code) => {
		expect(await stateOf(change(bundles[base]))).toEqual({ state: code === 'key-unknown' ? 'unavailable' : 'invalid', code });
	});
});

describe('a timestamp', () => {
	it.each([500, 120, 123, 0])('%i milliseconds beyond the second is read', async (fraction) => {
		await using stamping = await startLocalSigstore({ fraction });
		const signed = await stamping.attest(statement(SLSA_V1, slsaV1()), { claims: githubClaims(), withTimestamp: true });
		const bundle = JSON.parse(JSON.stringify(signed)) as Json;
		expect(await stateOf(bundle, { root: stamping.trustedRoot() })).toEqual({ state: 'verified', code: null });
		const moved = remove(bundle, [...ENTRY, 'inclusionPromise']);
		expect(await stateOf(moved, { root: stamping.trustedRoot() })).toEqual({ state: 'verified', code: null });
	});

	it('with a fraction that another authority signed is refused', async () => {
		await using stamping = await startLocalSigstore({ fraction: 500 });
		const signed = await stamping.attest(statement(SLSA_V1, slsaV1()), { claims: githubClaims(), withTimestamp: true });
		const root = { ...stamping.trustedRoot(), timestampAuthorities: sigstore.trustedRoot()['timestampAuthorities'] };
		expect(await stateOf(JSON.parse(JSON.stringify(signed)) as Json, { root })).toEqual({ state: 'invalid', code: 'timestamp-invalid' });
	});
});

describe('a certificate', () => {
	it('that no certificate log has seen is refused, though its authority is believed', async () => {
		await using unlogged = await startLocalSigstore({ isUnlogged: true });
		const bundle = JSON.parse(JSON.stringify(await unlogged.attest(statement(SLSA_V1, slsaV1()), { claims: githubClaims() }))) as Json;
		expect(await stateOf(bundle, { root: unlogged.trustedRoot() })).toEqual({ state: 'invalid', code: 'certificate-untrusted' });
	});
});

describe('a bundle is refused under a root that', () => {
	it.each(ROOTS)('%s', async (_what, change, code) => {
		const root = change(JSON.parse(JSON.stringify(sigstore.trustedRoot())) as Json);
		expect(await stateOf(bundles.plain, { root })).toEqual({ state: 'invalid', code });
	});

	it('has a timestamp authority that is another one', async () => {
		const root = set(
			JSON.parse(JSON.stringify(sigstore.trustedRoot())) as Json,
			['timestampAuthorities'],
			at(foreignRoot(), ['timestampAuthorities']),
		);
		expect(await stateOf(bundles.stamped, { root })).toEqual({ state: 'invalid', code: 'timestamp-invalid' });
	});
});

function at(json: Json, path: Path): Json {
	return path.reduce<Json>((value, key) => (value as Record<string, Json>)[key] ?? null, json);
}

function set(json: Json, path: Path, value: Json): Json {
	const copy = structuredClone(json);
	(at(copy, path.slice(0, -1)) as Record<string, Json>)[path.at(-1) ?? ''] = value;
	return copy;
}

function remove(json: Json, path: Path): Json {
	const copy = structuredClone(json);
	delete (at(copy, path.slice(0, -1)) as Record<string, Json>)[path.at(-1) ?? ''];
	return copy;
}
