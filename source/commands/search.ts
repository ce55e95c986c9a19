import type { SearchHit, SearchResult } from '../engine/index.ts';
import { formatAge, plural } from '../format.ts';
import type { CommandDefinition } from './command.ts';
import { countFlag } from './flags.ts';
import { type Cell, cell, joinBlocks, paragraphLines, tableLines, type View } from './layout.ts';

const PAGE_SIZE = 20;

/** The page that was asked for, with where it starts. */
export type SearchPage = SearchResult & { readonly from: number };

export const search: CommandDefinition<SearchPage> = {
	name: 'search',
	aliases: ['find', 's'],
	summary: 'Find plugins in the registry',
	usage: '<words...>',
	flags: {
		limit: { type: 'number', placeholder: 'COUNT', description: `How many to show (${PAGE_SIZE})` },
		page: { type: 'number', placeholder: 'NUMBER', description: 'Which page of that size (1)' },
	},
	examples: ['plugward search link checker', 'plugward search markdown --limit 5 --json=name,version'],
	fields: ['name', 'version', 'description', 'publisher', 'publishedAt', 'keywords', 'installed'],
	rows: 'hits',
	run: async ({ engine, parsed, call }) => {
		const size = countFlag(parsed, 'limit', 1) ?? PAGE_SIZE;
		const from = ((countFlag(parsed, 'page', 1) ?? 1) - 1) * size;
		const text = parsed.positionals.join(' ');
		return { ...(await engine.search({ text, size, from }, call)), from };
	},
	toJson: ({ query, hits, total, source, notice, from }) => ({ query, hits, total, from, source, notice }),
	toText: searchText,
};

function searchText(result: SearchPage, view: View): string {
	const about = result.query === '' ? '' : ` for "${result.query}"`;
	if (result.hits.length === 0) {
		return joinBlocks([paragraphLines(`Nothing found${about}.`, { view }), noticeLines(result, view)]);
	}

	const last = result.from + result.hits.length;
	const summary =
		last < result.total
			? `${result.from + 1} to ${last} of ${plural(result.total, 'hit')}${about}; --page and --limit show others.`
			: `${plural(result.total, 'hit')}${about}.`;
	return joinBlocks([
		tableLines(
			result.hits.map((hit) => hitRow(hit, view)),
			{ view, flexible: 3 },
		),
		[...paragraphLines(summary, { view, tone: 'dim' }), ...paragraphLines('Read more: plugward info NAME', { view, tone: 'dim' })],
		noticeLines(result, view),
	]);
}

function hitRow(hit: SearchHit, view: View): readonly Cell[] {
	const installed = hit.installed === null ? '' : hit.installed === hit.version ? ' installed' : ` (${hit.installed} installed)`;
	return [
		cell(hit.name, 'strong'),
		`${hit.version}${installed}`,
		cell(hit.publishedAt === null ? '' : formatAge(hit.publishedAt, view.now), 'dim'),
		hit.description,
	];
}

function noticeLines({ notice, source }: SearchResult, view: View): string[] {
	if (notice !== null) {
		return paragraphLines(notice, { view, tone: 'warning' });
	}

	return source === 'local-index'
		? paragraphLines('This registry has no search: only packages seen before are found.', { view, tone: 'warning' })
		: [];
}
