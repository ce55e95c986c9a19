import type { Engine } from '../engine/index.ts';
import { indexIn, listOf, selectedIn } from '../lists.ts';
import { topPage } from '../select.ts';
import type { State } from '../state.ts';
import type { Store } from '../store.ts';

/** This close to the end of what is listed the next page is loaded. */
const ROWS_AHEAD = 60;

export type Continuing = { readonly start: () => void; readonly stop: () => void };

/** Loads the next page of a search when the selection comes near the end of those that are listed. */
export function createContinuing(options: {
	readonly engine: Engine;
	readonly store: Store;
	readonly size: number;
	readonly signal: AbortSignal;
}): Continuing {
	const { engine, store, size, signal } = options;
	let asked = '';
	let unsubscribe = (): void => undefined;

	async function load(query: string, from: number): Promise<void> {
		try {
			const page = await engine.search({ text: query, size, from, isLive: true }, { signal, onEvent: () => undefined });
			store.dispatch({ type: 'search-continued', page, from });
		} catch {
			// What is listed stays; moving on tries again, and R tells what is wrong.
			asked = '';
		}
	}

	function changed(): void {
		const next = nextPage(store.getState());
		if (next !== null && next.key !== asked) {
			asked = next.key;
			void load(next.query, next.from);
		}
	}

	return {
		start() {
			unsubscribe = store.subscribe(changed);
		},
		stop: () => unsubscribe(),
	};
}

function nextPage(state: State): { readonly key: string; readonly query: string; readonly from: number } | null {
	const { value, status } = state.search;
	if (state.section !== 'browse' || topPage(state) !== null || status !== 'ready' || value === null || value.hits.length >= value.total) {
		return null;
	}

	const list = listOf(state);
	const from = value.hits.length;
	const isNear = indexIn(list.items, selectedIn(state, list)) >= from - ROWS_AHEAD;
	return isNear ? { key: `${from} ${value.query}`, query: value.query, from } : null;
}
