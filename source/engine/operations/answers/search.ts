import type { SearchResult } from '../../engine.ts';
import type { CallOptions } from '../../events.ts';
import type { EngineContext } from '../engine-context.ts';

export type SearchQuery = { readonly text: string; readonly size: number; readonly from: number };

/** Asks the registry; one without search is answered from the packages seen before, and the result says so. */
export async function search(context: EngineContext, query: SearchQuery, { signal }: CallOptions): Promise<SearchResult> {
	const [found, { lock }] = await Promise.all([context.registry.search(query, { signal }), context.home.current()]);
	return {
		query: query.text,
		total: found.total,
		source: found.source,
		notice: found.notice,
		hits: found.hits.map(({ name, version, description, publisher, publishedAt, keywords }) => ({
			name,
			version,
			description,
			publisher,
			publishedAt,
			keywords,
			installed: lock.packages[lock.roots[name]?.instance ?? '']?.version ?? null,
		})),
	};
}
