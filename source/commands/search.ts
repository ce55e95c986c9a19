import { EngineError, FACETS, parseSearchQuery, SEARCH_SORTS, withSort } from '../engine/index.ts';
import type { SearchHit, SearchResult } from '../engine/index.ts';
import { formatAge, formatCount, plural } from '../format.ts';
import type { CommandDefinition, ParsedArguments } from './command.ts';
import { countFlag, textFlag } from './flags.ts';
import { type Cell, cell, joinBlocks, paragraphLines, tableLines, type View } from './layout.ts';

const PAGE_SIZE = 20;

/** The page that was asked for, with where it starts. */
export type SearchPage = SearchResult & { readonly from: number };

export const search: CommandDefinition<SearchPage> = {
	name: 'search',
	aliases: ['find', 's'],
	summary: 'Find plugins in the registry',
	usage: '<words and facets...>',
	flags: {
		limit: { type: 'number', placeholder: 'COUNT', description: `How many to show (${PAGE_SIZE})` },
		sort: { type: 'string', placeholder: 'ORDER', description: SEARCH_SORTS.join(', ') },
		page: { type: 'number', placeholder: 'NUMBER', description: 'Which page of that size (1)' },
	},
	examples: [
		'plugward search link checker',
		"plugward search markdown permission:!net 'updated:<90d' license:mit --sort downloads",
		'plugward search trust:verified keyword:lint --json=name,level,proof',
		'plugward search markdown --limit 5 --json=name,version',
	],
	fields: [
		'name',
		'version',
		'description',
		'publisher',
		'publishedAt',
		'keywords',
		'license',
		'downloads',
		'permissions',
		'proof',
		'installed',
		'level',
	],
	rows: 'hits',
	run: async ({ engine, parsed, call }) => {
		const size = countFlag(parsed, 'limit', 1) ?? PAGE_SIZE;
		const from = ((countFlag(parsed, 'page', 1) ?? 1) - 1) * size;
		const text = queryOf(parsed);
		return { ...(await engine.search({ text, size, from }, call)), from };
	},
	toJson: ({ query, hits, total, source, notice, from }) => ({ query, hits, total, from, source, notice }),
	toText: searchText,
};

/** What was typed, with the order. Throws `usage` for what would silently not be looked for. */
function queryOf(parsed: ParsedArguments): string {
	const typed = parsed.positionals.join(' ');
	const order = textFlag(parsed, 'sort');
	const sort = SEARCH_SORTS.find((known) => known === order) ?? null;
	if (order !== null && sort === null) {
		throw new EngineError('usage', `--sort does not know "${order}".`, { hint: `Use one of: ${SEARCH_SORTS.join(', ')}` });
	}

	const text = sort === null ? typed : withSort(typed, sort);
	const [problem] = parseSearchQuery(text, Date.now()).problems;
	if (problem !== undefined) {
		throw new EngineError('usage', problem, { hint: `Facets: ${FACETS.map(({ name }) => `${name}:`).join(' ')}` });
	}

	return text;
}

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
		hitLines(result, view),
		[...paragraphLines(summary, { view, tone: 'dim' }), ...paragraphLines('Read more: plugward info NAME', { view, tone: 'dim' })],
		noticeLines(result, view),
	]);
}

function hitLines({ hits, query }: SearchPage, view: View): string[] {
	// A registry that tells nothing about proof needs no column for it.
	const hasProof = hits.some((hit) => proofWord(hit) !== '');
	return tableLines(
		hits.map((hit) => hitRow(hit, view, { hasProof, hasDownloads: /(?:^|\s)sort:downloads(?:\s|$)/.test(query) })),
		{ view, flexible: hasProof ? 4 : 3 },
	);
}

type Shown = { readonly hasProof: boolean; /** By what the list is ordered, in the place of ages. */ readonly hasDownloads: boolean };

function hitRow(hit: SearchHit, view: View, { hasProof, hasDownloads }: Shown): readonly Cell[] {
	const installed = hit.installed === null ? '' : hit.installed === hit.version ? ' installed' : ` (${hit.installed} installed)`;
	return [
		cell(hit.name, 'strong'),
		`${hit.version}${installed}`,
		...(hasProof ? [proofWord(hit)] : []),
		cell(hasDownloads ? downloadsWord(hit) : hit.publishedAt === null ? '' : formatAge(hit.publishedAt, view.now), 'dim'),
		hit.description,
	];
}

function downloadsWord({ downloads }: SearchHit): string {
	return downloads === null ? '' : `${formatCount(downloads)} a week`;
}

/** The level of what is installed was judged; of the others there is only what the registry says. */
function proofWord({ level, proof }: SearchHit): string {
	return level ?? (proof === 'attested' ? 'claims proof' : '');
}

function noticeLines({ notice, source }: SearchResult, view: View): string[] {
	if (notice !== null) {
		return paragraphLines(notice, { view, tone: 'warning' });
	}

	return source === 'local-index'
		? paragraphLines('This registry has no search: only packages seen before are found.', { view, tone: 'warning' })
		: [];
}
