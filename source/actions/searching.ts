import { lineText } from '../terminal/index.ts';
import type { ActionContext } from './context.ts';
import type { Load } from './loader.ts';

const SEARCH_PAUSE_MILLISECONDS = 150;
export const SEARCH_SIZE = 200;

export type Searching = {
	/** After a short pause in typing; called before the letter is shown, so that both can come in one frame. */
	readonly searchSoon: () => void;
	readonly searchNow: () => Promise<void>;
	readonly stop: () => void;
};

/** The search of what is typed. */
export function createSearching({ engine, store, now }: ActionContext, load: Load): Searching {
	let timer: NodeJS.Timeout | undefined;
	let release = (): void => undefined;

	async function searchNow(): Promise<void> {
		clearTimeout(timer);
		const over = release;
		const text = lineText(store.getState().searchLine).trim();
		await load(
			'search',
			(options) => engine.search({ text, size: SEARCH_SIZE, from: 0, isLive: true }, options),
			(value) => ({ type: 'loaded', slot: 'search', value, now: now() }),
		);
		over();
	}

	return {
		searchNow,
		searchSoon() {
			clearTimeout(timer);
			// What is searched here is answered before the next key; only a registry is spared a question for each of them.
			if (store.getState().search.value?.source === 'registry') {
				timer = setTimeout(() => void searchNow(), SEARCH_PAUSE_MILLISECONDS);
			} else {
				release = store.hold();
				timer = setTimeout(() => void searchNow(), 0);
			}
		},
		stop: () => clearTimeout(timer),
	};
}
