import { generateKeyPairSync, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Integrity } from '../../../source/engine/integrity.ts';
import type { RegistryKey, TrustRoots } from '../../../source/engine/trust/index.ts';
import { collectEvidence, loadTrustRoots } from '../../../source/engine/trust/index.ts';
import { evidenceOf, INTEGRITY, NAME, request, type RequestChanges, VERSION } from './attested-package.ts';

const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const KEYID = 'SHA256:registry';
const OLD_PUBLIC_KEYID = 'SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA';
// What the public registry serves for sigstore@1.0.0.
const REAL = {
	integrity: 'sha512-e+qfbn/zf1+rCza/BhIA//Awmf0v1pa5HQS8Xk8iXrn9bgytytVLqYD0P7NSqZ6IELTgq+tcDvLPkQjNHyWLNg==' as Integrity,
	sig: 'MEQCIBlpcHT68iWOpx8pJr3WUzD1EqQ7tb0CmY36ebbceR6IAiAVGRaxrFoyh0/5B7H1o4VFhfsHw9F8G+AxOZQq87q+lg==',
};
const SIGNED = `${NAME}@${VERSION}:${INTEGRITY}`;
let roots: TrustRoots;

beforeAll(async () => {
	roots = await loadTrustRoots();
});

function servedKey(changes: Partial<RegistryKey> = {}): RegistryKey {
	const key = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
	return { keyid: KEYID, keytype: 'ecdsa-sha2-nistp256', scheme: 'ecdsa-sha2-nistp256', key, expires: null, ...changes };
}

function signature(text = SIGNED, keyid = KEYID) {
	return { keyid, sig: sign('sha256', Buffer.from(text), pair.privateKey).toString('base64') };
}

async function signatureEvidence(changes: RequestChanges) {
	const all = { registryServes: { signatures: true, attestations: false }, keys: [servedKey()], ...changes };
	return evidenceOf(await collectEvidence(request(roots, all)), 'registry-signature');
}

describe('the registry signature', () => {
	it('is verified over name, version and the sha512 of the bytes in hand', async () => {
		const evidence = await signatureEvidence({ signatures: [signature()] });
		expect(evidence).toMatchObject({ state: 'verified', code: null });
		expect(evidence.reason).toContain('which only the registry itself vouches for');
	});

	it.each([
		['another name', `plug@${VERSION}:${INTEGRITY}`],
		['another version', `${NAME}@1.2.4:${INTEGRITY}`],
		['other bytes', `${NAME}@${VERSION}:sha512-${'A'.repeat(86)}==`],
	])('is invalid when it signs %s', async (_what, text) => {
		expect(await signatureEvidence({ signatures: [signature(text)] })).toMatchObject({ state: 'invalid', code: 'signature-mismatch' });
	});

	it.each([
		['is not base64', '!!!'],
		['is empty', ''],
		['is no DER', Buffer.alloc(64).toString('base64')],
	])('is invalid when it %s', async (_what, sig) => {
		expect(await signatureEvidence({ signatures: [{ keyid: KEYID, sig }] })).toMatchObject({
			state: 'invalid',
			code: 'signature-mismatch',
		});
	});

	it('is invalid when one of several is false', async () => {
		const signatures = [signature(), { keyid: KEYID, sig: signature('other').sig }];
		expect(await signatureEvidence({ signatures })).toMatchObject({ state: 'invalid' });
	});

	it('is invalid when the version was published after the key had ended', async () => {
		const keys = [servedKey({ expires: '2026-01-01T00:00:00.000Z' })];
		const evidence = await signatureEvidence({ signatures: [signature()], keys, publishedAt: '2026-05-01T00:00:00.000Z' });
		expect(evidence).toMatchObject({ state: 'invalid', code: 'key-expired' });
		expect(evidence.reason).toMatch(/2026-01-01.*2026-05-01/);
	});

	it('is verified when the version was published while the key was in use, though it has ended since', async () => {
		const keys = [servedKey({ expires: '2026-01-01T00:00:00.000Z' })];
		expect(await signatureEvidence({ signatures: [signature()], keys, publishedAt: '2025-05-01T00:00:00.000Z' })).toMatchObject({
			state: 'verified',
		});
	});

	it('is unavailable when the key has ended and nobody says when the version was published', async () => {
		const keys = [servedKey({ expires: '2026-01-01T00:00:00.000Z' })];
		expect(await signatureEvidence({ signatures: [signature()], keys, publishedAt: null })).toMatchObject({
			state: 'unavailable',
			code: 'key-window-unknown',
		});
	});

	it('is not verified by a key whose end is no date', async () => {
		expect(await signatureEvidence({ signatures: [signature()], keys: [servedKey({ expires: 'never' })] })).toMatchObject({
			state: 'invalid',
		});
	});

	it('is unavailable, in words, when the key is neither built in nor served', async () => {
		const evidence = await signatureEvidence({ signatures: [signature()], keys: null });
		expect(evidence).toMatchObject({ state: 'unavailable', code: 'key-unknown' });
		expect(evidence.reason).toContain('the registry serves no keys');
	});

	it.each([
		[
			'of another curve',
			{ key: generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).publicKey.export({ format: 'der', type: 'spki' }).toString('base64') },
		],
		['of another scheme', { scheme: 'rsa' }],
		['that is junk', { key: 'AAAA' }],
	])('is unavailable with a key %s', async (_what, change) => {
		expect(await signatureEvidence({ signatures: [signature()], keys: [servedKey(change)] })).toMatchObject({
			state: 'unavailable',
			code: 'key-unsupported',
		});
	});

	it('is not verified by a served key that takes the id of the public registry', async () => {
		const evidence = await signatureEvidence({
			signatures: [signature(SIGNED, OLD_PUBLIC_KEYID)],
			keys: [servedKey({ keyid: OLD_PUBLIC_KEYID })],
		});
		expect(evidence).toMatchObject({ state: 'invalid', code: 'signature-mismatch' });
	});

	it('of the public registry is verified with the built-in key, through a mirror that serves no keys', async () => {
		const evidence = await collectEvidence(
			request(roots, {
				name: 'sigstore',
				version: '1.0.0',
				integrity: REAL.integrity,
				expected: { integrity: REAL.integrity, shasum: null, source: 'registry' },
				signatures: [{ keyid: OLD_PUBLIC_KEYID, sig: REAL.sig }],
				publishedAt: '2023-01-13T00:00:00.000Z',
			}),
		);
		expect(evidenceOf(evidence, 'registry-signature')).toMatchObject({ state: 'verified' });
	});

	it('is absent where the registry signs others, and unavailable where it signs none', async () => {
		expect(await signatureEvidence({ signatures: [] })).toMatchObject({ state: 'absent' });
		expect(await signatureEvidence({ signatures: [], registryServes: { signatures: false, attestations: false } })).toMatchObject({
			state: 'unavailable',
		});
	});

	it('stays verified for the same bytes when the registry stops serving it', async () => {
		const previous = [await signatureEvidence({ signatures: [signature()] })];
		expect(await signatureEvidence({ signatures: [], previous })).toMatchObject({ state: 'verified' });
	});
});
