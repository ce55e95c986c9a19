import { describe, expect, it } from 'vitest';
import { verifyResolution } from '../../../source/engine/resolver/index.ts';
import { at, NPM_RULES, randomNumbers, Universe, versions } from '../../helpers/universe.ts';

describe('peers', () => {
	it('are the copy the root installs', async () => {
		const universe = new Universe()
			.serve('host', '1.0.0')
			.serve('host', '2.0.0')
			.serve('plugin', '1.0.0', { peerDependencies: { host: '^1.0.0' } })
			.serve('plugin', '2.0.0', { peerDependencies: { host: '^2.0.0' } });
		expect(versions(await universe.solved({ host: '^1.0.0', plugin: '*' }))).toEqual(['host@1.0.0', 'plugin@1.0.0']);
	});

	it('are installed when nobody else asks for them', async () => {
		const universe = new Universe().serve('host', '1.0.0').serve('plugin', '1.0.0', { peerDependencies: { host: '*' } });
		const resolution = await universe.solved({ plugin: '*' });
		expect(at(resolution, 'plugin', 'host').id).toBe('host@1.0.0');
		expect(at(resolution, 'plugin').peers).toEqual(['host']);
	});

	it('may be missing when optional, but must fit when they are there', async () => {
		const universe = new Universe()
			.serve('host', '1.0.0')
			.serve('host', '2.0.0')
			.serve('other', '1.0.0', { dependencies: { host: '^2.0.0' } })
			.serve('plugin', '1.0.0', { peerDependencies: { host: '^1.0.0' }, optionalPeers: ['host'] });
		expect(versions(await universe.solved({ plugin: '*' }))).toEqual(['plugin@1.0.0']);
		const both = await universe.solved({ other: '*', plugin: '*' });
		expect(at(both, 'other', 'host').version).toBe('2.0.0');
		expect(at(both, 'plugin').dependencies).toEqual({});
		expect((await universe.sentences({ host: '^2.0.0', plugin: '*' }))[1]).toBe('plugin 1.0.0 works with host only as ^1.0.0, not 2.0.0.');
	});

	it("are the dependent's own copy when it brings one", async () => {
		const universe = new Universe()
			.serve('host', '1.0.0')
			.serve('host', '2.0.0')
			.serve('plugin', '1.0.0', { peerDependencies: { host: '^1.0.0' } })
			.serve('plugin', '2.0.0', { peerDependencies: { host: '^2.0.0' } })
			.serve('old-tool', '1.0.0', { dependencies: { host: '^1.0.0', plugin: '^1.0.0' } });
		const resolution = await universe.solved({ 'old-tool': '*', host: '^2.0.0', plugin: '^2.0.0' });
		expect(at(resolution, 'old-tool', 'plugin', 'host').id).toBe('host@1.0.0');
		expect(at(resolution, 'plugin', 'host').id).toBe('host@2.0.0');
	});

	it('name one version twice when it lives in two surroundings', async () => {
		const universe = new Universe()
			.serve('host', '1.0.0')
			.serve('host', '2.0.0')
			.serve('plugin', '1.0.0', { peerDependencies: { host: '*' } })
			.serve('old-tool', '1.0.0', { dependencies: { host: '^1.0.0', plugin: '*' } });
		const resolution = await universe.solved({ 'old-tool': '*', host: '^2.0.0', plugin: '*' });
		expect(resolution.packages.map(({ id }) => id)).toEqual([
			'host@1.0.0',
			'host@2.0.0',
			'old-tool@1.0.0',
			'plugin@1.0.0(host@1.0.0)',
			'plugin@1.0.0(host@2.0.0)',
		]);
	});

	it('are found through a package that only passes them on', async () => {
		const universe = new Universe()
			.serve('host', '1.0.0')
			.serve('host', '2.0.0')
			.serve('plugin', '1.0.0', { peerDependencies: { host: '*' } })
			.serve('preset', '1.0.0', { dependencies: { plugin: '*' }, peerDependencies: { host: '*' } })
			.serve('old-tool', '1.0.0', { dependencies: { host: '^1.0.0', preset: '*' } });
		const resolution = await universe.solved({ 'old-tool': '*', host: '^2.0.0', preset: '*' });
		expect(at(resolution, 'old-tool', 'preset', 'plugin', 'host').id).toBe('host@1.0.0');
		expect(at(resolution, 'preset', 'plugin', 'host').id).toBe('host@2.0.0');
	});

	it('see the package itself from inside a second copy of it', async () => {
		const universe = new Universe()
			.serve('core', '1.0.0', { dependencies: { 'core-helper': '^1.0.0' } })
			.serve('core', '2.0.0', { dependencies: { 'core-helper': '^1.0.0' } })
			.serve('core-helper', '1.0.0', { peerDependencies: { core: '>=1.0.0' } })
			.serve('old-tool', '1.0.0', { dependencies: { core: '^1.0.0' } });
		const resolution = await universe.solved({ core: '^2.0.0', 'old-tool': '*' });
		expect(at(resolution, 'old-tool', 'core', 'core-helper', 'core').id).toBe('core@1.0.0');
		expect(at(resolution, 'core', 'core-helper', 'core').id).toBe('core@2.0.0');
	});

	it('place packages that are peers of each other together', async () => {
		const universe = new Universe();
		for (const major of [1, 2]) {
			universe
				.serve('left', `${major}.0.0`, { peerDependencies: { right: `^${major}.0.0` } })
				.serve('right', `${major}.0.0`, { peerDependencies: { left: `^${major}.0.0` } });
		}

		universe.serve('old-tool', '1.0.0', { dependencies: { left: '^1.0.0', right: '^1.0.0' } });
		const resolution = await universe.solved({ left: '*', right: '*', 'old-tool': '*' });
		expect(at(resolution, 'left', 'right').version).toBe('2.0.0');
		expect(at(resolution, 'old-tool', 'left', 'right').version).toBe('1.0.0');
		expect(at(resolution, 'old-tool', 'right', 'left').id).toBe(at(resolution, 'old-tool', 'left').id);
	});

	it('end when copies nest each other', async () => {
		const universe = new Universe();
		for (const major of [1, 2, 3]) {
			const other = (major % 3) + 1;
			universe
				.serve('ring', `${major}.0.0`, { dependencies: { pong: `^${other}.0.0`, leaf: '*' } })
				.serve('pong', `${major}.0.0`, { dependencies: { ring: `^${other}.0.0`, leaf: '*' } })
				.serve('leaf', `${major}.0.0`, { peerDependencies: { ring: '*', pong: '*' } });
		}

		const outcome = await universe.resolve({ ring: '*' });
		expect(outcome.type).not.toBe('gave-up');
		if (outcome.type === 'resolved') {
			expect(verifyResolution(outcome.resolution, universe.request({ ring: '*' }), NPM_RULES)).toEqual([]);
		}
	});
});

