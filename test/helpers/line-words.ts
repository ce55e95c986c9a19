import type { Line } from '../../source/theme.ts';

/** What a reader sees of a line, without its colours. */
export function lineWords(line: Line): string {
	return line.map(({ text }) => text).join('');
}
