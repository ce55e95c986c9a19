import { parseSearchQuery, SearchIndex, type SearchedPackage, type SearchQuery } from '../../package-search/index.ts';
import type { CatalogueSource } from '../catalogue/catalogue.ts';
import type { MetadataStore } from '../metadata/metadata-store.ts';
import type { Requester } from '../network/requester.ts';
import type { RegistrySearchRequest, RegistrySearchResult } from '../registry-client.ts';
import { askRegistry } from './ask-registry.ts';

/** What a registry is asked for when its answer is filtered here: the most that registries give at once. */
const MOST_ASKED = 250;

type SearchOptions = {
	readonly requester: Requester;
	readonly store: MetadataStore;
	readonly catalogue: CatalogueSource;
	readonly registryUrl: string;
	readonly offline: boolean;
};

type Request = RegistrySearchRequest & { readonly query: SearchQuery; readonly signal: AbortSignal };

/**
 * A search of one registry: in the list of its packages where it gives one, else by its own search, else among the packages seen before; the
 * result says which. What a registry does not serve it is not asked for again: a search runs with every key typed.
 */
export function createSearch(
	options: SearchOptions,
): (request: RegistrySearchRequest, waiting: { readonly signal: AbortSignal }) => Promise<RegistrySearchResult> {
	const { host } = new URL(options.registryUrl);
	const searchStored = createStoredSearch(options);
	let hasSearch = true;
	return async (asked, { signal }) => {
		const request: Request = { ...asked, query: parseSearchQuery(asked.text, Date.now()), signal };
		const inCatalogue = await searchCatalogue(request, { ...options, host });
		if (inCatalogue !== null) {
			return inCatalogue;
		}

		if (!options.offline && hasSearch) {
			const answered = needsFiltering(request.query) ? await searchFiltered(request, options, host) : await searchPlainly(request, options);
			if (answered !== null) {
				return answered;
			}

			hasSearch = false;
		}

		const why = options.offline
			? 'Offline: only packages seen before are found.'
			: `${host} has no search: only packages seen before are found.`;
		return searchStored(request, why);
	};
}

/** Facets and orders of ours are not something that a registry's own search understands. */
function needsFiltering({ filters, sort, words }: SearchQuery): boolean {
	return filters.length > 0 || (sort !== null && sort !== 'relevance') || words.some((word) => word.isNegated || word.isPhrase);
}

async function searchCatalogue(
	request: Request,
	{ catalogue, offline, host }: SearchOptions & { readonly host: string },
): Promise<RegistrySearchResult | null> {
	const { signal, query, isLive } = request;
	// Words alone do not wait for a long list: the registry's own search answers meanwhile.
	const wish = offline ? 'kept' : needsFiltering(query) ? 'newest' : isLive ? 'now' : 'newer';
	const list = await catalogue.get(wish, signal);
	if (list === null) {
		return null;
	}

	const { rows, failure } = list;
	const found = await rows.index.find(request, signal);
	const packages = found.positions.map((position) => rows.at(position)).filter((one) => one !== null);
	const since = new Date(list.fetchedAt).toISOString().slice(0, 16).replace('T', ' ');
	const notice = offline
		? `Offline: this is the list of ${host} as of ${since} UTC.`
		: failure === null
			? null
			: `This is the list of ${host} as of ${since} UTC: ${failure}`;
	return { source: 'catalogue', total: found.total, packages, notice };
}

async function searchPlainly(request: Request, options: SearchOptions): Promise<RegistrySearchResult | null> {
	const { text, size, from, signal } = request;
	const answer = await askRegistry({ text, size, from }, { ...options, signal });
	return answer === null ? null : { source: 'registry', ...answer, notice: null };
}

/** The registry finds what has the words, and what it tells of those is filtered here. */
async function searchFiltered(request: Request, options: SearchOptions, host: string): Promise<RegistrySearchResult | null> {
	const answer = await askRegistry({ text: npmText(request.query), size: MOST_ASKED, from: 0 }, { ...options, signal: request.signal });
	if (answer === null) {
		return null;
	}

	const index = SearchIndex.of(answer.packages);
	// The registry matched the words in its own way; only what it does not understand is left to do.
	const words = request.query.words.filter((word) => word.isNegated || word.isPhrase);
	const found = await index.find({ ...request, query: { ...request.query, words } }, request.signal);
	const isAll = answer.total <= answer.packages.length;
	return {
		source: 'registry',
		total: found.total,
		packages: found.positions.map((position) => answer.packages[position]).filter((one) => one !== undefined),
		notice: `${host} gives no list of its packages: ${isAll ? 'its' : `the first ${answer.packages.length} of ${answer.total}`} hits were filtered by what it tells of them.`,
	};
}

/** The part of a query that npm's search understands. */
function npmText({ words, filters }: SearchQuery): string {
	const facets = filters.flatMap((filter) => {
		const isKeyword = filter.facet === 'keyword' && !filter.isNegated;
		return isKeyword ? [`keywords:${filter.values.join(',')}`] : [];
	});
	return [...words.filter((word) => !word.isNegated).map((word) => word.text), ...facets].join(' ');
}

/** Searches what the metadata store has seen; its index is made again only when the store has grown. */
function createStoredSearch({ store, registryUrl }: SearchOptions): (request: Request, notice: string) => Promise<RegistrySearchResult> {
	let made: { readonly lines: number; readonly packages: readonly SearchedPackage[]; readonly index: SearchIndex } | null = null;
	return async (request, notice) => {
		await store.flush();
		const lines = await store.lineCount();
		if (made === null || made.lines !== lines) {
			const packages = await storedPackages(store, registryUrl);
			made = { lines, packages, index: await SearchIndex.build(packages, packages.length, request.signal) };
		}

		const { index, packages } = made;
		const found = await index.find(request, request.signal);
		const hits = found.positions.map((position) => packages[position]).filter((one) => one !== undefined);
		return { source: 'local-index', total: found.total, packages: hits, notice };
	};
}

async function storedPackages(store: MetadataStore, registryUrl: string): Promise<readonly SearchedPackage[]> {
	const records = await store.recordsOf(registryUrl);
	return records.flatMap(({ name, latest }) =>
		latest.version === null
			? []
			: [
					{
						name,
						...latest,
						version: latest.version,
						maintainers: [],
						licence: null,
						downloads: null,
						permissions: null,
						isPlugin: null,
						proof: null,
					},
				],
	);
}