describe('backtracking', () => {
	it('lets the newer package win over an absurd old version of the other', async () => {
		const universe = new Universe().serve('a', '1.0.0').serve('a', '2.0.0').serve('b', '1.0.0');
		for (let minor = 0; minor <= 9; minor += 1) {
			universe.serve('b', `2.${minor}.0`, { peerDependencies: { a: '1.0.0' } });
		}

		expect(versions(await universe.solved({ a: '*', b: '*' }))).toEqual(['a@1.0.0', 'b@2.9.0']);
	});

	it('does so when the peer is asked for by a package in between', async () => {
		const universe = new Universe().serve('a', '1.0.0').serve('a', '2.0.0').serve('b', '1.0.0');
		for (let minor = 0; minor <= 9; minor += 1) {
			universe
				.serve('b', `2.${minor}.0`, { dependencies: { 'b-inner': `2.${minor}.0` } })
				.serve('b-inner', `2.${minor}.0`, { peerDependencies: { a: '1.0.0' } });
		}

		expect(versions(await universe.solved({ a: '*', b: '*' }))).toEqual(['a@1.0.0', 'b-inner@2.9.0', 'b@2.9.0']);
	});

	it('solves what depends on hundreds of versions with the same unsatisfiable peer', async () => {
		const universe = new Universe().serve('host', '1.0.0').serve('plugin', '1.0.0');
		for (let minor = 0; minor < 400; minor += 1) {
			universe.serve('plugin', `2.${minor}.0`, { dependencies: { inner: '*' } });
		}

		universe.serve('inner', '1.0.0', { peerDependencies: { host: '^2.0.0' } });
		const { statistics, packages } = await universe.solved({ host: '1.0.0', plugin: '*' });
		expect(packages.map(({ id }) => id)).toContain('plugin@1.0.0');
		expect(statistics.conflicts).toBeLessThan(10);
	});

	it('goes through a package of ten thousand versions', async () => {
		const universe = new Universe().serve('host', '99.0.0').serve('host', '3.0.0');
		for (let i = 0; i < 10_000; i += 1) {
			universe.serve('plugin', `${1 + (i % 40)}.${Math.floor(i / 40)}.0`, { peerDependencies: { host: `^${1 + (i % 40)}.0.0` } });
		}

		universe.tag('plugin', 'latest', '40.249.0');
		const { packages, statistics } = await universe.solved({ plugin: '*', host: '^3.0.0' });
		expect(packages.map(({ id }) => id)).toEqual(['host@3.0.0', 'plugin@3.249.0']);
		expect(statistics.conflicts).toBeLessThan(10);
	});

	it('ends on a puzzle made to be hard', async () => {
		// Nine pigeons, eight holes: every solver that only learns clauses needs very many conflicts.
		const universe = new Universe();
		for (let pigeon = 0; pigeon < 9; pigeon += 1) {
			for (let hole = 1; hole <= 8; hole += 1) {
				const others = Array.from({ length: 9 }, (_, other) => other).filter((other) => other !== pigeon);
				universe.serve(`pigeon${pigeon}`, `${hole}.0.0`, {
					peerDependencies: Object.fromEntries(others.map((other) => [`pigeon${other}`, `<${hole}.0.0 || >${hole}.0.0`])),
				});
			}
		}

		const roots = Object.fromEntries(Array.from({ length: 9 }, (_, pigeon) => [`pigeon${pigeon}`, '*']));
		const outcome = await universe.resolve(roots, { budgetMilliseconds: 400 });
		expect(['gave-up', 'unsolvable']).toContain(outcome.type);
	});
});

