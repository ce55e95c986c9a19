import { selectedItem } from '../lists.ts';
import { differenceOf, isMovable, outdatedPlugin, reviewOf, topPage } from '../select.ts';
import type { State } from '../state.ts';
import type { CommandParts } from './context.ts';

/** Answers of registries older than this are asked for again when the screen is opened. */
const FRESH_MILLISECONDS = 600_000;

export function isOutdatedStale({ outdated, installed, now }: State): boolean {
	const { status, value, loadedAt } = outdated;
	return (
		status !== 'loading' &&
		(value === null || value.generation !== installed.value?.generation || now - (loadedAt ?? 0) > FRESH_MILLISECONDS)
	);
}

export function mark({ store }: CommandParts, state: State): void {
	const plugin = outdatedPlugin(state, selectedItem(state));
	if (plugin !== null && isMovable(plugin)) {
		store.dispatch({ type: 'mark-toggled', name: plugin.name });
	} else if (plugin !== null) {
		store.dispatch({
			type: 'noticed',
			notice: { tone: 'warning', text: `Not now: an update leaves ${plugin.name} at ${plugin.current}.` },
		});
	}
}

/** Of a review the plugin that is reviewed, in the list of updates what is marked there, else the selected plugin. */
export function planUpdate({ operations }: CommandParts, state: State): void {
	const page = topPage(state);
	if (page?.type === 'review') {
		const wanted = outdatedPlugin(state, page.name)?.wanted ?? null;
		// Beyond the range, the same request would come to another version.
		return operations.start({ type: 'update', names: [page.name], toLatest: wanted !== null && wanted !== page.to });
	}

	const selected = page?.type === 'plugin' ? page.name : selectedItem(state);
	const names =
		page === null && state.section === 'updates' && state.marked.length > 0 ? state.marked : selected === null ? [] : [selected];
	if (names.length > 0) {
		operations.start({ type: 'update', names, toLatest: false });
	}
}

export function openReview({ store, loading }: CommandParts, state: State): void {
	const plugin = outdatedPlugin(state, selectedItem(state));
	if (plugin === null) {
		return;
	}

	// What an update leaves can be looked at all the same, as the latest version would be.
	const review = { name: plugin.name, to: isMovable(plugin) ? (plugin.wanted ?? plugin.latest) : plugin.latest };
	store.dispatch({ type: 'page-pushed', page: { type: 'review', ...review, pane: 'facts' } });
	if (reviewOf(state, review).value === null) {
		void loading.loadReview(review);
	}
}

export function openReviewedFile({ store, loading }: CommandParts, state: State): void {
	const page = topPage(state);
	const path = selectedItem(state);
	if (page?.type !== 'review' || path === null) {
		return;
	}

	const file = { type: 'review-file' as const, name: page.name, to: page.to, path };
	store.dispatch({ type: 'page-pushed', page: file });
	if (differenceOf(state, file).value === null) {
		void loading.loadDifference(file);
	}
}
