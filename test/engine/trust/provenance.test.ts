import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineError } from '../../../source/engine/errors.ts';
import type { TrustRoots } from '../../../source/engine/trust/index.ts';
import { collectEvidence, loadTrustRoots } from '../../../source/engine/trust/index.ts';
import type { LocalSigstore } from '../../helpers/local-sigstore.ts';
import { newKeyPair, startLocalSigstore } from '../../helpers/local-sigstore.ts';
import {
	evidenceOf,
	githubClaims,
	NAME,
	PUBLISH,
	publishPredicate,
	request,
	type RequestChanges,
	slsaV02,
	slsaV1,
	SLSA_V02,
	SLSA_V1,
	statement,
	subject,
} from './attested-package.ts';

let sigstore: LocalSigstore;
let roots: TrustRoots;
const registryKey = newKeyPair();
const HINT = 'SHA256:local';
const keys = [
	{
		keyid: HINT,
		keytype: 'ecdsa-sha2-nistp256',
		scheme: 'ecdsa-sha2-nistp256',
		key: registryKey.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
		expires: null,
	},
];

beforeAll(async () => {
	sigstore = await startLocalSigstore();
	roots = await loadTrustRoots({ files: [{ id: 'local', json: sigstore.trustedRoot(), scopes: ['@acme/*'] }] });
});

afterAll(() => sigstore[Symbol.asyncDispose]());

async function provenanceOf(changes: RequestChanges) {
	return evidenceOf(await collectEvidence(request(roots, changes)), 'provenance');
}

async function attested(
	body: unknown = statement(SLSA_V1, slsaV1()),
	{ claims = githubClaims(), label = SLSA_V1 }: { readonly claims?: ReturnType<typeof githubClaims>; readonly label?: string } = {},
) {
	return [{ predicateType: label, bundle: await sigstore.attest(body, { claims }) }];
}

describe('provenance that holds', () => {
	it('is verified with who built it, from where and how', async () => {
		const provenance = await provenanceOf({ list: await attested() });
		expect(provenance).toMatchObject({ state: 'verified', code: null });
		expect(provenance.identity).toEqual({
			issuer: 'https://token.actions.githubusercontent.com',
			subject: 'https://github.com/acme/plug/.github/workflows/publish.yml@refs/tags/v1.2.3',
			repository: 'https://github.com/acme/plug',
			repositoryId: '792829709',
			ownerId: '398027',
			workflow: '.github/workflows/publish.yml',
			ref: 'refs/tags/v1.2.3',
			commit: 'ba214227977e57973d87219493ad93eeda9c7d6c',
			trigger: 'push',
			runner: 'github-hosted',
		});
	});

	it('is read from SLSA v0.2 as well', async () => {
		const list = await attested(statement(SLSA_V02, slsaV02()), { label: SLSA_V02 });
		expect(await provenanceOf({ list })).toMatchObject({ state: 'verified' });
	});

	it('may be an older bundle with an intoto log entry', async () => {
		const bundle = await sigstore.attest(statement(SLSA_V1, slsaV1()), { claims: githubClaims(), legacy: true });
		expect(bundle.mediaType).toContain('0.2');
		expect(await provenanceOf({ list: [{ predicateType: SLSA_V1, bundle }] })).toMatchObject({ state: 'verified' });
	});

	it('may carry a timestamp of an authority too', async () => {
		const bundle = await sigstore.attest(statement(SLSA_V1, slsaV1()), { claims: githubClaims(), withTimestamp: true });
		expect(await provenanceOf({ list: [{ predicateType: SLSA_V1, bundle }] })).toMatchObject({ state: 'verified' });
	});

	it.each([
		['acme/plug', 'a short name'],
		['github:acme/plug', 'a host prefix'],
		['git@github.com:acme/plug.git', 'an ssh address'],
		['git+ssh://git@github.com/acme/plug.git', 'an ssh url'],
		['https://github.com/Acme/Plug/tree/main/packages/plug', 'a subfolder in other case'],
	])('is held against a package.json that spells the repository %s (%s)', async (repository) => {
		const packageJson = { name: NAME, version: '1.2.3', repository };
		expect(await provenanceOf({ list: await attested(), packageJson })).toMatchObject({ state: 'verified', code: null });
	});

	it.each([
		['no repository', {}],
		['"just some words" as its repository', { repository: 'just some words' }],
	])('says so when package.json names %s, so that nothing binds it', async (words, repository) => {
		const provenance = await provenanceOf({ list: await attested(), packageJson: { name: NAME, version: '1.2.3', ...repository } });
		expect(provenance).toMatchObject({ state: 'verified', code: 'repository-unbound' });
		expect(provenance.reason).toContain(words);
	});
});

