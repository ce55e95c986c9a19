import semver from 'semver';
import { parseRange, satisfies } from '../../../../source/engine/resolver/index.ts';
import { randomNumbers } from '../../../helpers/universe.ts';

type Random = (below: number) => number;

type Judged = { readonly satisfied: boolean; readonly valid: boolean };

export type Disagreement = { readonly version: string; readonly range: string; readonly ours: Judged; readonly theirs: Judged };

/** Random pairs of a range and a version on which we and node-semver in npm's mode differ; the same for the same seed. */
export function* rangeDisagreements({ seed, pairs }: { readonly seed: number; readonly pairs: number }): Generator<Disagreement> {
	const random = randomNumbers(seed);
	for (let i = 0; i < pairs; i += 1) {
		const range = randomRange(random);
		const version = randomVersion(random);
		const ours = { satisfied: satisfies(version, range), valid: parseRange(range) !== null };
		const theirs = {
			satisfied: semver.satisfies(version, range, { loose: true }),
			valid: semver.validRange(range, { loose: true }) !== null,
		};
		if (ours.satisfied !== theirs.satisfied || ours.valid !== theirs.valid) {
			yield { version, range, ours, theirs };
		}
	}
}

export function randomVersion(random: Random): string {
	const triple = `${randomNumberText(random)}.${randomNumberText(random)}.${randomNumberText(random)}`;
	const prerelease = pick(random, ['', '', '', '-0', '-1', '-alpha', '-alpha.1', '-rc.0', '-beta', '-a-b.2', 'beta']);
	return `${triple}${prerelease}${random(20) === 0 ? '+build.1' : ''}`;
}

function randomRange(random: Random): string {
	return pick(random, [
		() => randomAlternative(random),
		() => randomAlternative(random),
		() => `${randomAlternative(random)} || ${randomAlternative(random)}`,
		() => `${randomAlternative(random)}||${randomAlternative(random)}||${randomAlternative(random)}`,
	])();
}

function randomAlternative(random: Random): string {
	return pick(random, [
		() => randomComparator(random),
		() => randomComparator(random),
		() => `${randomComparator(random)} ${randomComparator(random)}`,
		() => `${randomPart(random)} - ${randomPart(random)}`,
		() => `${randomComparator(random)}  ${randomComparator(random)} ${randomComparator(random)}`,
		() => '',
	])();
}

const OPERATORS = ['', '^', '~', '>', '<', '>=', '<=', '=', '~>', '^', '~', ' ^ ', '~ ', '> ', '>= ', '>=^'];

function randomComparator(random: Random): string {
	return `${pick(random, OPERATORS)}${randomPart(random)}`;
}

function randomPart(random: Random): string {
	const [a, b] = [randomNumberText(random), randomNumberText(random)];
	const full = randomVersion(random);
	return pick(random, [
		full,
		full,
		full,
		a,
		`${a}.${b}`,
		`${a}.x`,
		`${a}.${b}.x`,
		'*',
		'x',
		`${a}.*`,
		`v${full}`,
		`=${full}`,
		`${a}.x.1`,
		'word',
		`${a}.${b}.x-beta`,
		'1.2.3.4',
	]);
}

function randomNumberText(random: Random): string {
	return pick(random, ['0', '0', '1', '1', '2', '3', '10']);
}

function pick<T>(random: Random, items: readonly T[]): T {
	return items[random(items.length)] as T;
}
