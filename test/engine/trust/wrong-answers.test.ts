import { generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrustRoots } from '../../../source/engine/trust/index.ts';
import { collectEvidence, DEFAULT_POLICY, judge, loadTrustRoots } from '../../../source/engine/trust/index.ts';
import type { LocalSigstore } from '../../helpers/local-sigstore.ts';
import { startLocalSigstore } from '../../helpers/local-sigstore.ts';
import {
	evidenceOf,
	githubClaims,
	INTEGRITY,
	NAME,
	request,
	type RequestChanges,
	slsaV1,
	SLSA_V1,
	statement,
	subject,
	VERSION,
} from './attested-package.ts';

let sigstore: LocalSigstore;
let roots: TrustRoots;
const key = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const keys = [
	{
		keyid: 'SHA256:registry',
		keytype: 'ecdsa-sha2-nistp256',
		scheme: 'ecdsa-sha2-nistp256',
		key: key.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
		expires: null,
	},
];
const signatures = [
	{ keyid: 'SHA256:registry', sig: sign('sha256', Buffer.from(`${NAME}@${VERSION}:${INTEGRITY}`), key.privateKey).toString('base64') },
];
const serves = { signatures: true, attestations: true };

beforeAll(async () => {
	sigstore = await startLocalSigstore();
	roots = await loadTrustRoots({ files: [{ id: 'local', json: sigstore.trustedRoot(), scopes: ['@acme/*'] }] });
});

afterAll(() => sigstore[Symbol.asyncDispose]());

const collect = (changes: RequestChanges) => collectEvidence(request(roots, { keys, registryServes: serves, ...changes }));

async function attest(body: unknown = statement(SLSA_V1, slsaV1()), claims = githubClaims()) {
	return { predicateType: SLSA_V1, bundle: await sigstore.attest(body, { claims }) };
}

function decisionFor(evidence: Awaited<ReturnType<typeof collect>>) {
	return judge({
		name: NAME,
		version: VERSION,
		evidence,
		identityPin: null,
		previousEvidence: null,
		ageHours: null,
		policy: DEFAULT_POLICY,
		hasInstallScript: false,
		deprecated: null,
		isInstalled: false,
		isOwnRegistry: false,
	}).decision;
}

