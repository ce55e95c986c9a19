import { describe, expect, it } from 'vitest';
import { verifyResolution } from '../../../source/engine/resolver/index.ts';
import type { Resolution } from '../../../source/engine/resolver/index.ts';
import type { Ask } from '../../helpers/universe.ts';
import { at, NOW, NPM_RULES, Universe, versions } from '../../helpers/universe.ts';

const DAY = 86_400_000;

async function checked(universe: Universe, roots: Readonly<Record<string, string>>, ask: Ask = {}): Promise<Resolution> {
	const resolution = await universe.solved(roots, ask);
	expect(verifyResolution(resolution, universe.request(roots, ask), NPM_RULES)).toEqual([]);
	return resolution;
}

describe('packages that are peers of each other', () => {
	/** Three that each need the two others in the same major. */
	function triangle(): Universe {
		const universe = new Universe();
		for (const major of [1, 2]) {
			for (const name of ['x', 'y', 'z']) {
				const peerDependencies = Object.fromEntries(
					['x', 'y', 'z'].filter((other) => other !== name).map((other) => [other, `^${major}.0.0`]),
				);
				universe.serve(name, `${major}.0.0`, { peerDependencies });
			}
		}

		return universe;
	}

	it('land as one group of three, in copies of their own beside those of the roots', async () => {
		const universe = triangle().serve('tool', '1.0.0', { dependencies: { x: '^1.0.0', y: '^1.0.0', z: '^1.0.0' } });
		const resolution = await checked(universe, { x: '^2.0.0', y: '*', z: '*', tool: '*' });
		for (const [from, to] of [
			['x', 'y'],
			['y', 'z'],
			['z', 'x'],
		] as const) {
			expect(at(resolution, 'tool', from, to).id).toBe(at(resolution, 'tool', to).id);
			expect(at(resolution, from, to).version).toBe('2.0.0');
		}

		expect(resolution.packages.length).toBe(7);
	});

	it('may lose an optional one, and then the others see what is outside under its name', async () => {
		const universe = new Universe();
		for (const major of [1, 2]) {
			universe
				.serve('x', `${major}.0.0`, { peerDependencies: { y: `^${major}.0.0`, z: '*' }, optionalPeers: ['z'] })
				.serve('y', `${major}.0.0`, { peerDependencies: { x: `^${major}.0.0` } });
		}

		universe
			.serve('z', '1.0.0', { peerDependencies: { x: '^9.0.0', y: '*' } })
			.serve('tool', '1.0.0', { dependencies: { x: '^1.0.0', y: '^1.0.0' }, optionalDependencies: { z: '*' } });
		const resolution = await checked(universe, { x: '^2.0.0', y: '*', tool: '*' });
		expect(at(resolution, 'tool').dropped).toEqual({ z: 'it cannot be installed beside the rest' });
		expect(at(resolution, 'tool', 'x').dependencies).toEqual({ y: at(resolution, 'tool', 'y').id });
	});
});

describe('a peer of something below', () => {
	it('is seen late, in a version that is taken only after going back, and still is the copy of its surroundings', async () => {
		const universe = new Universe()
			.serve('host', '1.0.0')
			.serve('host', '2.0.0')
			.serve('deep', '2.0.0', { dependencies: { missing: '*' } })
			.serve('deep', '1.0.0', { peerDependencies: { host: '*' } })
			.serve('middle', '1.0.0', { dependencies: { deep: '*' } })
			.serve('tool', '1.0.0', { dependencies: { host: '^1.0.0', middle: '*' } });
		const resolution = await checked(universe, { host: '^2.0.0', tool: '*', middle: '*' });
		expect(at(resolution, 'tool', 'middle', 'deep', 'host').version).toBe('1.0.0');
		expect(at(resolution, 'middle', 'deep', 'host').version).toBe('2.0.0');
	});
});

