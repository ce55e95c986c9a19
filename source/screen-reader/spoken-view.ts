import { conflictOf } from '../failure.ts';
import { conflictDocument } from '../screens/documents/conflict-document.ts';
import { LEVELS } from '../engine/index.ts';
import { cleanLine, formatBytes, plural } from '../format.ts';
import { footerBindings, PLACE_TITLES, placesOf, bindingsIn, refusalOf } from '../key-bindings.ts';
import type { Binding } from '../keys/binding.ts';
import { indexIn, listOf, selectedItem } from '../lists.ts';
import { shareWords } from '../pictures/share-bar.ts';
import { timelineWords } from '../pictures/timeline.ts';
import { runtimeItems } from '../runtime-view.ts';
import { SECTION_LIST } from '../sections.ts';
import {
	countLevels,
	countUpdates,
	explanationOf,
	findOperation,
	infoOf,
	installedPlugins,
	reviewOf,
	topPage,
	verifiedContents,
} from '../select.ts';
import { containedSummary } from '../screens/documents/contents-document.ts';
import { IDLE } from '../state.ts';
import type { Loadable, Operation, State } from '../state.ts';
import { levelBadge } from '../theme.ts';
import { detailOf, documentOf } from '../views/index.ts';
import { spokenLine } from './spoken-line.ts';
import { spokenRows } from './spoken-rows.ts';

/** Names the screen; when it changes, another one is read. */
export function viewName(state: State): string {
	const page = topPage(state);
	if (page === null) {
		return state.section;
	}

	const about = ['name', 'tab', 'operation', 'path', 'pane', 'key'].flatMap((key) => (key in page ? [String(Reflect.get(page, key))] : []));
	return [page.type, ...about].join(' ');
}

/** What the screen is, and how much is in it. */
export function heading(state: State): string {
	const page = topPage(state);
	if (page !== null) {
		const name = 'name' in page ? ` ${cleanLine(page.name)}` : '';
		const path = 'path' in page ? `: ${cleanLine(page.path)}` : '';
		const tab = 'tab' in page ? `, ${page.tab}` : 'pane' in page ? `, ${page.pane}` : '';
		const operation = page.type === 'operation' || page.type === 'plan' ? findOperation(state, page.operation) : null;
		const contents = page.type === 'plugin' && page.tab === 'files' ? verifiedContents(state, page.name) : null;
		if (contents !== null) {
			return `${PLACE_TITLES[page.type]}${name}${tab}: ${containedSummary(contents, state.fileOrder)}`;
		}

		return `${PLACE_TITLES[page.type]}${name}${path}${tab}${operation === null ? '' : `: ${cleanLine(operation.title)}`}.`;
	}

	const title = SECTION_LIST.find(({ section }) => section === state.section)?.title ?? state.section;
	return `${title}${summaryOf(state)}.`;
}

function summaryOf(state: State): string {
	const { installed, history } = state;
	if (state.section === 'history' && history.value !== null) {
		return `: ${timelineWords(history.value, state.now)}`;
	}

	if (state.section !== 'installed' || installed.value === null) {
		return '';
	}

	const counts = countLevels(installedPlugins(state));
	const levels = shareWords(LEVELS.toReversed().map((level) => ({ badge: levelBadge(level), count: counts.get(level) ?? 0 })));
	const { plugins, packageCount, storeBytes } = installed.value;
	const updates = countUpdates(state);
	return `: ${plural(plugins.length, 'plugin')}, ${plural(packageCount, 'package')}, ${formatBytes(storeBytes)}; ${updates === 0 ? 'no updates' : plural(updates, 'update')}${levels === '' ? '' : `; ${levels}`}`;
}

/** A sentence is one line of speech, however long. */
const READ_WIDTH = 2000;

/** The text of the screen without its list, line by line. */
export function textLines(state: State): readonly string[] {
	const page = topPage(state);
	if (page?.type === 'operation') {
		const operation = findOperation(state, page.operation);
		return operation === null ? [] : operationLines(operation, state);
	}

	if (page?.type === 'conflict') {
		return conflictDocument(conflictOf(page.failure), { width: READ_WIDTH, selected: -1 })
			.map(spokenLine)
			.filter((line) => line !== '');
	}

	// Bytes on their way change all the time.
	return (documentOf({ ...state, fetches: {} })?.lines ?? []).map(spokenLine).filter((line) => line !== '');
}

