import { describe, expect, it } from 'vitest';
import { resolve, verifyResolution } from '../../../source/engine/resolver/index.ts';
import { wild } from './proofs/random-universes.ts';
import { at, NPM_RULES, Universe, versions } from '../../helpers/universe.ts';

describe('bad input', () => {
	it('of packages that depend on each other in a circle with peers ends in a tree', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', { dependencies: { b: '*' } })
			.serve('b', '1.0.0', { dependencies: { c: '*' }, peerDependencies: { a: '*' } })
			.serve('c', '1.0.0', { dependencies: { a: '*' }, peerDependencies: { b: '*' } });
		const resolution = await universe.solved({ a: '*' });
		expect(verifyResolution(resolution, universe.request({ a: '*' }), NPM_RULES)).toEqual([]);
		expect(at(resolution, 'a', 'b', 'c', 'a').id).toBe(at(resolution, 'a').id);
	});

	it('of a version that depends on, and is a peer of, exactly itself or another of itself', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', { dependencies: { a: '1.0.0' } })
			.serve('b', '1.0.0', { peerDependencies: { b: '^1.0.0' } })
			.serve('c', '1.0.0', { peerDependencies: { c: '^2.0.0' } });
		const resolution = await universe.solved({ a: '*', b: '*' });
		expect(at(resolution, 'a', 'a').id).toBe('a@1.0.0');
		expect((await universe.sentences({ c: '*' })).at(-1)).toBe('So c cannot be installed.');
	});

	// What it told the solver grew by a million facts in twenty seconds, with 29 conflicts.
	it('of peers that ask for ever more copies is given up before it fills the memory', { timeout: 120_000 }, async () => {
		const { universe, roots, ask } = wild(2201);
		expect(await universe.resolve(roots, { ...ask, budgetMilliseconds: 600_000 })).toMatchObject({ type: 'gave-up' });
	});

	it('of fifty thousand versions is solved, and explained when it cannot be, without a search through them', async () => {
		const universe = new Universe().serve('host', '1.0.0').serve('host', '2.0.0');
		for (let i = 0; i < 50_000; i += 1) {
			universe.serve('plugin', `${1 + (i % 50)}.${Math.floor(i / 50)}.0`, { peerDependencies: { host: '^2.0.0' } });
		}

		const { statistics } = await universe.solved({ plugin: '*', host: '^2.0.0' });
		expect(statistics.conflicts).toBe(0);
		const outcome = await universe.resolve({ plugin: '*', host: '^1.0.0' });
		expect(outcome).toMatchObject({
			type: 'unsolvable',
			failure: {
				sentences: [
					'You asked for host@^1.0.0 and plugin.',
					'Every version of plugin in question (1.0.0 to 50.999.0) needs the host beside it to be ^2.0.0, not 1.0.0.',
					'So host@^1.0.0 and plugin cannot be installed together.',
				],
			},
		});
		expect(outcome.type === 'unsolvable' && outcome.failure.suggestions.length).toBeGreaterThan(0);
	}, 60_000);

	it('of versions that are none is as if they were not there', async () => {
		const universe = new Universe()
			.serve('a', 'latest')
			.serve('a', '1.0')
			.serve('a', '01.0.0')
			.serve('a', '1.0.0')
			.serve('a', '99999999999999999999.0.0')
			.serve('a', '');
		expect(versions(await universe.solved({ a: '*' }))).toEqual(['a@1.0.0']);
		expect(await universe.sentences({ a: '2' })).toEqual(['No version of a matches 2; the newest is 1.0.0.']);
	});

	it.each(['not a range!!', '>=', '1.x.y.z', '^^1', '99999999999999999999.x', '\u0000', '☃', '1 '.repeat(5000)])(
		'of a range like %j is gone around, and quoted when it cannot be',
		async (junk) => {
			const universe = new Universe()
				.serve('a', '2.0.0', { dependencies: { b: junk } })
				.serve('a', '1.0.0')
				.serve('b', '1.0.0');
			const resolution = await universe.solved({ a: '*' });
			expect(verifyResolution(resolution, universe.request({ a: '*' }), NPM_RULES)).toEqual([]);
			const outcome = await universe.resolve({ a: '2.0.0' });
			expect(outcome.type === 'unsolvable' ? 'quoted' : versions(resolution)).toEqual(
				outcome.type === 'unsolvable' ? 'quoted' : ['a@2.0.0', 'b@1.0.0'],
			);
		},
	);

	it.each(['b\u001B[31m', 'b\u202E', '../b', 'b c', '', '__proto__ x', `@${'x'.repeat(300)}/y`])(
		'of a dependency named %j is refused and never asked for',
		async (name) => {
			const universe = new Universe().serve('a', '2.0.0', { dependencies: { [name]: '*' } }).serve('a', '1.0.0');
			expect(versions(await universe.solved({ a: '*' }))).toEqual(['a@1.0.0']);
			expect((await universe.sentences({ a: '2.0.0' })).at(-1)).toBe('So a@2.0.0 cannot be installed.');
			expect(universe.asked.flat()).not.toContain(name);
		},
	);

	it('of names that every object has does no harm', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', { dependencies: { constructor: '*', 'has-own': '*' }, peerDependencies: { valueOf: '*' } })
			.serve('constructor', '1.0.0')
			.serve('has-own', '1.0.0')
			.serve('valueOf', '1.0.0');
		expect(versions(await universe.solved({ a: '*' }))).toEqual(['a@1.0.0', 'constructor@1.0.0', 'has-own@1.0.0', 'valueOf@1.0.0']);
	});

	it.each(['file:../b', 'git+ssh://host.example/b.git', 'github:user/b', 'https://host.example/b.tgz', 'workspace:*', 'link:../b'])(
		'of a dependency deep in the tree asked for as %s is refused with a sentence',
		async (spec) => {
			const universe = new Universe()
				.serve('tool', '1.0.0', { dependencies: { middle: '*' } })
				.serve('middle', '1.0.0', { dependencies: { b: spec } })
				.serve('b', '1.0.0');
			expect(await universe.sentences({ tool: '*' })).toEqual([
				'You asked for tool.',
				'tool 1.0.0 depends on middle of any version.',
				`middle 1.0.0 depends on b from ${spec}, which is not a version in a registry.`,
				'So tool cannot be installed.',
			]);
		},
	);

	it('of a registry that changes between two requests gives a tree of the later one, or says what is gone', async () => {
		const before = new Universe().serve('a', '1.0.0', { dependencies: { b: '^1.0.0' } }).serve('b', '1.0.0');
		const after = new Universe().serve('a', '1.0.0', { dependencies: { b: '^1.0.0' } }).serve('a', '1.1.0');
		const mixed = (names: readonly string[]) => (names.includes('a') ? before.load(names) : after.load(names));
		const options = { signal: new AbortController().signal, budgetMilliseconds: 5000 };
		const outcome = await resolve(before.request({ a: '*' }), { ...options, provider: { load: mixed } });
		expect(outcome).toMatchObject({
			type: 'unsolvable',
			failure: { conflicts: [{ facts: [{ type: 'root' }, { type: 'not-found', name: 'b' }, { type: 'dependency' }] }] },
		});
		expect(versions(await after.solved({ a: '*' }))).toEqual(['a@1.1.0']);
	});
});

describe('cancelling', () => {
	it('stops also while a conflict is explained', async () => {
		const universe = new Universe().serve('host', '1.0.0').serve('host', '2.0.0');
		for (let i = 0; i < 4000; i += 1) {
			universe.serve('plugin', `${1 + (i % 50)}.${Math.floor(i / 50)}.0`, { peerDependencies: { host: `^${2 + (i % 40)}.0.0` } });
		}

		const controller = new AbortController();
		let looks = 0;
		const signal = controller.signal;
		const provider = {
			load: (names: readonly string[]) => {
				looks += 1;
				setTimeout(() => controller.abort(), 10);
				return universe.load(names);
			},
		};
		await universe.load(['host', 'plugin']);
		const running = resolve(universe.request({ plugin: '*', host: '^1.0.0' }), { provider, signal, budgetMilliseconds: 60_000 });
		await expect(running).rejects.toMatchObject({ code: 'cancelled' });
		expect(looks).toBe(1);
	});
});
