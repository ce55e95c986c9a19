import type { SearchResult } from './engine/index.ts';
import { afterLook, afterPlanned, startFetching } from './fetching.ts';
import type { Fetching } from './fetching.ts';
import type { Action } from './reduce.ts';
import { slotKey } from './slot.ts';
import type { Slot } from './slot.ts';
import { isMovable } from './select.ts';
import { IDLE } from './state.ts';
import type { Loadable, Loaded, LoadedByName, LoadedNames, LoadedSlots, State } from './state.ts';

function without<T>(all: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
	const { [key]: _, ...rest } = all;
	return rest;
}

function withFetching(
	state: State,
	{ slot, now }: { readonly slot: Slot; readonly now: number },
	change: (before: Fetching) => Fetching,
): State {
	const key = slotKey(slot);
	return { ...state, fetches: { ...state.fetches, [key]: change(state.fetches[key] ?? startFetching(now)) } };
}

type LoadingAction = Extract<
	Action,
	{
		readonly type:
			| 'load-started'
			| 'load-failed'
			| 'load-planned'
			| 'load-looked-at'
			| 'load-dropped'
			| 'search-continued'
			| 'loaded'
			| 'loaded-of'
			| 'trust-changed';
	}
>;

/** What is asked of the engine, and what it answers. */
export function reduceLoading(state: State, action: LoadingAction): State {
	switch (action.type) {
		case 'load-started':
			return {
				...withSlot(state, action.slot, (slot) => ({ ...slot, status: 'loading' })),
				fetches: without(state.fetches, slotKey(action.slot)),
			};
		case 'load-planned':
			return withFetching(state, action, (fetching) => afterPlanned(fetching, action.event, action.now));
		case 'load-looked-at':
			return withFetching(state, action, (fetching) => afterLook(fetching, action.progress, action.now));
		case 'load-failed':
			return { ...withSlot(state, action.slot, (slot) => ({ ...slot, status: 'failed', failure: action.failure })), now: action.now };
		case 'load-dropped':
			return withSlot(state, action.slot, (slot) => ({ ...slot, status: slot.value === null ? 'idle' : 'ready' }));
		case 'search-continued':
			return continueSearch(state, action);
		case 'loaded':
			return { ...withoutOldMarks(state, action), [action.slot]: ready(action.value, action.now), now: action.now };
		case 'loaded-of':
			return {
				...state,
				[action.of]: { ...state[action.of], [action.name]: ready(action.value, action.now) },
				fetches: without(state.fetches, slotKey({ of: action.of, name: action.name })),
				now: action.now,
			};
		case 'trust-changed':
			return { ...state, explanations: {}, rawEvidence: {}, contents: {} };
	}
}

/** Only onto the very results it goes on from: another search may have come between. */
function continueSearch(state: State, { page, from }: { readonly page: SearchResult; readonly from: number }): State {
	const { value } = state.search;
	if (value === null || value.query !== page.query || value.hits.length !== from) {
		return state;
	}

	return { ...state, search: { ...state.search, value: { ...value, hits: [...value.hits, ...page.hits] } } };
}

function ready<T>(value: T, now: number): Loadable<T> {
	return { status: 'ready', value, loadedAt: now, failure: null };
}

function withSlot(state: State, slot: Slot, change: Change): State {
	if (typeof slot === 'object') {
		return withNamed(state, slot, change);
	}

	return withLoaded(state, slot, change);
}

type Change = <T>(loadable: Loadable<T>) => Loadable<T>;

// The kind of thing ties the slot to what the change gets.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
function withLoaded<K extends keyof Loaded>(state: State, slot: K, change: Change): State {
	const slots: LoadedSlots = state;
	return { ...state, [slot]: change<Loaded[K]>(slots[slot]) };
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
function withNamed<K extends keyof LoadedByName>(
	state: State,
	{ of, name }: { readonly of: K; readonly name: string },
	change: Change,
): State {
	const names: LoadedNames = state;
	return { ...state, [of]: { ...names[of], [name]: change<LoadedByName[K]>(names[of][name] ?? IDLE) } };
}

/** What was marked and is no longer behind needs no mark. */
function withoutOldMarks(state: State, action: Extract<Action, { readonly type: 'loaded' }>): State {
	if (action.slot !== 'outdated' || state.marked.length === 0) {
		return state;
	}

	const movable = new Set(action.value.plugins.filter((plugin) => isMovable(plugin)).map(({ name }) => name));
	return { ...state, marked: state.marked.filter((name) => movable.has(name)) };
}