describe('an optional dependency', () => {
	it('for another computer stays in the lock of all platforms, and is neither dropped nor warned of', async () => {
		const universe = new Universe()
			.serve('app', '1.0.0', { optionalDependencies: { 'app-darwin': '1.0.0', 'app-linux': '1.0.0', 'app-musl': '1.0.0' } })
			.serve('app-darwin', '1.0.0', { os: ['darwin'], cpu: ['arm64'] })
			.serve('app-linux', '1.0.0', { os: ['linux'], libc: ['glibc'] })
			.serve('app-musl', '1.0.0', { os: ['linux'], libc: ['musl'] });
		const resolution = await checked(universe, { app: '*' });
		expect(versions(resolution)).toEqual(['app-darwin@1.0.0', 'app-linux@1.0.0', 'app-musl@1.0.0', 'app@1.0.0']);
		expect(at(resolution, 'app').dropped).toEqual({});
		expect(at(resolution, 'app', 'app-darwin')).toMatchObject({ optional: true, manifest: { os: ['darwin'], cpu: ['arm64'] } });
		expect(resolution.warnings).toEqual([]);
	});

	it('is dropped with the reason when it is revoked, or leads out of the registry', async () => {
		const universe = new Universe()
			.serve('app', '1.0.0', { optionalDependencies: { bad: '^1.0.0', forked: 'github:someone/forked', tagged: 'next' } })
			.serve('bad', '1.0.0')
			.serve('tagged', '1.0.0');
		const policy = { revoked: [{ name: 'bad', version: '1.0.0', reason: 'stolen' }] };
		expect(at(await checked(universe, { app: '*' }, { policy }), 'app').dropped).toEqual({
			bad: 'policy forbids every version of bad that matches ^1.0.0',
			forked: 'it asks for github:someone/forked, which is not a version in a registry',
			tagged: 'no version of tagged matches next',
		});
	});

	it('that somebody else requires is not optional', async () => {
		const universe = new Universe()
			.serve('app', '1.0.0', { optionalDependencies: { shared: '*' }, dependencies: { other: '*' } })
			.serve('other', '1.0.0', { dependencies: { shared: '*' } })
			.serve('shared', '1.0.0');
		expect(at(await checked(universe, { app: '*' }), 'app', 'shared').optional).toBe(false);
	});
});

describe('an alias', () => {
	it('and a second one of the same package are two roots of two versions', async () => {
		const universe = new Universe().serve('lib', '1.0.0').serve('lib', '2.0.0');
		const resolution = await checked(universe, { 'lib-old': 'npm:lib@^1.0.0', 'lib-new': 'npm:lib@^2.0.0' });
		expect([at(resolution, 'lib-old').id, at(resolution, 'lib-new').id]).toEqual(['lib@1.0.0', 'lib@2.0.0']);
	});

	it('twice in one package leads to one copy where one version does for both', async () => {
		const universe = new Universe()
			.serve('app', '1.0.0', { dependencies: { one: 'npm:lib@^1.0.0', two: 'npm:lib@>=1.0.0 <2.0.0', three: 'npm:lib@^2.0.0' } })
			.serve('lib', '1.0.0')
			.serve('lib', '2.0.0');
		const resolution = await checked(universe, { app: '*' });
		expect(at(resolution, 'app').dependencies).toEqual({ one: 'lib@1.0.0', three: 'lib@2.0.0', two: 'lib@1.0.0' });
	});

	it('of a scoped package by a tag is held to the version of the tag', async () => {
		const universe = new Universe().serve('@s/lib', '1.0.0').serve('@s/lib', '2.0.0').tag('@s/lib', 'stable', '1.0.0');
		expect(at(await checked(universe, { mine: 'npm:@s/lib@stable' }), 'mine').id).toBe('@s/lib@1.0.0');
	});
});

describe('a tag', () => {
	it('of a root never gives way to another version, unlike in npm, and the report names the version it stands for', async () => {
		const universe = new Universe()
			.serve('host', '1.0.0')
			.serve('host', '2.0.0')
			.tag('host', 'latest', '2.0.0')
			.serve('plugin', '1.0.0', { peerDependencies: { host: '^1.0.0' } });
		expect(await universe.sentences({ host: 'latest', plugin: '*' })).toEqual([
			'You asked for host@latest and plugin.',
			'plugin 1.0.0 needs the host beside it to be ^1.0.0, not 2.0.0.',
			'So host@latest and plugin cannot be installed together.',
		]);
	});

	it('that a dependency names is as hard', async () => {
		const universe = new Universe()
			.serve('app', '1.0.0', { dependencies: { lib: 'next' } })
			.serve('lib', '1.0.0')
			.serve('lib', '2.0.0-rc.1')
			.tag('lib', 'next', '2.0.0-rc.1')
			.tag('lib', 'latest', '1.0.0');
		expect(at(await checked(universe, { app: '*', lib: '*' }), 'app', 'lib').version).toBe('2.0.0-rc.1');
	});
});

describe('what is bundled', () => {
	it('is not looked for, not an edge, and kept in the manifest; as a peer of others it is asked for all the same', async () => {
		const universe = new Universe()
			.serve('app', '1.0.0', { dependencies: { inside: '^1.0.0', outside: '*' }, bundledDependencies: ['inside'] })
			.serve('outside', '1.0.0', { peerDependencies: { inside: '*' } })
			.serve('inside', '1.0.0');
		const resolution = await checked(universe, { app: '*' });
		expect(at(resolution, 'app').dependencies).toEqual({ outside: 'outside@1.0.0' });
		expect(at(resolution, 'app').manifest.bundledDependencies).toEqual(['inside']);
		expect(at(resolution, 'app', 'outside', 'inside').id).toBe('inside@1.0.0');
	});
});

