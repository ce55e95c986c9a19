import { EngineError } from '../errors.ts';
import type { MetadataStore } from './metadata/metadata-store.ts';
import { isPackageName } from './package-name.ts';
import { isObject, parseLine, parseList, parsePerson } from './parsing/parse-manifest.ts';
import type { RegistrySearchHit, RegistrySearchResult } from './registry-client.ts';
import { statusOf } from './network/request-failure.ts';
import type { Answer, Requester } from './network/requester.ts';

const MAXIMUM_BYTES = 16_777_216;
/** What a registry without a search answers. */
const NO_SEARCH_STATUSES = new Set([404, 405, 501]);

type Query = { readonly text: string; readonly size: number; readonly from: number };

type SearchOptions = {
	readonly requester: Requester;
	readonly store: MetadataStore;
	readonly registryUrl: string;
	readonly offline: boolean;
};

/**
 * A search of one registry. One that has none, or that may not be asked offline, is replaced by the packages seen before, and the result
 * says so. A registry is not asked again once it said that it has none: a search runs with every key typed.
 */
export function createSearch(
	options: SearchOptions,
): (query: Query, waiting: { readonly signal: AbortSignal }) => Promise<RegistrySearchResult> {
	const { host } = new URL(options.registryUrl);
	let hasSearch = true;
	return async (query, { signal }) => {
		if (options.offline) {
			return searchStored(query, options, 'Offline: only packages seen before are found.');
		}

		if (hasSearch) {
			const answer = await ask(query, { ...options, signal });
			if (answer !== null) {
				return parseResult(answer.body, host);
			}

			hasSearch = false;
		}

		return searchStored(query, options, `${host} has no search: only packages seen before are found.`);
	};
}

/** Null when the registry says that it has no search. */
async function ask(
	query: Query,
	{ requester, registryUrl, signal }: SearchOptions & { readonly signal: AbortSignal },
): Promise<Answer | null> {
	const url = new URL(`${registryUrl}-/v1/search`);
	url.search = new URLSearchParams({ text: query.text, size: String(query.size), from: String(query.from) }).toString();
	const what = `packages matching "${parseLine(query.text, '')}"`;
	try {
		return await requester.get({ url, what, packageName: null, maximumBytes: MAXIMUM_BYTES, signal });
	} catch (error) {
		if (error instanceof EngineError && NO_SEARCH_STATUSES.has(statusOf(error.cause) ?? 0)) {
			return null;
		}

		throw error;
	}
}

/** Every word must occur; a match in the name counts before one in the keywords, and that before one in the description. */
async function searchStored(query: Query, { store, registryUrl }: SearchOptions, notice: string): Promise<RegistrySearchResult> {
	const words = query.text.toLowerCase().split(/\s+/u).filter(Boolean);
	await store.flush();
	const scored: { readonly score: number; readonly hit: RegistrySearchHit }[] = [];
	for (const { name, latest } of await store.recordsOf(registryUrl)) {
		const score = scoreOf(words, {
			name,
			keywords: latest.keywords.join(' ').toLowerCase(),
			description: latest.description.toLowerCase(),
		});
		if (score !== null && latest.version !== null) {
			scored.push({ score, hit: { name, ...latest, version: latest.version } });
		}
	}

	scored.sort((a, b) => b.score - a.score || (a.hit.name < b.hit.name ? -1 : 1));
	const hits = scored.slice(query.from, query.from + query.size).map(({ hit }) => hit);
	return { source: 'local-index', total: scored.length, hits, notice };
}

function scoreOf(words: readonly string[], text: { name: string; keywords: string; description: string }): number | null {
	const name = text.name.toLowerCase();
	let score = 0;
	for (const word of words) {
		if (name === word) {
			score += 8;
		} else if (name.includes(word)) {
			score += 4;
		} else if (text.keywords.includes(word)) {
			score += 2;
		} else if (text.description.includes(word)) {
			score += 1;
		} else {
			return null;
		}
	}

	return score;
}

function parseResult(body: Buffer, host: string): RegistrySearchResult {
	let raw: unknown;
	try {
		raw = JSON.parse(body.toString('utf8'));
	} catch (error) {
		throw invalid(host, 'something that is not JSON', error);
	}

	if (!isObject(raw) || !Array.isArray(raw['objects'])) {
		throw invalid(host, 'a document without a list of packages');
	}

	const hits = raw['objects'].flatMap(parseHit);
	const { total } = raw;
	return { source: 'registry', total: Number.isSafeInteger(total) ? Number(total) : hits.length, hits, notice: null };
}

function parseHit(raw: unknown): RegistrySearchHit[] {
	const found = isObject(raw) ? raw['package'] : null;
	if (!isObject(found)) {
		return [];
	}

	const { name, version } = found;
	if (typeof name !== 'string' || !isPackageName(name) || typeof version !== 'string') {
		return [];
	}

	return [
		{
			name,
			version: parseLine(version, ''),
			description: parseLine(found['description'], ''),
			keywords: parseList(found['keywords']),
			publisher: parsePerson(found['publisher']),
			publishedAt: parseLine(found['date'], null),
		},
	];
}

function invalid(host: string, got: string, cause?: unknown): EngineError {
	return new EngineError('registry-response-invalid', `Expected search results from ${host}, got ${got}.`, { cause });
}
