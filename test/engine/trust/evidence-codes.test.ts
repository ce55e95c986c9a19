import { sign } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrustRoots } from '../../../source/engine/trust/index.ts';
import { collectEvidence, loadTrustRoots } from '../../../source/engine/trust/index.ts';
import type { LocalSigstore } from '../../helpers/local-sigstore.ts';
import { newKeyPair, startLocalSigstore } from '../../helpers/local-sigstore.ts';
import {
	evidenceOf,
	githubClaims,
	INTEGRITY,
	NAME,
	PUBLISH,
	request,
	type RequestChanges,
	SLSA_V02,
	SLSA_V1,
	slsaV02,
	slsaV1,
	statement,
	subject,
	VERSION,
} from './attested-package.ts';

let sigstore: LocalSigstore;
let roots: TrustRoots;
const registryKey = newKeyPair();
const scheme = 'ecdsa-sha2-nistp256';
const publicKey = registryKey.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const keys = [{ keyid: 'SHA256:local', keytype: scheme, scheme, key: publicKey, expires: null }];

beforeAll(async () => {
	sigstore = await startLocalSigstore();
	roots = await loadTrustRoots({ files: [{ id: 'local', json: sigstore.trustedRoot(), scopes: ['@acme/*'] }] });
});

afterAll(() => sigstore[Symbol.asyncDispose]());

const collect = (changes: RequestChanges) => collectEvidence(request(roots, changes));

async function provenanceOf(body: unknown, { label = SLSA_V1, claims = githubClaims() } = {}) {
	const bundle = await sigstore.attest(body, { claims });
	return evidenceOf(await collect({ list: [{ predicateType: label, bundle }] }), 'provenance');
}

function changed<T>(value: T, change: (copy: T) => void): T {
	const copy = structuredClone(value);
	change(copy);
	return copy;
}

describe('a signed statement', () => {
	it.each([
		['is another type of document', { ...statement(SLSA_V1, slsaV1()), _type: 'https://in-toto.io/Link/v1' }],
		['has no subject', { ...statement(SLSA_V1, slsaV1()), subject: undefined }],
		['has no type of predicate', { ...statement(SLSA_V1, slsaV1()), predicateType: undefined }],
	])('that %s is malformed', async (_what, body) => {
		expect(await provenanceOf(body)).toMatchObject({ state: 'invalid', code: 'statement-malformed' });
	});

	it('about nothing, or about an artefact without sha512, is about another', async () => {
		expect(await provenanceOf(statement(SLSA_V1, slsaV1(), []))).toMatchObject({ code: 'subject-count' });
		const weak = { ...subject(), digest: { sha256: 'ab'.repeat(32) } };
		const found = await provenanceOf(statement(SLSA_V1, slsaV1(), [weak]));
		expect(found).toMatchObject({ state: 'invalid', code: 'subject-mismatch' });
		expect(found.reason).toContain('sha512 nothing');
	});
});

describe('a provenance', () => {
	it.each([
		['SLSA 1 without a build definition', SLSA_V1, { runDetails: {} }, 'predicate-malformed'],
		['SLSA 0.2 without an invocation', SLSA_V02, { builder: {} }, 'predicate-malformed'],
		[
			'a source that is no https repository',
			SLSA_V02,
			changed(slsaV02(), ({ invocation }) => (invocation.configSource.uri = 'file:///srv/plug')),
			'predicate-incomplete',
		],
		['a commit that is none', SLSA_V1, slsaV1('acme/plug', { commit: 'main' }), 'predicate-incomplete'],
		[
			'no commit of its own repository',
			SLSA_V1,
			changed(slsaV1(), ({ buildDefinition }) => (buildDefinition.resolvedDependencies = [])),
			'predicate-incomplete',
		],
	])('with %s is invalid', async (_what, label, predicate, code) => {
		expect(await provenanceOf(statement(label, predicate), { label })).toMatchObject({ state: 'invalid', code });
	});

	it.each([
		['trigger', slsaV1(), { event_name: 'release' }],
		['owner id', slsaV1(), { repository_owner_id: '1' }],
		['repository id', slsaV1(), { repository_id: '1' }],
		[
			'workflow ref',
			slsaV1(),
			{
				job_workflow_ref: 'acme/plug/.github/workflows/publish.yml@refs/tags/v9',
				workflow_ref: 'acme/plug/.github/workflows/publish.yml@refs/tags/v9',
			},
		],
	])('whose %s is not that of the certificate is invalid', async (field, predicate, claims) => {
		const found = await provenanceOf(statement(SLSA_V1, predicate), { claims: githubClaims('acme/plug', claims) });
		expect(found).toMatchObject({ state: 'invalid', code: 'claim-mismatch' });
		expect(found.reason).toContain(`The certificate says ${field}`);
	});

	it('certified for somebody who builds from no repository is incomplete', async () => {
		const claims = { iss: 'https://accounts.google.com', sub: 'ana@example.com' };
		expect(await provenanceOf(statement(SLSA_V1, slsaV1()), { claims })).toMatchObject({
			state: 'invalid',
			code: 'certificate-incomplete',
		});
	});

	it('says which root vouched for it', async () => {
		expect(await provenanceOf(statement(SLSA_V1, slsaV1()))).toMatchObject({ state: 'verified', root: 'local' });
	});

	it('is unavailable, in words, when no trust root is there for the name', async () => {
		const bundle = await sigstore.attest(statement(SLSA_V1, slsaV1()), { claims: githubClaims() });
		const without = { ...roots, roots: [] };
		const evidence = await collectEvidence(request(without, { list: [{ predicateType: SLSA_V1, bundle }] }));
		expect(evidenceOf(evidence, 'provenance')).toMatchObject({ state: 'unavailable', code: 'no-root' });
	});
});

