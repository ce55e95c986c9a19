import type { Words } from '../core/numbers.ts';
import type { ValueSet } from '../core/state.ts';
import { FLAG_PRERELEASE } from '../metadata/format.ts';
import type { PackageIndex } from '../metadata/package-index.ts';
import type { MetadataAnswer } from '../request.ts';
import { hasSameTriple, parseRange } from '../semver/range.ts';
import type { Interval } from '../semver/range.ts';
import type { Version } from '../semver/version.ts';

/** The versions of one package that a range or tag allows. Version i is value i + 1; value 0 is absent. */
export type VersionSet = {
	/** The range or tag; unlike `yes` it does not identify the set. */
	readonly text: string;
	readonly count: number;
	/** The versions. */
	readonly yes: ValueSet;
	/** Every other version, and absent. */
	readonly no: ValueSet;
	/** Every other version, not absent: what an optional peer rules out. */
	readonly noButAbsent: ValueSet;
	/** The versions, or absent. */
	readonly yesOrAbsent: ValueSet;
};

const NO_NUMBERS = { majors: new Uint32Array(), minors: new Uint32Array(), patches: new Uint32Array() };

/** One package of the registry with what has been computed about it. */
export class Package {
	readonly name: string;
	/** Null when the registry has no such package. */
	readonly index: PackageIndex | null;
	readonly versionCount: number;
	/** Words in a set of its values. */
	readonly width: number;
	readonly #words: Words;
	readonly #sets = new Map<string, VersionSet>();
	#latest: number | null = null;

	constructor(name: string, index: PackageIndex | null, words: Words) {
		this.name = name;
		this.index = index;
		this.versionCount = index?.versionCount ?? 0;
		this.width = (this.versionCount >>> 5) + 1;
		this.#words = words;
	}

	/** The number of the version tagged `latest`, or -1. */
	get latest(): number {
		this.#latest ??= this.#tagged('latest');
		return this.#latest;
	}

