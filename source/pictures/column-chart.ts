import { type Line, span } from '../theme.ts';

/** From nothing to a whole cell; what is more than nothing shows. */
const BLOCKS = ' ▁▂▃▄▅▆▇█';
const EIGHTHS = 8;

/**
 * One column for each number, `rows` lines high and against the largest of them, the top line first. A column of nothing is a line at the
 * bottom, so that its day is seen to be one of them.
 */
export function columnChart(values: readonly number[], size: { readonly rows: number; readonly columnWidth: number }): readonly Line[] {
	const most = Math.max(...values, 1);
	const heights = values.map((value) => (value <= 0 ? 0 : Math.max(1, Math.round((value / most) * size.rows * EIGHTHS))));
	return Array.from({ length: size.rows }, (_, index): Line => {
		const below = (size.rows - 1 - index) * EIGHTHS;
		const isBottom = below === 0;
		return heights.map((height) => {
			const isEmpty = isBottom && height === 0;
			const block = isEmpty ? '▁' : (BLOCKS[Math.max(0, Math.min(EIGHTHS, height - below))] ?? ' ');
			return span(block.repeat(size.columnWidth), isEmpty ? 'dim' : 'info');
		});
	});
}
