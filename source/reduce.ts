import type { SearchResult } from './engine/index.ts';
import type { FetchPlanned } from './fetching.ts';
import { detailShareOf, LEAST_DETAIL_SHARE, layoutOf, MOST_DETAIL_SHARE } from './layout.ts';
import { indexIn, selectedIn } from './lists.ts';
import { reduceLoading } from './reduce-loading.ts';
import type { Slot } from './slot.ts';
import { reduceOperations } from './reduce-operations.ts';
import { topPage } from './select.ts';
import { PLUGIN_TABS, REVIEW_PANES } from './state.ts';
import type {
	Editing,
	Failure,
	Loaded,
	LoadedByName,
	Notice,
	Operation,
	Page,
	ReviewPane,
	RunForm,
	RuntimeLog,
	Size,
	State,
} from './state.ts';
import type { OwnKeys } from './keys/own-keys.ts';
import type { Section } from './sections.ts';
import type { LineEditor } from './terminal/line-editor.ts';
import type { ToldEvent, TransferProgress } from './transfer-watch.ts';
import { detailOf, hunkStarts, viewOf, reviewPaneDocument } from './views/index.ts';
import type { ScreenDocument } from './views/index.ts';

export type Action =
	| { readonly type: 'resized'; readonly size: Size }
	/** More of the screen for the details, or with a number below 0 less; in percent. */
	| { readonly type: 'detail-shared'; readonly by: number }
	| { readonly type: 'welcome-closed' }
	| { readonly type: 'ticked'; readonly now: number }
	| { readonly type: 'keys-changed'; readonly ownKeys: OwnKeys }
	| { readonly type: 'section-opened'; readonly section: Section }
	| { readonly type: 'page-pushed'; readonly page: Page }
	| { readonly type: 'page-closed' }
	| { readonly type: 'moved'; readonly by: number | 'page' | 'page-back' | 'start' | 'end' }
	| { readonly type: 'detail-scrolled'; readonly by: number }
	| { readonly type: 'tab-moved'; readonly by: 1 | -1 }
	/** In a review: the pane that gets the keys, and one that is scrolled without them. */
	| { readonly type: 'pane-chosen'; readonly pane: ReviewPane }
	| { readonly type: 'pane-scrolled'; readonly pane: 'facts' | 'changelog'; readonly by: number }
	| { readonly type: 'editing-started'; readonly editing: Editing }
	| { readonly type: 'editing-ended' }
	| { readonly type: 'line-changed'; readonly line: LineEditor }
	| { readonly type: 'load-started'; readonly slot: Slot }
	| {
			readonly type: 'load-failed';
			readonly slot: Slot;
			readonly failure: Failure;
			readonly now: number;
	  }
	| { readonly type: 'load-planned'; readonly slot: Slot; readonly event: FetchPlanned; readonly now: number }
	| { readonly type: 'load-looked-at'; readonly slot: Slot; readonly progress: readonly TransferProgress[]; readonly now: number }
	| { readonly type: 'load-dropped'; readonly slot: Slot }
	/** The next page of the results that are listed. */
	| { readonly type: 'search-continued'; readonly page: SearchResult; readonly from: number }
	| {
			[K in keyof LoadedByName]: {
				readonly type: 'loaded-of';
				readonly of: K;
				readonly name: string;
				readonly value: LoadedByName[K];
				readonly now: number;
			};
	  }[keyof LoadedByName]
	/** What was known about names is no longer so. */
	| { readonly type: 'trust-changed' }
	| { [K in keyof Loaded]: { readonly type: 'loaded'; readonly slot: K; readonly value: Loaded[K]; readonly now: number } }[keyof Loaded]
	/** What earlier starts left running. */
	| { readonly type: 'past-told'; readonly operations: readonly Operation[]; readonly notice: Notice }
	| { readonly type: 'operation-started'; readonly operation: Operation }
	| { readonly type: 'operation-event'; readonly id: number; readonly event: ToldEvent; readonly now: number }
	| { readonly type: 'operation-looked-at'; readonly id: number; readonly progress: readonly TransferProgress[]; readonly now: number }
	| { readonly type: 'operation-cancelling'; readonly id: number }
	| {
			readonly type: 'operation-ended';
			readonly id: number;
			readonly status: 'done' | 'failed' | 'cancelled';
			readonly result: Operation['result'];
			readonly failure: Failure | null;
			readonly now: number;
	  }
	/** Marks a plugin for the next update, or takes the mark away. */
	| { readonly type: 'files-ordered' }
	| { readonly type: 'mark-toggled'; readonly name: string }
	| { readonly type: 'hunk-moved'; readonly by: 1 | -1 }
	| { readonly type: 'answered'; readonly requirementId: string; readonly answer: 'accept' | 'deny' }
	| { readonly type: 'form-changed'; readonly form: RunForm }
	| { readonly type: 'runtime-log-changed'; readonly log: RuntimeLog }
	| { readonly type: 'noticed'; readonly notice: Notice | null }
	| { readonly type: 'quit-armed'; readonly isArmed: boolean };

