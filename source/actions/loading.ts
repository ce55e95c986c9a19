import type { CallOptions } from '../engine/index.ts';
import { failureOf, isCancelled } from '../failure.ts';
import { selectedItem } from '../lists.ts';
import type { Action } from '../reduce.ts';
import { infoOf, topPage } from '../select.ts';
import type { State } from '../state.ts';
import { lineText } from '../terminal/index.ts';
import type { ActionContext } from './context.ts';

type Slot = Extract<Action, { readonly type: 'load-started' }>['slot'];

const SEARCH_PAUSE_MILLISECONDS = 150;
const DETAIL_PAUSE_MILLISECONDS = 80;
const SEARCH_SIZE = 100;

export type Loading = {
	readonly loadInstalled: () => Promise<void>;
	readonly loadHistory: () => Promise<void>;
	readonly loadInfo: (name: string) => Promise<void>;
	/** After a short pause in typing. */
	readonly searchSoon: () => void;
	readonly searchNow: () => Promise<void>;
	/** Loads what the selected item of the trust screen needs, once the selection rests. */
	readonly selectionMoved: () => void;
	/** Loads again what the screen on top shows. */
	readonly refresh: () => Promise<void>;
	readonly stop: () => void;
};

/** Everything that is read from the engine. */
export function createLoading(context: ActionContext): Loading {
	const { engine, store, now } = context;
	const load = createLoader(context);
	let searchTimer: NodeJS.Timeout | undefined;
	let detailTimer: NodeJS.Timeout | undefined;

	const loadInstalled = (): Promise<void> =>
		load(
			'installed',
			(options) => engine.list(options),
			(value) => ({ type: 'loaded', slot: 'installed', value, now: now() }),
		);

	const loadHistory = (): Promise<void> =>
		load(
			'history',
			(options) => engine.history(options),
			(value) => ({ type: 'loaded', slot: 'history', value: newestFirst(value), now: now() }),
		);

	const loadInfo = (name: string): Promise<void> =>
		load(
			{ info: name },
			(options) => engine.info(name, options),
			(value) => ({ type: 'info-loaded', name, value, now: now() }),
		);

	function searchNow(): Promise<void> {
		clearTimeout(searchTimer);
		const text = lineText(store.getState().searchLine).trim();
		return load(
			'search',
			(options) => engine.search({ text, size: SEARCH_SIZE, from: 0 }, options),
			(value) => ({ type: 'loaded', slot: 'search', value, now: now() }),
		);
	}

	return {
		loadInstalled,
		loadHistory,
		loadInfo,
		searchNow,
		searchSoon() {
			clearTimeout(searchTimer);
			searchTimer = setTimeout(() => void searchNow(), SEARCH_PAUSE_MILLISECONDS);
		},
		selectionMoved() {
			clearTimeout(detailTimer);
			const name = nameWithoutEvidence(store.getState());
			if (name !== null) {
				detailTimer = setTimeout(() => void loadInfo(name), DETAIL_PAUSE_MILLISECONDS);
			}
		},
		refresh() {
			const state = store.getState();
			const page = topPage(state);
			if (page?.type === 'plugin') {
				return loadInfo(page.name);
			}

			return state.section === 'browse' ? searchNow() : state.section === 'history' ? loadHistory() : loadInstalled();
		},
		stop() {
			clearTimeout(searchTimer);
			clearTimeout(detailTimer);
		},
	};
}

/** The plugin selected on the trust screen, when nothing is known about it yet. */
function nameWithoutEvidence(state: State): string | null {
	const name = selectedItem(state);
	const isShown = state.section === 'trust' && state.pages.length === 0;
	return isShown && name !== null && infoOf(state, name).status === 'idle' ? name : null;
}

type Load = <T>(slot: Slot, call: (options: CallOptions) => Promise<T>, loaded: (value: T) => Action) => Promise<void>;

/** Loads into the state; a newer load of the same thing replaces the one before. */
function createLoader({ store, now, signal: leaving }: ActionContext): Load {
	const running = new Map<string, AbortController>();
	return async (slot, call, loaded) => {
		const key = typeof slot === 'string' ? slot : `info ${slot.info}`;
		running.get(key)?.abort();
		const controller = new AbortController();
		running.set(key, controller);
		store.dispatch({ type: 'load-started', slot });
		try {
			const value = await call({ signal: AbortSignal.any([controller.signal, leaving]), onEvent: () => undefined });
			if (!controller.signal.aborted) {
				store.dispatch(loaded(value));
			}
		} catch (thrown) {
			// A replaced load has a successor that reports.
			if (!controller.signal.aborted) {
				store.dispatch(
					isCancelled(thrown) ? { type: 'load-dropped', slot } : { type: 'load-failed', slot, failure: failureOf(thrown), now: now() },
				);
			}
		} finally {
			if (running.get(key) === controller) {
				running.delete(key);
			}
		}
	};
}

function newestFirst<T extends { readonly number: number }>(generations: readonly T[]): readonly T[] {
	return generations.toSorted((left, right) => right.number - left.number);
}
