import { graphemes, isSingleCells, textWidth } from '../../format.ts';
import { changeStyle, PLAIN_STYLE, splitAtStyles, styleOfBlank } from './graphic-style.ts';
import type { GraphicStyle } from './graphic-style.ts';

/** One line of the screen, cell by cell, without the blanks at its end. */
export type Row = {
	/** What stands in each cell; the second cell of a wide character holds an empty text. */
	readonly texts: readonly string[];
	readonly styles: readonly GraphicStyle[];
	/** Cell of the first character whose width terminals disagree about; infinite when there is none. */
	readonly firstDoubtful: number;
};

export const EMPTY_ROW: Row = { texts: [], styles: [], firstDoubtful: Number.POSITIVE_INFINITY };

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001F\u007F-\u009F]/;
const ASCII = /^[ -~]*$/;
/** Latin to Cyrillic, punctuation, arrows, boxes and blocks, braille, kana, Han, Hangul: every terminal agrees about these. */
const AGREED =
	/^[ -~\u00A1-\u00AC\u00AE-\u02FF\u0370-\u052F\u2010-\u2027\u2030-\u205E\u2190-\u2193\u2500-\u2595\u25A0-\u25CF\u2605-\u2606\u2800-\u28FF\u3001-\u3015\u3041-\u3096\u30A1-\u30FF\u3400-\u4DBF\u4E00-\u9FFF\uAC00-\uD7A3\uFF01-\uFF60]$/;

/** Reads one line of text with colours in it. Null when something stands in it that is neither. */
export function parseRow(line: string): Row | null {
	const texts: string[] = [];
	const styles: GraphicStyle[] = [];
	let firstDoubtful = Number.POSITIVE_INFINITY;
	let style: GraphicStyle = PLAIN_STYLE;
	for (const [index, part] of splitAtStyles(line).entries()) {
		if (index % 2 === 1) {
			const changed = changeStyle(style, part);
			if (changed === null) {
				return null;
			}

			style = changed;
			continue;
		}

		// Nearly every text: nothing in it has to be looked at by itself.
		if (isSingleCells(part)) {
			const blank = styleOfBlank(style);
			for (const sign of part) {
				texts.push(sign);
				styles.push(sign === ' ' ? blank : style);
			}

			continue;
		}

		if (CONTROL.test(part)) {
			return null;
		}

		for (const grapheme of graphemes(part)) {
			const isPlain = ASCII.test(grapheme);
			if (!isPlain && !AGREED.test(grapheme)) {
				firstDoubtful = Math.min(firstDoubtful, texts.length);
			}

			texts.push(grapheme);
			styles.push(grapheme === ' ' ? styleOfBlank(style) : style);
			if (!isPlain && textWidth(grapheme) === 2) {
				texts.push('');
				styles.push(style);
			}
		}
	}

	trimEnd(texts, styles);
	return style === PLAIN_STYLE ? { texts, styles, firstDoubtful } : null;
}

/** What of a row is visible on so many columns. */
export function clipRow(row: Row, columns: number): Row {
	if (row.texts.length <= columns) {
		return row;
	}

	// Half a wide character is not shown.
	const length = row.texts[columns] === '' ? columns - 1 : columns;
	return { texts: row.texts.slice(0, length), styles: row.styles.slice(0, length), firstDoubtful: row.firstDoubtful };
}

export function isDoubtful(grapheme: string): boolean {
	return grapheme !== '' && !AGREED.test(grapheme);
}

function trimEnd(texts: string[], styles: GraphicStyle[]): void {
	let length = texts.length;
	while (length > 0 && texts[length - 1] === ' ' && styles[length - 1] === PLAIN_STYLE) {
		length -= 1;
	}

	texts.length = length;
	styles.length = length;
}
