import type { CallOptions } from '../engine/index.ts';
import { failureOf, isCancelled } from '../failure.ts';
import { selectedItem } from '../lists.ts';
import type { Slot } from '../reduce-loading.ts';
import type { Action } from '../reduce.ts';
import { contentsOf, isWelcome, topPage } from '../select.ts';
import type { State } from '../state.ts';
import { lineText } from '../terminal/index.ts';
import type { ActionContext } from './context.ts';
import { createContinuing } from './continuing.ts';
import { createFollowing } from './following.ts';

const SEARCH_PAUSE_MILLISECONDS = 150;
const SEARCH_SIZE = 200;

export type Loading = {
	readonly loadInstalled: () => Promise<void>;
	readonly loadHistory: () => Promise<void>;
	readonly loadInfo: (name: string) => Promise<void>;
	/** What is in a package; with `fetch` its bytes are fetched and proven when they are not here. */
	readonly loadContents: (asked: { readonly name: string; readonly fetch: boolean }) => Promise<void>;
	readonly loadFile: (file: { readonly name: string; readonly path: string }) => Promise<void>;
	readonly loadOutdated: () => Promise<void>;
	/** `to`: the new version. */
	readonly loadReview: (review: { readonly name: string; readonly to: string }) => Promise<void>;
	readonly loadDifference: (file: { readonly name: string; readonly to: string; readonly path: string }) => Promise<void>;
	readonly loadDoctor: () => Promise<void>;
	readonly loadSettings: () => Promise<void>;
	readonly loadRegistries: () => Promise<void>;
	readonly loadTrust: () => Promise<void>;
	readonly loadWhy: (name: string) => Promise<void>;
	readonly loadRaw: (name: string) => Promise<void>;
	/** After a short pause in typing; called before the letter is shown, so that both can come in one frame. */
	readonly searchSoon: () => void;
	readonly searchNow: () => Promise<void>;
	/** Loads what the selected item of the trust screen needs, and more results where the selection nears their end, until `stop`. */
	readonly followSelection: () => void;
	/** Loads again what the screen on top shows. */
	readonly refresh: () => Promise<void>;
	readonly stop: () => void;
};

/** Everything that is read from the engine. */
export function createLoading(context: ActionContext): Loading {
	const { engine, store, now } = context;
	const load = createLoader(context);
	let searchTimer: NodeJS.Timeout | undefined;

	const loadInstalled = (): Promise<void> =>
		load(
			'installed',
			(options) => engine.list(options),
			(value) => ({ type: 'loaded', slot: 'installed', value, now: now() }),
		).then(tellRegistries);

	/** An empty home opens with what its registries serve. */
	async function tellRegistries(): Promise<void> {
		const state = store.getState();
		if (isWelcome(state) && state.registries.status === 'idle') {
			await updates.loadRegistries();
		}
	}

	const loadHistory = (): Promise<void> =>
		load(
			'history',
			(options) => engine.history(options),
			(value) => ({ type: 'loaded', slot: 'history', value: newestFirst(value), now: now() }),
		);

	const loadInfo = (name: string): Promise<void> =>
		load(
			{ of: 'infos', name },
			(options) => engine.info(name, options),
			(value) => ({ type: 'loaded-of', of: 'infos', name, value, now: now() }),
		);

	function searchNow(): Promise<void> {
		clearTimeout(searchTimer);
		const text = lineText(store.getState().searchLine).trim();
		return load(
			'search',
			(options) => engine.search({ text, size: SEARCH_SIZE, from: 0, isLive: true }, options),
			(value) => ({ type: 'loaded', slot: 'search', value, now: now() }),
		);
	}

	const updates = { ...updateLoading(context, load), ...upkeepLoading(context, load), ...contentLoading(context, load) };
	const { loadTrust, loadWhy, loadRaw } = trustLoading(context, load);

	const following = createFollowing(store, loadWhy);
	const continuing = createContinuing({ engine, store, size: SEARCH_SIZE, signal: context.signal });

	return {
		loadInstalled,
		loadHistory,
		loadInfo,
		...updates,
		loadTrust,
		loadWhy,
		loadRaw,
		searchNow,
		searchSoon() {
			clearTimeout(searchTimer);
			// What is searched here is answered before the next key; only a registry is spared a question for each of them.
			const isHere = store.getState().search.value?.source !== 'registry';
			if (!isHere) {
				searchTimer = setTimeout(() => void searchNow(), SEARCH_PAUSE_MILLISECONDS);
				return;
			}

			const release = store.hold();
			searchTimer = setTimeout(() => void searchNow().then(release), 0);
		},
		followSelection() {
			following.start();
			continuing.start();
		},
		refresh: () => refresh(store.getState(), { loadInstalled, loadHistory, loadInfo, searchNow, loadTrust, loadWhy, loadRaw, ...updates }),
		stop() {
			following.stop();
			continuing.stop();
			clearTimeout(searchTimer);
		},
	};
}

