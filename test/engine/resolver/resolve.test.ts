import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../source/engine/errors.ts';
import { resolve, verifyResolution } from '../../../source/engine/resolver/index.ts';
import type { MetadataProvider } from '../../../source/engine/resolver/index.ts';
import { at, NPM_RULES, everywhere, randomNumbers, Universe, versions } from '../../helpers/universe.ts';

describe('basics', () => {
	it('takes the highest version that a range allows', async () => {
		const universe = new Universe().serve('a', '1.0.0').serve('a', '1.2.0').serve('a', '2.0.0');
		expect(versions(await universe.solved({ a: '^1.0.0' }))).toEqual(['a@1.2.0']);
	});

	it('shares one copy where the ranges overlap', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', { dependencies: { shared: '>=2.0.0 <4.0.0' } })
			.serve('b', '1.0.0', { dependencies: { shared: '>=3.0.0 <5.0.0' } })
			.serve('shared', '2.0.0')
			.serve('shared', '3.6.9')
			.serve('shared', '4.0.0');
		expect(versions(await universe.solved({ a: '*', b: '*' }))).toEqual(['a@1.0.0', 'b@1.0.0', 'shared@3.6.9']);
	});

	it('gives two dependents a copy each where they do not', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', { dependencies: { shared: '^1.0.0' } })
			.serve('b', '1.0.0', { dependencies: { shared: '^2.0.0' } })
			.serve('shared', '1.5.0')
			.serve('shared', '2.5.0');
		const resolution = await universe.solved({ a: '*', b: '*' });
		expect(at(resolution, 'a', 'shared').version).toBe('1.5.0');
		expect(at(resolution, 'b', 'shared').version).toBe('2.5.0');
	});

	it('says which package could not be found for whom', async () => {
		const universe = new Universe().serve('a', '1.0.0', { dependencies: { b: '*' } });
		expect(await universe.sentences({ a: '*' })).toEqual([
			'You asked for a.',
			'a 1.0.0 depends on b of any version.',
			'There is no package named b in the registry.',
			'So a cannot be installed.',
		]);
	});

	it('avoids a version whose dependency does not exist', async () => {
		const universe = new Universe().serve('a', '2.0.0', { dependencies: { missing: '*' } }).serve('a', '1.0.0');
		expect(versions(await universe.solved({ a: '*' }))).toEqual(['a@1.0.0']);
	});

	it('resolves packages that depend on each other and on themselves', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', { dependencies: { b: '^1.0.0', a: '^0.9.0' } })
			.serve('a', '0.9.0', { dependencies: { a: '^1.0.0' } })
			.serve('b', '1.0.0', { dependencies: { a: '^1.0.0', b: '*' } });
		const resolution = await universe.solved({ a: '1.0.0' });
		expect(versions(resolution)).toEqual(['a@0.9.0', 'a@1.0.0', 'b@1.0.0']);
		expect(at(resolution, 'a', 'b', 'a').id).toBe('a@1.0.0');
	});

	it('answers an empty request with an empty tree', async () => {
		expect((await new Universe().solved({})).packages).toEqual([]);
	});

	it('loads each package once, in as few rounds as the tree is deep', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', { dependencies: { b: '*', c: '*' } })
			.serve('b', '1.0.0', { dependencies: { d: '*' } })
			.serve('c', '1.0.0', { dependencies: { d: '*' } })
			.serve('d', '1.0.0');
		const { statistics } = await universe.solved({ a: '*' });
		expect(universe.asked.map((names) => names.toSorted())).toEqual([['a'], ['b', 'c'], ['d']]);
		expect(statistics.rounds).toBe(3);
	});
});