describe('plugins around a pinned host', () => {
	it('are solved without a violation wherever a solution was planted', async () => {
		for (let seed = 1; seed <= 60; seed += 1) {
			const random = randomNumbers(seed * 31);
			const { universe, roots } = plantedFamily(random);
			const resolution = await universe.solved(roots);
			expect({ seed, problems: verifyResolution(resolution, universe.request(roots), NPM_RULES) }).toEqual({ seed, problems: [] });
		}
	});
});

/** A host with majors, plugins whose versions follow the host's majors, presets that bundle plugins; the pinned major always works. */
function plantedFamily(random: (below: number) => number): { universe: Universe; roots: Record<string, string> } {
	const universe = new Universe();
	const pinned = 2 + random(4);
	for (let major = 1; major <= 6; major += 1) {
		for (let minor = 0; minor < 4; minor += 1) {
			universe.serve('host', `${major}.${minor}.0`, { dependencies: { runtime: `^${1 + (major % 3)}.0.0` } });
		}
	}

	for (let major = 1; major <= 3; major += 1) {
		universe.serve('runtime', `${major}.0.0`, { peerDependencies: { host: '*' } });
	}

	const plugins = Array.from({ length: 4 + random(5) }, (_, i) => `plugin-${i}`);
	for (const plugin of plugins) {
		for (let major = 1; major <= 6; major += 1) {
			for (let minor = 0; minor < 3; minor += 1) {
				const isPlanted = major === pinned && minor === 0;
				const friend = plugins[random(plugins.length)] ?? plugin;
				const peers = friend !== plugin && !isPlanted ? { [friend]: `>=${1 + random(6)}.0.0` } : {};
				const range = isPlanted || random(2) === 0 ? `^${major}.0.0` : `^${Math.max(1, major - 1)}.0.0 || ^${major}.0.0`;
				universe.serve(plugin, `${major}.${minor}.0`, { peerDependencies: { host: range, ...peers } });
			}
		}
	}

	universe.serve('preset', '1.0.0', {
		dependencies: Object.fromEntries(plugins.slice(0, 2).map((plugin) => [plugin, '*'])),
		peerDependencies: { host: '*' },
	});
	return { universe, roots: { host: `^${pinned}.0.0`, preset: '*', ...Object.fromEntries(plugins.map((plugin) => [plugin, '*'])) } };
}
