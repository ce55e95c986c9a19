import { describe, expect, it } from 'vitest';
import type { Failure } from '../../../source/engine/resolver/index.ts';
import { randomNumbers, Universe } from '../../helpers/universe.ts';

async function failureOf(universe: Universe, roots: Record<string, string>): Promise<Failure> {
	const outcome = await universe.resolve(roots);
	if (outcome.type !== 'unsolvable') {
		throw new Error(`Expected no solution, got ${outcome.type}.`);
	}

	return outcome.failure;
}

describe('a conflict', () => {
	it('between a root and a peer takes three sentences', async () => {
		const universe = new Universe()
			.serve('react', '18.3.1')
			.serve('react', '19.2.0')
			.serve('board', '13.1.1', { peerDependencies: { react: '^16.8.5 || ^18.0.0' } });
		const failure = await failureOf(universe, { react: '^19.0.0', board: '*' });
		expect(failure.sentences).toEqual([
			'You asked for board and react@^19.0.0.',
			'board 13.1.1 needs the react beside it to be ^16.8.5 || ^18.0.0, not 19.2.0.',
			'So board and react@^19.0.0 cannot be installed together.',
		]);
		expect(failure.conflicts[0]?.facts).toEqual(
			expect.arrayContaining([
				{ type: 'root', name: 'board', spec: '*' },
				{ type: 'root', name: 'react', spec: '^19.0.0' },
				{ type: 'peer', dependent: 'board', versions: '13.1.1', name: 'react', range: '^16.8.5 || ^18.0.0', optional: false },
			]),
		);
		expect(failure.suggestions[0]).toEqual({
			type: 'change-root',
			name: 'react',
			spec: '^18.3.1',
			sentence: 'Ask for react@^18.3.1 instead of react@^19.0.0.',
		});
	});

	it('tells of packages that belong together only the edges that matter', async () => {
		const universe = new Universe()
			.serve('a', '3.0.0', { dependencies: { b: '^1.0.0', c: '^3.0.0', d: '^2.0.0' } })
			.serve('a', '2.0.0', { peerDependencies: { c: '^2.0.0' } })
			.serve('b', '1.0.0')
			.serve('c', '3.0.0', { dependencies: { a: '^2.0.0' }, peerDependencies: { d: '^2.0.0' } })
			.serve('d', '2.0.0', { peerDependencies: { c: '^3.0.0' } });
		const [conflict] = (await failureOf(universe, { a: '^3.0.0' })).conflicts;
		expect(conflict?.sentences).toEqual([
			'You asked for a@^3.0.0.',
			'a 3.0.0 depends on c ^3.0.0.',
			'a 2.0.0 needs the c beside it to be ^2.0.0, but no such version exists; the newest is 3.0.0.',
			'c 3.0.0 depends on a ^2.0.0.',
			'So a@^3.0.0 cannot be installed.',
		]);
	});

	it('between packages that are no roots is helped by an override for one of them alone', async () => {
		const universe = new Universe()
			.serve('tool', '1.0.0', { dependencies: { shared: '^1.0.0', plugin: '^3.0.0' } })
			.serve('shared', '1.4.0')
			.serve('shared', '2.0.0')
			.serve('plugin', '3.0.0', { peerDependencies: { shared: '^2.0.0' } });
		expect((await failureOf(universe, { tool: '*' })).suggestions).toEqual([
			{
				type: 'override',
				path: ['plugin'],
				name: 'shared',
				range: '^1.4.0',
				sentence: 'Override shared to ^1.4.0 for plugin at your own risk: plugin was not made for it.',
			},
		]);
	});

	it('deeper in the tree says on whose behalf', async () => {
		const universe = new Universe()
			.serve('host', '1.0.0')
			.serve('host', '2.0.0')
			.serve('tool', '1.0.0', { dependencies: { middle: '^1.0.0' } })
			.serve('middle', '1.4.0', { dependencies: { plugin: '^3.0.0' } })
			.serve('plugin', '3.0.0', { peerDependencies: { host: '^1.0.0' } });
		const { conflicts } = await failureOf(universe, { host: '2.0.0', tool: '*' });
		expect(conflicts[0]?.sentences).toEqual([
			'You asked for host@2.0.0 and tool.',
			'tool 1.0.0 depends on middle ^1.0.0.',
			'middle 1.4.0 depends on plugin ^3.0.0.',
			'plugin 3.0.0 needs the host beside it to be ^1.0.0, not 2.0.0.',
			'So host@2.0.0 and tool cannot be installed together.',
		]);
		expect(conflicts[0]?.paths).toEqual(['tool > middle', 'tool > middle > plugin']);
	});

	it('over many versions is told once for all of them', async () => {
		const universe = new Universe().serve('host', '9.0.0');
		for (let minor = 0; minor < 12; minor += 1) {
			universe.serve('plugin', `1.${minor}.0`, { peerDependencies: { host: minor < 6 ? '^7.0.0' : '^8.0.0' } });
		}

		universe.serve('host', '8.0.0').serve('host', '7.0.0');
		expect(await universe.sentences({ host: '9.0.0', plugin: '*' })).toEqual([
			'You asked for host@9.0.0 and plugin.',
			'Every version of plugin in question (1.0.0 to 1.11.0) needs the host beside it to be ^8.0.0 or another range that does not fit either, not 9.0.0.',
			'So host@9.0.0 and plugin cannot be installed together.',
		]);
	});

	it('names a peer that does not exist and one of which no version fits', async () => {
		const universe = new Universe()
			.serve('a', '1.0.0', { peerDependencies: { nowhere: '*' } })
			.serve('b', '1.0.0', { peerDependencies: { c: '^9.0.0' } })
			.serve('c', '1.0.0');
		expect((await universe.sentences({ a: '*' }))[1]).toBe(
			'a 1.0.0 needs the nowhere beside it to be of any version, but there is no package named nowhere.',
		);
		expect((await universe.sentences({ b: '*' }))[1]).toBe(
			'b 1.0.0 needs the c beside it to be ^9.0.0, but no such version exists; the newest is 1.0.0.',
		);
	});

	it('with several independent reasons lists them all', async () => {
		const universe = new Universe()
			.serve('host', '2.0.0')
			.serve('one', '1.0.0', { peerDependencies: { host: '^1.0.0' } })
			.serve('two', '1.0.0', { peerDependencies: { host: '^1.0.0' } })
			.serve('host', '1.0.0');
		const failure = await failureOf(universe, { host: '2.0.0', one: '*', two: '*' });
		expect(failure.conflicts).toHaveLength(2);
		expect(failure.sentences.filter((sentence) => sentence.startsWith('So ')).toSorted()).toEqual([
			'So host@2.0.0 and one cannot be installed together.',
			'So host@2.0.0 and two cannot be installed together.',
		]);
		expect(failure.suggestions.map(({ sentence }) => sentence)).toContain('Ask for host@^1.0.0 instead of host@2.0.0.');
	});

	it('never shows a name of the machinery, and suggests only what solves', async () => {
		let explained = 0;
		let helped = 0;
		for (let seed = 1; seed <= 90; seed += 1) {
			const { universe, roots } = clashingUniverse(randomNumbers(seed * 977));
			const outcome = await universe.resolve(roots);
			if (outcome.type !== 'unsolvable') {
				continue;
			}

			explained += 1;
			const { sentences, suggestions, conflicts } = outcome.failure;
			expect(sentences.join(' ')).not.toMatch(/undefined|slot|scope|choice|bucket|no version of|\[object/);
			expect(conflicts.length).toBeGreaterThan(0);
			helped += suggestions.length > 0 ? 1 : 0;
			for (const suggestion of suggestions) {
				const changed = { ...roots };
				if (suggestion.type === 'change-root') {
					changed[suggestion.name] = suggestion.spec;
				} else if (suggestion.type === 'change-roots') {
					Object.assign(changed, suggestion.roots);
				} else if (suggestion.type === 'drop-root') {
					delete changed[suggestion.name];
				} else if (suggestion.type === 'drop-roots') {
					for (const name of suggestion.names) {
						delete changed[name];
					}
				}

				const suggested = suggestion.type === 'override' ? [suggestion] : suggestion.type === 'overrides' ? suggestion.overrides : [];
				const overrides = suggested.map(({ path, name, range }) => ({
					path: path.map((step) => ({ name: step, range: null })),
					name,
					range: null,
					spec: range,
				}));
				expect(`${seed} ${suggestion.sentence} ${(await universe.resolve(changed, { overrides })).type}`).toBe(
					`${seed} ${suggestion.sentence} resolved`,
				);
			}
		}

		expect(explained).toBeGreaterThan(20);
		expect(helped / explained).toBeGreaterThan(0.9);
	});

	it('rests on no fact that could be left out', async () => {
		let checked = 0;
		for (let seed = 1; seed <= 50; seed += 1) {
			const { universe, roots } = clashingUniverse(randomNumbers(seed * 977));
			const outcome = await universe.resolve(roots);
			const conflict = outcome.type === 'unsolvable' && outcome.failure.kind === 'conflict' ? outcome.failure.conflicts[0] : undefined;
			if (conflict === undefined) {
				continue;
			}

			// The cited roots alone must clash, and without any one of them there must be a tree.
			const cited = conflict.facts.flatMap((fact) => (fact.type === 'root' ? [fact.name] : []));
			const only = Object.fromEntries(cited.map((name) => [name, roots[name] ?? '']));
			expect((await universe.resolve(only)).type).toBe('unsolvable');
			for (const name of cited) {
				const { [name]: _left, ...others } = only;
				checked += 1;
				const without = await universe.resolve(others);
				const isOther =
					without.type === 'unsolvable' &&
					!without.failure.conflicts.some(({ facts }) => JSON.stringify(facts) === JSON.stringify(conflict.facts));
				expect(`${seed} ${name} ${without.type === 'resolved' || isOther}`).toBe(`${seed} ${name} true`);
			}
		}

		expect(checked).toBeGreaterThan(20);
	});
});

function clashingUniverse(random: (below: number) => number): { universe: Universe; roots: Record<string, string> } {
	const universe = new Universe();
	const names = ['a', 'b', 'c', 'd', 'e'];
	for (const name of names) {
		for (let major = 1; major <= 3; major += 1) {
			const peers = names.filter((other) => other !== name && random(7) === 0).map((other) => [other, `^${1 + random(3)}.0.0`]);
			const dependencies = names.filter((other) => other !== name && random(6) === 0).map((other) => [other, `^${1 + random(3)}.0.0`]);
			universe.serve(name, `${major}.0.0`, { peerDependencies: Object.fromEntries(peers), dependencies: Object.fromEntries(dependencies) });
		}
	}

	return { universe, roots: Object.fromEntries(names.slice(0, 2 + random(3)).map((name) => [name, `^${1 + random(3)}.0.0`])) };
}
