import type { DiffLine, FileChange, FileDifference, Hunk } from '../engine/index.ts';
import { cleanLine, cleanLines, fit, fitRight, formatBytes, truncate } from '../format.ts';
import { BLANK, paragraph } from '../screens/documents/lines.ts';
import { span } from '../theme.ts';
import type { Line, Span } from '../theme.ts';
import { codeSpans } from './code-spans.ts';

const UNREADABLE_WORDS = {
	binary: 'It is no text, so its bytes are not shown.',
	minified: 'It is minified: code in lines that nobody can review. It is not shown; what it can do is told under "What the code can do".',
	'too-large': 'It is too large to be compared line by line.',
} as const;

const TYPE_SIGNS = { added: ['+', 'good'], removed: ['-', 'bad'], changed: ['^', 'info'] } as const;

/** One line of the list of files: sign, path, counts, sizes. */
export function fileRow(file: FileChange, width: number): Line {
	const [sign, tone] = TYPE_SIGNS[file.type];
	const counts = countWords(file);
	const size = file.type === 'removed' ? 'gone' : formatBytes(file.toBytes);
	const right = 8;
	const name = Math.max(8, width - counts.length - right - 5);
	return [
		span(`${sign} `, tone),
		span(fit(truncatePath(cleanLine(file.path), name), name), file.unreadable === null ? 'plain' : 'warning'),
		span(` ${counts}`, file.unreadable === null ? 'dim' : 'warning'),
		span(` ${fitRight(size, right)}`, 'dim'),
	];
}

function countWords({ unreadable, addedLines, removedLines }: FileChange): string {
	if (unreadable !== null) {
		return unreadable === 'too-large' ? 'too large' : unreadable;
	}

	return addedLines === null || removedLines === null ? 'not counted' : `+${addedLines} -${removedLines}`;
}

/** The end of a path tells more than its start. */
function truncatePath(path: string, width: number): string {
	return path.length <= width ? path : `…${path.slice(path.length - width + 1)}`;
}

export type DifferenceDocument = {
	readonly lines: readonly Line[];
	/** Where each hunk begins. */
	readonly hunks: readonly number[];
};

/** What differs in one file, with the numbers of its lines. */
export function differenceDocument({ file, hunks }: FileDifference, width: number): DifferenceDocument {
	const head: readonly Line[] = [
		...paragraph(`${countWords(file)}   ${formatBytes(file.fromBytes)} -> ${formatBytes(file.toBytes)}`, width, { tone: 'dim' }),
		...(file.unreadable === null ? [] : paragraph(UNREADABLE_WORDS[file.unreadable], width, { tone: 'warning' })),
		...(file.unreadable === null && hunks.length === 0 ? paragraph('Only the ends of its lines differ.', width, { tone: 'dim' }) : []),
	];
	const lines: Line[] = [...head];
	const starts: number[] = [];
	for (const hunk of hunks) {
		lines.push(BLANK);
		starts.push(lines.length);
		lines.push(...hunkLines(hunk, { path: file.path, width }));
	}

	return { lines, hunks: starts };
}

function hunkLines(hunk: Hunk, { path, width }: { readonly path: string; readonly width: number }): readonly Line[] {
	let [from, to] = [hunk.fromLine, hunk.toLine];
	const digits = String(Math.max(from, to) + hunk.lines.length).length;
	const rows = hunk.lines.map((line): Line => {
		const row = codeLine(line, { path, width: width - digits - 3, number: fitRight(String(line.type === 'removed' ? from : to), digits) });
		from += line.type === 'added' ? 0 : 1;
		to += line.type === 'removed' ? 0 : 1;
		return row;
	});
	return [[span(`@@ line ${hunk.fromLine} -> line ${hunk.toLine} @@`, 'info')], ...rows];
}

type Row = { readonly path: string; readonly width: number; readonly number: string };

function codeLine({ type, text }: DiffLine, { path, width, number }: Row): Line {
	const clean = truncate(cleanLines(text).join(' '), Math.max(4, width));
	switch (type) {
		case 'added':
			return [span(`${number} + `, 'good'), ...shownAs(codeSpans(clean, path), 'good')];
		case 'removed':
			return [span(`${number} - `, 'bad'), span(clean, 'bad')];
		case 'same':
			return [span(`${number}   `, 'dim'), ...codeSpans(clean, path)];
	}
}

/** New code keeps its colours; what has none gets that of the change. */
function shownAs(spans: readonly Span[], tone: Span['tone']): readonly Span[] {
	return spans.map((one) => (one.tone === 'plain' ? span(one.text, tone) : one));
}
