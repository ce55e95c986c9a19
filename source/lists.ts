import { conflictOf } from './failure.ts';
import { matchingEntries } from './palette.ts';
import { remember } from './remember.ts';
import { runtimeItems } from './runtime-view.ts';
import { planItems } from './plan-review.ts';
import type { PlanItem } from './plan-review.ts';
import {
	infoOf,
	listedFiles,
	topPage,
	visibleChecks,
	visibleHistory,
	visibleHits,
	reviewOf,
	visibleInstalled,
	visibleRunnables,
	visibleSettings,
	visibleTrust,
	visibleUpdates,
} from './select.ts';
import type { Page, State } from './state.ts';
import { lineText } from './terminal/line-editor.ts';

/** A list on the screen: its items by name, so that the selection survives a reload. */
export type List = { readonly id: string; readonly items: readonly string[] };

export function selectedIn(state: State, list: List): string | null {
	const selected = state.selected[list.id];
	return selected !== undefined && indexesOf(list.items).has(selected) ? selected : (list.items[0] ?? null);
}

const namesOf = remember((items: readonly { readonly name: string }[]) => items.map((item) => item.name));
const pathsOf = remember((items: readonly { readonly path: string }[]) => items.map((item) => item.path));
const keysOf = remember((items: readonly { readonly key: string }[]) => items.map((item) => item.key));
const indexesOf = remember((items: readonly string[]) => new Map(items.map((item, index) => [item, index])));

/** Where an item stands; -1 for none. */
export function indexIn(items: readonly string[], item: string | null): number {
	return item === null ? -1 : (indexesOf(items).get(item) ?? -1);
}

/** The selected item of the list on top. */
export function selectedItem(state: State): string | null {
	return selectedIn(state, listOf(state));
}

// One line for each kind of page.
// oxlint-disable-next-line complexity
export function listOf(state: State): List {
	const page = topPage(state);
	switch (page?.type) {
		case 'plugin':
			return pluginList(state, page);
		case 'plan':
			return { id: `plan ${page.operation}`, items: keysOf(planItems(page.plan)) };
		case 'conflict':
			return { id: `conflict ${page.operation}`, items: conflictOf(page.failure).suggestions.map((_, index) => String(index)) };
		case 'runtime-grants':
			return { id: `grants ${page.key}`, items: grantsOf(state, page.key) };
		case 'review':
			return { id: `files ${page.name}@${page.to}`, items: pathsOf(reviewOf(state, page).value?.files ?? []) };
		case 'palette':
			return { id: 'palette', items: keysOf(matchingEntries(page.entries, lineText(page.line))) };
		case 'runtime-confirm':
		case 'ask':
		case 'keys':
		case 'levels':
		case 'welcome':
		case 'review-file':
		case 'file':
		case 'operation':
		case 'form':
		case 'trust-why':
		case 'trust-raw':
		case 'confirm':
		case 'help':
			return { id: page.type, items: [] };
		case undefined:
			return { id: state.section, items: sectionItems(state) };
	}
}

const versionsOf = remember((versions: readonly { readonly version: string }[]) => versions.map(({ version }) => version));

function pluginList(state: State, { name, tab }: Extract<Page, { readonly type: 'plugin' }>): List {
	if (tab === 'files') {
		return { id: `contents ${name}`, items: pathsOf(listedFiles(state, name)) };
	}

	// The other tabs are texts.
	return { id: `versions ${name}`, items: tab === 'versions' ? versionsOf(infoOf(state, name).value?.versions ?? []) : [] };
}

function sectionItems(state: State): readonly string[] {
	switch (state.section) {
		case 'installed':
			return namesOf(visibleInstalled(state));
		case 'browse':
			return namesOf(visibleHits(state));
		case 'updates':
			return namesOf(visibleUpdates(state));
		case 'activity':
			return state.operations.map((operation) => String(operation.id));
		case 'history':
			return visibleHistory(state).map((generation) => String(generation.number));
		case 'trust':
			return namesOf(visibleTrust(state));
		case 'doctor':
			return visibleChecks(state).map((check) => check.id);
		case 'settings':
			return visibleSettings(state).map((item) => item.key);
		case 'run':
			return keysOf(visibleRunnables(state));
		case 'runtime':
			return keysOf(runtimeItems(state.runtime.value));
	}
}

function grantsOf(state: State, key: string): readonly string[] {
	return runtimeItems(state.runtime.value).find((item) => item.key === key)?.plugin?.grants ?? [];
}

export function selectedPlanItem(state: State): PlanItem | null {
	const page = topPage(state);
	const selected = selectedItem(state);
	return page?.type === 'plan' ? (planItems(page.plan).find((item) => item.key === selected) ?? null) : null;
}
