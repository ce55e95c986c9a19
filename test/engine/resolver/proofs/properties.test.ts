import { createHash } from 'node:crypto';
import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { integrityOfDigest } from '../../../../source/engine/integrity.ts';
import { lockOfResolution } from '../../../../source/engine/operations/locks/lock-of-resolution.ts';
import type {
	Conflict,
	Fact,
	Resolution,
	ResolveOutcome,
	SuggestedOverride,
	Suggestion,
} from '../../../../source/engine/resolver/index.ts';
import { randomNumbers } from '../../../helpers/universe.ts';
import { changed, shuffled } from './change-puzzle.ts';
import { cyclic, hostsAndLibraries, nested, peersOnly, wild } from './random-universes.ts';
import type { Puzzle } from './random-universes.ts';
import { askedFor } from './what-is-allowed.ts';

const KINDS = { cyclic, hostsAndLibraries, nested, peersOnly, wild };

describe.each(Object.entries(KINDS))('over %s universes', { timeout: 120_000 }, (kind, make) => {
	it('the lock has the same bytes whatever order roots, dependencies, versions and metadata come in', async () => {
		let solved = 0;
		for (let seed = 1; seed <= 8; seed += 1) {
			const puzzle = make(seed * 37);
			const expected = answerText(await solve(puzzle));
			solved += expected.startsWith('{') ? 1 : 0;
			for (let i = 1; i <= 3; i += 1) {
				expect(`${kind} ${seed} ${answerText(await solve(shuffled(puzzle, randomNumbers(seed * 100 + i))))}`).toBe(
					`${kind} ${seed} ${expected}`,
				);
			}
		}

		expect(solved).toBeGreaterThan(1);
	});

	it('taking away what was not chosen leaves what was solvable so, and what was not so as well', async () => {
		for (let seed = 1; seed <= 12; seed += 1) {
			const puzzle = make(seed * 41);
			const outcome = await solve(puzzle);
			const chosen = new Set(
				outcome.type === 'resolved' ? outcome.resolution.packages.map(({ name, version }) => `${name}@${version}`) : [],
			);
			const random = randomNumbers(seed);
			const tagged = new Set(puzzle.universe.names.flatMap((name) => Object.values(puzzle.universe.packument(name).distTags)));
			const withoutVersion = changed(puzzle, (name, version, served) =>
				chosen.has(`${name}@${version}`) || tagged.has(version) || random(4) > 0 ? served : null,
			);
			expect(`${kind} ${seed} ${(await solve(withoutVersion)).type}`).toBe(`${kind} ${seed} ${outcome.type}`);
			if (outcome.type === 'resolved') {
				const withoutEdge = changed(puzzle, (name, version, served) =>
					chosen.has(`${name}@${version}`) || random(2) > 0
						? served
						: { ...served, dependencies: {}, peerDependencies: {}, optionalPeers: [] },
				);
				expect(`${kind} ${seed} ${(await solve(withoutEdge)).type}`).toBe(`${kind} ${seed} resolved`);
			}
		}
	});

	it('taking away versions older than any that was chosen leaves the tree as it was', async () => {
		for (let seed = 1; seed <= 12; seed += 1) {
			const puzzle = make(seed * 53);
			const outcome = await solve(puzzle);
			if (outcome.type !== 'resolved') {
				continue;
			}

			const chosen = Map.groupBy(outcome.resolution.packages, ({ name }) => name);
			const tagged = new Set(puzzle.universe.names.flatMap((name) => Object.values(puzzle.universe.packument(name).distTags)));
			const without = changed(puzzle, (name, version, served) =>
				(chosen.get(name) ?? []).some((copy) => semver.lte(copy.version, version)) || !chosen.has(name) || tagged.has(version)
					? served
					: null,
			);
			expect(`${kind} ${seed} ${answerText(await solve(without))}`).toBe(`${kind} ${seed} ${answerText(outcome)}`);
		}
	});
});

describe('a report', { timeout: 120_000 }, () => {
	it.each([
		['nested', nested],
		['peersOnly', peersOnly],
		['hostsAndLibraries', hostsAndLibraries],
	] as const)('over %s universes rests on facts of which each is needed', async (kind, make) => {
		let dropped = 0;
		for (let seed = 1; seed <= 24; seed += 1) {
			const puzzle = make(seed * 43);
			const outcome = await solve(puzzle);
			const conflict = outcome.type === 'unsolvable' && outcome.failure.kind === 'conflict' ? outcome.failure.conflicts[0] : undefined;
			for (const fact of conflict?.facts ?? []) {
				const without = withoutFact(puzzle, fact);
				if (without !== null && conflict !== undefined) {
					dropped += 1;
					expect(`${kind} ${seed} ${JSON.stringify(fact)} ${stillClashes(await solve(without), conflict)}`).toBe(
						`${kind} ${seed} ${JSON.stringify(fact)} false`,
					);
				}
			}
		}

		expect(dropped).toBeGreaterThan(10);
	});

	it.each([
		['nested', nested],
		['peersOnly', peersOnly],
		['hostsAndLibraries', hostsAndLibraries],
	] as const)('over %s universes suggests only what solves', async (kind, make) => {
		let tried = 0;
		for (let seed = 1; seed <= 24; seed += 1) {
			const puzzle = make(seed * 47);
			const outcome = await solve(puzzle);
			for (const suggestion of outcome.type === 'unsolvable' ? outcome.failure.suggestions : []) {
				tried += 1;
				expect(`${kind} ${seed} ${suggestion.sentence} ${(await solve(followed(puzzle, suggestion))).type}`).toBe(
					`${kind} ${seed} ${suggestion.sentence} resolved`,
				);
			}
		}

		expect(tried).toBeGreaterThan(6);
	});
});

