import { matchRanges, parseSearchQuery } from './engine/index.ts';
import type { SearchQuery } from './engine/index.ts';
import { fit } from './format.ts';
import { span } from './theme.ts';
import type { Span, Tone } from './theme.ts';

const parsed = new Map<string, SearchQuery>();

/** The query behind a text that is shown with its matches marked; the same text is asked for once a row. */
export function shownQuery(text: string): SearchQuery {
	let query = parsed.get(text);
	if (query === undefined) {
		parsed.clear();
		query = parseSearchQuery(text, 0);
		parsed.set(text, query);
	}

	return query;
}

/** A cell of exactly `width`, with what the query matches marked. The text must be clean already. */
export function highlighted(
	text: string,
	cell: { readonly width: number; readonly tone: Tone; readonly query: Pick<SearchQuery, 'words'>; readonly isName: boolean },
): readonly Span[] {
	const { width, tone, query, isName } = cell;
	const shown = fit(text, width);
	const spans: Span[] = [];
	let at = 0;
	for (const { start, end } of query.words.length === 0 ? [] : matchRanges(shown, query, { isName })) {
		if (start > at) {
			spans.push(span(shown.slice(at, start), tone));
		}

		spans.push(span(shown.slice(start, end), 'match'));
		at = end;
	}

	return at === shown.length ? spans : [...spans, span(shown.slice(at), tone)];
}
