import { indexIn, listOf, selectedIn } from '../lists.ts';
import type { Pointed } from '../screens/parts/click-areas.tsx';
import type { Section } from '../sections.ts';
import { topPage } from '../select.ts';
import { PLUGIN_TABS } from '../state.ts';
import type { Store } from '../store.ts';
import type { MouseReport } from '../terminal/index.ts';

const LEFT_BUTTON = 0;
const WHEEL_UP = 64;
const WHEEL_DOWN = 65;
/** Rows that one notch of a wheel goes, as most terminals have it. */
const WHEEL_ROWS = 3;
/** Two clicks on one row within this time are one double click. */
const DOUBLE_CLICK_MILLISECONDS = 400;

type Does = { readonly enter: () => void; readonly open: (section: Section) => void };

/** Turns reports of the mouse into what keys do: a click selects, a second one right after it is Enter, and the wheel scrolls. */
export function createMouse(store: Store, { now, does }: { readonly now: () => number; readonly does: Does }) {
	let last = { list: '', index: -1, at: Number.NEGATIVE_INFINITY };

	function clickRow(index: number): void {
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
			case 'detail':
				return undefined;
		}
	}

	return (report: MouseReport, pointed: Pointed | null): void => {
		if (report.button === WHEEL_UP || report.button === WHEEL_DOWN) {
			const by = report.button === WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS;
			store.dispatch(pointed?.type === 'detail' ? { type: 'detail-scrolled', by } : { type: 'moved', by });
		} else if (report.button === LEFT_BUTTON && report.pressed && pointed !== null) {
			click(pointed);
		}
	};
}
