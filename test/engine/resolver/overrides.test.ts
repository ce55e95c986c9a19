import { describe, expect, it } from 'vitest';
import { verifyResolution } from '../../../source/engine/resolver/index.ts';
import type { Override, Resolution } from '../../../source/engine/resolver/index.ts';
import { at, everywhere, NPM_RULES, randomNumbers, Universe, versions } from '../../helpers/universe.ts';

/** `a > b@^1 > name@range = spec` as data. */
function override(text: string): Override {
	const [way = '', spec = ''] = text.split(' = ');
	const steps = way.split(' > ').map((step) => {
		const [, name = '', range] = /^([^@]+)(?:@(.+))?$/u.exec(step) ?? [];
		return { name, range: range ?? null };
	});
	const target = steps.at(-1) ?? { name: '', range: null };
	return { path: steps.slice(0, -1), name: target.name, range: target.range, spec };
}

const served = (): Universe =>
	new Universe()
		.serve('a', '1.0.0', { dependencies: { middle: '*' } })
		.serve('b', '1.0.0', { dependencies: { middle: '*' } })
		.serve('middle', '1.0.0', { dependencies: { leaf: '^1.0.0', other: '*' } })
		.serve('other', '1.0.0')
		.serve('leaf', '1.0.0')
		.serve('leaf', '1.1.0')
		.serve('leaf', '2.0.0');

async function checked(universe: Universe, roots: Record<string, string>, texts: readonly string[]): Promise<Resolution> {
	const ask = { overrides: texts.map(override) };
	const resolution = await universe.solved(roots, ask);
	expect(verifyResolution(resolution, universe.request(roots, ask), NPM_RULES)).toEqual([]);
	return resolution;
}

describe('an override without a path', () => {
	it('replaces regular, optional and peer dependencies of everybody, but not what a root asks for', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', {
				dependencies: { b: '^1.0.0' },
				optionalDependencies: { d: '^1.0.0' },
				peerDependencies: { c: '^1.0.0' },
			})
			.serve('b', '1.0.0')
			.serve('b', '2.0.0')
			.serve('c', '3.0.0')
			.serve('d', '4.0.0');
		const overrides = everywhere({ b: '2.0.0', c: '3.0.0', d: '4.0.0' });
		const resolution = await universe.solved({ a: '*', b: '1.0.0' }, { overrides });
		expect(at(resolution, 'b').version).toBe('1.0.0');
		expect(Object.values(at(resolution, 'a').dependencies)).toEqual(['b@2.0.0', 'c@3.0.0', 'd@4.0.0']);
	});

	it('with a range replaces only what has something in common with it, and always a tag', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', { dependencies: { leaf: '^1.0.5' } })
			.serve('b', '1.0.0', { dependencies: { leaf: '^2.0.0' } })
			.serve('c', '1.0.0', { dependencies: { leaf: 'next' } })
			.serve('leaf', '1.1.0')
			.serve('leaf', '2.0.0')
			.serve('leaf', '3.0.0')
			.tag('leaf', 'next', '2.0.0');
		const resolution = await checked(universe, { a: '*', b: '*', c: '*' }, ['leaf@1.1.0 = 3.0.0']);
		expect(['a', 'b', 'c'].map((root) => at(resolution, root, 'leaf').version)).toEqual(['3.0.0', '2.0.0', '3.0.0']);
	});

	it('may name a tag, another package, or what a root asks for', async () => {
		const universe = served().tag('leaf', 'old', '1.0.0').serve('fork', '7.0.0');
		expect(at(await checked(universe, { a: '*' }, ['leaf = old']), 'a', 'middle', 'leaf').version).toBe('1.0.0');
		expect(at(await checked(universe, { a: '*' }, ['leaf = npm:fork@^7.0.0']), 'a', 'middle', 'leaf').id).toBe('fork@7.0.0');
		expect(versions(await checked(universe, { a: '*', leaf: '2.0.0' }, ['leaf = $leaf']))).toContain('leaf@2.0.0');
		expect(versions(await checked(universe, { a: '*', leaf: '2.0.0' }, ['leaf = $leaf']))).not.toContain('leaf@1.1.0');
	});

	it('takes the peers of the package it puts there into account', async () => {
		const universe = served()
			.serve('fork', '7.0.0', { peerDependencies: { host: '*' } })
			.serve('host', '1.0.0')
			.serve('host', '2.0.0')
			.serve('old', '1.0.0', { dependencies: { host: '^1.0.0', middle: '*' } });
		const resolution = await checked(universe, { old: '*', a: '*', host: '^2.0.0' }, ['leaf = npm:fork@^7.0.0']);
		expect(at(resolution, 'old', 'middle', 'leaf', 'host').version).toBe('1.0.0');
		expect(at(resolution, 'a', 'middle', 'leaf', 'host').version).toBe('2.0.0');
	});
});

