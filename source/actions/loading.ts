import { selectedItem } from '../lists.ts';
import { contentsOf, isWelcome, topPage } from '../select.ts';
import type { State } from '../state.ts';
import type { ActionContext } from './context.ts';
import { createContinuing } from './continuing.ts';
import { createLoader } from './loader.ts';
import type { Load } from './loader.ts';
import { createFollowing, type Following, nameWithoutDownloads, nameWithoutEvidence } from './following.ts';
import { createSearching, SEARCH_SIZE } from './searching.ts';
import type { Searching } from './searching.ts';

export type Loading = Pick<Searching, 'searchSoon' | 'searchNow'> & {
	readonly loadInstalled: () => Promise<void>;
	readonly loadHistory: () => Promise<void>;
	readonly loadInfo: (name: string) => Promise<void>;
	/** What is in a package; with `fetch` its bytes are fetched and proven when they are not here. */
	/** `fresh`: asked again. */
	readonly loadDownloads: (asked: { readonly name: string; readonly fresh: boolean }) => Promise<void>;
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
	const searching = createSearching(context, load);

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

	const updates = { ...updateLoading(context, load), ...upkeepLoading(context, load), ...contentLoading(context, load) };
	const { loadTrust, loadWhy, loadRaw } = trustLoading(context, load);

	const watching = createWatching(context, { loadWhy, loadDownloads: updates.loadDownloads });

	return {
		loadInstalled,
		loadHistory,
		loadInfo,
		...updates,
		loadTrust,
		loadWhy,
		loadRaw,
		searchNow: searching.searchNow,
		searchSoon: searching.searchSoon,
		followSelection() {
			watching.start();
		},
		refresh: () =>
			refresh(store.getState(), {
				loadInstalled,
				loadHistory,
				loadInfo,
				searchNow: searching.searchNow,
				loadTrust,
				loadWhy,
				loadRaw,
				...updates,
			}),
		stop() {
			watching.stop();
			searching.stop();
		},
	};
}

/** What is loaded because of what is shown, whichever key brought it there. */
function createWatching(
	{ engine, store, signal }: ActionContext,
	{ loadWhy, loadDownloads }: Pick<Loading, 'loadWhy' | 'loadDownloads'>,
): Following {
	const parts = [
		createFollowing(store, { wanted: nameWithoutEvidence, load: loadWhy }),
		createFollowing(store, { wanted: nameWithoutDownloads, load: (name) => loadDownloads({ name, fresh: false }) }),
		createContinuing({ engine, store, size: SEARCH_SIZE, signal }),
	];
	return {
		start() {
			for (const part of parts) {
				part.start();
			}
		},
		stop() {
			for (const part of parts) {
				part.stop();
			}
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

	if (page?.type === 'welcome') {
		return loading.loadRegistries();
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
async function refreshPlugin(state: State, { loadInfo, loadContents, loadDownloads }: Reloading, name: string): Promise<void> {
	const { failure } = contentsOf(state, name);
	const page = topPage(state);
	await Promise.all([
		loadInfo(name),
		loadContents({ name, fetch: failure !== null }),
		...(page?.type === 'plugin' && page.tab === 'stats' ? [loadDownloads({ name, fresh: true })] : []),
	]);
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

function contentLoading({ engine, now }: ActionContext, load: Load): Pick<Loading, 'loadContents' | 'loadFile' | 'loadDownloads'> {
	return {
		loadContents: ({ name, fetch }) =>
			load(
				{ of: 'contents', name },
				(options) => engine.contents.list({ spec: name, fetch }, options),
				(value) => ({ type: 'loaded-of', of: 'contents', name, value, now: now() }),
			),
		loadDownloads: ({ name, fresh }) =>
			load(
				{ of: 'downloads', name },
				(options) => engine.downloads({ spec: name, fresh }, options),
				(value) => ({ type: 'loaded-of', of: 'downloads', name, value, now: now() }),
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

function newestFirst<T extends { readonly number: number }>(generations: readonly T[]): readonly T[] {
	return generations.toSorted((left, right) => right.number - left.number);
}