describe('which version', () => {
	it('prefers latest to a higher version, and stable to a prerelease', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0')
			.serve('a', '2.0.0')
			.serve('b', '1.0.0')
			.serve('b', '2.0.0-rc.1')
			.tag('a', 'latest', '1.0.0');
		expect(versions(await universe.solved({ a: '*', b: '*' }))).toEqual(['a@1.0.0', 'b@1.0.0']);
	});

	it('takes a prerelease for * when there is nothing else, and one a range names', async () => {
		const universe = new Universe().serve('a', '1.0.0-rc.1').serve('b', '1.0.0').serve('b', '2.0.0-rc.2').serve('b', '2.0.1-rc.1');
		expect(versions(await universe.solved({ a: '*', b: '>=2.0.0-rc.1' }))).toEqual(['a@1.0.0-rc.1', 'b@2.0.0-rc.2']);
	});

	it('avoids deprecated versions and those for another node while another fits', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0')
			.serve('a', '1.1.0', { engines: { node: '>=99' } })
			.serve('a', '1.2.0', { deprecated: 'broken' })
			.serve('b', '1.0.0', { deprecated: 'old' });
		const resolution = await universe.solved({ a: '^1.0.0', b: '*' });
		expect(versions(resolution)).toEqual(['a@1.0.0', 'b@1.0.0']);
		expect(resolution.warnings).toEqual(['b 1.0.0 is deprecated: old']);
	});

	it('holds a root to exactly the version its tag names', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0')
			.serve('a', '2.0.0')
			.serve('host', '1.0.0', { peerDependencies: { a: '^1.0.0' } })
			.tag('a', 'latest', '2.0.0')
			.tag('a', 'old', '1.0.0');
		expect(versions(await universe.solved({ a: 'old' }))).toEqual(['a@1.0.0']);
		expect((await universe.sentences({ a: 'latest', host: '*' })).at(-1)).toBe('So a@latest and host cannot be installed together.');
	});

	it('installs an alias under its name and lets peers see it there', async () => {
		const universe = new Universe()
			.serve('preact-compat', '18.0.0')
			.serve('widget', '1.0.0', { peerDependencies: { react: '^18.0.0' }, dependencies: { 'old-widget': 'npm:widget-legacy@^1.0.0' } })
			.serve('widget-legacy', '1.3.0');
		const resolution = await universe.solved({ react: 'npm:preact-compat@^18.0.0', widget: '*' });
		expect(at(resolution, 'widget', 'react').id).toBe('preact-compat@18.0.0');
		expect(at(resolution, 'widget', 'old-widget').id).toBe('widget-legacy@1.3.0');
	});

	it('replaces every range on a package that is overridden', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', { dependencies: { b: '^1.0.0' }, peerDependencies: { c: '^1.0.0' } })
			.serve('b', '1.0.0')
			.serve('b', '2.0.0')
			.serve('c', '3.0.0');
		expect(versions(await universe.solved({ a: '*' }, { overrides: everywhere({ b: '2.0.0', c: '3.0.0' }) }))).toEqual([
			'a@1.0.0',
			'b@2.0.0',
			'c@3.0.0',
		]);
	});
});

describe('optional and bundled dependencies', () => {
	it('drops an optional dependency that is missing, unmatched or impossible, with the reason', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', { optionalDependencies: { missing: '*', old: '^9.0.0', broken: '*', fine: '*', local: 'file:../x' } })
			.serve('old', '1.0.0')
			.serve('broken', '1.0.0', { dependencies: { missing: '*' } })
			.serve('fine', '1.0.0');
		const a = at(await universe.solved({ a: '*' }), 'a');
		expect(a.dependencies).toEqual({ fine: 'fine@1.0.0' });
		expect(a.dropped).toEqual({
			broken: 'it cannot be installed beside the rest',
			local: 'it asks for file:../x, which is not a version in a registry',
			missing: 'missing is not in the registry',
			old: 'no version of old matches ^9.0.0',
		});
	});

	it('drops an optional dependency that clashes with a required one that looks to it', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', { dependencies: { host: '1.0.0' }, optionalDependencies: { extra: '*' } })
			.serve('host', '1.0.0', { peerDependencies: { extra: '*' }, optionalPeers: ['extra'] })
			.serve('host', '2.0.0')
			.serve('extra', '1.0.0', { peerDependencies: { host: '^2.0.0' } });
		const a = at(await universe.solved({ a: '*' }), 'a');
		expect(a.dependencies).toEqual({ host: 'host@1.0.0' });
		expect(a.dropped).toEqual({ extra: 'it cannot be installed beside the rest' });
	});

	it('keeps an optional dependency for another platform, marked optional', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', { optionalDependencies: { 'a-darwin': '1.0.0' }, dependencies: { b: '*' } })
			.serve('a-darwin', '1.0.0', { os: ['darwin'], cpu: ['arm64'], dependencies: { c: '*' } })
			.serve('b', '1.0.0')
			.serve('c', '1.0.0');
		const resolution = await universe.solved({ a: '*' });
		expect(resolution.packages.map(({ id, optional }) => [id, optional])).toEqual([
			['a-darwin@1.0.0', true],
			['a@1.0.0', false],
			['b@1.0.0', false],
			['c@1.0.0', true],
		]);
		expect(resolution.warnings).toEqual([]);
	});

	it('warns of a required package that is not for this computer', async () => {
		const universe = new Universe().serve('a', '1.0.0', { os: ['win32'], cpu: ['!x64'] });
		expect((await universe.solved({ a: '*' })).warnings).toEqual([
			'a 1.0.0 is not for this computer: expected operating system win32, got linux; processor !x64, got x64.',
		]);
	});

	it('does not look for what is bundled in the tarball', async () => {
		const universe = new Universe().serve('a', '1.0.0', { dependencies: { inside: '^1.0.0' }, bundledDependencies: ['inside'] });
		expect(versions(await universe.solved({ a: '*' }))).toEqual(['a@1.0.0']);
	});
});

