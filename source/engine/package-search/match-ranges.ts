import { loosePlaces } from './match-word.ts';
import type { SearchQuery } from './search-query.ts';

/** A stretch of a text that a query matches, in UTF-16 units; `end` is not in it. */
export type MatchRange = { readonly start: number; readonly end: number };

/** What of a shown text the words of a query match, in order and without overlaps. Names are matched loosely where nothing else fits. */
export function matchRanges(
	text: string,
	{ words }: Pick<SearchQuery, 'words'>,
	options: { readonly isName: boolean },
): readonly MatchRange[] {
	const lower = text.toLowerCase();
	// A few capitals of other scripts are longer in lower case; then no place can be told.
	if (lower.length !== text.length) {
		return [];
	}

	const found: MatchRange[] = [];
	for (const word of words) {
		const isLone = word.text.length === 1;
		if (word.isNegated || (isLone && !options.isName)) {
			continue;
		}

		let at = lower.indexOf(word.text);
		if (at === -1 && options.isName && !word.isPhrase) {
			found.push(...(loosePlaces(word.text, lower) ?? []).map((start) => ({ start, end: start + 1 })));
		}

		for (; at !== -1; at = lower.indexOf(word.text, at + word.text.length)) {
			found.push({ start: at, end: at + word.text.length });
		}
	}

	return merge(found);
}

function merge(ranges: readonly MatchRange[]): readonly MatchRange[] {
	const merged: { start: number; end: number }[] = [];
	for (const { start, end } of ranges.toSorted((left, right) => left.start - right.start)) {
		const last = merged.at(-1);
		if (last !== undefined && start <= last.end) {
			last.end = Math.max(last.end, end);
		} else {
			merged.push({ start, end });
		}
	}

	return merged;
}
