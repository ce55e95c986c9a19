import type { InstalledPlugin } from '../../installed-state.ts';
import type { SearchRequest } from '../../engine.ts';
import type { SearchResult } from '../../package-answers.ts';
import type { CallOptions } from '../../events.ts';
import { type InstalledFacts, type InstalledMark, parseSearchQuery } from '../../package-search/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { list } from './list.ts';

type Installed = ReadonlyMap<string, InstalledFacts>;

/** What is installed is read again at most this often: not for every key typed. */
const KEPT_MILLISECONDS = 2000;
type Kept = { readonly readAt: number; readonly generation: number; readonly installed: Installed };
const kept = new WeakMap<EngineContext, Kept>();

/**
 * Searches the registry's list of packages where it gives one, else asks the registry; one without either is answered from the packages seen
 * before, and the result says so.
 */
export async function search(context: EngineContext, request: SearchRequest, call: CallOptions): Promise<SearchResult> {
	const installed = await readInstalled(context, call);
	const { text, size, from, isLive = false } = request;
	const found = await context.registry.search({ text, size, from, isLive, installed }, call);
	return {
		query: text,
		total: found.total,
		source: found.source,
		notice: found.notice,
		problems: parseSearchQuery(text, Date.now()).problems,
		hits: found.packages.map((one) => ({
			name: one.name,
			version: one.version,
			description: one.description,
			publisher: one.publisher,
			publishedAt: one.publishedAt,
			keywords: one.keywords,
			license: one.licence,
			downloads: one.downloads,
			permissions: one.permissions,
			proof: one.proof,
			installed: installed.get(one.name)?.version ?? null,
			level: installed.get(one.name)?.level ?? null,
		})),
	};
}

async function readInstalled(context: EngineContext, call: CallOptions): Promise<Installed> {
	const before = kept.get(context);
	if (before !== undefined && Date.now() - before.readAt < KEPT_MILLISECONDS) {
		return before.installed;
	}

	const { number, lock } = await context.home.current();
	const read = async (): Promise<Installed> => {
		const plugins = Object.keys(lock.roots).length === 0 ? [] : (await list(context, call)).plugins;
		const installed = new Map(plugins.map((plugin) => [plugin.name, factsOf(plugin)]));
		kept.set(context, { readAt: Date.now(), generation: number, installed });
		return installed;
	};
	if (before?.generation !== number) {
		return read();
	}

	// In the same generation only what is known of newer versions can have changed: that may come with the next letter.
	kept.set(context, { ...before, readAt: Date.now() });
	void read().catch(() => kept.delete(context));
	return before.installed;
}

function factsOf({ version, level, wanted, isHeld, isDisabled }: InstalledPlugin): InstalledFacts {
	const marks: InstalledMark[] = [];
	if (wanted !== null && wanted !== version) {
		marks.push('update');
	}

	return { version, level, marks: [...marks, ...(isHeld ? (['held'] as const) : []), ...(isDisabled ? (['off'] as const) : [])] };
}
