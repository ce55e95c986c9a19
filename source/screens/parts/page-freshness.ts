import { contentsOf, differenceOf, downloadsOf, explanationOf, fileOf, infoOf, rawEvidenceOf, reviewOf, topPage } from '../../select.ts';
import type { Loadable, State } from '../../state.ts';
import { freshness } from './placeholder.ts';

/** How old what the page on top shows is, when that matters. */
export function pageFreshness(state: State): string {
	return loadablesOf(state).reduce((found, loadable) => (found === '' ? freshness(loadable, state) : found), '');
}

// One case for each kind of page.
// oxlint-disable-next-line complexity
function loadablesOf(state: State): readonly Loadable<unknown>[] {
	const page = topPage(state);
	switch (page?.type) {
		case 'plugin':
			return [infoOf(state, page.name), contentsOf(state, page.name), ...(page.tab === 'stats' ? [downloadsOf(state, page.name)] : [])];
		case 'file':
			return [fileOf(state, page)];
		case 'review':
			return [reviewOf(state, page)];
		case 'review-file':
			return [differenceOf(state, page)];
		case 'trust-why':
			return [explanationOf(state, page.name)];
		case 'trust-raw':
			return [rawEvidenceOf(state, page.name)];
		case 'welcome':
			return [state.registries];
		// The rest is made from what is here already.
		case 'operation':
		case 'plan':
		case 'conflict':
		case 'form':
		case 'ask':
		case 'keys':
		case 'levels':
		case 'palette':
		case 'confirm':
		case 'runtime-grants':
		case 'runtime-confirm':
		case 'help':
		case undefined:
			return [];
	}
}