describe('cases that npm and pacote answer wrongly', () => {
	it('accepts a valid attestation whatever spec the user typed (others reject ranges and tags, whose purl they cannot build)', async () => {
		// The request names the resolved version only: a range or a tag never reaches the comparison.
		const evidence = await collect({ list: [await attest()], signatures });
		expect(evidence.filter(({ kind }) => kind !== 'publish-attestation').map(({ state }) => state)).toEqual([
			'verified',
			'verified',
			'verified',
		]);
		expect(decisionFor(evidence)).toBe('allow');
	});

	it('says that signatures are missing when a registry that signs serves none (others pass in silence)', async () => {
		const evidence = await collect({ signatures: [] });
		expect(evidenceOf(evidence, 'registry-signature')).toMatchObject({ state: 'absent', code: 'signature-absent' });
		expect(evidenceOf(evidence, 'provenance')).toMatchObject({ state: 'absent', code: 'attestation-absent' });
		expect(decisionFor(evidence)).toBe('warn');
	});

	it('says that attestations are missing when the registry claims but does not serve them (others pass in silence)', async () => {
		const evidence = await collect({ attestationsClaimed: true });
		expect(evidenceOf(evidence, 'provenance')).toMatchObject({ state: 'unavailable', code: 'claimed-not-served' });
	});

	it('refuses provenance signed by an unrelated repository (others pass)', async () => {
		const evidence = await collect({ list: [await attest(statement(SLSA_V1, slsaV1('evil/fork')), githubClaims('evil/fork'))] });
		const provenance = evidenceOf(evidence, 'provenance');
		expect(provenance).toMatchObject({ state: 'invalid', code: 'repository-mismatch' });
		expect(provenance.reason).toContain('https://github.com/evil/fork');
		expect(provenance.reason).toContain('https://github.com/acme/plug.git'.replace('https', 'git+https'));
		expect(decisionFor(evidence)).toBe('deny');
	});

	it('refuses a statement of another kind under the label of provenance (others pass)', async () => {
		const evidence = await collect({ list: [await attest(statement('https://in-toto.io/attestation/release/v0.1', slsaV1()))] });
		expect(evidenceOf(evidence, 'provenance')).toMatchObject({ state: 'invalid', code: 'predicate-mismatch' });
	});

	it('refuses provenance under the label of something harmless (others pass)', async () => {
		const { bundle } = await attest(statement(SLSA_V1, slsaV1('evil/fork')), githubClaims('evil/fork'));
		const evidence = await collect({ list: [{ predicateType: 'https://example.com/anything', bundle }] });
		expect(evidenceOf(evidence, 'provenance')).toMatchObject({ state: 'invalid', code: 'predicate-mismatch' });
	});

	it('says that a publish attestation is missing when only a build signed (others pass in silence)', async () => {
		const evidence = await collect({ list: [await attest()] });
		expect(evidenceOf(evidence, 'publish-attestation')).toMatchObject({ state: 'absent', code: 'attestation-absent' });
	});

	it.each([
		['first', [subject(), subject({ name: 'pkg:npm/other@1.0.0' })]],
		['second', [subject({ name: 'pkg:npm/other@1.0.0' }), subject()]],
	])('refuses a statement about two artefacts when the %s is the right one (others look at the first only)', async (_which, subjects) => {
		const evidence = await collect({ list: [await attest(statement(SLSA_V1, slsaV1(), subjects))] });
		expect(evidenceOf(evidence, 'provenance')).toMatchObject({ state: 'invalid', code: 'subject-count' });
	});

	it('does not take an empty list of attestations for a proof (others pass)', async () => {
		const claimed = await collect({ list: [] });
		expect(evidenceOf(claimed, 'provenance')).toMatchObject({ state: 'unavailable', code: 'claimed-not-served' });
		const unclaimed = await collect({ list: [], attestationsClaimed: false });
		expect(evidenceOf(unclaimed, 'provenance')).toMatchObject({ state: 'absent' });
		const silent = await collect({ list: [], attestationsClaimed: false, registryServes: { signatures: false, attestations: false } });
		expect(evidenceOf(silent, 'provenance')).toMatchObject({ state: 'unavailable' });
	});

	it('refuses a registry manifest that adds a dependency to an attested tarball (others pass and install it)', async () => {
		const base = request(roots).registryManifest;
		const registryManifest = base === null ? null : { ...base, dependencies: { 'easy-payload': '^1.0.0' } };
		const evidence = await collect({ list: [await attest()], signatures, registryManifest });
		const integrity = evidenceOf(evidence, 'integrity');
		expect(integrity).toMatchObject({ state: 'invalid', code: 'manifest-mismatch' });
		expect(integrity.reason).toContain('dependencies.easy-payload');
		expect(decisionFor(evidence)).toBe('deny');
	});

	it('passes over a signature by a key nobody knows when another holds (others fail)', async () => {
		const extra = { keyid: 'SHA256:mirror', sig: signatures[0]?.sig ?? '' };
		expect(evidenceOf(await collect({ signatures: [extra, ...signatures] }), 'registry-signature')).toMatchObject({ state: 'verified' });
	});

	it('passes over an attestation of an unknown kind by an unknown key (others fail)', async () => {
		const endorsement = 'https://example.com/endorsement/v1';
		const bundle = await sigstore.attestWithKey(statement(endorsement, {}), { hint: 'friend', privateKey: key.privateKey });
		const evidence = await collect({ list: [await attest(), { predicateType: endorsement, bundle }] });
		expect(evidenceOf(evidence, 'provenance')).toMatchObject({ state: 'verified' });
	});

	it.each([
		['a tampered provenance', { tamper: true }],
		['a bogus registry signature', { signatures: [{ keyid: 'SHA256:registry', sig: Buffer.from('bogus').toString('base64') }] }],
		['swapped bytes', { expected: { integrity: `sha512-${'A'.repeat(86)}==`, shasum: null, source: 'lock' as const } }],
	])('refuses %s, like the others', async (_what, { tamper, ...changes }: RequestChanges & { readonly tamper?: boolean }) => {
		const { predicateType, bundle } = await attest();
		const body = statement(SLSA_V1, slsaV1(), [subject()]);
		const forged = {
			...bundle,
			dsseEnvelope: { ...bundle.dsseEnvelope, payload: Buffer.from(`${JSON.stringify(body)} `).toString('base64') },
		};
		const evidence = await collect({ signatures, list: [{ predicateType, bundle: tamper === true ? forged : bundle }], ...changes });
		expect(evidence.some(({ state }) => state === 'invalid')).toBe(true);
		expect(decisionFor(evidence)).toBe('deny');
	});
});
