import { type Filter, findFacet, parseFacet, type SearchSort, unknownFacet } from './facets.ts';

/** A word, or a phrase that was put in quotes, in lower case. */
export type Word = { readonly text: string; readonly isPhrase: boolean; readonly isNegated: boolean };

export type SearchQuery = {
	readonly words: readonly Word[];
	readonly filters: readonly Filter[];
	/** Null where nothing was said. */
	readonly sort: SearchSort | null;
	/** What was not understood, one sentence each; the rest of the query stands. */
	readonly problems: readonly string[];
};

const LONGEST_QUERY = 512;
// A facet whose value is still to be typed; or an optional `-` or `!`, an optional facet, and quoted or plain text, where a quote that is not
// closed yet reaches to the end.
const PART = /[-!]?[a-zA-Z]+:(?=\s|$)|([-!])?(?:([a-zA-Z]+):)?(?:"([^"]*)"?|([^\s"]+))/gu;

/** Reads a query as it is typed: nothing is an error, what is not understood is told in `problems`. `now` in milliseconds. */
export function parseSearchQuery(text: string, now: number): SearchQuery {
	const words: Word[] = [];
	const filters: Filter[] = [];
	const problems: string[] = [];
	let sort: SearchSort | null = null;
	for (const match of text.slice(0, LONGEST_QUERY).toLowerCase().matchAll(PART)) {
		const [, sign, facetWord, quoted, plain] = match;
		const value = quoted ?? plain;
		if (value === undefined || /^[-!]*$/u.test(value)) {
			continue;
		}

		const isNegated = sign !== undefined;
		if (facetWord === undefined) {
			words.push(...wordsOf(value, { isPhrase: quoted !== undefined, isNegated }));
			continue;
		}

		const facet = findFacet(facetWord);
		const parsed = facet === null ? { problem: unknownFacet(facetWord) } : parseFacet(facet, value, { isNegated, now });
		if (parsed !== null && 'problem' in parsed) {
			problems.push(parsed.problem);
		} else if (parsed !== null && 'sort' in parsed) {
			sort = parsed.sort;
		} else if (parsed !== null) {
			filters.push(parsed.filter);
		}
	}

	return { words, filters, sort, problems };
}

function wordsOf(value: string, { isPhrase, isNegated }: Omit<Word, 'text'>): readonly Word[] {
	const text = isPhrase ? value.trim().replace(/\s+/gu, ' ') : value;
	return text === '' ? [] : [{ text, isPhrase, isNegated }];
}

/** The same query in another order: a `sort:` that is there is replaced, and the default is not spelled out. */
export function withSort(text: string, sort: SearchSort): string {
	const rest = text.replace(/(^|\s)sort:\S*/giu, '').trim();
	const word = sort === 'relevance' ? '' : `sort:${sort}`;
	return rest === '' ? word : word === '' ? rest : `${rest} ${word}`;
}
