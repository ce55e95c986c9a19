import { everywhere, randomNumbers, Universe } from '../../../helpers/universe.ts';
import type { Ask, Served } from '../../../helpers/universe.ts';

type Random = (below: number) => number;

/** What is asked of which registry. */
export type Puzzle = { readonly universe: Universe; readonly roots: Readonly<Record<string, string>>; readonly ask: Ask };

const VERSIONS = ['1.0.0', '1.1.0', '2.0.0', '3.0.0'];
const WIDE_RANGES = ['*', '^1.0.0', '^2.0.0', '~1.0.0', '>=1.1.0', '<2.0.0', '>=3.0.0'];
const RANGES = [...WIDE_RANGES, '1.0.0', '2.0.0', '1.0.0 || 2.0.0'];
const DAY = 86_400_000;
const FIRST_DAY = Date.parse('2029-12-01T00:00:00Z');

/** Every dependency is a peer, some optional: one version of each package at most. */
export function peersOnly(seed: number): Puzzle {
	const random = randomNumbers(seed);
	const universe = new Universe();
	const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].slice(0, 4 + random(5));
	for (const name of names) {
		for (const version of VERSIONS.slice(0, 2 + random(3))) {
			universe.serve(name, version, peersAmong(random, { names: names.filter((other) => other !== name), ranges: RANGES, chance: 4 }));
		}
	}

	const roots = Object.fromEntries(names.slice(0, 1 + random(3)).map((name) => [name, rootRange(random, RANGES)]));
	return { universe, roots, ask: {} };
}

/**
 * Hosts that are only peers, and libraries that are only dependencies, of which there may be any number of copies. No copy of a
 * library hides a host, so what a library needs of its surroundings is the same everywhere. With tags, packages that do not exist,
 * overrides, and rules of policy.
 */
export function hostsAndLibraries(seed: number): Puzzle {
	const random = randomNumbers(seed);
	const universe = new Universe();
	const hosts = ['a', 'b', 'c', 'd'].slice(0, 2 + random(3));
	const libraries = ['u', 'v', 'w', 'x', 'y'].slice(0, 2 + random(4));
	const isDated = random(2) === 0;
	// A version named exactly may be young wherever it is named, so dated universes name none.
	const ranges = isDated ? WIDE_RANGES : RANGES;
	for (const name of [...hosts, ...libraries]) {
		for (const version of VERSIONS.slice(0, 2 + random(3))) {
			universe.serve(name, version, {
				...peersAmong(random, { names: hosts.filter((other) => other !== name), ranges, chance: 4 }),
				dependencies: edgesAmong(random, { names: [...libraries, 'missing'], ranges: [...ranges, ...ranges, 'old'], chance: 5 }),
				optionalDependencies: edgesAmong(random, { names: ['w', 'missing'], ranges, chance: 9 }),
				...(isDated && { publishedAt: new Date(FIRST_DAY + random(40) * DAY).toISOString() }),
			});
		}

		if (random(2) === 0) {
			universe.tag(name, 'old', pick(random, [...universe.versionsOf(name).keys()]));
		}
	}

	const roots = Object.fromEntries(
		[...hosts, ...libraries].filter(() => random(5) === 0).map((name) => [name, rootRange(random, [...ranges, 'old'])]),
	);
	const policy = {
		...(isDated && {
			minimumAgeMilliseconds: random(3) === 0 ? 0 : (5 + random(50)) * DAY,
			asOf: random(3) === 0 ? FIRST_DAY + 30 * DAY : null,
		}),
		revoked: [...hosts, ...libraries]
			.filter(() => random(5) === 0)
			.map((name) => ({ name, version: pick(random, VERSIONS), reason: 'stolen' })),
	};
	const overrides = random(4) === 0 ? everywhere({ [pick(random, libraries)]: pick(random, ranges) }) : [];
	return { universe, roots: { a: rootRange(random, ranges), ...roots }, ask: { policy, overrides } };
}

