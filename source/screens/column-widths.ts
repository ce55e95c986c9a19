import { textWidth } from '../format.ts';

/**
 * Cells for columns that stand side by side in `room`: each as many as it wishes where all fit; else the short ones have theirs and the
 * long ones share what is left evenly. Cells that nobody wishes for are left over.
 */
export function shareCells(room: number, wishes: readonly number[]): readonly number[] {
	let left = Math.max(0, room);
	const widths = wishes.map(() => 0);
	const smallestFirst = wishes.map((wish, index) => ({ wish, index })).toSorted((a, b) => a.wish - b.wish);
	for (const [position, { wish, index }] of smallestFirst.entries()) {
		const width = Math.min(wish, Math.floor(left / (wishes.length - position)));
		widths[index] = width;
		left -= width;
	}

	return widths;
}

/** What a column wishes for: its longest text, its header, and at most `most`. */
export function widestOf(texts: readonly string[], { header = '', most }: { readonly header?: string; readonly most: number }): number {
	return Math.min(
		most,
		texts.reduce((widest, text) => Math.max(widest, textWidth(text)), textWidth(header)),
	);
}
