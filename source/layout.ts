import type { ScreenSize, Size } from './state.ts';

/** How the screen is divided. All numbers are terminal cells. */
export type Layout = {
	readonly columns: number;
	/** One less than the terminal has: writing its last cell makes some terminals scroll. */
	readonly frameRows: number;
	/** Rows between title bar and status line. */
	readonly bodyRows: number;
	readonly isTooSmall: boolean;
	/** Two panes side by side. */
	readonly isWide: boolean;
	readonly mainColumns: number;
	/** 0 when there is one pane only. */
	readonly sideColumns: number;
	/** Percent of the rows that details have below a list. */
	readonly detailShare: number;
};

const CHROME_ROWS = 3;
const WIDE_COLUMNS = 100;
export const SMALLEST: Size = { columns: 40, rows: 10 };

/** Percent of the screen that details can have. */
export const LEAST_DETAIL_SHARE = 25;
export const MOST_DETAIL_SHARE = 70;
const WIDE_SHARE = 42;
const STACKED_SHARE = 50;
/** Unasked: longer lines of text are hard to read. */
const MOST_SIDE_COLUMNS = 96;

export function layoutOf(size: ScreenSize): Layout {
	const frameRows = Math.max(1, size.rows - 1);
	const isWide = size.columns >= WIDE_COLUMNS;
	const sideColumns = isWide ? sideColumnsOf(size) : 0;
	return {
		columns: size.columns,
		frameRows,
		bodyRows: Math.max(1, frameRows - CHROME_ROWS),
		isTooSmall: size.columns < SMALLEST.columns || size.rows < SMALLEST.rows,
		isWide,
		mainColumns: size.columns - sideColumns,
		sideColumns,
		detailShare: size.detailShare ?? STACKED_SHARE,
	};
}

function sideColumnsOf({ columns, detailShare }: ScreenSize): number {
	return detailShare === undefined
		? Math.min(MOST_SIDE_COLUMNS, Math.floor((columns * WIDE_SHARE) / 100))
		: Math.floor((columns * detailShare) / 100);
}

/** What details have of the screen now, in percent. */
export function detailShareOf(size: ScreenSize): number {
	const { isWide, sideColumns, columns, detailShare } = layoutOf(size);
	return size.detailShare ?? (isWide ? Math.round((sideColumns * 100) / columns) : detailShare);
}

export type Areas = { readonly main: Size; /** No rows when there is one pane only. */ readonly detail: Size };

const BORDER_ROWS = 2;
/** Two panes one above the other need at least this much. */
const STACKED_ROWS = 10;
/** Border and header. */
const LIST_FRAME_ROWS = 3;
/** Fewer rows of details tell nothing. */
const ROOMY_ROWS = 8;

/** `roomy`: below a list only where it is short enough to be seen whole. */
export type DetailPlace = 'always' | 'roomy' | 'wide' | 'never';

/** The pane of a list and that of its details, under `headerRows`: side by side, or on a narrow screen one above the other. */
export function areasOf(
	layout: Layout,
	content: { readonly headerRows: number; readonly itemCount: number; readonly detail: DetailPlace },
): Areas {
	const rows = Math.max(1, layout.bodyRows - content.headerRows);
	const isRoomy = content.detail === 'roomy' && rows - content.itemCount - LIST_FRAME_ROWS >= ROOMY_ROWS;
	const hasRoom = layout.isWide || (content.detail === 'always' && rows >= STACKED_ROWS) || isRoomy;
	if (content.detail === 'never' || !hasRoom) {
		return { main: { columns: layout.columns, rows }, detail: { columns: 0, rows: 0 } };
	}

	if (layout.isWide) {
		return { main: { columns: layout.mainColumns, rows }, detail: { columns: layout.sideColumns, rows } };
	}

	if (isRoomy) {
		const mainRows = Math.max(5, content.itemCount + LIST_FRAME_ROWS);
		return { main: { columns: layout.columns, rows: mainRows }, detail: { columns: layout.columns, rows: rows - mainRows } };
	}

	// A short list leaves its rows to the details.
	const mainRows = Math.max(5, Math.min(content.itemCount + BORDER_ROWS, Math.ceil((rows * (100 - layout.detailShare)) / 100)));
	return { main: { columns: layout.columns, rows: mainRows }, detail: { columns: layout.columns, rows: Math.max(0, rows - mainRows) } };
}

/** Rows and columns inside a pane's border. */
export function insideOf(size: Size): Size {
	return { columns: Math.max(1, size.columns - 4), rows: Math.max(1, size.rows - 2) };
}

/** The three panes of a review: side by side, or one at a time under their names. */
export function reviewAreas(size: ScreenSize): {
	readonly facts: Size;
	readonly changelog: Size;
	readonly files: Size;
	readonly isTabbed: boolean;
} {
	const { columns, bodyRows, isWide, mainColumns, sideColumns } = layoutOf(size);
	if (!isWide) {
		const all = { columns, rows: bodyRows - 1 };
		return { facts: all, changelog: all, files: all, isTabbed: true };
	}

	const fileRows = Math.ceil(bodyRows / 2);
	return {
		facts: { columns: mainColumns, rows: bodyRows },
		files: { columns: sideColumns, rows: fileRows },
		changelog: { columns: sideColumns, rows: bodyRows - fileRows },
		isTabbed: false,
	};
}

export function reviewPaneSize(size: ScreenSize, pane: 'facts' | 'changelog' | 'files'): Size {
	return insideOf(reviewAreas(size)[pane]);
}
