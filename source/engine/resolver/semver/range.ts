import { compareParsed, comparePrereleases, parsePrerelease, parseVersion } from './version.ts';
import type { Version } from './version.ts';

/** One alternative of a range: everything between two bounds. */
export type Interval = {
	/** Null: no bound. */
	readonly lower: Version | null;
	readonly lowerIncluded: boolean;
	readonly upper: Version | null;
	readonly upperIncluded: boolean;
	/** A prerelease matches only when one of these has the same major, minor and patch. */
	readonly prereleaseOf: readonly Version[];
};

export type Range = {
	/** Any of them may match; none: nothing matches. */
	readonly intervals: readonly Interval[];
	/** True for `*` and the empty text, which npm lets every version satisfy, prereleases too. */
	readonly isEverything: boolean;
	/** The version, when the range names exactly one. */
	readonly exact: Version | null;
};

const LONGEST_RANGE = 8192;
const LARGEST_MEMO = 20_000;
const memo = new Map<string, Range | null>();
const versionMemo = new Map<string, Version | null>();

/** The range, or null when nothing in the text can be read as one. Follows node-semver's loose rules. */
export function parseRange(text: string): Range | null {
	const known = memo.get(text);
	if (known !== undefined) {
		return known;
	}

	const range = text.length > LONGEST_RANGE ? null : readRange(text.trim().replace(/\s+/gu, ' '));
	if (memo.size >= LARGEST_MEMO) {
		memo.clear();
	}

	memo.set(text, range);
	return range;
}

/** True when the version lies in the interval and its prerelease, if any, is one the range opted into. */
export function intervalContains(interval: Interval, version: Version): boolean {
	if (interval.lower !== null) {
		const order = compareParsed(version, interval.lower);
		if (order < 0 || (order === 0 && !interval.lowerIncluded)) {
			return false;
		}
	}

	if (interval.upper !== null) {
		const order = compareParsed(version, interval.upper);
		if (order > 0 || (order === 0 && !interval.upperIncluded)) {
			return false;
		}
	}

	return version.prerelease === null || interval.prereleaseOf.some((opted) => hasSameTriple(opted, version));
}

/** True when the two leave something in common between their bounds; what cannot be read has nothing in common with anything. */
export function rangesMeet(a: string, b: string): boolean {
	const others = parseRange(b)?.intervals ?? [];
	return (parseRange(a)?.intervals ?? []).some((left) =>
		others.some((right) => startsBeforeEnd(left, right) && startsBeforeEnd(right, left)),
	);
}

function startsBeforeEnd(from: Interval, to: Interval): boolean {
	if (from.lower === null || to.upper === null) {
		return true;
	}

	const order = compareParsed(from.lower, to.upper);
	return order < 0 || (order === 0 && from.lowerIncluded && to.upperIncluded);
}

export function hasSameTriple(a: Version, b: Version): boolean {
	return a.major === b.major && a.minor === b.minor && a.patch === b.patch;
}

type Comparator = { readonly operator: '<' | '<=' | '>' | '>=' | '='; readonly version: Version };
/** `null-set` never matches; `any` always does. */
type Alternative = readonly Comparator[] | 'null-set';

function readRange(text: string): Range | null {
	const alternatives: Alternative[] = [];
	for (const part of text.split('||')) {
		const read = readAlternative(part.trim());
		if (read === 'too-large') {
			return null;
		}

		if (read !== null) {
			alternatives.push(read);
		}
	}

	if (alternatives.length === 0) {
		return null;
	}

	// node-semver keeps only `*` once any alternative is `*`, which takes prereleases away from the others.
	const everything = alternatives.find((alternative) => alternative.length === 0);
	const kept = everything === undefined ? alternatives : [everything];
	const intervals = kept.flatMap((alternative) => (alternative === 'null-set' ? [] : toInterval(alternative)));
	return { intervals, isEverything: text === '*' || text === '', exact: exactVersion(intervals) };
}

function exactVersion(intervals: readonly Interval[]): Version | null {
	const [only] = intervals;
	const isPoint =
		intervals.length === 1 &&
		only !== undefined &&
		only.lower !== null &&
		only.upper !== null &&
		compareParsed(only.lower, only.upper) === 0;
	return isPoint ? (only.lower ?? null) : null;
}

