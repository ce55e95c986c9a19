import { isSingleCells } from '../../format.ts';
import { changeStyle, PLAIN_STYLE, splitAtStyles } from '../cells/graphic-style.ts';
import type { GraphicStyle } from '../cells/graphic-style.ts';

/** A part of one row. */
export type Piece = {
	readonly x: number;
	readonly text: string;
	/** Which line of its text it is. */
	readonly index: number;
	readonly transformers: readonly Transformer[];
	/** Half-open: `x2` is outside. An edge that is missing is open. */
	readonly x1: number | undefined;
	readonly x2: number | undefined;
};
export type Transformer = (line: string, index: number) => string;

/**
 * A row of pieces that stand beside each other, none cut off and each of characters that take one cell: they need only be put one behind the
 * other, which takes a tenth of the time of drawing them cell by cell. Null for all other rows.
 */
export function joinPieces(pieces: readonly Piece[], width: number): string | null {
	let row = '';
	let end = 0;
	for (const { x, text, index, transformers, x1 = 0, x2 = width } of inOrder(pieces)) {
		const line = transformers.reduce((before, transform) => transform(before, index), text);
		const cells = cellsOf(line);
		if (cells === null || x < end || x < x1 || x + cells > Math.min(x2, width)) {
			return null;
		}

		row += ' '.repeat(x - end) + line;
		end = x + cells;
	}

	return row.trimEnd();
}

function inOrder(pieces: readonly Piece[]): readonly Piece[] {
	return pieces.every(({ x }, index) => x >= (pieces[index - 1]?.x ?? 0)) ? pieces : pieces.toSorted((left, right) => left.x - right.x);
}

/** Null where something stands in it that is neither a character of one cell nor a style, or where a style goes on behind it. */
function cellsOf(line: string): number | null {
	if (!line.includes('\u001B')) {
		return isSingleCells(line) ? line.length : null;
	}

	let style: GraphicStyle = PLAIN_STYLE;
	let cells = 0;
	for (const [index, part] of splitAtStyles(line).entries()) {
		if (index % 2 === 1) {
			const changed = changeStyle(style, part);
			if (changed === null) {
				return null;
			}

			style = changed;
		} else if (isSingleCells(part)) {
			cells += part.length;
		} else {
			return null;
		}
	}

	return style === PLAIN_STYLE ? cells : null;
}