describe('what is refused', () => {
	it.each(['file:../x', 'git+https://host.example/x.git', 'https://host.example/x.tgz', 'user/repository', 'link:x', '../x'])(
		'refuses a root asked for as %s',
		async (spec) => {
			await expect(new Universe().resolve({ a: spec })).rejects.toMatchObject({ code: 'spec-unsupported' });
		},
	);

	it('refuses names that no registry has', async () => {
		await expect(new Universe().resolve({ '../etc': '*' })).rejects.toMatchObject({ code: 'spec-invalid' });
		await expect(new Universe().resolve({ 'a\u001B[31m': '*' })).rejects.toMatchObject({ code: 'spec-invalid' });
	});

	it('avoids a version that depends on a repository, and says so when there is no other', async () => {
		const universe = new Universe().serve('a', '2.0.0', { dependencies: { b: 'git+ssh://host/b.git' } }).serve('a', '1.0.0');
		expect(versions(await universe.solved({ a: '*' }))).toEqual(['a@1.0.0']);
		expect((await universe.sentences({ a: '2.0.0' }))[1]).toBe(
			'a 2.0.0 depends on b from git+ssh://host/b.git, which is not a version in a registry.',
		);
	});

	it('tells an unknown root, an unknown tag and a range without versions apart', async () => {
		const universe = new Universe().serve('a', '1.0.0').tag('a', 'latest', '1.0.0');
		expect(await universe.resolve({ nothing: '*' })).toMatchObject({
			failure: { kind: 'package-not-found', sentences: ['There is no package named nothing in the registry.'] },
		});
		expect(await universe.resolve({ a: '^9.0.0' })).toMatchObject({
			failure: { kind: 'no-matching-version', sentences: ['No version of a matches ^9.0.0; the newest is 1.0.0.'] },
		});
		expect(await universe.resolve({ a: 'next' })).toMatchObject({
			failure: { kind: 'no-matching-version', sentences: ['a has no tag next; it has latest.'] },
		});
	});

	it('never asks the registry for a name it could not have', async () => {
		const universe = new Universe()
			.serve('a', '2.0.0', { dependencies: { '../b': '*' } })
			.serve('a', '1.0.0', { dependencies: { b: 'not a range!!' } })
			.serve('b', '1.0.0');
		await universe.resolve({ a: '*' });
		expect(universe.asked.flat()).not.toContain('../b');
	});
});