function toInterval(comparators: readonly Comparator[]): Interval[] {
	let lower: Version | null = null;
	let upper: Version | null = null;
	let lowerIncluded = true;
	let upperIncluded = true;
	for (const { operator, version } of comparators) {
		if (operator !== '<' && operator !== '<=') {
			const order = lower === null ? 1 : compareParsed(version, lower);
			if (order >= 0) {
				lowerIncluded = operator !== '>' && (order > 0 || lowerIncluded);
				lower = version;
			}
		}

		if (operator !== '>' && operator !== '>=') {
			const order = upper === null ? -1 : compareParsed(version, upper);
			if (order <= 0) {
				upperIncluded = operator !== '<' && (order < 0 || upperIncluded);
				upper = version;
			}
		}
	}

	const width = lower === null || upper === null ? -1 : compareParsed(lower, upper);
	if (width > 0 || (width === 0 && !(lowerIncluded && upperIncluded))) {
		return [];
	}

	const prereleaseOf = comparators.map(({ version }) => version).filter(({ prerelease }) => prerelease !== null);
	return [{ lower, lowerIncluded, upper, upperIncluded, prereleaseOf }];
}

const BUILD = /\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*/gu;
const OPERATOR = /^(?:~>?|\^|[<>]=?|=)/u;

/** Null when no part of it can be read, which a loose range tolerates as long as another alternative can. */
function readAlternative(withBuild: string): Alternative | null | 'too-large' {
	const text = withBuild.includes('+') ? withBuild.replace(BUILD, '') : withBuild;
	if (text === '') {
		return [];
	}

	if (text.includes(' - ')) {
		const hyphen = readHyphen(text);
		if (hyphen !== null) {
			return hyphen;
		}
	}

	const comparators: Comparator[] = [];
	let isRead = false;
	const tokens = glueOperators(text).split(' ');
	for (const [i, token] of tokens.entries()) {
		const operator = OPERATOR.exec(token)?.[0] ?? '';
		const partial = readPartial(token.slice(operator.length), operator);
		if (partial === null) {
			continue;
		}

		if (partial === 'too-large') {
			return partial;
		}

		// node-semver erases a `*`, and an erased one counts only at either end, where its empty text survives the split.
		isRead ||= partial.major !== null || i === 0 || i === tokens.length - 1;
		const read = readComparator(operator, partial);
		if (read === 'null-set') {
			return read;
		}

		comparators.push(...read);
	}

	return isRead ? comparators : null;
}

/** `> 1.2.3` becomes `>1.2.3`; an operator with nothing to act on stays alone, so that it is skipped like any other junk. */
function glueOperators(text: string): string {
	return text.includes(' ') ? text.replace(/(^| )(~>?|\^|[<>]=?|=) (?=[v=]*[\dxX*])/gu, '$1$2') : text;
}

/** A version of which later parts may be missing or `x`. */
type Partial = {
	readonly major: number | null;
	readonly minor: number | null;
	readonly patch: number | null;
	readonly prerelease: Version['prerelease'];
};

const PARTIAL =
	/^[v=\s]*(\d+|x|X|\*)(?:\.(\d+|x|X|\*)(?:\.(\d+|x|X|\*)(?:-?((?:\d*[a-zA-Z-][a-zA-Z0-9-]*|\d+)(?:\.(?:\d*[a-zA-Z-][a-zA-Z0-9-]*|\d+))*))?)?)?$/u;

function readPartial(text: string, operator: string): Partial | null | 'too-large' {
	const match = PARTIAL.exec(text);
	if (match === null) {
		return null;
	}

	const major = readPart(match[1]);
	const isPrefixRange = operator === '^' || operator.startsWith('~');
	const isOutOfOrder = (major === null && readPart(match[2]) !== null) || (readPart(match[2]) === null && readPart(match[3]) !== null);
	if (isOutOfOrder && !isPrefixRange) {
		return null;
	}

	const minor = major === null ? null : readPart(match[2]);
	const patch = minor === null ? null : readPart(match[3]);

	const largest = Math.max(major ?? 0, minor ?? 0, patch ?? 0);
	if (largest > Number.MAX_SAFE_INTEGER || text.length > 256) {
		return 'too-large';
	}

	const prerelease = match[4] === undefined || patch === null ? null : parsePrerelease(match[4]);
	return { major, minor, patch, prerelease };
}

function readPart(text: string | undefined): number | null {
	return text === undefined || text === 'x' || text === 'X' || text === '*' ? null : Number(text);
}

