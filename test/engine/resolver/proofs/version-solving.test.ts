import { describe, expect, it } from 'vitest';
import { everywhere, Universe, versions } from '../../../helpers/universe.ts';
import type { Ask } from '../../../helpers/universe.ts';

/*
 * The cases that solvers with one version of each package are tested with. Here only peers share one version, so what others write as a
 * dependency is a peer wherever the case is about sharing.
 */

const serve = (name: string, version: string, served = {}): Universe => new Universe().serve(name, version, served);
const peers = (peerDependencies: Record<string, string>) => ({ peerDependencies });
const needs = (dependencies: Record<string, string>) => ({ dependencies });

/** The tree, and at most so many dead ends on the way, those of the look for a better tree included. */
async function expectResolves(
	universe: Universe,
	roots: Readonly<Record<string, string>>,
	{ tree, deadEnds = 0, ask = {} }: { readonly tree: readonly string[]; readonly deadEnds?: number; readonly ask?: Ask },
): Promise<void> {
	const resolution = await universe.solved(roots, ask);
	expect(versions(resolution)).toEqual(tree.toSorted());
	expect(resolution.statistics.conflicts).toBeLessThanOrEqual(deadEnds);
}

/** Each text occurs in some sentence of the report. */
async function expectSays(universe: Universe, roots: Readonly<Record<string, string>>, texts: readonly string[]): Promise<void> {
	const report = (await universe.sentences(roots)).join(' ');
	for (const text of texts) {
		expect(report).toContain(text);
	}
}

describe('basic graphs', () => {
	it('nothing asked for needs nothing', () => expectResolves(new Universe(), {}, { tree: [] }));

	it('a plain tree of dependencies', async () => {
		const universe = serve('a', '1.0.0', needs({ aa: '1.0.0', ab: '1.0.0' }))
			.serve('b', '1.0.0', needs({ ba: '1.0.0', bb: '1.0.0' }))
			.serve('aa', '1.0.0')
			.serve('ab', '1.0.0')
			.serve('ba', '1.0.0')
			.serve('bb', '1.0.0');
		await expectResolves(
			universe,
			{ a: '1.0.0', b: '1.0.0' },
			{ tree: ['a@1.0.0', 'aa@1.0.0', 'ab@1.0.0', 'b@1.0.0', 'ba@1.0.0', 'bb@1.0.0'] },
		);
	});

	it('two ranges that overlap share a version in both', async () => {
		const universe = serve('a', '1.0.0', peers({ shared: '>=2.0.0 <4.0.0' })).serve('b', '1.0.0', peers({ shared: '>=3.0.0 <5.0.0' }));
		for (const version of ['2.0.0', '3.0.0', '3.6.9', '4.0.0', '5.0.0']) {
			universe.serve('shared', version);
		}

		await expectResolves(universe, { a: '1.0.0', b: '1.0.0' }, { tree: ['a@1.0.0', 'b@1.0.0', 'shared@3.6.9'] });
	});

	it('a shared version that holds a dependency back takes along what that one needs', async () => {
		const universe = new Universe();
		for (const [shared, extra] of [
			['1.0.0', 'bang'],
			['2.0.0', null],
		] as const) {
			universe.serve('shared', shared, extra === null ? {} : peers({ [extra]: '1.0.0' }));
		}

		universe
			.serve('a', '1.0.0', peers({ shared: '<2.0.0' }))
			.serve('b', '1.0.0', peers({ shared: '>=1.0.0' }))
			.serve('bang', '1.0.0');
		await expectResolves(universe, { a: '*', b: '*' }, { tree: ['a@1.0.0', 'b@1.0.0', 'bang@1.0.0', 'shared@1.0.0'], deadEnds: 1 });
	});

	it('what only a version that was passed over needs is not installed', async () => {
		const universe = serve('a', '1.0.0')
			.serve('a', '2.0.0', peers({ b: '1.0.0' }))
			.serve('b', '1.0.0', peers({ c: '2.0.0' }))
			.serve('c', '1.0.0')
			.serve('c', '2.0.0');
		await expectResolves(universe, { a: '*', c: '1.0.0' }, { tree: ['a@1.0.0', 'c@1.0.0'], deadEnds: 2 });
	});

	it('packages in a circle of peers', async () => {
		const universe = serve('a', '1.0.0', peers({ b: '^1.0.0' })).serve('b', '1.0.0', peers({ a: '^1.0.0' }));
		await expectResolves(universe, { a: '*' }, { tree: ['a@1.0.0', 'b@1.0.0'] });
	});
});