/** Steps and output as they come; bytes and rates, which change all the time, are left out, and the whole record comes at the end. */
function operationLines(operation: Operation, state: State): readonly string[] {
	if (operation.endedAt !== null) {
		return [
			`${cleanLine(operation.title)}: ${operation.status}.`,
			...(documentOf(state)?.lines ?? []).map(spokenLine).filter((line) => line !== ''),
		];
	}

	return [
		`${cleanLine(operation.title)}: ${operation.status}.`,
		...operation.steps.map(({ step, detail, status }) => `${step} ${cleanLine(detail)}: ${status}`),
		...operation.output.map(({ text }) => cleanLine(text)),
	];
}

/** Why there is nothing to tell, or nothing newer: it is still read, or that failed. Empty when all is well. */
export function statusLines(state: State): readonly string[] {
	const { status, value, failure } = loadableOf(state);
	if (failure !== null) {
		return [`Failed: ${cleanLine(failure.message)}${failure.hint === null ? '' : ` ${cleanLine(failure.hint)}`}`];
	}

	return status === 'loading' && value === null ? ['It is being read.'] : [];
}

type Waited = Pick<Loadable<unknown>, 'status' | 'value' | 'failure'>;

function loadableOf(state: State): Waited {
	const page = topPage(state);
	if (page === null) {
		return sectionLoadable(state);
	}

	if (page.type === 'plugin' || page.type === 'trust-why') {
		return page.type === 'plugin' ? infoOf(state, page.name) : explanationOf(state, page.name);
	}

	return page.type === 'review' ? reviewOf(state, page) : page.type === 'welcome' ? state.registries : IDLE;
}

function sectionLoadable(state: State): Waited {
	switch (state.section) {
		case 'installed':
		case 'run':
		case 'trust':
			return state.installed;
		case 'browse':
			return state.search;
		case 'updates':
			return state.outdated;
		case 'activity':
			return IDLE;
		case 'history':
			return state.history;
		case 'runtime':
			return state.runtime;
		case 'doctor':
			return state.doctor;
		case 'settings':
			return state.settings;
	}
}

/** What the items of the list say, as far as a change of it is news. */
export function tellingRows(state: State): readonly string[] {
	if (topPage(state) === null && state.section === 'runtime') {
		// Processor and memory change every second; they are read on request.
		return runtimeItems(state.runtime.value).map(({ core, plugin }) =>
			plugin === null ? `process ${core.pid}: ${cleanLine(core.problem ?? '')}` : `${cleanLine(plugin.plugin)}: ${plugin.phase}`,
		);
	}

	return spokenRows(state);
}

/** `2 of 9: log-summary, 1.4.2, = trusted 1 of 1`; null where nothing can be selected. */
export function selectedLine(state: State): string | null {
	const { items } = listOf(state);
	const index = indexIn(items, selectedItem(state));
	return index < 0 ? null : `${index + 1} of ${items.length}: ${spokenRows(state)[index] ?? ''}`;
}

/** Everything about the selected item. */
export function detailLines(state: State): readonly string[] {
	return (detailOf(state)?.lines ?? []).map(spokenLine).filter((line) => line !== '');
}

/** What can be done now, most useful first; moving and typing go another way here. */
export function usableBindings(state: State): readonly Binding[] {
	const shown = footerBindings(state);
	const all = placesOf(state)
		.filter((place) => place !== 'moving')
		.flatMap((place) => bindingsIn(place, state.ownKeys))
		.filter((binding) => refusalOf(binding, state) === null && !SCREEN_ONLY.has(binding.command));
	return [...new Set([...shown.filter((binding) => all.includes(binding)), ...all])];
}

/** Of use on a drawn screen only. */
const SCREEN_ONLY: ReadonlySet<string> = new Set(['repaint', 'suspend', 'detail-down', 'detail-up']);
