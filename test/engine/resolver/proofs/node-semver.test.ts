import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { compareVersions, isExactVersion, parseRange, parseVersion, satisfies } from '../../../../source/engine/resolver/index.ts';
import type { Interval, Version } from '../../../../source/engine/resolver/index.ts';
import * as facts from './node-semver-facts.ts';
import { rangeDisagreements } from './random-ranges.ts';

const LOOSE = { loose: true } as const;

describe("node-semver's own facts", () => {
	it.each(facts.MEMBERS.map(([range, inside, outside = []]) => ({ range, inside, outside })))(
		'hold for the members of $range',
		({ range, inside, outside }) => {
			expect(inside.filter((version) => !satisfies(version, range))).toEqual([]);
			expect(outside.filter((version) => satisfies(version, range))).toEqual([]);
			expect(inside.every((version) => semver.satisfies(version, range, LOOSE))).toBe(true);
			expect(outside.some((version) => semver.satisfies(version, range, LOOSE))).toBe(false);
		},
	);

	it.each(Object.entries(facts.READINGS))('hold for what reads as %s', (reading, ranges) => {
		for (const range of ranges) {
			expect(`${range} -> ${readingOf(range)}`).toBe(`${range} -> ${reading}`);
			expect(semver.validRange(range) === null).toBe(facts.STRICT_REFUSES.includes(range));
			if (reading !== 'none') {
				expect(semver.subset(range, reading, LOOSE) && semver.subset(reading, range, LOOSE)).toBe(true);
			}
		}
	});

	it.each(facts.OVERLAPS.map(([range, overlapping, apart = []]) => ({ range, overlapping, apart })))(
		'hold for what $range overlaps',
		({ range, overlapping, apart }) => {
			for (const [others, expected] of [
				[overlapping, true],
				[apart, false],
			] as const) {
				for (const other of others) {
					expect(`${other} ${overlap(range, other)} ${overlap(other, range)}`).toBe(`${other} ${expected} ${expected}`);
					expect(`${other} ${semver.intersects(range, other, LOOSE)}`).toBe(`${other} ${expected}`);
				}
			}
		},
	);

	it.each(facts.FOLLOWS)('hold for the order of %s after %s', (later, earlier) => {
		expect(compareVersions(later, earlier)).toBeGreaterThan(0);
		expect(compareVersions(earlier, later)).toBeLessThan(0);
		expect(compareVersions(later, later)).toBe(0);
		expect(semver.compare(later, earlier, LOOSE)).toBe(1);
	});

	it('hold for versions that are equal', () => {
		const prefixed = facts.PREFIXED.flatMap((version) => facts.SAME_PREFIXES.map((prefix) => [version, `${prefix}${version}`] as const));
		for (const [a, b] of [...prefixed, ...facts.SAME]) {
			expect(`${a} ${b} ${compareVersions(a, b)} ${compareVersions(b, a)}`).toBe(`${a} ${b} 0 0`);
			expect(semver.eq(a, b, LOOSE)).toBe(true);
		}
	});

	it('hold for the parts of a version', () => {
		const release = { major: 1, minor: 2, patch: 3, prerelease: null };
		expect(['1.0.0', '2.1.0', '3.2.1', 'v1.2.3'].map(parseVersion)).toEqual([
			{ ...release, minor: 0, patch: 0 },
			{ ...release, major: 2, minor: 1, patch: 0 },
			{ ...release, major: 3, patch: 1 },
			release,
		]);
		for (const [text, prerelease] of facts.PRERELEASES) {
			expect(parseVersion(`1.2.3-${text}`)).toEqual({ ...release, prerelease });
		}

		for (const build of facts.BUILDS) {
			expect(parseVersion(`1.2.3+${build}`)).toEqual(release);
		}
	});

	it('hold for what is no version', () => {
		for (const text of facts.NO_VERSIONS) {
			expect(parseVersion(text)).toBeNull();
			expect(isExactVersion(text)).toBe(false);
			expect(semver.valid(text, LOOSE)).toBeNull();
		}
	});
});

describe('ranges and versions', () => {
	it('mean what they mean to node-semver, over 20,000 random pairs', () => {
		expect([...rangeDisagreements({ seed: 20_260_102, pairs: 20_000 })]).toEqual([]);
	});
});

/** The range as bounds, written in one way. */
function readingOf(text: string): string {
	const range = parseRange(text);
	if (range === null) {
		return 'unreadable';
	}

	return range.intervals.length === 0 ? 'none' : range.intervals.map(intervalText).join(' || ');
}

function intervalText({ lower, lowerIncluded, upper, upperIncluded }: Interval): string {
	if (lower !== null && upper !== null && versionText(lower) === versionText(upper)) {
		return `=${versionText(lower)}`;
	}

	const from = lower === null ? [] : [`${lowerIncluded ? '>=' : '>'}${versionText(lower)}`];
	const to = upper === null ? [] : [`${upperIncluded ? '<=' : '<'}${versionText(upper)}`];
	return [...from, ...to].join(' ') || '*';
}

function versionText({ major, minor, patch, prerelease }: Version): string {
	return `${major}.${minor}.${patch}${prerelease === null ? '' : `-${prerelease.join('.')}`}`;
}

function overlap(a: string, b: string): boolean {
	const others = parseRange(b)?.intervals ?? [];
	return (parseRange(a)?.intervals ?? []).some((x) => others.some((y) => !endsBefore(x, y) && !endsBefore(y, x)));
}

function endsBefore(a: Interval, b: Interval): boolean {
	if (a.upper === null || b.lower === null) {
		return false;
	}

	const order = compareVersions(versionText(a.upper), versionText(b.lower));
	return order < 0 || (order === 0 && !(a.upperIncluded && b.lowerIncluded));
}
