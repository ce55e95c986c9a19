import type { FileDifference, UpdateReview } from '../engine/index.ts';
import { fetchAmount } from '../fetch-amount.ts';
import { keyNames } from '../key-bindings.ts';
import { insideOf, layoutOf, reviewPaneSize } from '../layout.ts';
import { remember } from '../remember.ts';
import { changelogDocument } from '../review/changelog-document.ts';
import { differenceDocument } from '../review/difference-document.ts';
import { factsDocument } from '../review/facts-document.ts';
import { failureDocument } from '../screens/documents/failure-document.ts';
import { paragraph } from '../screens/documents/lines.ts';
import { transferLines } from '../screens/documents/transfer-lines.ts';
import { differenceOf, fetchingOf, reviewOf } from '../select.ts';
import type { Page, State } from '../state.ts';
import type { Line } from '../theme.ts';
import type { ScreenDocument } from './screen-document.ts';

// Drawn on every key, made once for each width.
const differenceOnScreen = remember((difference: FileDifference, width) => differenceDocument(difference, Number(width)));
const changelogOnScreen = remember((review: UpdateReview, width) => changelogDocument(review, Number(width)));

type ReviewPage = Extract<Page, { readonly type: 'review' | 'review-file' }>;

/** The pane of a review that has the keys, or null for its list of files. */
export function reviewDocumentOf(state: State, page: ReviewPage): ScreenDocument | null {
	if (page.type === 'review') {
		return page.pane === 'files' ? null : reviewPaneDocument(state, page, page.pane);
	}

	const layout = layoutOf(state.size);
	const { columns, rows } = insideOf({ columns: layout.columns, rows: layout.bodyRows });
	const { value, failure } = differenceOf(state, page);
	const id = `difference ${page.name}@${page.to} ${page.path}`;
	if (value === null) {
		const lines =
			failure === null
				? paragraph('Comparing the two files ...', columns, { tone: 'dim' })
				: failureDocument(failure, columns, keyNames(state)('refresh'));
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
		const lines =
			failure === null ? waitingLines(state, page, { pane, columns }) : failureDocument(failure, columns, keyNames(state)('refresh'));
		return { id, lines, rows };
	}

	return {
		id,
		lines: pane === 'facts' ? factsDocument(value, { width: columns, now: state.now }) : changelogOnScreen(value, String(columns)),
		rows,
	};
}

/** What is waited for: its bytes, and then what is made of them. */
function waitingLines(
	state: State,
	{ name, to }: Pick<Extract<Page, { readonly type: 'review' }>, 'name' | 'to'>,
	{ pane, columns }: { readonly pane: 'facts' | 'changelog'; readonly columns: number },
): readonly Line[] {
	if (pane === 'changelog') {
		return paragraph('It comes with the files ...', columns, { tone: 'dim' });
	}

	const fetching = fetchingOf(state, { of: 'reviews', name: `${name}@${to}` });
	const { finished, packages } = fetchAmount(fetching.planned, Object.values(fetching.transfers));
	const sentence =
		packages > 0 && finished === packages
			? `${name} ${to} is here; it is being proven, scanned and compared ...`
			: `Fetching and proving ${name} ${to}; nothing of it is unpacked before that ...`;
	return [...paragraph(sentence, columns, { tone: 'dim' }), ...transferLines(fetching, { width: columns, isRunning: true })];
}

/** Lines at which the differences of a file begin. */
export function hunkStarts(state: State, page: Extract<Page, { readonly type: 'review-file' }>): readonly number[] {
	const { value } = differenceOf(state, page);
	const { columns } = insideOf({ columns: layoutOf(state.size).columns, rows: 3 });
	return value === null ? [] : differenceOnScreen(value, String(columns)).hunks;
}
