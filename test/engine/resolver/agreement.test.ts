import Logic from 'logic-solver';
import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { verifyResolution } from '../../../source/engine/resolver/index.ts';
import { everywhere, NPM_RULES, randomNumbers, Universe } from '../../helpers/universe.ts';

const UNIVERSES = Number(process.env['PLUGWARD_FUZZ'] ?? 250);
const RANGES = ['*', '^1.0.0', '^2.0.0', '~1.0.0', '1.0.0', '2.0.0', '>=1.1.0', '<2.0.0', '1.0.0 || 2.0.0', '>=3.0.0'];
const VERSIONS = ['1.0.0', '1.1.0', '2.0.0', '3.0.0'];

type Random = (below: number) => number;

const pick = <T>(random: Random, items: readonly T[]): T => items[random(items.length)] as T;

function problemsOf(universe: Universe, roots: Record<string, string>, resolution: Parameters<typeof verifyResolution>[0]) {
	return verifyResolution(resolution, universe.request(roots), NPM_RULES);
}

describe('agreement with a SAT solver', { timeout: 60_000 + UNIVERSES * 100 }, () => {
	it('says solvable exactly when MiniSat does, over universes in which every dependency is a peer', async () => {
		let solvable = 0;
		for (let seed = 1; seed <= UNIVERSES; seed += 1) {
			const random = randomNumbers(seed);
			const { universe, roots } = flatUniverse(random);
			const outcome = await universe.resolve(roots);
			const expected = isSolvableFlat(universe, roots);
			expect(`${seed} ${outcome.type}`).toBe(`${seed} ${expected ? 'resolved' : 'unsolvable'}`);
			if (outcome.type === 'resolved') {
				solvable += 1;
				expect(problemsOf(universe, roots, outcome.resolution)).toEqual([]);
			}
		}

		expect(solvable).toBeGreaterThan(UNIVERSES / 10);
		expect(solvable).toBeLessThan((UNIVERSES * 9) / 10);
	});
});

describe('agreement with a search of all trees', { timeout: 60_000 + UNIVERSES * 100 }, () => {
	it('says solvable exactly when some tree of copies and peers is valid', async () => {
		let solvable = 0;
		const count = UNIVERSES / 2;
		for (let seed = 1; seed <= count; seed += 1) {
			const { universe, roots } = nestedUniverse(randomNumbers(seed * 7919));
			const outcome = await universe.resolve(roots);
			const expected = isSolvableNested(universe, roots);
			expect(`${seed} ${outcome.type}`).toBe(`${seed} ${expected ? 'resolved' : 'unsolvable'}`);
			if (outcome.type === 'resolved') {
				solvable += 1;
				expect(problemsOf(universe, roots, outcome.resolution)).toEqual([]);
			}
		}

		expect(solvable).toBeGreaterThan(count / 10);
		expect(solvable).toBeLessThan((count * 9) / 10);
	});

	it('finds no invalid tree in universes with cycles, aliases, optional edges and overrides', async () => {
		for (let seed = 1; seed <= UNIVERSES / 2; seed += 1) {
			const { universe, roots, overrides } = wildUniverse(randomNumbers(seed * 104_729));
			const outcome = await universe.resolve(roots, { overrides: everywhere(overrides) });
			if (outcome.type === 'resolved') {
				const request = universe.request(roots, { overrides: everywhere(overrides) });
				expect({
					seed,
					problems: verifyResolution(outcome.resolution, request, NPM_RULES),
				}).toEqual({ seed, problems: [] });
			} else {
				expect(`${seed} ${outcome.type}`).toBe(`${seed} unsolvable`);
			}
		}
	});
});

function flatUniverse(random: Random): { universe: Universe; roots: Record<string, string> } {
	const universe = new Universe();
	const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].slice(0, 4 + random(5));
	for (const name of names) {
		for (const version of VERSIONS.slice(0, 1 + random(4))) {
			const peers = Object.fromEntries(
				names.filter((other) => other !== name && random(3) === 0).map((other) => [other, pick(random, RANGES)]),
			);
			universe.serve(name, version, { peerDependencies: peers, optionalPeers: Object.keys(peers).filter(() => random(5) === 0) });
		}
	}

	const roots = Object.fromEntries(names.slice(0, 1 + random(3)).map((name) => [name, pick(random, RANGES.slice(0, 9))]));
	return { universe, roots };
}

function isSolvableFlat(universe: Universe, roots: Record<string, string>): boolean {
	const solver = new Logic.Solver();
	const term = (name: string, version: string): string => `${name}@${version}`;
	const matching = (name: string, range: string): string[] =>
		[...universe.versionsOf(name).keys()]
			.filter((version) => range === '*' || semver.satisfies(version, range))
			.map((version) => term(name, version));
	for (const name of universe.names) {
		const all = [...universe.versionsOf(name).keys()];
		solver.require(Logic.atMostOne(...all.map((version) => term(name, version))));
		for (const [version, { peerDependencies = {}, optionalPeers = [] }] of universe.versionsOf(name)) {
			for (const [peer, range] of Object.entries(peerDependencies)) {
				const fits = matching(peer, range);
				const mayMiss = optionalPeers.includes(peer)
					? [Logic.not(Logic.or(...[...universe.versionsOf(peer).keys()].map((other) => term(peer, other))))]
					: [];
				solver.require(Logic.implies(term(name, version), Logic.or(...fits, ...mayMiss)));
			}
		}
	}

	for (const [name, range] of Object.entries(roots)) {
		solver.require(Logic.or(...matching(name, range)));
	}

	return solver.solve() !== null;
}