type Reloading = Omit<Loading, 'searchSoon' | 'followSelection' | 'refresh' | 'stop'>;

/** Loads again what the screen on top shows. */
// oxlint-disable-next-line complexity
function refresh(state: State, loading: Reloading): Promise<void> {
	const page = topPage(state);
	if (page?.type === 'plugin') {
		return refreshPlugin(state, loading, page.name);
	}

	if (page?.type === 'review') {
		return loading.loadReview(page);
	}

	if (page?.type === 'trust-why' || page?.type === 'trust-raw') {
		return page.type === 'trust-why' ? loading.loadWhy(page.name) : loading.loadRaw(page.name);
	}

	if (page?.type === 'file') {
		return loading.loadFile(page);
	}

	return page?.type === 'review-file' ? loading.loadDifference(page) : refreshSection(state, loading);
}

/** What could not be fetched is fetched again; what nobody asked to fetch is not. */
async function refreshPlugin(state: State, { loadInfo, loadContents }: Reloading, name: string): Promise<void> {
	const { failure } = contentsOf(state, name);
	await Promise.all([loadInfo(name), loadContents({ name, fetch: failure !== null })]);
}

function refreshSection(state: State, loading: Reloading): Promise<void> {
	switch (state.section) {
		case 'browse':
			return loading.searchNow();
		case 'updates':
			return loading.loadOutdated();
		case 'history':
			return loading.loadHistory();
		case 'trust':
			return refreshTrust(state, loading);
		case 'doctor':
			return loading.loadDoctor();
		case 'settings':
			return Promise.all([loading.loadSettings(), loading.loadRegistries()]).then(() => undefined);
		case 'installed':
			return isWelcome(state)
				? Promise.all([loading.loadInstalled(), loading.loadRegistries()]).then(() => undefined)
				: loading.loadInstalled();
		case 'activity':
		case 'run':
		case 'runtime':
			return loading.loadInstalled();
	}
}

function upkeepLoading(
	{ engine, settings, now }: ActionContext,
	load: Load,
): Pick<Loading, 'loadDoctor' | 'loadSettings' | 'loadRegistries'> {
	return {
		loadDoctor: () =>
			load(
				'doctor',
				(options) => engine.doctor({ ...options, fix: false }),
				(value) => ({ type: 'loaded', slot: 'doctor', value, now: now() }),
			),
		loadSettings: () =>
			load(
				'settings',
				() => settings.list(),
				(value) => ({ type: 'loaded', slot: 'settings', value, now: now() }),
			),
		loadRegistries: () =>
			load(
				'registries',
				(options) => engine.registries.list(options),
				(value) => ({ type: 'loaded', slot: 'registries', value, now: now() }),
			),
	};
}

