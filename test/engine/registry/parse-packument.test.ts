import { describe, expect, test } from 'vitest';
import { parsePackument } from '../../../source/engine/registry/parsing/parse-packument.ts';

const dist = { tarball: 'https://registry.example/a/-/a-1.0.0.tgz' };

function parse(document: unknown) {
	return parsePackument(Buffer.from(JSON.stringify(document)), { name: 'a', from: 'registry.example' });
}

function parseOne(manifest: object) {
	return parse({ name: 'a', versions: { '1.0.0': { dist, ...manifest } } });
}

describe('versions', () => {
	test('junk ones are left out and listed with the reason', () => {
		const packument = parse({
			name: 'a',
			versions: {
				'1.0.0': { dist },
				'v2.0.0': { dist },
				'3.0': { dist },
				'4.0.0': {},
				'5.0.0': 'text',
				'6.0.0-rc.01': { dist },
				'7.0.0-rc.1': { dist },
			},
		});
		expect([...packument.versions.keys()]).toEqual(['1.0.0', '7.0.0-rc.1']);
		expect(packument.skipped.map(({ version }) => version)).toEqual(['v2.0.0', '3.0', '4.0.0', '5.0.0', '6.0.0-rc.01']);
		expect(packument.skipped[2]).toEqual({ version: '4.0.0', why: 'it has no dist' });
	});

	test.each([
		['a dependency whose name is a path', { dependencies: { '../b': '1' } }],
		['a dependency whose name holds a control character', { dependencies: { 'b\u001b[31m': '1' } }],
		['a dependency whose range is no text', { dependencies: { b: { version: '1' } } }],
		['a range of a megabyte', { peerDependencies: { b: '1'.repeat(1_000_000) } }],
	])('%s takes its version out, not the edge alone', (_case, manifest) => {
		const packument = parseOne(manifest);
		expect(packument.versions.size).toBe(0);
		expect(packument.skipped).toHaveLength(1);
	});

	test('fifty thousand of them are read', () => {
		const versions = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`1.${i}.0`, { dist, dependencies: { b: `^${i}.0.0` } }]));
		const packument = parse({ name: 'a', versions, 'dist-tags': { latest: '1.49999.0' } });
		expect(packument.versions.get('1.49999.0')?.dependencies).toEqual({ b: '^49999.0.0' });
	});

	test('a package that was taken back has none', () => {
		expect(parse({ name: 'a', time: { unpublished: { time: '2020-01-01T00:00:00.000Z' } } }).versions.size).toBe(0);
	});
});

describe('keys that mean something to JavaScript', () => {
	test('`__proto__` is no dependency, no tag and no version', () => {
		const text = `{"name":"a","__proto__":{"polluted":1},"dist-tags":{"__proto__":"1.0.0"},"versions":{"__proto__":{},
			"1.0.0":{"dist":${JSON.stringify(dist)},"engines":{"__proto__":"1"},"dependencies":{"__proto__":"1"}},"2.0.0":{"dist":${JSON.stringify(dist)},"engines":{"__proto__":"1"}}}}`;
		const packument = parsePackument(Buffer.from(text), { name: 'a', from: 'registry.example' });
		expect([...packument.versions.keys()]).toEqual(['2.0.0']);
		expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
	});

	test('a package named `constructor` is a dependency only where it is one', () => {
		const manifest = parseOne({ dependencies: { b: '1' } }).versions.get('1.0.0');
		expect(manifest?.dependencies['constructor']).toBeUndefined();
		expect(parseOne({ dependencies: { constructor: '1' } }).versions.get('1.0.0')?.dependencies['constructor']).toBe('1');
	});

	test('a package named `why` or `skipped` is an ordinary dependency', () => {
		expect(parseOne({ dependencies: { skipped: '1', why: '2' } }).versions.get('1.0.0')?.dependencies).toEqual({ skipped: '1', why: '2' });
	});
});

describe('fields', () => {
	test('old and odd shapes are understood', () => {
		const manifest = parseOne({
			license: { type: 'MIT' },
			repository: 'github:a/a',
			keywords: 'one',
			os: 'linux',
			engines: ['node >= 0.4'],
			deprecated: '',
			dependencies: [],
			peerDependencies: { b: '*', c: '*' },
			peerDependenciesMeta: { b: { optional: true }, c: { optional: 'yes' }, d: { optional: true } },
			bundledDependencies: ['e'],
			scripts: { postinstall: 'node x' },
			plugward: { apiVersion: 1 },
			_npmUser: { name: 'someone' },
		}).versions.get('1.0.0');
		expect(manifest).toMatchObject({
			license: 'MIT',
			repository: 'github:a/a',
			keywords: ['one'],
			os: ['linux'],
			engines: {},
			deprecated: null,
			dependencies: {},
			optionalPeers: ['b'],
			bundledDependencies: ['e'],
			hasInstallScript: true,
			hasPluginField: true,
			publisher: 'someone',
		});
	});

	test('an optional dependency that is repeated as a regular one is optional', () => {
		const manifest = parseOne({ dependencies: { b: '1', c: '2' }, optionalDependencies: { b: '1' } }).versions.get('1.0.0');
		expect(manifest?.dependencies).toEqual({ c: '2' });
		expect(manifest?.optionalDependencies).toEqual({ b: '1' });
	});

	test('text that would act on a terminal has marks in place of what acts', () => {
		const packument = parse({
			name: 'a',
			readme: 'line\n\u001b]52;c;ZXZpbA==\u0007two',
			maintainers: [{ name: 'some\u202eone' }],
			versions: { '1.0.0': { dist, description: 'x\u001b[2Jy\nz', deprecated: 'use\u009b31m b' } },
		});
		expect(packument.readme).toBe('line\n\uFFFDtwo');
		expect(packument.maintainers).toEqual(['some\uFFFDone']);
		expect(packument.versions.get('1.0.0')).toMatchObject({ description: 'x\uFFFDy z', deprecated: 'use b' });
	});

	test('tags point to versions that exist, times are times', () => {
		const packument = parse({
			name: 'a',
			'dist-tags': { latest: '1.0.0', next: '9.9.9' },
			time: {
				created: 'x',
				'1.0.0': '2020-01-01T00:00:00.000Z',
				'2.0.0': 'yesterday',
				'3.0.0': '2020-01-01T02:00:00.123456+02:00',
				'9.9.9': '2020-01-01T00:00:00.000Z',
			},
			versions: { '1.0.0': { dist }, '2.0.0': { dist }, '3.0.0': { dist } },
		});
		expect(packument.distTags).toEqual({ latest: '1.0.0' });
		expect(packument.time).toEqual({ '1.0.0': '2020-01-01T00:00:00.000Z', '3.0.0': '2020-01-01T00:00:00.123Z' });
	});
});