describe('a prerelease', () => {
	it('matches only a comparator of the same triple', async () => {
		const universe = new Universe().serve('a', '2.0.0-beta.1').serve('a', '2.1.0-beta.1').serve('a', '1.0.0');
		expect(at(await checked(universe, { a: '>=2.0.0-alpha <3.0.0' }), 'a').version).toBe('2.0.0-beta.1');
		expect(at(await checked(universe, { a: '>=1.0.0' }), 'a').version).toBe('1.0.0');
		expect(await universe.sentences({ a: '^2.0.0' })).toEqual(['No version of a matches ^2.0.0; the newest is 1.0.0.']);
	});

	it('does not meet a peer range that would take the release', async () => {
		const universe = new Universe().serve('host', '2.0.0-rc.1').serve('plugin', '1.0.0', { peerDependencies: { host: '>=1.0.0' } });
		expect(await universe.sentences({ host: '2.0.0-rc.1', plugin: '*' })).toEqual([
			'You asked for plugin.',
			'plugin 1.0.0 needs the host beside it to be >=1.0.0, but no such version exists; the newest is 2.0.0-rc.1.',
			'So plugin cannot be installed.',
		]);
	});
});

describe('rules of policy together', () => {
	it('are each passed by going to an older version, whatever the rule', async () => {
		const universe = new Universe()
			.serve('a', '6.0.0', { publishedAt: new Date(NOW - DAY / 2).toISOString() })
			.serve('a', '5.0.0')
			.serve('a', '4.0.0')
			.serve('a', '3.0.0', { engines: { node: '>=99' } })
			.serve('a', '2.0.0', { deprecated: 'use 3' })
			.serve('a', '1.0.0');
		const policy = {
			minimumAgeMilliseconds: 3 * DAY,
			revoked: [{ name: 'a', version: '5.0.0', reason: 'stolen' }],
			denied: [{ name: 'a', range: '4.x', reason: 'its level is below known', lifts: null }],
			engines: 'required' as const,
		};
		expect(at(await checked(universe, { a: '*' }, { policy }), 'a').version).toBe('1.0.0');
		expect(at(await checked(universe, { a: '>=2.0.0' }, { policy }), 'a').version).toBe('2.0.0');
		const sentences = await universe.sentences({ a: '>=3.0.0' }, { policy });
		for (const words of ['12 hours old', 'revoked: stolen', 'denied: its level is below known', 'node >=99']) {
			expect(sentences.join(' ')).toContain(words);
		}
	});

	it('hold for what is deep in the tree too', async () => {
		const universe = new Universe()
			.serve('app', '1.0.0', { dependencies: { middle: '*' } })
			.serve('middle', '1.0.0', { dependencies: { bad: '^2.0.0' } })
			.serve('bad', '2.0.0');
		const policy = { denied: [{ name: 'bad', range: '*', reason: 'the organisation forbids it', lifts: null }] };
		expect(await universe.sentences({ app: '*' }, { policy })).toEqual([
			'You asked for app.',
			'app 1.0.0 depends on middle of any version.',
			'middle 1.0.0 depends on bad ^2.0.0.',
			'bad 2.0.0 would fit but is denied: the organisation forbids it.',
			'So app cannot be installed.',
		]);
	});

	it('let a young version through only where the tree itself names it', async () => {
		const young = new Date(NOW - DAY / 2).toISOString();
		const universe = new Universe()
			.serve('lib', '1.0.0')
			.serve('lib', '1.1.0', { publishedAt: young })
			.serve('pins', '2.0.0', { dependencies: { lib: '1.1.0', missing: '*' } })
			.serve('pins', '1.0.0')
			.serve('user', '1.0.0', { dependencies: { lib: '^1.0.0' } });
		const resolution = await checked(universe, { pins: '*', user: '*' }, { policy: { minimumAgeMilliseconds: 3 * DAY } });
		expect(at(resolution, 'user', 'lib').version).toBe('1.0.0');
	});
});

describe('what no registry serves', () => {
	it.each([
		'file:../a',
		'./a',
		'/tmp/a',
		'~/a',
		'git+ssh://git@host/a.git',
		'github:u/a',
		'u/a',
		'https://host/a.tgz',
		'link:../a',
		'workspace:*',
	])('is refused for a root with a sentence: %s', async (spec) => {
		await expect(new Universe().serve('a', '1.0.0').resolve({ a: spec })).rejects.toMatchObject({
			code: 'spec-unsupported',
			message: expect.stringContaining('only versions from a registry can be installed'),
		});
	});

	it.each(['file:../b', 'git+https://host/b.git', 'u/b', 'https://host/b.tgz'])('is told deep in the tree: %s', async (spec) => {
		const universe = new Universe().serve('a', '1.0.0', { dependencies: { m: '*' } }).serve('m', '1.0.0', { dependencies: { b: spec } });
		expect(await universe.sentences({ a: '*' })).toEqual([
			'You asked for a.',
			'a 1.0.0 depends on m of any version.',
			`m 1.0.0 depends on b from ${spec}, which is not a version in a registry.`,
			'So a cannot be installed.',
		]);
	});
});
