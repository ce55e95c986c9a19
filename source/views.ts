import type { ContainedText, FileDifference, UpdateReview } from './engine/index.ts';
import { detailPlaceOf } from './detail-place.ts';
import { conflictOf } from './failure.ts';
import { areasOf, insideOf, layoutOf, reviewPaneSize } from './layout.ts';
import type { Areas } from './layout.ts';
import { indexIn, listOf, selectedItem, selectedPlanItem } from './lists.ts';
import type { List } from './lists.ts';
import { remember } from './remember.ts';
import { changelogDocument } from './review/changelog-document.ts';
import { differenceDocument } from './review/difference-document.ts';
import { factsDocument } from './review/facts-document.ts';
import { levelsDocument } from './screens/documents/levels-document.ts';
import { askDocument } from './screens/documents/ask-document.ts';
import { confirmDocument } from './screens/documents/confirm-document.ts';
import { containedDocument, missingContents } from './screens/documents/contents-document.ts';
import { conflictDocument } from './screens/documents/conflict-document.ts';
import { explanationDocument, rawDocument } from './screens/documents/explanation-document.ts';
import { failureDocument } from './screens/documents/failure-document.ts';
import { generationDocument } from './screens/documents/generation-document.ts';
import { helpDocument, keysDocument } from './screens/documents/help-document.ts';
import { hitDocument } from './screens/documents/hit-document.ts';
import { BLANK, paragraph } from './screens/documents/lines.ts';
import { operationDocument } from './screens/documents/operation-document.ts';
import { runtimeConfirmDocument } from './screens/documents/runtime-confirm-document.ts';
import { runtimeDocument } from './screens/documents/runtime-document.ts';
import { planItemDocument } from './screens/documents/plan-document.ts';
import { installedDocument, pluginDocument } from './screens/documents/plugin-document.ts';
import {
	contentsOf,
	differenceOf,
	explanationOf,
	fileOf,
	filterText,
	findOperation,
	hitOf,
	infoOf,
	isWelcome,
	outdatedPlugin,
	rawEvidenceOf,
	reviewOf,
	selectedRuntime,
	topPage,
	verifiedContents,
	visibleChecks,
	visibleHistory,
	visibleSettings,
	visibleHits,
	visibleInstalled,
	visibleRunnables,
} from './select.ts';
import { welcomeDocument } from './screens/documents/welcome-document.ts';
import { checkDocument } from './screens/doctor/check-document.ts';
import { settingDocument } from './screens/settings/setting-document.ts';
import { updateDocument } from './screens/updates/update-document.ts';
import type { Page, Size, State } from './state.ts';
import type { Line } from './theme.ts';

export type DocumentView = { readonly type: 'document'; readonly id: string; readonly lineCount: number; readonly visibleRows: number };
export type View = ({ readonly type: 'list' } & List) | DocumentView;

/** Text that scrolls: its lines are made for exactly this size. */
export type ScreenDocument = { readonly id: string; readonly lines: readonly Line[]; readonly rows: number };

/** What the movement keys move in. */
export function viewOf(state: State): View {
	const document = documentOf(state);
	if (document !== null) {
		return { type: 'document', id: document.id, lineCount: document.lines.length, visibleRows: document.rows };
	}

	return { type: 'list', ...listOf(state) };
}

/** Longer lines are hard to read. */
const READABLE_COLUMNS = 96;

type ListPage = Extract<Page, { readonly type: 'form' | 'palette' | 'plan' | 'conflict' | 'runtime-grants' }>;

function isListPage(page: Page): page is ListPage {
	return ['form', 'palette', 'plan', 'conflict', 'runtime-grants'].includes(page.type);
}

/** The document that fills the screen, or null when there is a list. */
export function documentOf(state: State): ScreenDocument | null {
	const page = topPage(state);
	if (isWelcome(state)) {
		const { columns, bodyRows } = layoutOf(state.size);
		const size = insideOf({ columns, rows: bodyRows });
		return { id: 'welcome', lines: welcomeDocument(state, Math.min(READABLE_COLUMNS, size.columns)), rows: size.rows };
	}

	if (page === null || isListPage(page)) {
		return null;
	}

	if (page.type === 'review' || page.type === 'review-file') {
		return reviewDocumentOf(state, page);
	}

	const layout = layoutOf(state.size);
	const { columns, rows } = insideOf({ columns: layout.columns, rows: layout.bodyRows });
	if (page.type === 'help') {
		return { id: 'help', lines: helpDocument(state, columns), rows };
	}

	if (page.type === 'operation') {
		const operation = findOperation(state, page.operation);
		return {
			id: `operation ${page.operation}`,
			lines: operation === null ? [] : operationDocument(operation, { width: columns, retryKey: 'R' }),
			rows: rows - 2,
		};
	}

	if (page.type === 'file') {
		return { id: `file ${page.name} ${page.path}`, lines: fileLines(state, page, columns), rows };
	}

	if (page.type === 'runtime-confirm') {
		return { id: 'runtime-confirm', lines: runtimeConfirmDocument(page.act, columns), rows };
	}

	if (page.type !== 'plugin') {
		return { id: `${page.type} ${'name' in page ? page.name : ''}`, lines: trustPageLines(state, page, columns), rows };
	}

	return pluginPageDocument(state, page, { columns, rows: rows - 2 });
}

