import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../source/engine/errors.ts';
import type { Packument } from '../../../source/engine/packument.ts';
import { compilePackageIndex, openPackageIndex } from '../../../source/engine/resolver/index.ts';
import { manifestOf } from '../../helpers/universe.ts';

const INTEGRITY = `sha512-${createHash('sha512').update('a').digest('base64')}`;
const SHASUM = createHash('sha1').update('a').digest('hex');

function packument(changes: Partial<Packument> = {}): Packument {
	const signed = {
		...manifestOf('@scope/a', '1.0.0', {
			dependencies: { b: '^1.0.0', fsevents: '^2.0.0', inside: '1' },
			optionalDependencies: { fsevents: '^2.0.0' },
			peerDependencies: { react: '>=18', b: '*' },
			optionalPeers: ['react'],
			bundledDependencies: ['inside'],
			engines: { node: '>=20' },
			os: ['linux'],
			deprecated: 'Use c.',
		}),
		dist: {
			integrity: INTEGRITY,
			shasum: SHASUM,
			tarball: 'https://registry.example/@scope/a/-/a-1.0.0.tgz',
			fileCount: 3,
			unpackedBytes: 123_456,
			signatures: [{ keyid: 'SHA256:key', sig: Buffer.from('signature').toString('base64') }],
			attestations: { url: 'https://registry.example/-/npm/v1/attestations/@scope%2fa@1.0.0', predicateType: null },
		},
	};
	const odd = {
		...manifestOf('@scope/a', '2.0.0-rc.1', {}),
		dist: {
			...signed.dist,
			integrity: 'sha1-abc sha512-def',
			shasum: 'ABC',
			tarball: 'https://elsewhere.example/x.tar.gz',
			unpackedBytes: null,
			signatures: [{ keyid: 'k', sig: 'not base64!' }],
			attestations: null,
		},
	};
	return {
		name: '@scope/a',
		distTags: { latest: '1.0.0', next: '2.0.0-rc.1', gone: '9.9.9' },
		versions: new Map([
			['2.0.0-rc.1', odd],
			['1.0.0', signed],
			['0.9.0', manifestOf('@scope/a', '0.9.0', {})],
		]),
		time: { '1.0.0': '2026-01-02T03:04:05.678Z' },
		maintainers: [],
		readme: null,
		skipped: [],
		...changes,
	};
}

describe('a package index', () => {
	it('gives back every field of a manifest, the usual ones and the odd ones', () => {
		const index = openPackageIndex(compilePackageIndex(packument()));
		const first = index.manifest(index.indexOfVersion('1.0.0'));
		expect(first).toMatchObject({
			name: '@scope/a',
			version: '1.0.0',
			dependencies: { b: '^1.0.0', fsevents: '^2.0.0', inside: '1' },
			peerDependencies: { react: '>=18', b: '*' },
			optionalPeers: ['react'],
			bundledDependencies: ['inside'],
			engines: { node: '>=20' },
			os: ['linux'],
			deprecated: 'Use c.',
			integrity: INTEGRITY,
			shasum: SHASUM,
			tarball: 'https://registry.example/@scope/a/-/a-1.0.0.tgz',
			unpackedBytes: 123_456,
			signatures: [{ keyid: 'SHA256:key', sig: Buffer.from('signature').toString('base64') }],
			attestationsUrl: 'https://registry.example/-/npm/v1/attestations/@scope%2fa@1.0.0',
		});
		expect(index.manifest(index.indexOfVersion('2.0.0-rc.1'))).toMatchObject({
			integrity: 'sha1-abc sha512-def',
			shasum: 'ABC',
			tarball: 'https://elsewhere.example/x.tar.gz',
			unpackedBytes: null,
			signatures: [{ keyid: 'k', sig: 'not base64!' }],
			attestationsUrl: null,
		});
	});

	it('numbers versions by precedence and knows tags of versions that exist, and times', () => {
		const index = openPackageIndex(compilePackageIndex(packument()));
		expect([0, 1, 2].map((i) => index.versionText(i))).toEqual(['0.9.0', '1.0.0', '2.0.0-rc.1']);
		expect([...index.tags]).toEqual([
			['latest', '1.0.0'],
			['next', '2.0.0-rc.1'],
		]);
		expect(index.publishedAt(1)).toBe(Date.parse('2026-01-02T03:04:05.678Z'));
		expect(index.publishedAt(0)).toBeNull();
		expect(index.prerelease(2)).toEqual(['rc', 1]);
		expect(index.indexOfVersion('1.0')).toBe(-1);
	});

	it('separates what must be solved from what npm would not look for', () => {
		const index = openPackageIndex(compilePackageIndex(packument()));
		expect(index.edges(1)).toEqual({
			dependencies: ['b', '^1.0.0'],
			optionalDependencies: ['fsevents', '^2.0.0'],
			peers: ['react', '>=18'],
			optionalPeers: ['react'],
			bundled: ['inside'],
		});
	});

	it('is the same bytes whatever order the registry answers in', () => {
		const shuffled = packument({
			versions: new Map([...packument().versions].toReversed()),
			distTags: { next: '2.0.0-rc.1', gone: '9.9.9', latest: '1.0.0' },
		});
		expect(compilePackageIndex(shuffled)).toEqual(compilePackageIndex(packument()));
	});

	it('leaves out versions that are none and keeps huge numbers', () => {
		const versions = new Map(
			['1.0.0', '20210101123456.0.0', 'v2.0.0', '1.0', 'banana'].map((version) => [version, manifestOf('a', version, {})]),
		);
		const index = openPackageIndex(compilePackageIndex(packument({ name: 'a', versions })));
		expect(Array.from({ length: index.versionCount }, (_, i) => index.versionText(i))).toEqual(['1.0.0', '20210101123456.0.0']);
	});

	it('is refused when it was cut at any byte or one bit was flipped', () => {
		const bytes = compilePackageIndex(packument());
		for (let length = 0; length < bytes.length; length += 1) {
			expect(damageOf(bytes.slice(0, length))).toBe('home-damaged');
		}

		for (let i = 0; i < bytes.length; i += 1) {
			const flipped = bytes.slice();
			flipped[i] = (flipped[i] ?? 0) ^ 0x10;
			expect(damageOf(flipped)).toBe('home-damaged');
		}
	});

	it('opens from an address no typed array could start at', () => {
		const bytes = compilePackageIndex(packument());
		const shifted = new Uint8Array(bytes.length + 3);
		shifted.set(bytes, 3);
		expect(openPackageIndex(shifted.subarray(3)).versionText(1)).toBe('1.0.0');
	});

	it('keeps a dependency named like the prototype as a plain key', () => {
		const dependencies = JSON.parse('{"__proto__":"^1.0.0"}') as Record<string, string>;
		const versions = new Map([['1.0.0', manifestOf('a', '1.0.0', { dependencies })]]);
		const index = openPackageIndex(compilePackageIndex(packument({ name: 'a', versions })));
		expect(Object.entries(index.manifest(0).dependencies)).toEqual([['__proto__', '^1.0.0']]);
	});
});

function damageOf(bytes: Uint8Array): string {
	try {
		openPackageIndex(bytes);
		return 'opened';
	} catch (error) {
		return error instanceof EngineError ? error.code : 'other';
	}
}