describe('going back', () => {
	it('an older version is taken when the newest needs what cannot be', async () => {
		const universe = serve('a', '1.0.0', peers({ x: '>=1.0.0' }))
			.serve('a', '2.0.0', peers({ x: '>=3.0.0' }))
			.serve('x', '0.0.0')
			.serve('x', '1.0.0')
			.serve('x', '2.0.0');
		await expectResolves(universe, { a: '*', x: '>=1.0.0' }, { tree: ['a@1.0.0', 'x@2.0.0'], deadEnds: 1 });
	});

	it('two that circle each other settle where neither asks for a newer one', async () => {
		const universe = serve('a', '1.0.0')
			.serve('a', '2.0.0', peers({ b: '1.0.0' }))
			.serve('b', '1.0.0', peers({ a: '1.0.0' }));
		await expectResolves(universe, { a: '>=1.0.0' }, { tree: ['a@1.0.0'], deadEnds: 2 });
	});

	it('what is in the way is left out, however deep', async () => {
		const universe = serve('a', '1.0.0')
			.serve('a', '2.0.0', peers({ c: '1.0.0' }))
			.serve('b', '1.0.0', peers({ c: '2.0.0' }))
			.serve('b', '2.0.0', peers({ c: '3.0.0' }))
			.serve('c', '1.0.0')
			.serve('c', '2.0.0')
			.serve('c', '3.0.0');
		await expectResolves(universe, { a: '*', b: '*' }, { tree: ['a@1.0.0', 'b@2.0.0', 'c@3.0.0'], deadEnds: 2 });
	});

	it('a choice that has nothing to do with the dead end is not tried again', async () => {
		const universe = serve('x', '1.0.0')
			.serve('b', '1.0.0', peers({ nothing: '1.0.0' }))
			.serve('b', '0.9.0');
		for (let i = 0; i < 40; i += 1) {
			universe.serve('a', `1.${i}.0`, needs({ x: '*' }));
		}

		await expectResolves(universe, { a: '*', b: '*' }, { tree: ['a@1.39.0', 'b@0.9.0', 'x@1.0.0'], deadEnds: 1 });
	});

	it('a hundred versions with the same flaw cost no more than one', async () => {
		const universe = serve('foo', '1.0.0').serve('foo', '2.0.0').serve('bar', '0.1.0');
		for (let i = 0; i < 100; i += 1) {
			universe.serve('bar', `1.${i}.0`, peers({ foo: '^2.0.0' }));
		}

		await expectResolves(universe, { foo: '1.0.0', bar: '*' }, { tree: ['bar@0.1.0', 'foo@1.0.0'], deadEnds: 1 });
	});

	it('the newest of two that exclude each other is not paid for with an absurd version of the other', async () => {
		const universe = serve('a', '1.0.0')
			.serve('a', '2.0.0', peers({ shared: '^2.0.0' }))
			.serve('shared', '1.0.0')
			.serve('shared', '2.0.0');
		universe.serve('b', '0.1.0');
		for (let i = 0; i <= 9; i += 1) {
			universe.serve('b', `5.${i}.0`, peers({ shared: '^1.0.0' }));
		}

		await expectResolves(universe, { a: '*', b: '*' }, { tree: ['a@1.0.0', 'b@5.9.0', 'shared@1.0.0'], deadEnds: 4 });
	});

	it('nor when the clash is between what the two bring along', async () => {
		const universe = serve('a', '1.0.0')
			.serve('a', '2.0.0', needs({ 'a-inner': '2.0.0' }))
			.serve('a-inner', '2.0.0', peers({ shared: '^2.0.0' }));
		universe
			.serve('shared', '1.0.0')
			.serve('shared', '2.0.0')
			.serve('b', '0.1.0')
			.serve('b-inner', '5.0.0', peers({ shared: '^1.0.0' }));
		for (let i = 0; i <= 9; i += 1) {
			universe.serve('b', `5.${i}.0`, needs({ 'b-inner': '5.0.0' }));
		}

		await expectResolves(universe, { a: '*', b: '*' }, { tree: ['a@1.0.0', 'b-inner@5.0.0', 'b@5.9.0', 'shared@1.0.0'], deadEnds: 12 });
	});
});

