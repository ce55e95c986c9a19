import { isSingleCells } from '../../format.ts';

// oxlint-disable-next-line no-control-regex
const STYLES = /\u001B\[[\d;]*m/g;

/**
 * Ink takes everything out of a text that would spoil its layout, for which it reads it sign by sign. A text of styles and of characters
 * that take one cell each has nothing of that, and is known by two looks.
 */
export function sanitizeOnlyDoubtful(sanitize: (text: string) => string): (text: string) => string {
	return (text) => {
		const plain = text.includes('\u001B') ? text.replaceAll(STYLES, '') : text;
		return isSingleCells(plain) ? text : sanitize(text);
	};
}
