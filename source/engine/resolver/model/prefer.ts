import type { State, Variable } from '../core/state.ts';
import { FLAG_DEPRECATED, FLAG_ENGINES, FLAG_PRERELEASE } from '../metadata/format.ts';
import { satisfies } from '../semver/range.ts';
import type { Package } from './packages.ts';

const NONE = -1;

/** Which versions to try first, apart from what is possible. */
export class Preferences {
	readonly #node: string;
	/** Package name -> numbers of the versions of the lock, highest first. */
	readonly #locked: ReadonlyMap<string, ReadonlySet<string>>;
	/** Package name -> version that would make copies one. */
	readonly #merged: ReadonlyMap<string, ReadonlySet<string>>;
	readonly #engineFits = new Map<string, boolean>();
	readonly #favourites = new Map<Package, readonly number[]>();

	constructor(preferences: {
		readonly node: string;
		readonly locked: ReadonlyMap<string, ReadonlySet<string>>;
		readonly merged: ReadonlyMap<string, ReadonlySet<string>>;
	}) {
		this.#node = preferences.node;
		this.#locked = preferences.locked;
		this.#merged = preferences.merged;
	}

	/** The best version in the variable's domain, which has at least one. */
	bestInDomain(package_: Package, state: State, variable: Variable): number {
		return this.#best(package_, (from) => Math.max(state.highestUpTo(variable, from + 1) - 1, NONE));
	}

	/** Lock first, then `latest`, then the highest that is stable, not deprecated and fits this node; -1 when none may be. */
	best(package_: Package, mayBe: (i: number) => boolean): number {
		return this.#best(package_, (from) => {
			let i = from;
			while (i >= 0 && !mayBe(i)) {
				i -= 1;
			}

			return i;
		});
	}

	/** `candidate` gives the highest possible version up to a given one, or -1. */
	#best(package_: Package, candidate: (from: number) => number): number {
		for (const favourite of this.#favouritesOf(package_)) {
			if (candidate(favourite) === favourite) {
				return favourite;
			}
		}

		const { latest } = package_;
		if (latest !== -1) {
			if (candidate(latest) === latest && this.#demerits(package_, latest) <= 1) {
				return latest;
			}

			// What follows `latest` was not meant for everybody, so it comes after what precedes it.
			const before = this.#highest(package_, { from: latest, candidate, mostDemerits: 0 });
			if (before !== -1) {
				return before;
			}
		}

		for (const mostDemerits of [0, 1, 3, 7]) {
			const found = this.#highest(package_, { from: package_.versionCount - 1, candidate, mostDemerits });
			if (found !== -1) {
				return found;
			}
		}

		return -1;
	}

	#highest(
		package_: Package,
		{ from, candidate, mostDemerits }: { from: number; candidate: (from: number) => number; mostDemerits: number },
	): number {
		let i = candidate(from);
		while (i >= 0 && this.#demerits(package_, i) > mostDemerits) {
			i = candidate(i - 1);
		}

		return i;
	}

	/** 0 is best; a prerelease counts 4, a deprecated version 2, one for another node 1. */
	#demerits(package_: Package, i: number): number {
		const flags = package_.index?.flags[i] ?? 0;
		return (
			((flags & FLAG_PRERELEASE) === 0 ? 0 : 4) +
			((flags & FLAG_DEPRECATED) === 0 ? 0 : 2) +
			((flags & FLAG_ENGINES) === 0 || this.#fitsEngine(package_, i) ? 0 : 1)
		);
	}

	#fitsEngine(package_: Package, i: number): boolean {
		const range = package_.index?.engineNode(i) ?? '*';
		const known = this.#engineFits.get(range);
		if (known !== undefined) {
			return known;
		}

		const fits = satisfies(this.#node, range);
		this.#engineFits.set(range, fits);
		return fits;
	}

	#favouritesOf(package_: Package): readonly number[] {
		const known = this.#favourites.get(package_);
		if (known !== undefined) {
			return known;
		}

		const merged = this.#merged.get(package_.name);
		const locked = this.#locked.get(package_.name);
		const numbers = [
			...(merged === undefined ? [] : numbersOf(package_, merged)),
			...(locked === undefined ? [] : numbersOf(package_, locked)),
		];
		this.#favourites.set(package_, numbers);
		return numbers;
	}
}

function numbersOf(package_: Package, versions: ReadonlySet<string>): number[] {
	return [...versions]
		.map((version) => package_.index?.indexOfVersion(version) ?? -1)
		.filter((i) => i !== -1)
		.sort((a, b) => b - a);
}
