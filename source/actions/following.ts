import { selectedItem } from '../lists.ts';
import { downloadsOf, explanationOf, infoOf, topPage } from '../select.ts';
import type { State } from '../state.ts';
import type { Store } from '../store.ts';

const DETAIL_PAUSE_MILLISECONDS = 80;

export type Following = { readonly start: () => void; readonly stop: () => void };

type Options = {
	/** The name that the screen lacks something about; null when it lacks nothing. */
	readonly wanted: (state: State) => string | null;
	readonly load: (name: string) => Promise<void>;
};

/**
 * Loads what the screen shows of one name, once the selection rests. It follows the state and not the keys:
 * a filter, a list that arrives later and news about trust change what is shown as well as the cursor does.
 */
export function createFollowing(store: Store, { wanted, load }: Options): Following {
	let timer: NodeJS.Timeout | undefined;
	let awaited: string | null = null;
	let unsubscribe = (): void => undefined;

	function changed(): void {
		const name = wanted(store.getState());
		if (name === awaited) {
			return;
		}

		clearTimeout(timer);
		awaited = name;
		if (name !== null) {
			timer = setTimeout(() => void load(name), DETAIL_PAUSE_MILLISECONDS);
		}
	}

	return {
		start() {
			unsubscribe = store.subscribe(changed);
		},
		stop() {
			unsubscribe();
			clearTimeout(timer);
		},
	};
}

/** The plugin whose reasons are on the screen, when nothing is known about it yet. */
export function nameWithoutEvidence(state: State): string | null {
	const page = topPage(state);
	const name = page?.type === 'trust-why' ? page.name : page === null && state.section === 'trust' ? selectedItem(state) : null;
	return name !== null && explanationOf(state, name).status === 'idle' ? name : null;
}

/** The plugin whose numbers are on the screen, when nobody was asked for its downloads yet. Not before its page is there: they can wait, it cannot. */
export function nameWithoutDownloads(state: State): string | null {
	const page = topPage(state);
	const isShown = page?.type === 'plugin' && page.tab === 'stats' && infoOf(state, page.name).value !== null;
	return isShown && downloadsOf(state, page.name).status === 'idle' ? page.name : null;
}
