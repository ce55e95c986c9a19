import type { DetailPlace } from './layout.ts';
import type { Section } from './sections.ts';
import type { State } from './state.ts';

const PLACES: Readonly<Record<Section, DetailPlace>> = {
	installed: 'roomy',
	browse: 'roomy',
	updates: 'always',
	activity: 'roomy',
	history: 'always',
	trust: 'always',
	run: 'roomy',
	runtime: 'always',
	doctor: 'always',
	settings: 'always',
};

const installedCount = ({ installed }: State): number | undefined => installed.value?.plugins.length;

/** How much each section could list, whatever it is filtered by; undefined while nobody knows. */
const COUNTS: Readonly<Record<Section, (state: State) => number | undefined>> = {
	installed: installedCount,
	trust: installedCount,
	run: installedCount,
	// What was typed itself may be listed beside what was found.
	browse: ({ search }) => (search.value === null ? undefined : search.value.hits.length + (search.value.query === '' ? 0 : 1)),
	updates: ({ outdated }) => outdated.value?.plugins.length,
	activity: ({ operations }) => operations.length,
	history: ({ history }) => history.value?.length,
	runtime: ({ runtime }) => runtime.value?.cores.length,
	doctor: ({ doctor }) => doctor.value?.checks.length,
	settings: ({ settings }) => settings.value?.length,
};

/** Where the details of a section go. Not by the filtered number of items: a pane that grows and shrinks while typing is no help. */
export function detailPlaceOf(state: State, bodyRows: number): { readonly itemCount: number; readonly detail: DetailPlace } {
	const place = PLACES[state.section];
	const count = COUNTS[state.section](state);
	if (count === 0) {
		// Nothing can be selected, so there is nothing to tell.
		return { itemCount: 0, detail: 'never' };
	}

	if (place !== 'roomy') {
		return { itemCount: bodyRows, detail: place };
	}

	return state.editing?.type === 'search' ? { itemCount: bodyRows, detail: 'wide' } : { itemCount: count ?? bodyRows, detail: place };
}