describe('an override with a path', () => {
	it('holds below that package only, however deep, and shares what it does not touch', async () => {
		const resolution = await checked(served(), { a: '*', b: '*' }, ['a > leaf = 2.0.0']);
		expect(at(resolution, 'a', 'middle', 'leaf').version).toBe('2.0.0');
		expect(at(resolution, 'b', 'middle', 'leaf').version).toBe('1.1.0');
		expect(resolution.packages.map(({ id }) => id)).toEqual([
			'a@1.0.0',
			'b@1.0.0',
			'leaf@1.1.0',
			'leaf@2.0.0',
			'middle@1.0.0(leaf@1.1.0)',
			'middle@1.0.0(leaf@2.0.0)',
			'other@1.0.0',
		]);
	});

	it('holds only for the versions of a package that its range names', async () => {
		const universe = served().serve('a', '2.0.0', { dependencies: { middle: '*' } });
		const overrides = ['a@^2.0.0 > leaf = 2.0.0'];
		expect(at(await checked(universe, { a: '1' }, overrides), 'a', 'middle', 'leaf').version).toBe('1.1.0');
		expect(at(await checked(universe, { a: '2' }, overrides), 'a', 'middle', 'leaf').version).toBe('2.0.0');
	});

	it('wins over one with a shorter path, and among equals the first wins', async () => {
		const overrides = ['leaf = 1.0.0', 'a > leaf = 1.1.0', 'a > middle > leaf = 2.0.0', 'a > leaf = 1.0.0'];
		const resolution = await checked(served(), { a: '*', b: '*' }, overrides);
		expect(at(resolution, 'a', 'middle', 'leaf').version).toBe('2.0.0');
		expect(at(resolution, 'b', 'middle', 'leaf').version).toBe('1.0.0');
		const first = await checked(served(), { a: '*' }, ['a > leaf = 1.1.0', 'a > leaf = 2.0.0']);
		expect(at(first, 'a', 'middle', 'leaf').version).toBe('1.1.0');
	});

	it('replaces a peer that a package below it asks for', async () => {
		const universe = new Universe()
			.serve('host', '2.0.0')
			.serve('plugin', '1.0.0', { peerDependencies: { host: '^1.0.0' } })
			.serve('preset', '1.0.0', { dependencies: { plugin: '*' } });
		expect((await universe.resolve({ host: '2.0.0', preset: '*' })).type).toBe('unsolvable');
		const resolution = await checked(universe, { host: '2.0.0', preset: '*' }, ['preset > host = 2.0.0']);
		expect(at(resolution, 'preset', 'plugin', 'host').version).toBe('2.0.0');
		const both = await universe.resolve({ host: '2.0.0', preset: '*', plugin: '*' }, { overrides: [override('preset > host = 2.0.0')] });
		expect(both.type).toBe('unsolvable');
	});

	it('reaches packages that are peers of each other, and ends in a circle', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', { dependencies: { left: '*', right: '*' } })
			.serve('left', '1.0.0', { peerDependencies: { right: '*' }, dependencies: { leaf: '^1.0.0', a: '*' } })
			.serve('right', '1.0.0', { peerDependencies: { left: '*' }, dependencies: { leaf: '^1.0.0' } })
			.serve('leaf', '1.0.0', { dependencies: { left: '*' } })
			.serve('leaf', '2.0.0');
		const resolution = await checked(universe, { a: '*', right: '*' }, ['a > right > leaf = 2.0.0']);
		expect(at(resolution, 'a', 'right', 'leaf').version).toBe('2.0.0');
		expect(at(resolution, 'a', 'left', 'leaf').version).toBe('1.0.0');
		expect(at(resolution, 'right', 'leaf').version).toBe('1.0.0');
	});

	it('is learned from for the versions it holds for, not for all with the same edge', async () => {
		const universe = new Universe()
			.serve('leaf', '1.0.0')
			.serve('host', '1.0.0')
			.serve('leaf', '9.0.0', { peerDependencies: { host: '^2.0.0' } });
		for (let minor = 0; minor < 6; minor += 1) {
			universe.serve('a', `1.${minor}.0`, { dependencies: { leaf: '^1.0.0' } });
		}

		const resolution = await checked(universe, { a: '*', host: '1.0.0' }, ['a@>=1.2.0 > leaf = 9.0.0']);
		expect(at(resolution, 'a').version).toBe('1.1.0');
	});
});