function readHyphen(text: string): readonly Comparator[] | null {
	const [left, right, ...more] = text.split(' - ');
	const from = left === undefined ? null : readPartial(left.trim(), '^');
	const to = right === undefined ? null : readPartial(right.trim(), '^');
	if (more.length > 0 || from === null || to === null || from === 'too-large' || to === 'too-large') {
		return null;
	}

	const lower: Comparator[] = from.major === null ? [] : [{ operator: '>=', version: floorOf(from) }];
	if (to.major === null) {
		return dropZero(lower);
	}

	const upper: Comparator = to.patch === null ? { operator: '<', version: ceilingOf(to) } : { operator: '<=', version: floorOf(to) };
	return [...dropZero(lower), upper];
}

function readComparator(operator: string, partial: Partial): readonly Comparator[] | 'null-set' {
	if (partial.major === null) {
		return operator === '<' || operator === '>' ? 'null-set' : [];
	}

	switch (operator) {
		case '^':
			return dropZero([
				{ operator: '>=', version: floorOf(partial) },
				{ operator: '<', version: caretCeiling(partial) },
			]);
		case '~':
		case '~>':
			return dropZero([
				{ operator: '>=', version: floorOf(partial) },
				{ operator: '<', version: ceilingOf(partial) },
			]);
		case '<':
		case '<=':
		case '>':
		case '>=':
			return dropZero([boundComparator(operator, partial)]);
		default:
			return partial.patch === null
				? dropZero([
						{ operator: '>=', version: floorOf(partial) },
						{ operator: '<', version: ceilingOf(partial) },
					])
				: [{ operator: '=', version: floorOf(partial) }];
	}
}

function boundComparator(operator: '<' | '<=' | '>' | '>=', partial: Partial): Comparator {
	if (partial.patch !== null) {
		return { operator, version: floorOf(partial) };
	}

	switch (operator) {
		case '>=':
			return { operator: '>=', version: floorOf(partial) };
		case '<':
			return { operator: '<', version: { ...floorOf(partial), prerelease: [0] } };
		case '>':
			return { operator: '>=', version: { ...ceilingOf(partial), prerelease: null } };
		case '<=':
			return { operator: '<', version: ceilingOf(partial) };
	}
}

/** `>=0.0.0` says nothing, and alone it counts as `*`. */
function dropZero(comparators: readonly Comparator[]): readonly Comparator[] {
	return comparators.filter(
		({ operator, version: { major, minor, patch, prerelease } }) => operator !== '>=' || major + minor + patch > 0 || prerelease !== null,
	);
}

function floorOf(partial: Partial): Version {
	return { major: partial.major ?? 0, minor: partial.minor ?? 0, patch: partial.patch ?? 0, prerelease: partial.prerelease };
}

/** First version after everything the given parts allow: `1` -> `2.0.0-0`, `1.2` and `1.2.3` -> `1.3.0-0`. */
function ceilingOf({ major, minor }: Partial): Version {
	return minor === null
		? { major: (major ?? 0) + 1, minor: 0, patch: 0, prerelease: [0] }
		: { major: major ?? 0, minor: minor + 1, patch: 0, prerelease: [0] };
}

function caretCeiling(partial: Partial): Version {
	const { major, minor, patch } = partial;
	if (major !== 0 || minor === null) {
		return { major: (major ?? 0) + 1, minor: 0, patch: 0, prerelease: [0] };
	}

	return minor > 0 || patch === null ? ceilingOf(partial) : { major, minor, patch: patch + 1, prerelease: [0] };
}

/** Whether a version satisfies a range, by node-semver's loose rules; false when either cannot be read. */
export function satisfies(version: string, range: string): boolean {
	const parsedVersion = parseKnownVersion(version);
	const parsedRange = parseRange(range);
	if (parsedVersion === null || parsedRange === null) {
		return false;
	}

	return parsedRange.intervals.some((interval) => intervalContains(interval, parsedVersion));
}

/** The versions of one tree are asked about again and again, by each of their dependents. */
function parseKnownVersion(text: string): Version | null {
	const known = versionMemo.get(text);
	if (known !== undefined) {
		return known;
	}

	if (versionMemo.size >= LARGEST_MEMO) {
		versionMemo.clear();
	}

	const version = parseVersion(text);
	versionMemo.set(text, version);
	return version;
}

/** Negative, zero or positive, by precedence; texts that are no versions come first. */
export function compareVersions(a: string, b: string): number {
	const [left, right] = [parseVersion(a), parseVersion(b)];
	if (left === null || right === null) {
		return (left === null ? 0 : 1) - (right === null ? 0 : 1);
	}

	return compareParsed(left, right) || comparePrereleases(left.prerelease, right.prerelease);
}
