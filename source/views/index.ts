import { keyNames } from '../key-bindings.ts';
import { insideOf, layoutOf } from '../layout.ts';
import { listOf } from '../lists.ts';
import type { List } from '../lists.ts';
import { missingContents } from '../screens/documents/contents-document.ts';
import { failureDocument } from '../screens/documents/failure-document.ts';
import { helpDocument } from '../screens/documents/help-document.ts';
import { operationDocument } from '../screens/documents/operation-document.ts';
import { pluginDocument } from '../screens/documents/plugin-document.ts';
import { runtimeConfirmDocument } from '../screens/documents/runtime-confirm-document.ts';
import { welcomeDocument } from '../screens/documents/welcome-document.ts';
import { contentsOf, downloadsOf, fetchingOf, findOperation, hitOf, infoOf, isWelcome, topPage, verifiedContents } from '../select.ts';
import type { Page, Size, State } from '../state.ts';
import { reviewDocumentOf } from './review-documents.ts';
import { READABLE_COLUMNS } from './screen-document.ts';
import type { ScreenDocument } from './screen-document.ts';
import { fileLines, textPageLines } from './text-pages.ts';

export { screenAreas } from './areas.ts';
export { detailOf } from './details.ts';
export { hunkStarts, reviewPaneDocument } from './review-documents.ts';
export type { ScreenDocument } from './screen-document.ts';

export type DocumentView = { readonly type: 'document'; readonly id: string; readonly lineCount: number; readonly visibleRows: number };
export type View = ({ readonly type: 'list' } & List) | DocumentView;

/** What the movement keys move in. */
export function viewOf(state: State): View {
	const document = documentOf(state);
	if (document !== null) {
		return { type: 'document', id: document.id, lineCount: document.lines.length, visibleRows: document.rows };
	}

	return { type: 'list', ...listOf(state) };
}

type ListPage = Extract<Page, { readonly type: 'form' | 'palette' | 'plan' | 'conflict' | 'runtime-grants' }>;

function isListPage(page: Page): page is ListPage {
	return ['form', 'palette', 'plan', 'conflict', 'runtime-grants'].includes(page.type);
}

/** The document that fills the screen, or null when there is a list. */
// One case for each kind of page.
// oxlint-disable-next-line complexity
export function documentOf(state: State): ScreenDocument | null {
	const layout = layoutOf(state.size);
	const { columns, rows } = insideOf({ columns: layout.columns, rows: layout.bodyRows });
	const page = topPage(state);
	if (isWelcome(state) || page?.type === 'welcome') {
		return { id: 'welcome', lines: welcomeDocument(state, Math.min(READABLE_COLUMNS, columns)), rows };
	}

	if (page === null || isListPage(page)) {
		return null;
	}

	switch (page.type) {
		case 'review':
		case 'review-file':
			return reviewDocumentOf(state, page);
		case 'help':
			return { id: 'help', lines: helpDocument(state, columns), rows };
		case 'operation':
			return operationPageDocument(state, page, { columns, rows: rows - 2 });
		case 'file':
			return { id: `file ${page.name} ${page.path}`, lines: fileLines(state, page, columns), rows };
		case 'runtime-confirm':
			return { id: 'runtime-confirm', lines: runtimeConfirmDocument(page.act, { width: columns, key: keyNames(state) }), rows };
		case 'plugin':
			return pluginPageDocument(state, page, { columns, rows: rows - 2 });
		case 'trust-why':
		case 'trust-raw':
		case 'confirm':
		case 'ask':
		case 'keys':
		case 'levels':
			return { id: `${page.type} ${'name' in page ? page.name : ''}`, lines: textPageLines(state, page, columns), rows };
	}
}

function operationPageDocument(state: State, page: Extract<Page, { readonly type: 'operation' }>, size: Size): ScreenDocument {
	const operation = findOperation(state, page.operation);
	const key = keyNames(state);
	return {
		id: `operation ${page.operation}`,
		lines: operation === null ? [] : operationDocument(operation, { width: size.columns, retryKey: key('retry', 'operation'), key }),
		rows: size.rows,
	};
}

function pluginPageDocument(state: State, page: Extract<Page, { readonly type: 'plugin' }>, size: Size): ScreenDocument | null {
	const { columns, rows } = size;
	const key = keyNames(state);
	const info = infoOf(state, page.name);
	const id = `plugin ${page.name} ${page.tab}`;
	if (info.value === null) {
		const lines = info.failure === null ? [] : failureDocument(info.failure, columns, key('refresh'));
		return { id, lines, rows };
	}

	if (page.tab === 'versions' || (page.tab === 'files' && verifiedContents(state, page.name) !== null)) {
		return null;
	}

	const contents = contentsOf(state, page.name);
	const fetching = fetchingOf(state, { of: 'contents', name: page.name });
	const lines =
		page.tab === 'files'
			? (missingContents(contents, { width: columns, key, fetching }) ?? [])
			: pluginDocument(info.value, page.tab, {
					width: columns,
					now: state.now,
					contents,
					downloads: downloadsOf(state, page.name),
					hit: hitOf(state, info.value.name),
					key,
					fetching,
				});
	return { id, lines, rows };
}
