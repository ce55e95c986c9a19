/** What Ink wants on the screen: lines from the top, the empty one after a last newline too, and where the cursor is shown. */
export type InkFrame = {
	readonly lines: readonly string[];
	/** Zero-based; null when hidden. */
	readonly cursor: { readonly column: number; readonly row: number } | null;
	/** True when Ink thinks that the screen must be cleared first: after a change of size. */
	readonly isCleared: boolean;
};

/**
 * A frame as Ink 8 writes it without incremental rendering: back to the last line, that many lines erased upwards, the lines, and the
 * way back up to the cursor.
 */
// oxlint-disable-next-line no-control-regex
const FRAME = /^(?:\u001B\[\?25l)?(?:(?:\u001B\[\d+B)?\u001B\[1?G)?(?:\u001B\[1;1H\u001B\[J|(?:\u001B\[2K(?:\u001B\[1A)?)+\u001B\[G)?/;
// oxlint-disable-next-line no-control-regex
const CURSOR = /(?:\u001B\[(\d+)A)?\u001B\[(\d+)G\u001B\[\?25h$/;
// oxlint-disable-next-line no-control-regex
const HIDDEN = /\u001B\[\?25l$/;
// oxlint-disable-next-line no-control-regex
const CURSOR_ONLY = /^(?:\u001B\[\?25l)?(?:\u001B\[\d+B)?(?:\u001B\[1?G)?(?:\u001B\[(\d+)A)?\u001B\[(\d+)G\u001B\[\?25h$/;

/** Reads what Ink wrote between the marks of one frame. `before` is the frame it follows. Null when it is something else. */
export function parseInkFrame(written: string, before: InkFrame | null): InkFrame | null {
	const moved = CURSOR_ONLY.exec(written);
	if (moved !== null) {
		return before === null ? null : { ...before, isCleared: false, cursor: cursorOf(moved, before.lines.length) };
	}

	const start = FRAME.exec(written)?.[0] ?? '';
	const isCleared = start.includes('\u001B[J');
	if (start === '' && before !== null && before.lines.length > 0) {
		return null;
	}

	const end = CURSOR.exec(written);
	const lines = written.slice(start.length, end?.index).replace(HIDDEN, '').split('\n');
	return { lines, cursor: end === null ? null : cursorOf(end, lines.length), isCleared };
}

/** Outside of frames Ink erases the last one, before it draws for a narrower window; the frame that follows erases nothing. */
export function isErasure(written: string): boolean {
	return written.includes('\u001B[2K') && FRAME.exec(written)?.[0] === written;
}

function cursorOf(match: RegExpExecArray, lineCount: number): InkFrame['cursor'] {
	return { row: Math.max(0, lineCount - 1 - Number(match[1] ?? 0)), column: Number(match[2]) - 1 };
}