describe('no solution', () => {
	it('no version in the range', () =>
		expectSays(serve('a', '2.0.0').serve('a', '2.1.3'), { a: '^1.0.0' }, ['No version of a matches ^1.0.0; the newest is 2.1.3.']));

	it('no such package', () => expectSays(new Universe(), { a: '1.0.0' }, ['There is no package named a in the registry.']));

	it('two plugins that share nothing', async () => {
		const universe = serve('foo', '1.0.0', peers({ shared: '^2.0.0' })).serve('bar', '1.0.0', peers({ shared: '>=2.9.0 <4.0.0' }));
		universe.serve('shared', '2.0.0').serve('shared', '3.5.0');
		await expectSays(universe, { foo: '1.0.0', bar: '1.0.0' }, [
			'You asked for bar@1.0.0 and foo@1.0.0.',
			'foo 1.0.0 needs the shared beside it to be ^2.0.0',
			'bar 1.0.0 needs the shared beside it to be >=2.9.0 <4.0.0',
			'So bar@1.0.0 and foo@1.0.0 cannot be installed together.',
		]);
	});

	it('a chain in which each link needs the next', async () => {
		const universe = serve('foo', '1.0.0', peers({ bar: '^2.0.0' })).serve('bar', '2.0.0', peers({ baz: '^3.0.0' }));
		universe.serve('baz', '1.0.0').serve('baz', '3.0.0');
		await expectSays(universe, { foo: '^1.0.0', baz: '^1.0.0' }, [
			'foo 1.0.0',
			'bar',
			'baz',
			'So baz@^1.0.0 and foo@^1.0.0 cannot be installed together.',
		]);
	});

	it('every version leads to one dead end by another way', async () => {
		const universe = serve('foo', '1.0.0', peers({ a: '^1.0.0', b: '^1.0.0' })).serve('foo', '1.1.0', peers({ x: '^1.0.0', y: '^1.0.0' }));
		universe
			.serve('a', '1.0.0', peers({ b: '^2.0.0' }))
			.serve('b', '1.0.0')
			.serve('b', '2.0.0');
		universe
			.serve('x', '1.0.0', peers({ y: '^2.0.0' }))
			.serve('y', '1.0.0')
			.serve('y', '2.0.0');
		await expectSays(universe, { foo: '^1.0.0' }, ['foo 1.0.0', 'foo 1.1.0', 'a 1.0.0', 'x 1.0.0', 'So foo@^1.0.0 cannot be installed.']);
	});

	it('two that each want another version of the other', async () => {
		const universe = serve('a', '1.0.0', peers({ b: '1.0.0' }))
			.serve('b', '1.0.0', peers({ a: '2.0.0' }))
			.serve('a', '2.0.0', peers({ b: '2.0.0' }))
			.serve('b', '2.0.0', peers({ a: '1.0.0' }));
		await expectSays(universe, { a: '*', b: '*' }, ['cannot be installed']);
	});
});

describe('prereleases', () => {
	const universe = (): Universe =>
		serve('a', '1.0.0')
			.serve('a', '1.1.0-alpha')
			.serve('a', '1.1.0')
			.serve('a', '1.2.0-dev')
			.serve('only', '1.0.0-beta.1')
			.serve('only', '1.0.0-beta.2');

	it('a stable version is preferred', () => expectResolves(universe(), { a: '*' }, { tree: ['a@1.1.0'] }));
	it('a range that opts in takes one', () => expectResolves(universe(), { a: '>=1.2.0-a' }, { tree: ['a@1.2.0-dev'] }));
	it('a range of its triple prefers the stable version', () => expectResolves(universe(), { a: '^1.1.0-a' }, { tree: ['a@1.1.0'] }));
	it('the newest is taken where there is nothing else', () => expectResolves(universe(), { only: '*' }, { tree: ['only@1.0.0-beta.2'] }));
	it('a range without one matches none', () => expectSays(universe(), { only: '^1.0.0' }, ['No version of only matches ^1.0.0']));
});

describe('overrides', () => {
	const universe = (): Universe =>
		serve('a', '1.0.0', peers({ b: '1.0.0' }))
			.serve('b', '1.0.0')
			.serve('b', '2.0.0')
			.serve('c', '1.0.0', peers({ b: '2.0.0' }));

	it('end a clash', () =>
		expectResolves(
			universe(),
			{ a: '*', c: '*' },
			{ tree: ['a@1.0.0', 'b@2.0.0', 'c@1.0.0'], ask: { overrides: everywhere({ b: '2.0.0' }) } },
		));
	it('install nothing that nobody asks for', () =>
		expectResolves(universe(), { b: '1.0.0' }, { tree: ['b@1.0.0'], ask: { overrides: everywhere({ c: '1.0.0' }) } }));
	it('without them the clash stands', () => expectSays(universe(), { a: '*', c: '*' }, ['So a and c cannot be installed together.']));
});

describe('what cannot be read', () => {
	it('a version whose dependency is junk is passed over', async () => {
		const universe = serve('a', '2.0.0', needs({ b: '>=!! nonsense' }))
			.serve('a', '1.0.0')
			.serve('b', '1.0.0');
		await expectResolves(universe, { a: '*' }, { tree: ['a@1.0.0'], deadEnds: 1 });
	});

	it('a version that needs a package nobody has is passed over', async () => {
		const universe = serve('a', '2.0.0', needs({ nowhere: '*' })).serve('a', '1.0.0');
		await expectResolves(universe, { a: '*' }, { tree: ['a@1.0.0'], deadEnds: 1 });
	});

	it('is no matter in a version that is not in question', async () => {
		const universe = serve('a', '1.0.0').serve('a', '0.9.0', needs({ '../b': 'junk!!', nowhere: '*' }));
		await expectResolves(universe, { a: '*' }, { tree: ['a@1.0.0'] });
		expect(universe.asked).toEqual([['a']]);
	});
});
