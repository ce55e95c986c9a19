import { parseSearchQuery, SearchIndex } from './engine/index.ts';
import type { InstalledFacts, InstalledPlugin, SearchedPackage } from './engine/index.ts';
import { remember } from './remember.ts';

/** What a list of installed plugins knows; other facets would silently find nothing. */
const KNOWN_FACETS: ReadonlySet<string> = new Set(['trust', 'permission', 'scope', 'is']);

export type FilteredPlugins = {
	readonly plugins: readonly InstalledPlugin[];
	/** What of the filter was not understood or cannot be told here, one sentence each. */
	readonly problems: readonly string[];
};

type Prepared = { readonly index: SearchIndex; readonly installed: ReadonlyMap<string, InstalledFacts> };

const prepare = remember((plugins: readonly InstalledPlugin[]): Prepared => ({
	index: SearchIndex.of(plugins.map(searchable)),
	installed: new Map(plugins.map((plugin) => [plugin.name, { version: plugin.version, level: plugin.level, marks: marksOf(plugin) }])),
}));

/** Installed plugins that match a filter, in their order unless it says `sort:`; the words are those of every other search. */
export const filterPlugins = remember((plugins: readonly InstalledPlugin[], text): FilteredPlugins => {
	if (text === '') {
		return { plugins, problems: [] };
	}

	const query = parseSearchQuery(text, Date.now());
	const filters = query.filters.filter(({ facet }) => KNOWN_FACETS.has(facet));
	const unknown = new Set(query.filters.flatMap(({ facet }) => (KNOWN_FACETS.has(facet) ? [] : [facet])));
	const { index, installed } = prepare(plugins);
	const positions = index.filter({ query: { ...query, filters }, installed });
	return {
		plugins: positions.map((position) => plugins[position]).filter((plugin) => plugin !== undefined),
		problems: [...query.problems, ...[...unknown].map((facet) => `This list does not know "${facet}:"; Browse does.`)],
	};
});

export function hasUpdate(plugin: InstalledPlugin): boolean {
	return plugin.wanted !== null && plugin.wanted !== plugin.version;
}

function marksOf(plugin: InstalledPlugin): InstalledFacts['marks'] {
	return [
		...(hasUpdate(plugin) ? (['update'] as const) : []),
		...(plugin.isHeld ? (['held'] as const) : []),
		...(plugin.isDisabled ? (['off'] as const) : []),
	];
}

/** Level and marks are words too: that is how they stand in the list. */
function searchable(plugin: InstalledPlugin): SearchedPackage {
	const { name, version, description, level, permissions, tasks } = plugin;
	return {
		name,
		version,
		description,
		keywords: [level, ...marksOf(plugin)],
		publisher: null,
		maintainers: [],
		licence: null,
		publishedAt: null,
		downloads: null,
		permissions: [...new Set(permissions.map(({ type }) => type))],
		isPlugin: tasks !== null,
		proof: null,
	};
}