describe('provenance that does not hold', () => {
	it.each([
		['commit', slsaV1('acme/plug', { commit: '0'.repeat(40) })],
		['ref', slsaV1('acme/plug', { ref: 'refs/heads/main' })],
		['workflow', slsaV1('acme/plug', { workflowPath: '.github/workflows/other.yml' })],
		['repository', slsaV1('acme/other')],
	])('is invalid when certificate and predicate name another %s', async (field, predicate) => {
		const provenance = await provenanceOf({ list: await attested(statement(SLSA_V1, predicate)) });
		expect(provenance).toMatchObject({ state: 'invalid', code: 'claim-mismatch', identity: null });
		expect(provenance.reason).toContain(field);
	});

	it('is invalid when the certificate carries another repository id than the predicate', async () => {
		const list = await attested(undefined, { claims: githubClaims('acme/plug', { repository_id: '1' }) });
		expect(await provenanceOf({ list })).toMatchObject({ state: 'invalid', code: 'claim-mismatch' });
	});

	it('is invalid for other bytes', async () => {
		const list = await attested(statement(SLSA_V1, slsaV1(), [subject({ sha512: 'ab'.repeat(64) })]));
		expect(await provenanceOf({ list })).toMatchObject({ state: 'invalid', code: 'subject-mismatch' });
	});

	it('is invalid for another version of the same package', async () => {
		const list = await attested(statement(SLSA_V1, slsaV1(), [subject({ name: 'pkg:npm/%40acme/plug@1.2.2' })]));
		expect(await provenanceOf({ list })).toMatchObject({ state: 'invalid', code: 'subject-mismatch' });
	});

	it('is invalid when its certificate had expired before it was logged', async () => {
		const stopped = await startLocalSigstore({ certificateClock: new Date('2026-01-01T00:00:00Z') });
		try {
			const bundle = await stopped.attest(statement(SLSA_V1, slsaV1()), { claims: githubClaims() });
			const expired = await loadTrustRoots({ files: [{ id: 'local', json: stopped.trustedRoot(), scopes: ['@acme/*'] }] });
			const evidence = await collectEvidence(request(expired, { list: [{ predicateType: SLSA_V1, bundle }] }));
			expect(evidenceOf(evidence, 'provenance')).toMatchObject({ state: 'invalid', code: 'certificate-untrusted' });
		} finally {
			await stopped[Symbol.asyncDispose]();
		}
	});

	it('is invalid under the public root, which never saw this authority', async () => {
		const list = await attested();
		const evidence = await collectEvidence(request(await loadTrustRoots(), { list }));
		expect(evidenceOf(evidence, 'provenance')).toMatchObject({ state: 'invalid', code: 'certificate-untrusted' });
	});

	it('is invalid when signed by a bare key, even one the registry serves', async () => {
		const bundle = await sigstore.attestWithKey(statement(SLSA_V1, slsaV1()), { hint: HINT, privateKey: registryKey.privateKey });
		expect(await provenanceOf({ list: [{ predicateType: SLSA_V1, bundle }], keys })).toMatchObject({
			state: 'invalid',
			code: 'certificate-missing',
		});
	});

	it('is invalid when two provenances name different builders', async () => {
		const other = await attested(statement(SLSA_V1, slsaV1('evil/plug')), { claims: githubClaims('evil/plug') });
		const list = [...(await attested()), ...other];
		const packageJson = { name: NAME, version: '1.2.3' };
		expect(await provenanceOf({ list, packageJson })).toMatchObject({ state: 'invalid', code: 'identity-conflict' });
	});

	it.each([
		['no bundle', null],
		['a number', 7],
		['an empty object', {}],
		['a list', [[]]],
	])('is invalid, not a crash, when the bundle is %s', async (_what, bundle) => {
		expect(await provenanceOf({ list: [{ predicateType: SLSA_V1, bundle }] })).toMatchObject({ state: 'invalid' });
	});

	it('is invalid when what is served is no list of attestations', async () => {
		expect(await provenanceOf({ attestations: { type: 'served', json: '<html>' } })).toMatchObject({
			state: 'invalid',
			code: 'attestations-malformed',
		});
	});
});

