import type { SearchHit, SearchQuery, SearchSort } from '../engine/index.ts';
import { cleanLine, fit, fitRight, formatCount, formatShortAge } from '../format.ts';
import { highlighted } from '../highlight.ts';
import { badgeText, levelBadge, span } from '../theme.ts';
import type { Line, Span } from '../theme.ts';

/** How the list of results is shown. */
export type HitListing = {
	readonly width: number;
	readonly query: SearchQuery;
	readonly sort: SearchSort;
	readonly now: number;
	/** Something is known about how far one of them is proven; a column that is empty in every row tells nothing. */
	readonly hasLevels: boolean;
};

export function tellsLevels(hits: readonly SearchHit[]): boolean {
	return hits.some((hit) => hit.level !== null || hit.proof === 'attested');
}

/** Widths of the list of results; what does not fit is left out, least important first. */
function hitColumns({ width, sort, hasLevels }: Pick<HitListing, 'width' | 'sort' | 'hasLevels'>): {
	readonly name: number;
	readonly version: number;
	readonly fact: number;
	readonly description: number;
} {
	const fact = width >= 44 && (hasLevels || sort === 'updated' || sort === 'downloads') ? FACT_WIDTH : 0;
	const version = width >= (fact === 0 ? 56 : 72) ? 10 : 0;
	const name = Math.min(36, Math.max(16, Math.floor((width - version - fact) * (width < 70 ? 0.5 : 0.42))));
	const used = [name, version, fact].filter((part) => part > 0).reduce((sum, part) => sum + part + 1, 2);
	return { name, version, fact, description: Math.max(0, width - used) };
}

const FACT_WIDTH = 10;
const FACT_TITLES: Readonly<Record<SearchSort, string>> = {
	relevance: 'LEVEL',
	name: 'LEVEL',
	trust: 'LEVEL',
	updated: '  UPDATED',
	downloads: '   WEEKLY',
};

export function hitHeader(listing: Pick<HitListing, 'width' | 'sort' | 'hasLevels'>): string {
	const columns = hitColumns(listing);
	const cells = [
		fit('NAME', columns.name),
		fit('VERSION', columns.version),
		fit(columns.fact === 0 ? '' : FACT_TITLES[listing.sort], columns.fact),
		fit('DESCRIPTION', columns.description),
	];
	return `  ${cells.filter((cell) => cell !== '').join(' ')}`;
}

/** `+` marks what is installed. The third column tells what the list is sorted by, else the level. */
export function hitRow(hit: SearchHit, listing: HitListing): Line {
	const { query, sort, now } = listing;
	const columns = hitColumns(listing);
	const cells: (readonly Span[])[] = [
		[span(hit.installed === null ? ' ' : '+', 'good')],
		highlighted(cleanLine(hit.name), { width: columns.name, tone: 'strong', query, isName: true }),
		columns.version === 0 ? [] : [span(fit(cleanLine(hit.version), columns.version), 'info')],
		columns.fact === 0 ? [] : [factSpan(hit, sort, now)],
		highlighted(cleanLine(hit.description), { width: columns.description, tone: 'dim', query, isName: false }),
	];
	return cells.filter((cell) => cell.some(({ text }) => text !== '')).flatMap((cell, index) => (index === 0 ? cell : [span(' '), ...cell]));
}

function factSpan(hit: SearchHit, sort: SearchSort, now: number): Span {
	if (sort === 'updated') {
		return span(fitRight(formatShortAge(hit.publishedAt, now), FACT_WIDTH - 1) + ' ', 'dim');
	}

	if (sort === 'downloads') {
		return span(fitRight(hit.downloads === null ? '-' : formatCount(hit.downloads), FACT_WIDTH - 1) + ' ', 'dim');
	}

	if (hit.level !== null) {
		const badge = levelBadge(hit.level);
		return span(fit(badgeText(badge), FACT_WIDTH), badge.tone);
	}

	// Nobody checked it here, so it has no badge of a level and no colour of one.
	return span(fit(hit.proof === 'attested' ? '~ claimed' : '', FACT_WIDTH), 'dim');
}
