import { parseSearchQuery, SEARCH_SORTS, withSort } from '../engine/index.ts';
import type { Section } from '../sections.ts';
import { isWelcome, topPage } from '../select.ts';
import type { State } from '../state.ts';
import { lineOf, lineText } from '../terminal/index.ts';
import type { CommandParts } from './context.ts';
import { isOutdatedStale } from './update-commands.ts';

/** Shows a section, and loads what only it needs. */
export function openSection({ store, loading }: CommandParts, section: Section): void {
	store.dispatch({ type: 'section-opened', section });
	const state = store.getState();
	if (section === 'browse' && state.search.status === 'idle') {
		void loading.searchNow();
	}

	if (section === 'history' && state.history.status === 'failed') {
		void loading.loadHistory();
	}

	if (section === 'updates' && isOutdatedStale(state)) {
		void loading.loadOutdated();
	}

	if (section === 'trust') {
		void loading.loadTrust();
	}

	if (section === 'doctor' && state.doctor.status !== 'loading') {
		void loading.loadDoctor();
	}

	if (section === 'settings') {
		void loading.loadSettings();
		void loading.loadRegistries();
	}
}

/** Where something to install is found. */
export function findNew(parts: CommandParts): void {
	openSection(parts, 'browse');
	parts.store.dispatch({ type: 'editing-started', editing: { type: 'search' } });
}

/** What an empty home opens with, for whoever wants to read it again. */
export function openWelcome({ store, loading }: CommandParts, state: State): void {
	if (isWelcome(state) || topPage(state)?.type === 'welcome') {
		return;
	}

	store.dispatch({ type: 'page-pushed', page: { type: 'welcome' } });
	if (state.registries.value === null) {
		void loading.loadRegistries();
	}
}

/** The order is part of the query, so that one line says all of what is listed. */
export function sortSearch({ store, loading }: CommandParts, state: State): void {
	const text = lineText(state.searchLine);
	const order = parseSearchQuery(text, state.now).sort ?? 'relevance';
	const next = SEARCH_SORTS[(SEARCH_SORTS.indexOf(order) + 1) % SEARCH_SORTS.length] ?? 'relevance';
	store.dispatch({ type: 'editing-started', editing: { type: 'search' } });
	store.dispatch({ type: 'line-changed', line: lineOf(withSort(text, next)) });
	store.dispatch({ type: 'editing-ended' });
	void loading.searchNow();
}
