import { indexIn, listOf, selectedIn } from '../lists.ts';
import type { Pointed } from '../screens/parts/click-areas.tsx';
import type { Section } from '../sections.ts';
import { topPage } from '../select.ts';
import { PLUGIN_TABS } from '../state.ts';
import type { Store } from '../store.ts';
import type { MouseReport } from '../terminal/index.ts';
import type { Keys } from './keys.ts';

const LEFT_BUTTON = 0;
const WHEEL_UP = 64;
const WHEEL_DOWN = 65;
/** Rows that one notch of a wheel goes, as most terminals have it. */
const WHEEL_ROWS = 3;
/** Two clicks on one row within this time are one double click. */
const DOUBLE_CLICK_MILLISECONDS = 400;

type Does = Pick<Keys, 'enter' | 'perform'> & { readonly open: (section: Section) => void };

/** Turns reports of the mouse into what keys do: a click selects, a second one right after it is Enter, and the wheel scrolls. */
export function createMouse(store: Store, { now, does }: { readonly now: () => number; readonly does: Does }) {
	let last = { list: '', index: -1, at: Number.NEGATIVE_INFINITY };

	function clickRow(index: number): void {
		const { editing } = store.getState();
		if (editing?.type === 'search' || editing?.type === 'filter') {
			// What was typed stays, and the keys belong to the list again.
			store.dispatch({ type: 'editing-ended' });
		}

		const state = store.getState();
		const list = listOf(state);
		const isAgain = last.list === list.id && last.index === index && now() - last.at <= DOUBLE_CLICK_MILLISECONDS;
		last = { list: list.id, index, at: isAgain ? Number.NEGATIVE_INFINITY : now() };
		const by = index - indexIn(list.items, selectedIn(state, list));
		if (by !== 0) {
			store.dispatch({ type: 'moved', by });
		}

		if (isAgain) {
			does.enter();
		}
	}

	function click(pointed: Pointed): void {
		const state = store.getState();
		switch (pointed.type) {
			case 'row':
				return clickRow(pointed.index);
			case 'section':
				// A form keeps what was typed until it is left by its own keys.
				return state.editing === null ? does.open(pointed.section) : undefined;
			case 'tab': {
				const page = topPage(state);
				const by = page?.type === 'plugin' ? PLUGIN_TABS.indexOf(pointed.tab) - PLUGIN_TABS.indexOf(page.tab) : 0;
				for (let step = 0; step < Math.abs(by); step += 1) {
					store.dispatch({ type: 'tab-moved', by: by > 0 ? 1 : -1 });
				}

				return undefined;
			}
			case 'command':
				return does.perform(pointed.command);
			case 'field':
				return focusField(store, pointed.index);
			case 'pane':
				store.dispatch({ type: 'pane-chosen', pane: pointed.pane });
				return pointed.index === undefined ? undefined : clickRow(pointed.index);
			case 'detail':
				return undefined;
		}
	}

	/** The wheel scrolls what it is over, whoever has the keys. */
	function scroll(pointed: Pointed | null, by: number): void {
		if (pointed?.type === 'detail') {
			return store.dispatch({ type: 'detail-scrolled', by });
		}

		if (pointed?.type === 'pane' && pointed.pane !== 'files') {
			return store.dispatch({ type: 'pane-scrolled', pane: pointed.pane, by });
		}

		if (pointed?.type === 'pane') {
			store.dispatch({ type: 'pane-chosen', pane: 'files' });
		}

		store.dispatch({ type: 'moved', by });
	}

	return (report: MouseReport, under: readonly Pointed[]): void => {
		// A word that does something lies in a pane that scrolls.
		const word = under.find(({ type }) => type === 'command');
		// A row of a list lies in its pane.
		const pane = under.find((one) => 'index' in one) ?? under.find(({ type }) => type !== 'command') ?? null;
		const pointed = word ?? pane;
		if (report.button === WHEEL_UP || report.button === WHEEL_DOWN) {
			scroll(pane, report.button === WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS);
		} else if (report.button === LEFT_BUTTON && report.pressed && pointed !== null) {
			click(pointed);
		}
	};
}

function focusField(store: Store, index: number): void {
	const page = topPage(store.getState());
	if (page?.type === 'form' && page.form.focused !== index) {
		store.dispatch({ type: 'form-changed', form: { ...page.form, focused: index } });
	}
}