function nestedUniverse(random: Random): { universe: Universe; roots: Record<string, string> } {
	const universe = new Universe();
	const names = ['a', 'b', 'c', 'd', 'e'];
	for (const [i, name] of names.entries()) {
		for (const version of VERSIONS.slice(0, 1 + random(3))) {
			const dependencies: Record<string, string> = {};
			const peerDependencies: Record<string, string> = {};
			for (const [j, other] of names.entries()) {
				const die = random(12);
				if (j > i && die <= 5) {
					dependencies[other] = pick(random, RANGES.slice(0, 9));
				} else if (j !== i && die >= 10) {
					peerDependencies[other] = pick(random, RANGES);
				}
			}

			universe.serve(name, version, { dependencies, peerDependencies });
		}
	}

	return { universe, roots: Object.fromEntries(names.slice(0, 1 + random(2)).map((name) => [name, pick(random, RANGES.slice(0, 9))])) };
}

/** Tries every choice of what everybody sees, and below each version every choice of its own copies. Only for acyclic dependencies. */
function isSolvableNested(universe: Universe, roots: Record<string, string>): boolean {
	const names = universe.names;
	const fits = (version: string | undefined, range: string): boolean =>
		version !== undefined && (range === '*' || semver.satisfies(version, range));
	const shared = new Map<string, string>();
	let memo = new Map<string, boolean>();

	const isPlaceable = (name: string, version: string, seen: ReadonlyMap<string, string>): boolean => {
		const key = `${name}@${version} ${[...seen].sort().join(' ')}`;
		const known = memo.get(key);
		if (known !== undefined) {
			return known;
		}

		const { dependencies = {}, peerDependencies = {} } = universe.versionsOf(name).get(version) ?? {};
		const arePeersRight = Object.entries(peerDependencies).every(([peer, range]) => fits(seen.get(peer) ?? shared.get(peer), range));
		const result = arePeersRight && areChildrenPlaceable(Object.entries(dependencies), new Map([...seen, [name, version]]), []);
		memo.set(key, result);
		return result;
	};

	const areChildrenPlaceable = (
		open: readonly (readonly [string, string])[],
		seen: ReadonlyMap<string, string>,
		chosen: readonly (readonly [string, string])[],
	): boolean => {
		const [next, ...rest] = open;
		if (next === undefined) {
			return chosen.every(([name, version]) => isPlaceable(name, version, seen));
		}

		const [name, range] = next;
		return [...universe.versionsOf(name).keys()].some(
			(version) => fits(version, range) && areChildrenPlaceable(rest, new Map([...seen, [name, version]]), [...chosen, [name, version]]),
		);
	};

	const chooseShared = (i: number): boolean => {
		const name = names[i];
		if (name === undefined) {
			memo = new Map();
			return (
				Object.entries(roots).every(([root, range]) => fits(shared.get(root), range)) &&
				[...shared].every(([placed, version]) => isPlaceable(placed, version, new Map()))
			);
		}

		shared.delete(name);
		const candidates = [...universe.versionsOf(name).keys()];
		if (chooseShared(i + 1)) {
			return true;
		}

		return candidates.some((version) => {
			shared.set(name, version);
			const found = chooseShared(i + 1);
			shared.delete(name);
			return found;
		});
	};

	return chooseShared(0);
}

function wildUniverse(random: Random): { universe: Universe; roots: Record<string, string>; overrides: Record<string, string> } {
	const universe = new Universe();
	const names = ['a', 'b', 'c', 'd', 'e', 'f'];
	const list = (chance: number): Record<string, string> =>
		Object.fromEntries(
			[...names, 'missing']
				.filter((other) => random(chance) === 0 && (other !== 'missing' || random(4) === 0))
				.map((other) => {
					const range = pick(random, RANGES);
					return [other, random(12) === 0 ? `npm:${pick(random, names)}@${range}` : range];
				}),
		);
	for (const name of names) {
		for (const version of [...VERSIONS.slice(0, 1 + random(4)), ...(random(4) === 0 ? ['4.0.0-rc.1'] : [])]) {
			const peerDependencies = list(6);
			universe.serve(name, version, {
				dependencies: list(4),
				optionalDependencies: list(8),
				peerDependencies,
				optionalPeers: Object.keys(peerDependencies).filter(() => random(2) === 0),
				bundledDependencies: random(10) === 0 ? [pick(random, names)] : [],
				...(random(6) === 0 && { deprecated: 'old' }),
			});
		}

		if (random(2) === 0) {
			universe.tag(name, 'latest', pick(random, [...universe.versionsOf(name).keys()]));
		}
	}

	const roots = Object.fromEntries(
		names.slice(0, 1 + random(3)).map((name) => [name, random(10) === 0 ? `npm:${pick(random, names)}` : pick(random, RANGES)]),
	);
	return { universe, roots, overrides: random(4) === 0 ? { [pick(random, names)]: pick(random, RANGES) } : {} };
}
