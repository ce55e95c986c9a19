import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { compareVersions, isExactVersion, parseRange, satisfies } from '../../../source/engine/resolver/index.ts';
import { randomNumbers } from '../../helpers/universe.ts';
import { randomVersion } from './proofs/random-ranges.ts';

describe('ranges', () => {
	it.each([
		['1.2.3', '^1.2.0', true],
		['2.0.0', '^1.2.0', false],
		['2.0.0-rc.1', '^1.2.0', false],
		['0.2.9', '^0.2.3', true],
		['0.3.0', '^0.2.3', false],
		['0.0.4', '^0.0.3', false],
		['1.2.9', '~1.2', true],
		['1.3.0', '~1.2', false],
		['1.0.0-rc.1', '>=1.0.0-beta', true],
		['1.0.1-rc.1', '>=1.0.0-beta', false],
		['1.0.0-rc.1', '*', false],
		['1.0.0-rc.1', '* || 1.0.0-rc.1', false],
		['3.4.9', '1.2 - 3.4', true],
		['3.5.0', '1.2 - 3.4', false],
		['1.2.3', '> 1.0.0 < 2.0.0', true],
		['1.2.3', '>=1.0.0, <2.0.0', true],
		['1.2.3', 'latest', false],
		['1.2.3', '1.2.3.4', false],
		['1.2.3', '>1 nonsense <3', false],
		['1.2.3', '', true],
	])('%s satisfies %j: %s', (version, range, expected) => {
		expect(satisfies(version, range)).toBe(expected);
		expect(semver.satisfies(version, range, { loose: true })).toBe(expected);
	});

	it('are refused, not hung on, when they are endless or hostile', () => {
		expect(parseRange('1'.repeat(100_000))).toBeNull();
		expect(parseRange(`${'9'.repeat(40)}.0.0`)).toBeNull();
		expect(parseRange(`${'~'.repeat(4000)}${' '.repeat(4000)}`)).toBeNull();
		expect(satisfies('1.0.0', '>'.repeat(8000))).toBe(false);
	});
});

describe('versions', () => {
	it('sort as node-semver sorts them', () => {
		const random = randomNumbers(7);
		const list = Array.from({ length: 500 }, () => randomVersion(random));
		const ours = list.toSorted(compareVersions);
		for (let i = 1; i < ours.length; i += 1) {
			expect(semver.compare(ours[i - 1] ?? '', ours[i] ?? '', { loose: true })).toBeLessThanOrEqual(0);
		}
	});

	it('are exact only in the form registries use', () => {
		expect(['1.2.3', '1.2.3-rc.1', '1.2.3+build', '0.0.0-a.0'].map(isExactVersion)).toEqual([true, true, true, true]);
		expect(['v1.2.3', '1.2', '01.2.3', '1.2.3-01', '1.2.3beta', ' 1.2.3', '9007199254740993.0.0'].map(isExactVersion)).toEqual(
			Array(7).fill(false),
		);
	});
});