function fileLines(state: State, page: Extract<Page, { readonly type: 'file' }>, width: number): readonly Line[] {
	const { value, failure } = fileOf(state, page);
	return value === null
		? failure === null
			? paragraph(`Reading ${page.path} ...`, width, { tone: 'dim' })
			: failureDocument(failure, width, 'R')
		: containedOnScreen(value, String(width));
}

type TrustPage = Extract<Page, { readonly type: 'trust-why' | 'trust-raw' | 'confirm' | 'ask' | 'keys' | 'levels' }>;

function trustPageLines(state: State, page: TrustPage, width: number): readonly Line[] {
	switch (page.type) {
		case 'confirm':
			return confirmDocument(page.act, width);
		case 'ask':
			return askDocument(page, width);
		case 'keys':
			return keysDocument(state, width);
		case 'levels':
			return levelsDocument(Math.min(READABLE_COLUMNS, width));
		case 'trust-why':
			return trustDetail(state, page.name, width);
		case 'trust-raw': {
			const { value, failure } = rawEvidenceOf(state, page.name);
			return value === null
				? failure === null
					? paragraph('Asking the registry for what was signed ...', width, { tone: 'dim' })
					: failureDocument(failure, width, 'R')
				: rawDocument(value, width);
		}
	}
}

function pluginPageDocument(state: State, page: Extract<Page, { readonly type: 'plugin' }>, size: Size): ScreenDocument | null {
	const { columns, rows } = size;
	const info = infoOf(state, page.name);
	const id = `plugin ${page.name} ${page.tab}`;
	if (info.value === null) {
		const lines = info.failure === null ? [] : failureDocument(info.failure, columns, 'R');
		return { id, lines, rows };
	}

	if (page.tab === 'versions' || (page.tab === 'files' && verifiedContents(state, page.name) !== null)) {
		return null;
	}

	const contents = contentsOf(state, page.name);
	const lines =
		page.tab === 'files'
			? (missingContents(contents, columns) ?? [])
			: pluginDocument(info.value, page.tab, { width: columns, now: state.now, contents, hit: hitOf(state, info.value.name) });
	return { id, lines, rows };
}

type ReviewPage = Extract<Page, { readonly type: 'review' | 'review-file' }>;

/** The pane of a review that has the keys, or null for its list of files. */
function reviewDocumentOf(state: State, page: ReviewPage): ScreenDocument | null {
	if (page.type === 'review') {
		return page.pane === 'files' ? null : reviewPaneDocument(state, page, page.pane);
	}

	const layout = layoutOf(state.size);
	const { columns, rows } = insideOf({ columns: layout.columns, rows: layout.bodyRows });
	const { value, failure } = differenceOf(state, page);
	const id = `difference ${page.name}@${page.to} ${page.path}`;
	if (value === null) {
		const lines =
			failure === null ? paragraph('Comparing the two files ...', columns, { tone: 'dim' }) : failureDocument(failure, columns, 'R');
		return { id, lines, rows };
	}

	return { id, lines: differenceOnScreen(value, String(columns)).lines, rows };
}

/** The facts or the changelog of a review, for the place that they have on this screen. */
export function reviewPaneDocument(
	state: State,
	page: Extract<Page, { readonly type: 'review' }>,
	pane: 'facts' | 'changelog',
): ScreenDocument {
	const { columns, rows } = reviewPaneSize(state.size, pane);
	const { value, failure } = reviewOf(state, page);
	const id = `review ${pane} ${page.name}@${page.to}`;
	if (value === null) {
		const waiting = `Fetching and proving ${page.name} ${page.to}; nothing of it is unpacked before that ...`;
		return { id, lines: failure === null ? paragraph(waiting, columns, { tone: 'dim' }) : failureDocument(failure, columns, 'R'), rows };
	}

	return {
		id,
		lines: pane === 'facts' ? factsDocument(value, { width: columns, now: state.now }) : changelogOnScreen(value, String(columns)),
		rows,
	};
}

// Drawn on every key, made once for each width.
const differenceOnScreen = remember((difference: FileDifference, width) => differenceDocument(difference, Number(width)));
const containedOnScreen = remember((file: ContainedText, width) => containedDocument(file, Number(width)));
const changelogOnScreen = remember((review: UpdateReview, width) => changelogDocument(review, Number(width)));