	/** What a range allows; junk allows nothing. */
	range(text: string): VersionSet {
		return this.#remembered('range', text, () => {
			const range = parseRange(text);
			return (mark) => {
				if (range?.isEverything === true) {
					for (let i = 0; i < this.versionCount; i += 1) {
						mark(i);
					}
				}

				for (const interval of range?.intervals ?? []) {
					this.#markInterval(interval, mark);
				}
			};
		});
	}

	/** The version a tag names, and nothing else. */
	tag(tag: string): VersionSet {
		return this.#remembered('tag', tag, () => (mark) => {
			const i = this.#tagged(tag);
			if (i !== -1) {
				mark(i);
			}
		});
	}

	/** Versions that a caret range would let replace each other are in one bucket: `2`, `0.3`, `0.0.7`. */
	bucketOf(i: number): string {
		const { majors, minors, patches } = this.index ?? NO_NUMBERS;
		const major = majors[i] ?? 0;
		const minor = minors[i] ?? 0;
		return major > 0 ? `${major}` : minor > 0 ? `0.${minor}` : `0.0.${patches[i] ?? 0}`;
	}

	/** The first version of the bucket that version i is in; its versions are neighbours. */
	firstOfBucket(i: number): number {
		let first = i;
		while (first > 0 && this.#isSameBucket(first - 1, i)) {
			first -= 1;
		}

		return first;
	}

	/** The versions of the bucket that begins with the version. */
	bucketFrom(first: number): { readonly name: string; readonly versions: VersionSet } {
		const name = this.bucketOf(first);
		const versions = this.#remembered('bucket', name, () => (mark) => {
			for (let member = first; member < this.versionCount && this.#isSameBucket(member, first); member += 1) {
				mark(member);
			}
		});
		return { name, versions };
	}

	/** Exactly the given versions, known by `key` from then on: they are computed once. */
	only(key: string, versions: () => Iterable<number>): VersionSet {
		return this.#remembered('only', key, () => (mark) => {
			for (const i of versions()) {
				mark(i);
			}
		});
	}

	has(set: VersionSet, i: number): boolean {
		const value = i + 1;
		return ((this.#words.items[set.yes + (value >>> 5)] ?? 0) & (1 << (value & 31))) !== 0;
	}

	/** Numbers of the versions in the set, ascending. */
	members(set: VersionSet): number[] {
		const members: number[] = [];
		for (let i = 0; i < this.versionCount; i += 1) {
			if (this.has(set, i)) {
				members.push(i);
			}
		}

		return members;
	}

	#remembered(kind: string, text: string, compute: () => (mark: (i: number) => void) => void): VersionSet {
		const key = `${kind} ${text}`;
		const known = this.#sets.get(key);
		if (known !== undefined) {
			return known;
		}

		const width = this.width;
		const yes = this.#words.allocate(width * 4);
		const items = this.#words.items;
		items.fill(0, yes, yes + width * 4);
		let count = 0;
		compute()((i) => {
			const word = yes + ((i + 1) >>> 5);
			const bit = 1 << ((i + 1) & 31);
			count += ((items[word] ?? 0) & bit) === 0 ? 1 : 0;
			items[word] = (items[word] ?? 0) | bit;
		});
		const last = this.versionCount & 31;
		for (let i = 0; i < width; i += 1) {
			const allowed = items[yes + i] ?? 0;
			const valid = i === width - 1 && last !== 31 ? (1 << (last + 1)) - 1 : -1;
			items[yes + width + i] = ~allowed & valid;
			items[yes + width * 2 + i] = ~allowed & valid & (i === 0 ? ~1 : -1);
			items[yes + width * 3 + i] = i === 0 ? allowed | 1 : allowed;
		}

		const set = { text, count, yes, no: yes + width, noButAbsent: yes + width * 2, yesOrAbsent: yes + width * 3 };
		this.#sets.set(key, set);
		return set;
	}

	#tagged(tag: string): number {
		const version = this.index?.tags.get(tag);
		return version === undefined ? -1 : (this.index?.indexOfVersion(version) ?? -1);
	}

	#isSameBucket(i: number, j: number): boolean {
		const { majors, minors, patches } = this.index ?? NO_NUMBERS;
		return (
			majors[i] === majors[j] && ((majors[i] ?? 0) > 0 || (minors[i] === minors[j] && ((minors[i] ?? 0) > 0 || patches[i] === patches[j])))
		);
	}

	#markInterval(interval: Interval, mark: (i: number) => void): void {
		const { index } = this;
		if (index === null) {
			return;
		}

		const start = interval.lower === null ? 0 : this.#search(interval.lower, interval.lowerIncluded ? 0 : 1);
		const end = interval.upper === null ? this.versionCount : this.#search(interval.upper, interval.upperIncluded ? 1 : 0);
		for (let i = start; i < end; i += 1) {
			const isRelease = ((index.flags[i] ?? 0) & FLAG_PRERELEASE) === 0;
			if (isRelease || interval.prereleaseOf.some((opted) => hasSameTriple(opted, this.#triple(i)))) {
				mark(i);
			}
		}
	}

	#triple(i: number): Version {
		return { major: this.index?.majors[i] ?? 0, minor: this.index?.minors[i] ?? 0, patch: this.index?.patches[i] ?? 0, prerelease: null };
	}

	/** The first version that follows the bound, or with `isPast` 0 equals it. */
	#search(bound: Version, isPast: 0 | 1): number {
		let low = 0;
		let high = this.versionCount;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if ((this.index?.compare(middle, bound) ?? 0) < isPast) {
				low = middle + 1;
			} else {
				high = middle;
			}
		}

		return low;
	}
}

/** Every package met so far. */
export class PackageTable {
	readonly words: Words;
	readonly #packages = new Map<string, Package>();

	constructor(words: Words) {
		this.words = words;
	}

	get size(): number {
		return this.#packages.size;
	}

	get(name: string): Package | undefined {
		return this.#packages.get(name);
	}

	add(name: string, answer: MetadataAnswer): void {
		this.#packages.set(name, new Package(name, answer.type === 'found' ? answer.index : null, this.words));
	}
}
