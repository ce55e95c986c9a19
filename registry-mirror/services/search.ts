import type { Caller } from '../access/principal.ts';
import type { PackageSummary, Storage } from '../storage/index.ts';
import { type CatalogueListing, createCatalogueOfPackages } from './catalogue.ts';
import type { DownloadService } from './downloads.ts';
import { summariseLocal } from './local/local-document.ts';

/** `weekly`: downloads from here in the last week. */
export type SearchHit = { readonly summary: PackageSummary; readonly score: number; readonly weekly: number };
export type SearchPage = { readonly hits: readonly SearchHit[]; readonly total: number };

/** Search over what is published here and what was pulled so far; the upstream is not asked. */
export type SearchService = {
	find(request: Caller & { readonly text: string; readonly size: number; readonly from: number }): Promise<SearchPage>;
	/** All packages as lines, or what changed since a revision. */
	list(request: Caller & { readonly since: string | null }): Promise<CatalogueListing>;
	put(summary: PackageSummary): void;
	remove(name: string): void;
};

type Query = { readonly words: readonly string[]; readonly keywords: readonly string[]; readonly people: readonly string[] };
type Entry = {
	readonly summary: PackageSummary;
	readonly name: string;
	readonly keywords: readonly string[];
	readonly description: string;
};

const MAXIMUM_TEXT = 256;

export function createSearchService(storage: Storage, downloads: Pick<DownloadService, 'weekly'>): SearchService {
	const entries = new Map<string, Entry>();
	// Names changed before or while the first load ran: what it reads of them is already old.
	const touched = new Set<string>();
	const catalogue = createCatalogueOfPackages();
	/** Downloads of a week, as the lines of the catalogue tell them. */
	let told: ReadonlyMap<string, number> = new Map();
	let loading: Promise<void> | null = null;
	const keep = (summary: PackageSummary) => {
		entries.set(summary.name, toEntry(summary));
		catalogue.put(summary, told.get(summary.name) ?? 0);
	};
	const tellDownloads = async () => {
		const [before, weekly] = [told, await downloads.weekly()];
		if (weekly === before) {
			return;
		}

		told = weekly;
		for (const name of new Set([...before.keys(), ...weekly.keys()])) {
			const entry = entries.get(name);
			if (entry !== undefined && before.get(name) !== weekly.get(name)) {
				catalogue.put(entry.summary, weekly.get(name) ?? 0);
			}
		}
	};
	const put = (summary: PackageSummary) => {
		touched.add(summary.name);
		keep(summary);
	};

	const load = async () => {
		const locals = await Promise.all((await storage.local.names()).map((name) => storage.local.read(name)));
		const summaries = [
			...(await storage.upstream.heads()).map(({ summary }) => summary),
			...locals.flatMap((local) => (local === null ? [] : [summariseLocal(local)])),
		];
		for (const summary of summaries) {
			if (summary !== null && !touched.has(summary.name)) {
				keep(summary);
			}
		}
	};

	return {
		put,
		remove(name) {
			touched.add(name);
			entries.delete(name);
			catalogue.remove(name);
		},
		async list({ since }) {
			loading ??= load();
			await loading;
			await tellDownloads();
			return catalogue.list(since);
		},
		async find({ text, size, from }) {
			loading ??= load();
			await loading;
			const weekly = await downloads.weekly();
			const query = parseQuery(text.slice(0, MAXIMUM_TEXT));
			const hits = [...entries.values()].flatMap((entry) => {
				const score = scoreOf(entry, query);
				return score === 0 ? [] : [{ summary: entry.summary, score, weekly: weekly.get(entry.summary.name) ?? 0 }];
			});
			hits.sort((left, right) => right.score - left.score || left.summary.name.localeCompare(right.summary.name, 'en'));
			return { hits: hits.slice(from, from + size), total: hits.length };
		},
	};
}

function toEntry(summary: PackageSummary): Entry {
	return {
		summary,
		name: summary.name.toLowerCase(),
		keywords: summary.keywords.map((word) => word.toLowerCase()),
		description: summary.description.toLowerCase(),
	};
}

/** Words, and npm's `keywords:a,b`, `author:x` and `maintainer:x`. */
function parseQuery(text: string): Query {
	const parts = text
		.toLowerCase()
		.split(/\s+/u)
		.filter((part) => part !== '');
	const valuesOf = (...prefixes: readonly string[]) =>
		parts.flatMap((part) => prefixes.filter((prefix) => part.startsWith(prefix)).flatMap((prefix) => part.slice(prefix.length).split(',')));
	return {
		words: parts.filter((part) => !/^(?:keywords|author|maintainer):/u.test(part)),
		keywords: valuesOf('keywords:'),
		people: valuesOf('author:', 'maintainer:'),
	};
}

/** 0 when a part of the query is not met; an empty query is met by everything. */
function scoreOf(entry: Entry, { words, keywords, people }: Query): number {
	const { publisher, maintainers } = entry.summary;
	const isRefused =
		keywords.some((keyword) => !entry.keywords.includes(keyword)) ||
		people.some((person) => ![publisher, ...maintainers].some((name) => name?.toLowerCase() === person));
	if (isRefused) {
		return 0;
	}

	let score = 1;
	for (const word of words) {
		const found = scoreOfWord(entry, word);
		if (found === 0) {
			return 0;
		}

		score += found;
	}

	return score;
}

function scoreOfWord({ name, keywords, description }: Entry, word: string): number {
	if (name === word) {
		return 100;
	}

	if (name.startsWith(word) || name.includes(`/${word}`)) {
		return 30;
	}

	if (name.includes(word)) {
		return 15;
	}

	return keywords.includes(word) ? 10 : description.includes(word) ? 3 : 0;
}