/** Lines at which the differences of a file begin. */
export function hunkStarts(state: State, page: Extract<Page, { readonly type: 'review-file' }>): readonly number[] {
	const { value } = differenceOf(state, page);
	const { columns } = insideOf({ columns: layoutOf(state.size).columns, rows: 3 });
	return value === null ? [] : differenceOnScreen(value, String(columns)).hunks;
}

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
// One line for each kind of page.
// oxlint-disable-next-line complexity
export function screenAreas(state: State): Areas {
	const layout = layoutOf(state.size);
	const page = topPage(state);
	switch (page?.type) {
		case 'plan':
			return areasOf(layout, { headerRows: PLAN_HEADER_ROWS, itemCount: listOf(state).items.length, detail: 'always' });
		case 'conflict':
			return areasOf(layout, { headerRows: 0, itemCount: listOf(state).items.length, detail: 'always' });
		case 'palette':
		case 'ask':
		case 'keys':
		case 'levels':
		case 'review':
		case 'review-file':
		case 'plugin':
		case 'file':
		case 'operation':
		case 'form':
		case 'trust-why':
		case 'trust-raw':
		case 'confirm':
		case 'runtime-grants':
		case 'runtime-confirm':
		case 'help':
			return areasOf(layout, { headerRows: 0, itemCount: 0, detail: 'never' });
		case undefined:
			return areasOf(layout, {
				headerRows: state.section !== 'browse' && layout.bodyRows < SUMMARY_BODY_ROWS ? 0 : HEADER_ROWS[state.section],
				...detailPlaceOf(state, layout.bodyRows),
			});
	}
}

/** What stands beside or below the list: everything about its selected item. */
export function detailOf(state: State): ScreenDocument | null {
	const { detail } = screenAreas(state);
	if (detail.rows === 0) {
		return null;
	}

	const selected = selectedItem(state);
	const size = insideOf(detail);
	return { id: `detail ${listOf(state).id} ${selected ?? ''}`, lines: detailLines(state, selected, size), rows: size.rows };
}

function detailLines(state: State, selected: string | null, size: Size): readonly Line[] {
	const width = size.columns;
	const page = topPage(state);
	if (page?.type === 'conflict') {
		return conflictDocument(conflictOf(page.failure), { width, selected: Number(selected ?? 0) });
	}

	if (page?.type === 'plan') {
		const item = selectedPlanItem(state);
		return item === null ? [] : planItemDocument(item, page.plan, { answers: page.answers, width });
	}

	return selected === null ? [] : sectionDetail(state, selected, size);
}

// One case for each section.
// oxlint-disable-next-line complexity
function sectionDetail(state: State, selected: string, { columns: width, rows }: Size): readonly Line[] {
	switch (state.section) {
		case 'installed': {
			const plugin = visibleInstalled(state)[indexIn(listOf(state).items, selected)];
			return plugin === undefined ? [] : installedDocument(plugin, width);
		}
		case 'browse':
			return hitDetail(state, selected, width);
		case 'updates': {
			const plugin = outdatedPlugin(state, selected);
			return plugin === null ? [] : updateDocument(plugin, state, width);
		}
		case 'activity': {
			const operation = findOperation(state, Number(selected));
			return operation === null ? [] : operationDocument(operation, { width, retryKey: 'Enter, then R' });
		}
		case 'history': {
			const generation = visibleHistory(state).find((entry) => String(entry.number) === selected);
			return generation === undefined ? [] : generationDocument(generation, state.history.value ?? [], { width, now: state.now });
		}
		case 'trust':
			return trustDetail(state, selected, width);
		case 'doctor':
			return checkDetail(state, selected, width);
		case 'settings':
			return settingDetail(state, selected, width);
		case 'run': {
			const runnable = visibleRunnables(state).find(({ key }) => key === selected);
			return runnable === undefined ? [] : installedDocument(runnable.plugin, width);
		}
		case 'runtime':
			return runtimeDetail(state, { width, rows });
	}
}

function hitDetail(state: State, selected: string, width: number): readonly Line[] {
	const hit = visibleHits(state).find((entry) => entry.name === selected);
	return hit === undefined ? [] : hitDocument(hit, { width, now: state.now });
}

function checkDetail(state: State, selected: string, width: number): readonly Line[] {
	const check = visibleChecks(state).find(({ id }) => id === selected);
	return check === undefined ? [] : checkDocument(check, width);
}

function settingDetail(state: State, selected: string, width: number): readonly Line[] {
	const item = visibleSettings(state).find(({ key }) => key === selected);
	const { value, failure } = state.registries;
	// What keeps the registries from being listed is worth more than what a setting does.
	return [
		...(value === null && failure !== null ? [...failureDocument(failure, width, 'R'), BLANK] : []),
		...(item === undefined ? [] : settingDocument(item, state, width)),
	];
}

function runtimeDetail(state: State, size: { readonly width: number; readonly rows: number }): readonly Line[] {
	const item = selectedRuntime(state);
	const { value } = state.runtime;
	return item === null || value === null
		? []
		: runtimeDocument(item, {
				...size,
				trail: value.trails[item.key],
				now: state.now,
				lines: value.lines,
				log: state.runtimeLog,
				filter: filterText(state, 'runtime'),
			});
}

function trustDetail(state: State, name: string, width: number): readonly Line[] {
	const { value, failure } = explanationOf(state, name);
	if (value !== null) {
		return explanationDocument(value, width);
	}

	return failure === null
		? paragraph(`Reading what is proven about ${name} ...`, width, { tone: 'dim' })
		: failureDocument(failure, width, 'R');
}
