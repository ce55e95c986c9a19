import type { FileDifference } from './engine/index.ts';
import { cleanLine, cleanLines } from './format.ts';
import { differenceOf, infoOf, topPage } from './select.ts';
import type { State } from './state.ts';
import type { HandedText } from './terminal/index.ts';
import type { Line } from './theme.ts';
import { documentOf, reviewPaneDocument } from './views/index.ts';
import type { ScreenDocument } from './views/index.ts';

/** What is read now, whole and without colours, for a pager or an editor; null where nothing is. */
export function readableText(state: State): HandedText | null {
	const page = topPage(state);
	if (page?.type === 'review-file') {
		const difference = differenceOf(state, page).value;
		return difference === null ? null : { name: `${baseName(page.path)}.diff`, text: differenceText(difference) };
	}

	if (page?.type === 'plugin' && page.tab === 'readme') {
		return readmeText(infoOf(state, page.name).value?.readme ?? '');
	}

	// The list of files is none.
	const document = page?.type === 'review' && page.pane === 'files' ? reviewPaneDocument(state, page, 'facts') : documentOf(state);
	return document === null ? null : documentText(document, page?.type ?? 'screen');
}

function documentText({ lines }: ScreenDocument, name: string): HandedText | null {
	return lines.length === 0 ? null : { name: `${name}.txt`, text: ended(lines.map((line) => lineText(line).trimEnd())) };
}

function readmeText(readme: string): HandedText | null {
	return readme.trim() === '' ? null : { name: 'README.md', text: ended(cleanLines(readme)) };
}

function lineText(line: Line): string {
	return line.map(({ text }) => text).join('');
}

/** As `diff -u` writes it, so that editors colour it. */
function differenceText({ name, from, to, file, hunks }: FileDifference): string {
	const path = cleanLine(file.path);
	const parts = hunks.flatMap(({ fromLine, toLine, lines }) => {
		const counts = [lines.filter(({ type }) => type !== 'added').length, lines.filter(({ type }) => type !== 'removed').length];
		return [
			`@@ -${fromLine},${counts[0]} +${toLine},${counts[1]} @@`,
			...lines.map(({ type, text }) => `${type === 'added' ? '+' : type === 'removed' ? '-' : ' '}${cleanLines(text).join(' ')}`),
		];
	});
	return ended([`--- ${cleanLine(name)}@${cleanLine(from)}/${path}`, `+++ ${cleanLine(name)}@${cleanLine(to)}/${path}`, ...parts]);
}

function baseName(path: string): string {
	return cleanLine(path).split('/').at(-1) ?? 'file';
}

function ended(lines: readonly string[]): string {
	return `${lines.join('\n').trimEnd()}\n`;
}