function contentLoading({ engine, now }: ActionContext, load: Load): Pick<Loading, 'loadContents' | 'loadFile'> {
	return {
		loadContents: ({ name, fetch }) =>
			load(
				{ of: 'contents', name },
				(options) => engine.contents.list({ spec: name, fetch }, options),
				(value) => ({ type: 'loaded-of', of: 'contents', name, value, now: now() }),
			),
		loadFile: ({ name, path }) =>
			load(
				{ of: 'files', name: `${name} ${path}` },
				(options) => engine.contents.file({ spec: name, path }, options),
				(value) => ({ type: 'loaded-of', of: 'files', name: `${name} ${path}`, value, now: now() }),
			),
	};
}

function updateLoading({ engine, now }: ActionContext, load: Load): Pick<Loading, 'loadOutdated' | 'loadReview' | 'loadDifference'> {
	return {
		loadOutdated: () =>
			load(
				'outdated',
				(options) => engine.outdated([], options),
				(value) => ({ type: 'loaded', slot: 'outdated', value, now: now() }),
			),
		loadReview: ({ name, to }) =>
			load(
				{ of: 'reviews', name: `${name}@${to}` },
				(options) => engine.updates.review({ name, to }, options),
				(value) => ({ type: 'loaded-of', of: 'reviews', name: `${name}@${to}`, value, now: now() }),
			),
		loadDifference: ({ name, to, path }) =>
			load(
				{ of: 'differences', name: `${name}@${to} ${path}` },
				(options) => engine.updates.file({ name, to, path }, options),
				(value) => ({ type: 'loaded-of', of: 'differences', name: `${name}@${to} ${path}`, value, now: now() }),
			),
	};
}

function trustLoading({ engine, now }: ActionContext, load: Load): Pick<Loading, 'loadTrust' | 'loadWhy' | 'loadRaw'> {
	return {
		loadTrust: () =>
			load(
				'trust',
				(options) => engine.trust.audit(options),
				(value) => ({ type: 'loaded', slot: 'trust', value, now: now() }),
			),
		loadWhy: (name) =>
			load(
				{ of: 'explanations', name },
				(options) => engine.trust.why(name, options),
				(value) => ({ type: 'loaded-of', of: 'explanations', name, value, now: now() }),
			),
		loadRaw: (name) =>
			load(
				{ of: 'rawEvidence', name },
				(options) => engine.trust.raw(name, options),
				(value) => ({ type: 'loaded-of', of: 'rawEvidence', name, value, now: now() }),
			),
	};
}

async function refreshTrust(state: State, { loadTrust, loadWhy }: Pick<Loading, 'loadTrust' | 'loadWhy'>): Promise<void> {
	const name = selectedItem(state);
	await Promise.all([loadTrust(), ...(name === null ? [] : [loadWhy(name)])]);
}

/** A search that is answered sooner than this is not announced: with every key a word would come and go. */
const UNANNOUNCED_MILLISECONDS = 120;

type Load = <T>(slot: Slot, call: (options: CallOptions) => Promise<T>, loaded: (value: T) => Action) => Promise<void>;

/** Loads into the state; a newer load of the same thing replaces the one before. */
function createLoader({ store, now, signal: leaving }: ActionContext): Load {
	const running = new Map<string, AbortController>();
	return async (slot, call, loaded) => {
		const key = typeof slot === 'string' ? slot : `${slot.of} ${slot.name}`;
		running.get(key)?.abort();
		const controller = new AbortController();
		running.set(key, controller);
		const isFirst = slot !== 'search' || store.getState().search.value === null;
		const announce = (): void => store.dispatch({ type: 'load-started', slot });
		const timer = isFirst ? undefined : setTimeout(announce, UNANNOUNCED_MILLISECONDS);
		if (isFirst) {
			announce();
		}

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
			clearTimeout(timer);
			if (running.get(key) === controller) {
				running.delete(key);
			}
		}
	};
}

function newestFirst<T extends { readonly number: number }>(generations: readonly T[]): readonly T[] {
	return generations.toSorted((left, right) => right.number - left.number);
}