function solve({ universe, roots, ask }: Puzzle): Promise<ResolveOutcome> {
	return universe.resolve(roots, ask);
}

/** The bytes of the lock; for what cannot be solved the report. */
function answerText(outcome: ResolveOutcome): string {
	switch (outcome.type) {
		case 'resolved':
			return JSON.stringify(lockOf(outcome.resolution));
		case 'unsolvable':
			return outcome.failure.sentences.join(' ');
		case 'gave-up':
			return 'gave up';
	}
}

function lockOf(resolution: Resolution) {
	const integrities = new Map(
		resolution.packages.map(({ name, version }) => [
			`${name}@${version}`,
			integrityOfDigest(createHash('sha512').update(`${name}@${version}`).digest()),
		]),
	);
	return lockOfResolution(resolution, { integrities, specs: new Map() });
}

/** The puzzle in which the fact does not hold; null for facts that are no part of a universe or a request. */
function withoutFact(puzzle: Puzzle, fact: Fact): Puzzle | null {
	switch (fact.type) {
		case 'root': {
			const { [fact.name]: _left, ...roots } = puzzle.roots;
			return { ...puzzle, roots };
		}
		case 'dependency':
			return changed(puzzle, (name, _version, served) =>
				name === fact.dependent ? { ...served, dependencies: without(puzzle, served.dependencies, fact) } : served,
			);
		case 'peer':
			return changed(puzzle, (name, _version, served) =>
				name === fact.dependent ? { ...served, peerDependencies: without(puzzle, served.peerDependencies, fact) } : served,
			);
		case 'no-version': {
			const next = changed(puzzle, (_name, _version, served) => served);
			next.universe.serve(fact.name, semver.minVersion(fact.range)?.version ?? '0.0.0');
			return next;
		}
		case 'after-date':
		case 'denied':
		case 'nesting':
		case 'not-found':
		case 'other-node':
		case 'revoked':
		case 'too-young':
		case 'unsupported':
			return null;
	}
}

/** The edges but the one of the fact, which cites what overrides make of it. */
function without(
	puzzle: Puzzle,
	edges: Readonly<Record<string, string>> | undefined,
	{ name, range }: { readonly name: string; readonly range: string },
): Record<string, string> {
	return Object.fromEntries(Object.entries(edges ?? {}).filter(([key, text]) => key !== name || askedFor(puzzle, key, text) !== range));
}

/** Whether the same facts are reported again; there may be another reason why there is no tree. */
function stillClashes(outcome: ResolveOutcome, { facts }: Conflict): boolean {
	const texts = facts.map((fact) => JSON.stringify(fact));
	return (
		outcome.type === 'unsolvable' &&
		outcome.failure.conflicts.some((other) => texts.every((text) => other.facts.some((fact) => JSON.stringify(fact) === text)))
	);
}

function followed(puzzle: Puzzle, suggestion: Suggestion): Puzzle {
	const { roots, ask } = puzzle;
	const left = (names: readonly string[]): Record<string, string> =>
		Object.fromEntries(Object.entries(roots).filter(([name]) => !names.includes(name)));
	switch (suggestion.type) {
		case 'change-root':
			return { ...puzzle, roots: { ...roots, [suggestion.name]: suggestion.spec } };
		case 'change-roots':
			return { ...puzzle, roots: { ...roots, ...suggestion.roots } };
		case 'drop-root':
			return { ...puzzle, roots: left([suggestion.name]) };
		case 'drop-roots':
			return { ...puzzle, roots: left(suggestion.names) };
		case 'allow-young':
			return { ...puzzle, ask: { ...ask, policy: { ...ask.policy, ageExempt: (name) => name === suggestion.name } } };
		case 'override':
			return overridden(puzzle, [suggestion]);
		case 'overrides':
			return overridden(puzzle, suggestion.overrides);
	}
}

function overridden(puzzle: Puzzle, suggested: readonly SuggestedOverride[]): Puzzle {
	const { ask } = puzzle;
	const added = suggested.map(({ path, name, range }) => ({
		path: path.map((parent) => ({ name: parent, range: null })),
		name,
		range: null,
		spec: range,
	}));
	return { ...puzzle, ask: { ...ask, overrides: [...added, ...(ask.overrides ?? [])] } };
}
