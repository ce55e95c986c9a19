import { detailPlaceOf } from '../detail-place.ts';
import { areasOf, layoutOf } from '../layout.ts';
import type { Areas } from '../layout.ts';
import { listOf } from '../lists.ts';
import { topPage } from '../select.ts';
import type { State } from '../state.ts';

const HEADER_ROWS = {
	installed: 2,
	browse: 2,
	updates: 1,
	activity: 0,
	history: 2,
	trust: 1,
	run: 0,
	runtime: 0,
	doctor: 1,
	settings: 0,
} as const;
const PLAN_HEADER_ROWS = 2;
/** Below this the summary above a list goes, so that the list stays usable; a search field never goes. */
const SUMMARY_BODY_ROWS = 9;

/** Where the list and its details are on this screen. */
export function screenAreas(state: State): Areas {
	const layout = layoutOf(state.size);
	const page = topPage(state);
	if (page === null) {
		return areasOf(layout, {
			headerRows: state.section !== 'browse' && layout.bodyRows < SUMMARY_BODY_ROWS ? 0 : HEADER_ROWS[state.section],
			...detailPlaceOf(state, layout.bodyRows),
		});
	}

	const isBeside = page.type === 'plan' || page.type === 'conflict';
	return areasOf(layout, {
		headerRows: page.type === 'plan' ? PLAN_HEADER_ROWS : 0,
		itemCount: isBeside ? listOf(state).items.length : 0,
		detail: isBeside ? 'always' : 'never',
	});
}
