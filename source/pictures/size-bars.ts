import { cleanLine, fit, fitRight, formatBytes } from '../format.ts';
import { type Line, span } from '../theme.ts';
import { useBar } from './use-bar.ts';

/** `bytes` null: not known. */
export type Sized = { readonly name: string; readonly bytes: number | null };

const BAR_CELLS = 20;
const SIZE_CELLS = 8;

/** The largest ones with a bar each, against the largest of all, and one line for the rest. Names may be hostile. */
export function sizeBars(things: readonly Sized[], { width, most }: { readonly width: number; readonly most: number }): readonly Line[] {
	const known = things
		.flatMap(({ name, bytes }) => (bytes === null ? [] : [{ name, bytes }]))
		.toSorted((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
	const shown = known.slice(0, most);
	const rest = known.slice(most);
	const largest = known[0]?.bytes ?? 0;
	const bar = Math.max(0, Math.min(BAR_CELLS, width - SIZE_CELLS - 20));
	const name = Math.max(8, Math.min(44, width - bar - SIZE_CELLS - 2));
	return [
		...shown.map((one): Line => [
			span(fit(cleanLine(one.name), name)),
			span(` ${fitRight(formatBytes(one.bytes), SIZE_CELLS)} `, 'strong'),
			span(bar === 0 ? '' : useBar(one.bytes, largest, bar), 'info'),
		]),
		...(rest.length === 0
			? []
			: [
					[
						span(fit(`${rest.length} more`, name), 'dim'),
						span(` ${fitRight(formatBytes(rest.reduce((sum, { bytes }) => sum + bytes, 0)), SIZE_CELLS)}`, 'dim'),
					],
				]),
	];
}
