import { beforeAll, describe, expect, it } from 'vitest';
import type { TrustRoots } from '../../../source/engine/trust/index.ts';
import { collectEvidence, loadTrustRoots } from '../../../source/engine/trust/index.ts';
import { evidenceOf, INTEGRITY, NAME, request, type RequestChanges, VERSION } from './attested-package.ts';

let roots: TrustRoots;
const OTHER = `sha512-${'A'.repeat(86)}==`;
const SHA1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';

beforeAll(async () => {
	roots = await loadTrustRoots();
});

async function integrityOf(changes: RequestChanges) {
	return evidenceOf(await collectEvidence(request(roots, changes)), 'integrity');
}

function manifest(changes: object) {
	return {
		name: NAME,
		version: VERSION,
		dependencies: {},
		optionalDependencies: {},
		peerDependencies: {},
		hasInstallScript: false,
		...changes,
	};
}

describe('integrity', () => {
	it('is verified when the expected sha512 is that of the bytes', async () => {
		expect(await integrityOf({})).toMatchObject({ state: 'verified', code: null });
		expect(
			await integrityOf({ expected: { integrity: `sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= ${INTEGRITY}?opt`, shasum: null, source: 'lock' } }),
		).toMatchObject({
			state: 'verified',
		});
	});

	it('is invalid with both values when the bytes differ, and says who was believed', async () => {
		const evidence = await integrityOf({ expected: { integrity: OTHER, shasum: null, source: 'lock' } });
		expect(evidence).toMatchObject({ state: 'invalid', code: 'integrity-mismatch' });
		expect(evidence.reason).toContain(OTHER);
		expect(evidence.reason).toContain(INTEGRITY);
		expect(evidence.reason).toContain('The lock');
	});

	it('falls back to sha1 only where no sha512 is named, and says so', async () => {
		const expected = { integrity: null, shasum: SHA1, source: 'registry' as const };
		expect(await integrityOf({ expected, bytesShasum: SHA1 })).toMatchObject({ state: 'verified', code: 'sha1-only' });
		expect(await integrityOf({ expected, bytesShasum: 'ff'.repeat(20) })).toMatchObject({ state: 'invalid', code: 'integrity-mismatch' });
		expect(await integrityOf({ expected })).toMatchObject({ state: 'unavailable', code: 'no-sha512' });
	});

	it('does not stay verified from before: the bytes are compared each time', async () => {
		const previous = await collectEvidence(request(roots));
		expect(await integrityOf({ previous, expected: { integrity: OTHER, shasum: null, source: 'lock' } })).toMatchObject({
			state: 'invalid',
		});
	});
});

describe('what the registry tells about a tarball', () => {
	it.each([
		['hides a dependency', { dependencies: { evil: '^1.0.0' } }, {}],
		['adds a dependency', {}, { dependencies: { evil: '^1.0.0' } }],
		['changes a range', { dependencies: { yaml: '^1.0.0' } }, { dependencies: { yaml: '^2.0.0' } }],
		['changes a peer', { peerDependencies: { react: '^18' } }, { peerDependencies: { react: '*' } }],
		['gives a bundled dependency another range', { dependencies: { a: '1' }, bundleDependencies: ['a'] }, { dependencies: { a: '2' } }],
		['adds an optional dependency', {}, { optionalDependencies: { evil: '1.0.0' } }],
		['is of another version', { version: '1.0.0' }, {}],
		['is of another name', { name: 'other' }, {}],
	])('is false when it %s', async (_what, tarball, told) => {
		const evidence = await integrityOf({ packageJson: { name: NAME, version: VERSION, ...tarball }, registryManifest: manifest(told) });
		expect(evidence).toMatchObject({ state: 'invalid', code: 'manifest-mismatch' });
	});

	it.each([
		[
			'an optional dependency is copied into the dependencies',
			{ optionalDependencies: { a: '1' } },
			{ dependencies: { a: '1' }, optionalDependencies: { a: '1' } },
		],
		['an empty range became any', { dependencies: { a: '' } }, { dependencies: { a: '*' } }],
		['an install script was found by the registry', {}, { hasInstallScript: true }],
		['a bundled dependency is left out', { dependencies: { a: '1' }, bundleDependencies: ['a'] }, {}],
		['everything is bundled', { dependencies: { a: '1', b: '2' }, bundledDependencies: true }, {}],
		[
			'a peer that is a dependency too is left out',
			{ dependencies: { a: '1' }, peerDependencies: { a: '1' } },
			{ dependencies: { a: '1' } },
		],
		['the version is spelled with a v', { version: `v${VERSION}` }, {}],
		['dependencies are junk', { dependencies: [] }, {}],
	])('is true when %s', async (_what, tarball, told) => {
		const evidence = await integrityOf({ packageJson: { name: NAME, version: VERSION, ...tarball }, registryManifest: manifest(told) });
		expect(evidence).toMatchObject({ state: 'verified' });
	});

	it.each([[null], ['text'], [[]], [{}], [{ name: NAME }]])('is false when package.json is %j', async (packageJson) => {
		expect(await integrityOf({ packageJson })).toMatchObject({ state: 'invalid', code: 'manifest-mismatch' });
	});

	it('carries no control characters of the package into the reason', async () => {
		const evidence = await integrityOf({ packageJson: { name: '\u001B[31mred', version: VERSION } });
		// oxlint-disable-next-line no-control-regex
		expect(evidence.reason).not.toMatch(/[\u0000-\u001F]/);
	});
});
