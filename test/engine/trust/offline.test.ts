import { readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Integrity } from '../../../source/engine/integrity.ts';
import { collectEvidence, loadTrustRoots } from '../../../source/engine/trust/index.ts';
import { evidenceOf, request } from './attested-package.ts';

// What the public registry answered for a real package; kept outside the project, so this part runs only where it lies beside it.
const VECTOR = new URL('../../../../shared/vectors/sigstore-0.4.0/attestations.json', import.meta.url);
const SHA512 =
	'282c0c5fa936d264321643581b65d3de5c0af6ed4fdfac12f5851115df39cc25cfaf0ad22d908487bfef30114d61c25746206d1834be4f8fd1659178f77cc004';
const REAL_INTEGRITY = `sha512-${Buffer.from(SHA512, 'hex').toString('base64')}` as Integrity;

async function readVector(): Promise<unknown> {
	try {
		return JSON.parse(await readFile(VECTOR, 'utf8'));
	} catch {
		// The folder belongs to the machine, not to the project.
		return null;
	}
}

const json = await readVector();

const connect = vi.spyOn(Socket.prototype, 'connect');

beforeEach(() => {
	connect.mockImplementation(() => {
		throw new Error('the network is off');
	});
});

afterEach(() => {
	connect.mockReset();
});

async function realEvidence(changes: { readonly integrity?: Integrity; readonly repository?: string; readonly version?: string } = {}) {
	const integrity = changes.integrity ?? REAL_INTEGRITY;
	const version = changes.version ?? '0.4.0';
	return collectEvidence(
		request(await loadTrustRoots(), {
			name: 'sigstore',
			version,
			integrity,
			expected: { integrity, shasum: null, source: 'registry' },
			attestations: { type: 'served', json },
			attestationsClaimed: true,
			offline: true,
			packageJson: { name: 'sigstore', version, repository: changes.repository ?? 'git+https://github.com/sigstore/sigstore-js.git' },
			registryManifest: null,
		}),
	);
}

describe('with the network off', () => {
	it('loads the embedded root and says when it ends, without a warning while that is far away', async () => {
		const roots = await loadTrustRoots({ now: Date.parse('2026-11-21T00:00:00Z') });
		expect(roots.roots.map(({ id, scopes, expiresAt }) => [id, scopes, expiresAt])).toEqual([['public', ['*'], '2027-04-22T19:27:31Z']]);
		expect(roots.notices).toEqual([]);
		expect(await roots.roots[0]?.material()).toMatchObject({ tlogs: [{}, {}], ctlogs: [{}, {}] });
		expect(connect).not.toHaveBeenCalled();
	});

	it('warns sixty days before the embedded root ends, and after', async () => {
		const soon = await loadTrustRoots({ now: Date.parse('2027-03-01T00:00:00Z') });
		expect(soon.notices[0]?.text).toContain('ends in 52 days');
		const late = await loadTrustRoots({ now: Date.parse('2027-05-22T20:00:00Z') });
		expect(late.notices[0]?.text).toMatch(/ended 31 days ago/);
	});

	it.skipIf(json === null)('verifies real provenance and a real publish attestation (skipped: no vectors)', async () => {
		const evidence = await realEvidence();
		expect(evidenceOf(evidence, 'provenance')).toMatchObject({
			state: 'verified',
			identity: {
				repository: 'https://github.com/sigstore/sigstore-js',
				workflow: '.github/workflows/publish.yml',
				ref: 'refs/tags/v0.4.0',
			},
		});
		expect(evidenceOf(evidence, 'publish-attestation')).toMatchObject({ state: 'verified' });
		expect(connect).not.toHaveBeenCalled();
	});

	it.skipIf(json === null)(
		'refuses the real attestations for other bytes, another version, another repository (skipped: no vectors)',
		async () => {
			const code = async (changes: Parameters<typeof realEvidence>[0]) => evidenceOf(await realEvidence(changes), 'provenance').code;
			expect(await code({ integrity: `sha512-${'A'.repeat(86)}==` as Integrity })).toBe('subject-mismatch');
			expect(await code({ version: '0.4.1' })).toBe('subject-mismatch');
			expect(await code({ repository: 'https://github.com/evil/sigstore-js' })).toBe('repository-mismatch');
		},
	);

	it('calls evidence unavailable when nobody could look', async () => {
		const evidence = await collectEvidence(
			request(await loadTrustRoots(), { offline: true, attestations: { type: 'not-served', why: 'offline, and never fetched before' } }),
		);
		expect(evidenceOf(evidence, 'provenance')).toMatchObject({ state: 'unavailable' });
		expect(evidenceOf(evidence, 'provenance').reason).toContain('offline, and never fetched before');
	});
});
