import { selectedItem } from '../lists.ts';
import { explanationOf, topPage } from '../select.ts';
import type { State } from '../state.ts';
import type { Store } from '../store.ts';

const DETAIL_PAUSE_MILLISECONDS = 80;

export type Following = { readonly start: () => void; readonly stop: () => void };

/**
 * Loads why the plugin shown on the trust screen has its level, once the selection rests. It follows the state and not the keys:
 * a filter, a list that arrives later and news about trust change what is shown as well as the cursor does.
 */
export function createFollowing(store: Store, loadWhy: (name: string) => Promise<void>): Following {
	let timer: NodeJS.Timeout | undefined;
	let awaited: string | null = null;
	let unsubscribe = (): void => undefined;

	function changed(): void {
		const name = nameWithoutEvidence(store.getState());
		if (name === awaited) {
			return;
		}

		clearTimeout(timer);
		awaited = name;
		if (name !== null) {
			timer = setTimeout(() => void loadWhy(name), DETAIL_PAUSE_MILLISECONDS);
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
function nameWithoutEvidence(state: State): string | null {
	const page = topPage(state);
	const name = page?.type === 'trust-why' ? page.name : page === null && state.section === 'trust' ? selectedItem(state) : null;
	return name !== null && explanationOf(state, name).status === 'idle' ? name : null;
}
