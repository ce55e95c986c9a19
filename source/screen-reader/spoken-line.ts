import { cleanLine } from '../format.ts';
import type { Line } from '../theme.ts';

const BRANCH = /^((?:│ {2}| {3})*)(?:├─|└─) /;
/** Lines, blocks and shapes: pictures, which say nothing to who hears them; a sentence beside each does. */
const DRAWN = /[\u2500-\u25FF]+/g;
const HAS_LETTERS = /[\p{L}\p{N}]/u;

/** A row of the screen as it is read out: no pictures, a comma in place of the space between columns; empty when nothing is left to say. */
export function spokenLine(line: Line): string {
	const text = line.map((part) => part.text).join('');
	const branch = BRANCH.exec(text);
	const bare = branch === null ? text : `level ${(branch[1] ?? '').length / 3 + 1}: ${text.slice(branch[0].length)}`;
	const said = bare
		.replaceAll(DRAWN, ' ')
		.trim()
		.replaceAll(/\s{2,}/g, ', ');
	return HAS_LETTERS.test(said) ? cleanLine(said) : '';
}

/** Without what a clock changes: two lines that differ in nothing else are the same news. */
export function newsOf(line: string): string {
	return line
		.replaceAll(/\b(?:just now|\d+ (?:second|minute|hour|day|week|month|year)s? ago)\b/g, '')
		.replaceAll(/\b\d+(?:\.\d+)? (?:ms|s)\b/g, '');
}
