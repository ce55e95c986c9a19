import { timeSlices } from '../time-slices.ts';
import { filterTest, type Installed, trustRank } from './apply-filters.ts';
import { BestOf } from './best-of.ts';
import type { SearchSort } from './facets.ts';
import { isLooseLength, lettersOf, mostSlips, scoreLoosely, scoreMisspelt, scoreWord, type SearchText } from './match-word.ts';
import { SearchColumns } from './search-columns.ts';
import type { SearchQuery, Word } from './search-query.ts';
import type { SearchedPackage } from './searched-package.ts';

/** How many packages are looked at between two looks at the clock. */
const STRIDE = 64;
/** With fewer hits than this, words are taken for misspelt. */
const FEW_HITS = 3;

export type SearchRequest = {
	readonly query: SearchQuery;
	/** By name. */
	readonly installed: Installed;
	readonly size: number;
	readonly from: number;
};

/** Positions in the list the index was made of, best first. */
export type FoundPositions = { readonly total: number; readonly positions: readonly number[] };

/** Packages made ready to be searched again and again; nothing here waits for anything but its own turns of the event loop. */
export class SearchIndex {
	readonly #columns: SearchColumns;
	/** What the last query without filters left, for the next letter of the same query. */
	#last: { readonly word: string; readonly positions: Int32Array } | null = null;

	private constructor(columns: SearchColumns) {
		this.#columns = columns;
	}

	/** Reads `packages` in slices. Rejects with `cancelled`. */
	static async build(packages: Iterable<SearchedPackage>, count: number, signal: AbortSignal): Promise<SearchIndex> {
		const columns = new SearchColumns(count);
		const pause = timeSlices(signal);
		for (const one of packages) {
			columns.add(one);
			if (columns.count % STRIDE === 0) {
				await pause();
			}
		}

		return new SearchIndex(columns);
	}

	/** The same at once, for lists that fit on a few screens. */
	static of(packages: readonly SearchedPackage[]): SearchIndex {
		const columns = new SearchColumns(packages.length);
		for (const one of packages) {
			columns.add(one);
		}

		return new SearchIndex(columns);
	}

	get count(): number {
		return this.#columns.count;
	}

	/** Rejects with `cancelled` within one slice after `signal` fires. */
	async find(request: SearchRequest, signal: AbortSignal): Promise<FoundPositions> {
		const pause = timeSlices(signal);
		const wide = await this.#scan(request, 'loose', pause);
		const found = wide.total < FEW_HITS && hasWords(request.query) ? await this.#scan(request, 'misspelt', pause) : wide;
		return { total: found.total, positions: found.best.sorted().slice(request.from) };
	}

	/** The positions of everything that matches, in the order of the list, or sorted where the query says so. */
	filter({ query, installed }: Pick<SearchRequest, 'query' | 'installed'>): readonly number[] {
		const test = this.#test(query, installed, 'loose');
		const matching: number[] = [];
		for (let index = 0; index < this.count; index += 1) {
			if (test(index) > 0) {
				matching.push(index);
			}
		}

		const order = query.sort === null ? null : this.#order(query.sort, installed, (index) => test(index));
		return order === null ? matching : matching.sort((left, right) => (order(left, right) ? -1 : order(right, left) ? 1 : 0));
	}

	async #scan(request: SearchRequest, reach: Reach, pause: () => Promise<void>): Promise<{ total: number; best: BestOf }> {
		const { query, installed, size, from } = request;
		const test = this.#test(query, installed, reach);
		const candidates = this.#candidates(query, reach);
		const count = candidates?.length ?? this.count;
		const scores = new Float32Array(this.count);
		const best = new BestOf(
			size + from,
			this.#order(query.sort ?? 'relevance', installed, (index) => scores[index] ?? 0),
		);
		const matching = new Int32Array(count);
		let total = 0;
		for (let at = 0; at < count; at += 1) {
			const index = candidates === null ? at : (candidates[at] ?? 0);
			const score = test(index);
			if (score > 0) {
				scores[index] = score;
				best.offer(index);
				matching[total] = index;
				total += 1;
			}

			if (at % STRIDE === STRIDE - 1) {
				await pause();
			}
		}