describe('a publish attestation', () => {
	it.each([
		['no registry', { name: NAME, version: VERSION }, 'predicate-malformed'],
		['another version', { name: NAME, version: '1.2.2', registry: 'https://r.example' }, 'claim-mismatch'],
	])('that names %s is invalid', async (_what, predicate, code) => {
		const bundle = await sigstore.attestWithKey(statement(PUBLISH, predicate), {
			hint: 'SHA256:local',
			privateKey: registryKey.privateKey,
		});
		const evidence = await collect({ list: [{ predicateType: PUBLISH, bundle }], keys });
		expect(evidenceOf(evidence, 'publish-attestation')).toMatchObject({ state: 'invalid', code });
	});
});

describe('evidence that nobody could look for', () => {
	it('is unavailable, of each kind in its own words', async () => {
		const evidence = await collect({});
		expect(evidenceOf(evidence, 'registry-signature')).toMatchObject({ state: 'unavailable', code: 'signatures-not-served' });
		expect(evidenceOf(evidence, 'provenance')).toMatchObject({ state: 'unavailable', code: 'attestations-not-served' });
		expect(evidenceOf(evidence, 'publish-attestation')).toMatchObject({ state: 'unavailable', code: 'attestations-not-served' });
	});

	it('is no sha512 and no sha1 to hold the bytes against', async () => {
		const evidence = await collect({ expected: { integrity: null, shasum: null, source: 'registry' } });
		expect(evidenceOf(evidence, 'integrity')).toMatchObject({ state: 'unavailable', code: 'no-sha512' });
	});
});

describe('a key', () => {
	it('whose time has not come signs nothing', async () => {
		const [embedded] = roots.registryKeys;
		const start = '2030-01-01T00:00:00.000Z';
		const future = { keyid: 'SHA256:local', usage: 'npm:signatures' as const, key: publicKey, start, end: null };
		const sig = sign('sha256', Buffer.from(`${NAME}@${VERSION}:${INTEGRITY}`), registryKey.privateKey).toString('base64');
		const withFuture = { ...roots, registryKeys: [...(embedded === undefined ? [] : [embedded]), future] };
		const evidence = await collectEvidence(request(withFuture, { signatures: [{ keyid: 'SHA256:local', sig }] }));
		expect(evidenceOf(evidence, 'registry-signature')).toMatchObject({ state: 'invalid', code: 'key-not-yet-valid' });
	});

	it('that is built in for attestations is not taken from the registry for signatures', async () => {
		const other = {
			keyid: 'SHA256:local',
			usage: 'npm:attestations' as const,
			key: publicKey,
			start: '2020-01-01T00:00:00.000Z',
			end: null,
		};
		const sig = sign('sha256', Buffer.from(`${NAME}@${VERSION}:${INTEGRITY}`), registryKey.privateKey).toString('base64');
		const reserved = { ...roots, registryKeys: [other] };
		const evidence = await collectEvidence(request(reserved, { signatures: [{ keyid: 'SHA256:local', sig }], keys }));
		expect(evidenceOf(evidence, 'registry-signature')).toMatchObject({ state: 'unavailable', code: 'key-unknown' });
	});
});

describe('input that no check foresaw', () => {
	it('is invalid, never an exception', async () => {
		const hostile = new Proxy(
			{},
			{
				get: () => {
					throw new Error('boo\u001B[31m');
				},
			},
		);
		const signatures = [hostile as never];
		const found = evidenceOf(await collect({ signatures }), 'registry-signature');
		expect(found).toMatchObject({ state: 'invalid', code: 'malformed' });
		expect(found.reason).not.toContain('\u001B');
	});
});

it('every code of docs/evidence.md is produced by some test', async () => {
	const root = path.resolve(import.meta.dirname, '../../..');
	const document = await readFile(path.join(root, 'docs/evidence.md'), 'utf8');
	const codes = [...document.matchAll(/^\| `([\w-]+)`\s+\| `/gm)].map(([, code = '']) => code);
	const folder = path.join(root, 'test/engine/trust');
	const names = (await readdir(folder)).filter((name) => name.endsWith('.test.ts'));
	const tests = (await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')))).join('\n');
	const reached = (code: string): boolean =>
		tests.includes(`'${code}'`) || (code === 'root-removed' && tests.includes('may not vouch for this package any more'));
	expect(codes.length).toBeGreaterThan(60);
	expect([...new Set(codes)].filter((code) => !reached(code))).toEqual([]);
});