/** The only place where the state changes. */
// oxlint-disable-next-line complexity
export function reduce(state: State, action: Action): State {
	switch (action.type) {
		case 'resized':
			return { ...state, size: { ...state.size, ...action.size } };
		case 'detail-shared':
			return { ...state, size: { ...state.size, detailShare: sharedDetail(state, action.by) }, notice: null };
		case 'welcome-closed':
			return { ...state, isWelcomeClosed: true, pages: state.pages.filter(({ type }) => type !== 'welcome') };
		case 'ticked':
			return { ...state, now: action.now };
		case 'keys-changed':
			return { ...state, ownKeys: action.ownKeys };
		case 'section-opened':
			return { ...state, section: action.section, pages: [], editing: null, notice: null };
		case 'page-pushed':
			return { ...state, pages: [...state.pages, action.page], editing: editingOf(action.page), notice: null };
		case 'page-closed':
			return { ...state, pages: state.pages.slice(0, -1), editing: editingOf(state.pages.at(-2)), notice: null };
		case 'moved':
			return move(state, action.by);
		case 'detail-scrolled':
			return scrollDetail(state, action.by);
		case 'tab-moved':
			return moveTab(state, action.by);
		case 'pane-chosen':
			return choosePane(state, action.pane);
		case 'pane-scrolled':
			return scrollPane(state, action);
		case 'editing-started':
			return { ...state, editing: action.editing, notice: null };
		case 'editing-ended':
			return { ...state, editing: null };
		case 'line-changed':
			return changeLine(state, action.line);
		case 'load-started':
		case 'load-failed':
		case 'load-planned':
		case 'load-looked-at':
		case 'load-dropped':
		case 'search-continued':
		case 'loaded':
		case 'loaded-of':
		case 'trust-changed':
			return reduceLoading(state, action);
		case 'past-told':
			return { ...state, operations: [...state.operations, ...action.operations], notice: action.notice };
		case 'operation-started':
		case 'operation-event':
		case 'operation-looked-at':
		case 'operation-cancelling':
		case 'operation-ended':
			return reduceOperations(state, action);
		case 'files-ordered':
			return { ...state, fileOrder: state.fileOrder === 'size' ? 'path' : 'size' };
		case 'mark-toggled':
			return toggleMark(state, action.name);
		case 'hunk-moved':
			return moveHunk(state, action.by);
		case 'answered':
			return answer(state, action);
		case 'form-changed':
			return replaceTop(state, { type: 'form', form: action.form });
		case 'runtime-log-changed':
			return { ...state, runtimeLog: action.log };
		case 'noticed':
			return { ...state, notice: action.notice };
		case 'quit-armed':
			return state.isQuitArmed === action.isArmed ? state : { ...state, isQuitArmed: action.isArmed };
	}
}

/** A page that is typed into takes the keys as text. */
function editingOf(page: Page | undefined): Editing | null {
	return page?.type === 'form' || page?.type === 'palette' ? { type: page.type } : null;
}

function move(state: State, by: number | 'page' | 'page-back' | 'start' | 'end'): State {
	const view = viewOf(state);
	const page = Math.max(1, Math.floor(layoutOf(state.size).bodyRows / 2));
	const step = by === 'page' ? page : by === 'page-back' ? -page : by;
	if (view.type === 'document') {
		const most = Math.max(0, view.lineCount - view.visibleRows);
		const from = Math.min(state.scrolls[view.id] ?? 0, most);
		const to = step === 'start' ? 0 : step === 'end' ? most : Math.max(0, Math.min(most, from + step));
		return { ...state, scrolls: { ...state.scrolls, [view.id]: to }, notice: null };
	}

	if (view.items.length === 0) {
		return state;
	}

	const from = Math.max(0, indexIn(view.items, selectedIn(state, view)));
	const last = view.items.length - 1;
	const to = step === 'start' ? 0 : step === 'end' ? last : Math.max(0, Math.min(last, from + step));
	return { ...state, selected: { ...state.selected, [view.id]: view.items[to] ?? '' }, notice: null };
}