describe('hostile attestations', () => {
	it('are refused at once when stuffed with log entries', async () => {
		const [attestation] = await attested();
		const bundle = structuredClone(attestation?.bundle);
		const entries = bundle?.verificationMaterial?.tlogEntries ?? [];
		const [first] = entries;
		if (first !== undefined) {
			entries.push(...Array.from({ length: 20_000 }, () => first));
		}

		expect(await provenanceOf({ list: [{ predicateType: SLSA_V1, bundle }] })).toMatchObject({
			state: 'invalid',
			code: 'bundle-malformed',
		});
	});

	it('are refused when the certificate hides control characters in a name', async () => {
		const list = await attested(undefined, { claims: githubClaims('acme/plug', { runner_environment: 'github-hosted\u202E' }) });
		expect(await provenanceOf({ list })).toMatchObject({ state: 'invalid', code: 'certificate-untrusted' });
	});

	it('are refused as a list when there are too many of them', async () => {
		const [attestation] = await attested();
		const list = Array.from({ length: 33 }, () => attestation ?? { predicateType: SLSA_V1, bundle: null });
		expect(await provenanceOf({ list })).toMatchObject({ state: 'invalid', code: 'attestations-malformed' });
	});

	it('are not blamed for a trust root that cannot be used', async () => {
		const broken = {
			...roots,
			roots: roots.roots.map((root) => ({ ...root, material: () => Promise.reject(new EngineError('settings-invalid', 'broken')) })),
		};
		await expect(collectEvidence(request(broken, { list: await attested() }))).rejects.toMatchObject({ code: 'settings-invalid' });
	});
});

describe('the publish attestation', () => {
	async function published(body: unknown = statement(PUBLISH, publishPredicate), changes: RequestChanges = {}) {
		const bundle = await sigstore.attestWithKey(body, { hint: HINT, privateKey: registryKey.privateKey });
		const evidence = await collectEvidence(request(roots, { list: [{ predicateType: PUBLISH, bundle }], keys, ...changes }));
		return evidenceOf(evidence, 'publish-attestation');
	}

	it('is verified with a key of the registry', async () => {
		expect(await published()).toMatchObject({ state: 'verified' });
	});

	it('is invalid when it names another package', async () => {
		expect(await published(statement(PUBLISH, { ...publishPredicate, name: 'plug' }))).toMatchObject({
			state: 'invalid',
			code: 'claim-mismatch',
		});
	});

	it('is unavailable when nobody knows the key', async () => {
		expect(await published(undefined, { keys: null })).toMatchObject({ state: 'unavailable', code: 'key-unknown' });
	});

	it('is invalid when the key had ended before it was logged', async () => {
		const ended = keys.map((key) => ({ ...key, expires: '2024-01-01T00:00:00.000Z' }));
		expect(await published(undefined, { keys: ended })).toMatchObject({ state: 'invalid', code: 'key-expired' });
	});

	it('is invalid when a build signed it instead of the registry', async () => {
		const list = await attested(statement(PUBLISH, publishPredicate), { label: PUBLISH });
		const evidence = await collectEvidence(request(roots, { list, keys }));
		expect(evidenceOf(evidence, 'publish-attestation')).toMatchObject({ state: 'invalid', code: 'signer-mismatch' });
	});

	it('stands beside provenance, each judged for itself', async () => {
		const bundle = await sigstore.attestWithKey(statement(PUBLISH, publishPredicate), { hint: HINT, privateKey: registryKey.privateKey });
		const list = [...(await attested()), { predicateType: PUBLISH, bundle }];
		const evidence = await collectEvidence(request(roots, { list, keys }));
		expect(evidence.map(({ kind, state }) => [kind, state])).toEqual([
			['integrity', 'verified'],
			['registry-signature', 'unavailable'],
			['provenance', 'verified'],
			['publish-attestation', 'verified'],
		]);
	});
});