describe('the driver', () => {
	it('stops within a moment when the signal fires, also while the provider waits', async () => {
		const controller = new AbortController();
		const provider: MetadataProvider = {
			load: (_names, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
		};
		const running = resolve(new Universe().request({ a: '*' }), { provider, signal: controller.signal, budgetMilliseconds: 1000 });
		controller.abort();
		await expect(running).rejects.toMatchObject({ code: 'cancelled' });
	});

	it('passes on what the provider throws', async () => {
		const provider: MetadataProvider = { load: () => Promise.reject(new EngineError('registry-unreachable', 'No route.')) };
		const running = resolve(new Universe().request({ a: '*' }), {
			provider,
			signal: new AbortController().signal,
			budgetMilliseconds: 1000,
		});
		await expect(running).rejects.toMatchObject({ code: 'registry-unreachable', message: 'No route.' });
	});

	it('gives up when the budget is used up', async () => {
		const universe = new Universe().serve('a', '1.0.0', { dependencies: { b: '*' } }).serve('b', '1.0.0');
		expect(await universe.resolve({ a: '*' }, { budgetMilliseconds: 0 })).toEqual({ type: 'gave-up', conflicts: 0 });
	});

	it('lets others run while it solves', async () => {
		const universe = new Universe();
		for (let i = 0; i < 3000; i += 1) {
			universe.serve(`p${i}`, '1.0.0', {
				dependencies: Object.fromEntries(Array.from({ length: 12 }, (_, j) => [`p${(i * 7 + j * 31 + 1) % 3000}`, '*'])),
			});
		}

		let turns = 0;
		const ticking = setInterval(() => (turns += 1), 1);
		await universe.solved({ p0: '*' });
		clearInterval(ticking);
		expect(turns).toBeGreaterThan(0);
	});

	it('gives the same answer whatever order roots, versions and answers come in', async () => {
		const build = (order: (names: readonly string[]) => readonly string[]): Universe => {
			const universe = new Universe();
			for (const entry of order(['a 1', 'a 2', 'b 1', 'b 2', 'c 1', 'c 2', 'd 1'])) {
				const [name = '', major = ''] = entry.split(' ');
				universe.serve(name, `${major}.0.0`, {
					dependencies: Object.fromEntries(order(['c', 'd', 'e']).map((other) => [other, '*'])),
					peerDependencies: name === 'a' ? { b: `^${major}.0.0` } : {},
				});
			}

			return universe.serve('e', '1.0.0').serve('e', '2.0.0', { peerDependencies: { c: '^1.0.0' } });
		};

		const expected = JSON.stringify(withoutTimes(await build((names) => names).solved({ a: '*', b: '*', c: '*' })));
		for (let seed = 1; seed <= 20; seed += 1) {
			const random = randomNumbers(seed);
			const shuffle = (names: readonly string[]): string[] =>
				names
					.map((name) => ({ name, key: random(1_000_000) }))
					.sort((x, y) => x.key - y.key)
					.map(({ name }) => name);
			const roots = Object.fromEntries(shuffle(['a', 'b', 'c']).map((name) => [name, '*']));
			expect(JSON.stringify(withoutTimes(await build(shuffle).solved(roots)))).toBe(expected);
		}
	});
});

describe('the checker', () => {
	it('finds a wrong root, a missing edge, a version out of range and a copy nothing leads to', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', { dependencies: { b: '^1.0.0' } })
			.serve('b', '1.0.0')
			.serve('b', '2.0.0');
		const request = universe.request({ a: '*' });
		const resolution = await universe.solved({ a: '*' });
		const wrong = (await universe.solved({ b: '2.0.0' })).packages;
		const [a, b] = resolution.packages;
		if (a === undefined || b === undefined) {
			throw new Error('Expected two packages.');
		}

		const codes = (packages: typeof resolution.packages): string[] =>
			verifyResolution({ ...resolution, packages }, request, NPM_RULES).map(({ code }) => code);
		expect(codes(resolution.packages)).toEqual([]);
		expect(codes([b])).toContain('root');
		expect(
			codes([
				{ ...a, dependencies: {} },
				{ ...b, optional: true },
			]),
		).toEqual(['edge', 'shape']);
		expect(codes([{ ...a, dependencies: { b: 'b@2.0.0' } }, { ...b, optional: true }, ...wrong])).toEqual(['edge', 'shape']);
	});
});

function withoutTimes(resolution: Awaited<ReturnType<Universe['solved']>>) {
	const { statistics, ...rest } = resolution;
	return { ...rest, roots: Object.entries(rest.roots).sort(), decisions: statistics.decisions };
}