		this.#remember(query, reach, matching.subarray(0, total));
		return { total, best };
	}

	/** What matches a word matches every beginning of it, so the next letter need only look at that; but loose matches begin at some length. */
	#candidates(query: SearchQuery, reach: Reach): Int32Array | null {
		const word = soleWord(query);
		const last = this.#last;
		if (word === null || last === null || reach !== 'loose' || !word.startsWith(last.word)) {
			return null;
		}

		return isLooseLength(last.word) === isLooseLength(word) ? last.positions : null;
	}

	#remember(query: SearchQuery, reach: Reach, positions: Int32Array): void {
		const word = soleWord(query);
		// A single letter matches less than what begins with it.
		if (word !== null && reach === 'loose') {
			this.#last = word.length >= 2 ? { word, positions: positions.slice() } : null;
		}
	}

	#test(query: SearchQuery, installed: Installed, reach: Reach): (index: number) => number {
		const columns = this.#columns;
		const passes = filterTest(query.filters, columns, installed);
		const wanted = query.words.filter((word) => !word.isNegated).map((word) => ({ word, letters: lettersOf(word.text, word.text.length) }));
		const unwanted = query.words.filter((word) => word.isNegated);
		return (index) => {
			if (passes !== null && !passes(index)) {
				return 0;
			}

			const where = columns.text(index);
			let score = 1;
			for (const { word, letters } of wanted) {
				const found = scoreWord(word.text, where) || scoreOtherwise(word, where, { reach, missing: letters & ~columns.letters(index) });
				if (found === 0) {
					return 0;
				}

				score += found;
			}

			return unwanted.some(({ text }) => where.text.includes(text))
				? 0
				: score + popularity(columns.downloads(index), wanted.length === 0 ? null : where.nameEnd);
		};
	}

	/** Ties are broken by name, so that every order is the same each time. */
	#order(sort: SearchSort, installed: Installed, score: (index: number) => number): (left: number, right: number) => boolean {
		const { names } = this.#columns;
		const value = this.#valueOf(sort, installed, score);
		return (left, right) => {
			const [a, b] = value === null ? [0, 0] : [value(left), value(right)];
			return a === b ? (names[left] ?? '') < (names[right] ?? '') : a > b;
		};
	}

	#valueOf(sort: SearchSort, installed: Installed, score: (index: number) => number): ((index: number) => number) | null {
		const columns = this.#columns;
		switch (sort) {
			case 'relevance':
				return score;
			case 'name':
				return null;
			case 'updated':
				return (index) => orLast(columns.time(index));
			case 'downloads':
				return (index) => orLast(columns.downloads(index));
			case 'trust':
				return (index) => trustRank(installed.get(columns.names[index] ?? '')?.level ?? null, columns.proof(index));
		}
	}
}

/** How far a word may be from what it matches. */
type Reach = 'loose' | 'misspelt';

/** `missing` has a bit for each letter of the word that the name lacks: most names are told apart by that alone. */
function scoreOtherwise(word: Word, where: SearchText, { reach, missing }: { readonly reach: Reach; readonly missing: number }): number {
	if (reach === 'loose' || missing === 0) {
		return missing === 0 ? scoreLoosely(word, where) || (reach === 'misspelt' ? scoreMisspelt(word, where) : 0) : 0;
	}

	return countBits(missing) <= mostSlips(word.text) ? scoreMisspelt(word, where) : 0;
}

function countBits(bits: number): number {
	let count = 0;
	for (let rest = bits; rest !== 0; rest &= rest - 1) {
		count += 1;
	}

	return count;
}

/** Less than any difference between two kinds of matches of one word, but enough to order equal ones: what many use, and short names. */
function popularity(downloads: number, nameLength: number | null): number {
	return (Number.isNaN(downloads) ? 0 : Math.log10(downloads + 1) * 3) + (nameLength === null ? 0 : 1 / (nameLength + 1));
}

function orLast(value: number): number {
	return Number.isNaN(value) ? -Infinity : value;
}

function hasWords({ words }: SearchQuery): boolean {
	return words.some((word) => !word.isNegated);
}

/** The text of a query that is one plain word and nothing else. */
function soleWord({ words, filters }: SearchQuery): string | null {
	const [word] = words;
	return words.length === 1 && filters.length === 0 && word !== undefined && !word.isNegated && !word.isPhrase ? word.text : null;
}
