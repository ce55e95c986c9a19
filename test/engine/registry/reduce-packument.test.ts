import { describe, expect, test } from 'vitest';
import { parsePackument } from '../../../source/engine/registry/parsing/parse-packument.ts';
import { reducePackument } from '../../../source/engine/registry/parsing/reduce-packument.ts';
import { compilePackageIndex } from '../../../source/engine/resolver/index.ts';

const ASKED = { name: 'a', from: 'registry.example' };

function reduced(text: string): unknown {
	const bytes = reducePackument(Buffer.from(text));
	return bytes === null ? null : JSON.parse(bytes.toString('utf8'));
}

function indexOf(body: Buffer): string {
	return Buffer.from(compilePackageIndex(parsePackument(body, ASKED))).toString('hex');
}

describe('a packument is reduced to what the index keeps', () => {
	const document = {
		_id: 'a',
		name: 'a',
		readme: 'He said "\\", and {[ were open.\n',
		'dist-tags': { latest: '1.1.0', next: '2.0.0-rc.1' },
		time: { created: '2020-01-01T00:00:00.000Z', '1.0.0': '2020-01-01T00:00:00.000Z', '1.1.0': '2021-01-01T00:00:00.000Z' },
		maintainers: [{ name: 'somebody', email: 'a@b.c' }],
		versions: Object.fromEntries(
			['1.0.0', '1.1.0', '2.0.0-rc.1', 'junk'].map((version, i) => [
				version,
				{
					name: 'a',
					version,
					description: `Ünïcode 🎉 "${version}"`,
					license: i === 1 ? { type: 'MIT' } : 'ISC',
					scripts: i === 0 ? { test: 'x', postinstall: 'y' } : { test: 'x' },
					dependencies: i < 2 ? { b: '^1', c: '~2 || >3' } : { b: '^2' },
					optionalDependencies: i === 2 ? { b: '^2' } : undefined,
					peerDependencies: { p: '*', q: '1.x' },
					peerDependenciesMeta: { p: { optional: i === 2 } },
					bundleDependencies: i === 0 ? ['b'] : [],
					engines: { node: i === 2 ? '>=20' : '>=18' },
					os: ['!win32'],
					deprecated: i === 0 ? 'old' : undefined,
					exports: { '.': [{ import: './a.js' }, null, -1.5e3, true, false] },
					plugward: i === 2 ? { tasks: { dist: { tarball: 'no' } } } : undefined,
					gitHead: 'abc',
					dist: {
						tarball: `http://registry.example/a/-/a-${version}.tgz`,
						shasum: '0'.repeat(40),
						fileCount: 3,
						'npm-signature': '-----BEGIN',
						signatures: [{ keyid: 'k', sig: 'AAAA' }],
					},
				},
			]),
		),
	};

	test('and gives the same index, however it is spaced', () => {
		for (const spacing of [undefined, ' ', '\t', 2]) {
			const body = Buffer.from(JSON.stringify(document, null, spacing));
			const small = reducePackument(body);
			expect(small).not.toBeNull();
			expect(indexOf(small ?? Buffer.alloc(0))).toBe(indexOf(body));
			expect(small?.length).toBeLessThan(body.length * 0.8);
		}
	});

	test('without what nobody reads', () => {
		const text = JSON.stringify(reduced(JSON.stringify(document)));
		for (const gone of ['readme', 'exports', 'gitHead', 'npm-signature', 'fileCount', 'tasks', '"test"', '_id']) {
			expect(text).not.toContain(gone);
		}

		expect(text).toContain('postinstall');
	});

	test('only the newest version keeps what lists show of it, or every one where the tags come too late to tell', () => {
		const described = { '1.0.0': { description: 'one' }, '1.0.0-a': { description: 'two' }, '11.0.0': { description: 'three' } };
		const tags = { next: '11.0.0', latest: '1.0.0' };
		expect(reduced(JSON.stringify({ 'dist-tags': tags, versions: described }))).toEqual({
			'dist-tags': tags,
			versions: { '1.0.0': { description: 'one' }, '1.0.0-a': {}, '11.0.0': {} },
		});
		expect(reduced(JSON.stringify({ versions: described, 'dist-tags': tags }))).toEqual({ versions: described, 'dist-tags': tags });
		expect(reduced(JSON.stringify({ 'dist-tags': 7, versions: described }))).toEqual({ 'dist-tags': 7, versions: described });
	});

	test('of two fields with one name both stay, so that the last one counts as ever', () => {
		expect(reduced('{"name":"b","x":1,"name":"a","versions":{}}')).toEqual({ name: 'a', versions: {} });
	});

	test('a name in escapes may be any name, so it stays', () => {
		expect(reduced('{"versions":{"1.0.0":{"d\\u0069st":{"tarball":"t"},"other":1}}}')).toEqual({
			versions: { '1.0.0': { dist: { tarball: 't' } } },
		});
	});

	test('what should be an object and is not stays as it is, for the parser to judge', () => {
		expect(reduced('{"versions":[{"dist":1}],"x":0}')).toEqual({ versions: [{ dist: 1 }] });
		expect(reduced('{"versions":{"1.0.0":"text","2.0.0":null}}')).toEqual({ versions: { '1.0.0': 'text', '2.0.0': null } });
	});
});

describe('what is not shaped like a packument is left to the parser', () => {
	test.each([
		'',
		'[]',
		'"text"',
		'{',
		'{"a"',
		'{"a":',
		'{"a":1',
		'{"a":1,',
		'{"a":1,}',
		'{,}',
		'{"a" 1}',
		'{"a":"',
		'{"a":"\\',
		'{"a":[}',
		'{"a":1}x',
		'{a:1}',
		'{"versions":{"1":{"dist":{"tarball":"t"}}',
	])('%j', (text) => {
		expect(reducePackument(Buffer.from(text))).toBeNull();
	});

	test('cut at any byte, it is never taken for a whole one', () => {
		const body = Buffer.from('{"name":"a","x":[1,{"y":"\\""}],"versions":{"1.0.0":{"dist":{"tarball":"t","z":[]}}}}');
		for (let length = 0; length < body.length; length += 1) {
			expect(reducePackument(body.subarray(0, length))).toBeNull();
		}
	});

	test('nesting as deep as it likes costs no stack', () => {
		expect(reduced(`{"name":"a","x":${'['.repeat(300_000)}${']'.repeat(300_000)}}`)).toEqual({ name: 'a' });
	});
});