function scrollDetail(state: State, by: number): State {
	const detail = detailOf(state);
	return detail === null ? state : scrollDocument(state, detail, by);
}

function scrollDocument(state: State, { id, lines, rows }: ScreenDocument, by: number): State {
	const most = Math.max(0, lines.length - rows);
	const to = Math.max(0, Math.min(most, (state.scrolls[id] ?? 0) + by));
	return { ...state, scrolls: { ...state.scrolls, [id]: to } };
}

function choosePane(state: State, pane: ReviewPane): State {
	const page = topPage(state);
	return page?.type === 'review' && page.pane !== pane ? replaceTop(state, { ...page, pane }) : state;
}

function scrollPane(state: State, { pane, by }: { readonly pane: 'facts' | 'changelog'; readonly by: number }): State {
	const page = topPage(state);
	return page?.type === 'review' ? scrollDocument(state, reviewPaneDocument(state, page, pane), by) : state;
}

function moveTab(state: State, by: 1 | -1): State {
	const page = topPage(state);
	if (page?.type === 'review') {
		const next = REVIEW_PANES[(REVIEW_PANES.indexOf(page.pane) + by + REVIEW_PANES.length) % REVIEW_PANES.length];
		return replaceTop(state, { ...page, pane: next ?? 'facts' });
	}

	if (page?.type !== 'plugin') {
		return state;
	}

	const index = (PLUGIN_TABS.indexOf(page.tab) + by + PLUGIN_TABS.length) % PLUGIN_TABS.length;
	return replaceTop(state, { ...page, tab: PLUGIN_TABS[index] ?? 'overview' });
}

function sharedDetail({ size }: State, by: number): number {
	return Math.max(LEAST_DETAIL_SHARE, Math.min(MOST_DETAIL_SHARE, detailShareOf(size) + by));
}

function toggleMark(state: State, name: string): State {
	const isMarked = state.marked.includes(name);
	const marked = isMarked ? state.marked.filter((one) => one !== name) : [...state.marked, name];
	// The next one is usually the next to be marked.
	return { ...move(state, 1), marked };
}

/** To the next place where something differs. */
function moveHunk(state: State, by: 1 | -1): State {
	const page = topPage(state);
	const view = viewOf(state);
	const starts = page?.type === 'review-file' ? hunkStarts(state, page) : [];
	if (view.type !== 'document' || starts.length === 0) {
		return state;
	}

	const most = Math.max(0, view.lineCount - view.visibleRows);
	const from = Math.min(state.scrolls[view.id] ?? 0, most);
	const to = by === 1 ? (starts.find((start) => start > from) ?? from) : (starts.findLast((start) => start < from) ?? 0);
	return { ...state, scrolls: { ...state.scrolls, [view.id]: Math.min(to, most) }, notice: null };
}

function changeLine(state: State, line: LineEditor): State {
	switch (state.editing?.type) {
		case 'search':
			return { ...state, searchLine: line };
		case 'filter':
			return { ...state, filters: { ...state.filters, [state.editing.list]: line } };
		case 'form': {
			const page = topPage(state);
			if (page?.type !== 'form') {
				return state;
			}

			const fields = page.form.fields.map((field, index) => (index === page.form.focused ? { ...field, line } : field));
			return replaceTop(state, { type: 'form', form: { ...page.form, fields, problem: null } });
		}
		case 'palette': {
			const page = topPage(state);
			// What was selected may not match any more, and the best match is what is wanted.
			const { palette: _, ...selected } = state.selected;
			return page?.type === 'palette' ? replaceTop({ ...state, selected }, { ...page, line }) : state;
		}
		case undefined:
			return state;
	}
}

function answer(state: State, action: { readonly requirementId: string; readonly answer: 'accept' | 'deny' }): State {
	const page = topPage(state);
	return page?.type === 'plan'
		? replaceTop(state, { ...page, answers: { ...page.answers, [action.requirementId]: action.answer } })
		: state;
}

function replaceTop(state: State, page: Page): State {
	return { ...state, pages: [...state.pages.slice(0, -1), page], notice: null };
}