/** Five packages in which any may be a peer of any, and copies hide what is outside; dependencies go down the alphabet. */
export function nested(seed: number): Puzzle {
	const random = randomNumbers(seed);
	const universe = new Universe();
	const names = ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, 4 + random(3));
	for (const [i, name] of names.entries()) {
		for (const version of VERSIONS.slice(0, 2 + random(names.length > 5 ? 2 : 3))) {
			universe.serve(name, version, nestedManifest(random, { names, own: i, isCyclic: false }));
		}
	}

	return { universe, roots: Object.fromEntries(names.slice(0, 1 + random(2)).map((name) => [name, rootRange(random, RANGES)])), ask: {} };
}

/** The same over four packages, with dependencies in any direction and optional ones. */
export function cyclic(seed: number): Puzzle {
	const random = randomNumbers(seed);
	const universe = new Universe();
	const names = ['a', 'b', 'c', 'd'];
	for (const [i, name] of names.entries()) {
		for (const version of VERSIONS.slice(0, 2 + random(2))) {
			universe.serve(name, version, nestedManifest(random, { names, own: i, isCyclic: true }));
		}
	}

	return { universe, roots: Object.fromEntries(names.slice(0, 1 + random(2)).map((name) => [name, rootRange(random, RANGES)])), ask: {} };
}

/** Everything a package.json can say, at random: only the checker can judge the result. */
export function wild(seed: number): Puzzle {
	const random = randomNumbers(seed);
	const universe = new Universe();
	const names = ['a', 'b', 'c', 'd', 'e', 'f'];
	const list = (chance: number): Record<string, string> =>
		Object.fromEntries(
			[...names, 'missing']
				.filter((other) => random(chance) === 0 && (other !== 'missing' || random(4) === 0))
				.map((other) => [other, random(12) === 0 ? `npm:${pick(random, names)}@${pick(random, RANGES)}` : pick(random, RANGES)]),
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

	const roots = names
		.slice(0, 1 + random(3))
		.map((name) => [name, random(10) === 0 ? `npm:${pick(random, names)}` : rootRange(random, RANGES)] as const);
	return {
		universe,
		roots: Object.fromEntries(roots),
		ask: { overrides: random(4) === 0 ? everywhere({ [pick(random, names)]: pick(random, RANGES) }) : [] },
	};
}

/** Mostly any version, or else too many universes fall at the first step. */
function rootRange(random: Random, ranges: readonly string[]): string {
	return random(2) === 0 ? '*' : pick(random, ranges);
}

function pick<T>(random: Random, items: readonly T[]): T {
	return items[random(items.length)] as T;
}

type Some = { readonly names: readonly string[]; readonly ranges: readonly string[]; readonly chance: number };

function edgesAmong(random: Random, { names, ranges, chance }: Some): Record<string, string> {
	return Object.fromEntries(
		names.filter((name) => random(chance) === 0 && (name !== 'missing' || random(5) === 0)).map((name) => [name, pick(random, ranges)]),
	);
}

function peersAmong(random: Random, some: Some): Served {
	const peerDependencies = edgesAmong(random, some);
	return { peerDependencies, optionalPeers: Object.keys(peerDependencies).filter(() => random(5) === 0) };
}

function nestedManifest(
	random: Random,
	{ names, own, isCyclic }: { readonly names: readonly string[]; readonly own: number; readonly isCyclic: boolean },
): Served {
	const dependencies: Record<string, string> = {};
	const optionalDependencies: Record<string, string> = {};
	const peerDependencies: Record<string, string> = {};
	for (const [i, other] of names.entries()) {
		const die = random(isCyclic ? 16 : 12);
		if (die <= 5 && (i > own || (isCyclic && i !== own && die <= 3))) {
			dependencies[other] = pick(random, RANGES);
		} else if (isCyclic && i !== own && die === 6) {
			optionalDependencies[other] = pick(random, RANGES);
		} else if (i !== own && (die === 10 || die === 11)) {
			peerDependencies[other] = pick(random, RANGES);
		}
	}

	const optionalPeers = Object.keys(peerDependencies).filter(() => random(5) === 0);
	return { dependencies, optionalDependencies, peerDependencies, optionalPeers };
}