describe('overrides', () => {
	it('that replaced nothing are told', async () => {
		const { warnings } = await checked(served(), { a: '*' }, ['a > leaf@^1.0.0 = 2.0.0', 'b@^1.0.0 > leaf@2.x = 1.0.0', 'nowhere = 1.0.0']);
		expect(warnings).toEqual([
			'The override of b@^1.0.0 > leaf@2.x was not needed: nothing in the tree asks for it.',
			'The override of nowhere was not needed: nothing in the tree asks for it.',
		]);
	});

	it.each([
		['leaf = file:../leaf', 'spec-unsupported'],
		['leaf = git+https://host.example/leaf.git', 'spec-unsupported'],
		['leaf = $nobody', 'spec-invalid'],
		['leaf@!! = 1.0.0', 'spec-invalid'],
		['a@!! > leaf = 1.0.0', 'spec-invalid'],
	])('refuse %s', async (text, code) => {
		await expect(served().resolve({ a: '*' }, { overrides: [override(text)] })).rejects.toMatchObject({ code });
	});

	it('are seen by the checker, each way to a package by itself', async () => {
		const universe = served();
		const plain = await universe.solved({ a: '*', b: '*' });
		const request = universe.request({ a: '*', b: '*' }, { overrides: [override('a > leaf = 2.0.0')] });
		expect(verifyResolution(plain, request, NPM_RULES)).toEqual([
			{ code: 'edge', at: 'middle@1.0.0', text: 'middle@1.0.0 needs leaf@2.0.0 and gets leaf@1.1.0.' },
		]);
	});

	it('give valid trees in random universes', async () => {
		let solved = 0;
		let used = 0;
		for (let seed = 1; seed <= 25; seed += 1) {
			const { universe, roots, overrides } = overriddenUniverse(randomNumbers(seed * 6_151));
			const outcome = await universe.resolve(roots, { overrides });
			if (outcome.type === 'resolved') {
				solved += 1;
				used += overrides.length - outcome.resolution.warnings.length;
				expect({ seed, problems: verifyResolution(outcome.resolution, universe.request(roots, { overrides }), NPM_RULES) }).toEqual({
					seed,
					problems: [],
				});
			} else {
				expect(`${seed} ${outcome.type}`).toBe(`${seed} unsolvable`);
			}
		}

		expect(solved).toBeGreaterThan(15);
		expect(used).toBeGreaterThan(10);
	});
});

function overriddenUniverse(random: (below: number) => number): {
	universe: Universe;
	roots: Record<string, string>;
	overrides: Override[];
} {
	const universe = new Universe();
	const names = ['a', 'b', 'c', 'd', 'e', 'f'];
	const range = (): string => ['*', '^1.0.0', '^2.0.0', '>=1.0.0', '1.0.0'][random(5)] ?? '*';
	const list = (chance: number): Record<string, string> =>
		Object.fromEntries(names.filter(() => random(chance) === 0).map((name) => [name, random(15) === 0 ? `npm:f@${range()}` : range()]));
	for (const name of names) {
		for (const version of ['1.0.0', '1.1.0', '2.0.0']) {
			universe.serve(name, version, { dependencies: list(4), optionalDependencies: list(14), peerDependencies: list(30) });
		}
	}

	const step = (): { name: string; range: string | null } => ({
		name: names[random(names.length)] ?? 'a',
		range: random(3) === 0 ? range() : null,
	});
	const overrides = Array.from({ length: 1 + random(3) }, () => ({
		path: Array.from({ length: random(3) }, step),
		...step(),
		spec: range(),
	}));
	return { universe, roots: { a: '*', b: range() }, overrides };
}
