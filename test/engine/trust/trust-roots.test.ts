import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectEvidence, loadTrustRoots } from '../../../source/engine/trust/index.ts';
import type { LocalSigstore } from '../../helpers/local-sigstore.ts';
import { startLocalSigstore } from '../../helpers/local-sigstore.ts';
import { evidenceOf, githubClaims, request, slsaV1, SLSA_V1, statement } from './attested-package.ts';

let sigstore: LocalSigstore;
let folder: string;

beforeAll(async () => {
	sigstore = await startLocalSigstore();
	folder = await mkdtemp(path.join(tmpdir(), 'plugward-roots-'));
});

afterAll(async () => {
	await sigstore[Symbol.asyncDispose]();
	await rm(folder, { recursive: true });
});

async function stateUnder(files: NonNullable<Parameters<typeof loadTrustRoots>[0]>['files'], registryUrl: string | null = null) {
	const list = [{ predicateType: SLSA_V1, bundle: await sigstore.attest(statement(SLSA_V1, slsaV1()), { claims: githubClaims() }) }];
	const evidence = await collectEvidence({
		...request(await loadTrustRoots(files === undefined ? {} : { files }), { list }),
		registryUrl,
	});
	return evidenceOf(evidence, 'provenance');
}

function withoutLogStart(name: 'tlogs' | 'ctlogs'): Record<string, unknown> {
	const root = structuredClone(sigstore.trustedRoot()) as Record<string, { publicKey: { validFor: { start?: string } } }[]>;
	delete root[name]?.[0]?.publicKey.validFor.start;
	return root;
}

describe('private trust roots', () => {
	it('are read from a file', async () => {
		const file = path.join(folder, 'trusted_root.json');
		await writeFile(file, JSON.stringify(sigstore.trustedRoot()));
		const provenance = await stateUnder([{ id: 'corp', path: file, scopes: ['@acme/*'] }]);
		expect(provenance.state).toBe('verified');
		expect(provenance.reason).toContain('trust root "corp"');
	});

	it('vouch only for their scopes', async () => {
		expect(await stateUnder([{ id: 'corp', json: sigstore.trustedRoot(), scopes: ['@other/*'] }])).toMatchObject({ state: 'invalid' });
	});

	it('vouch for all that comes from a registry they are bound to, and for nothing from another', async () => {
		const files = [{ id: 'corp', json: sigstore.trustedRoot(), scopes: [], registries: ['https://npm.acme.example/'] }];
		expect(await stateUnder(files, 'https://npm.acme.example')).toMatchObject({ state: 'verified' });
		expect(await stateUnder(files, 'https://npm.acme.example.evil/')).toMatchObject({ state: 'invalid' });
	});

	it('are the only ones for a scope they are bound to', async () => {
		const other = await startLocalSigstore();
		try {
			// The signing Sigstore is trusted for everything, but another one is bound to the scope.
			const files = [
				{ id: 'everything', json: sigstore.trustedRoot(), scopes: ['*'] },
				{ id: 'corp', json: other.trustedRoot(), scopes: ['@acme/*'] },
			];
			expect(await stateUnder(files)).toMatchObject({ state: 'invalid', code: 'certificate-untrusted' });
			expect(await stateUnder(files.slice(0, 1))).toMatchObject({ state: 'verified' });
		} finally {
			await other[Symbol.asyncDispose]();
		}
	});

	it.each(['tlogs', 'ctlogs'] as const)('are refused when a key in %s does not say since when it signs', async (name) => {
		await expect(loadTrustRoots({ files: [{ id: 'corp', json: withoutLogStart(name), scopes: ['*'] }] })).rejects.toMatchObject({
			code: 'settings-invalid',
			message: expect.stringContaining(`${name}.0.publicKey.validFor.start`) as string,
		});
	});

	it('are refused when a key of a log has no window at all', async () => {
		const json = structuredClone(sigstore.trustedRoot()) as { tlogs: { publicKey: { validFor?: unknown } }[] };
		delete json.tlogs[0]?.publicKey.validFor;
		await expect(loadTrustRoots({ files: [{ id: 'corp', json, scopes: ['*'] }] })).rejects.toMatchObject({ code: 'settings-invalid' });
	});

	it.each([
		['junk', 'hello'],
		[
			'no logs',
			{ mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1', tlogs: [], ctlogs: [], certificateAuthorities: [] },
		],
	])('are refused when they hold %s', async (_what, json) => {
		await expect(loadTrustRoots({ files: [{ id: 'corp', json, scopes: ['*'] }] })).rejects.toMatchObject({ code: 'settings-invalid' });
	});

	it('are refused when the file is missing or two share an id', async () => {
		const missing = { id: 'corp', path: path.join(folder, 'missing.json'), scopes: ['*'] };
		await expect(loadTrustRoots({ files: [missing] })).rejects.toMatchObject({ code: 'settings-invalid' });
		const twice = { id: 'public', json: sigstore.trustedRoot(), scopes: ['*'] };
		await expect(loadTrustRoots({ files: [twice] })).rejects.toMatchObject({ code: 'settings-invalid' });
	});
});
