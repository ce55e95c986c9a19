import { cleanLine, cleanLines, textWidth, truncate, wrapText } from '../../format.ts';
import { codeSpans } from '../../review/code-spans.ts';
import { span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { BLANK, paragraph } from './lines.ts';

/** Longer lines are shown as they are: looking for marks in them would keep every key waiting. */
const MOST_MARKED_CHARACTERS = 2000;

/** Markdown as far as reading needs it: headings, lists and code stand out, links are their text, pictures their words. */
export function readmeDocument(text: string, width: number): readonly Line[] {
	let language: string | null = null;
	const lines = joinedLines(cleanLines(text)).flatMap((line): readonly Line[] => {
		const fence = /^\s*(?:```|~~~)\s*([\w+-]*)/.exec(line);
		if (fence !== null) {
			language = language === null ? (fence[1] ?? '') : null;
			return [BLANK];
		}

		return language === null ? textLines(line, width) : codeLines(line, { language, width });
	});
	return withoutRepeatedBlanks(lines);
}

/** Somebody may want to type it, so nothing of it is cut. */
function codeLines(line: string, { language, width }: { readonly language: string; readonly width: number }): readonly Line[] {
	const path = `code.${LANGUAGE_ENDINGS[language.toLowerCase()] ?? language}`;
	const room = Math.max(4, width - 4);
	const indent = /^ */.exec(line)?.[0] ?? '';
	const pieces = textWidth(line) <= width - 2 ? [line.trimEnd()] : wrapText(line.trim(), room - Math.min(indent.length, room - 4));
	return pieces.map((piece, index) => [
		span(index === 0 ? '  ' : '    '),
		...codeSpans(pieces.length === 1 ? piece : indent + piece, path).map((part) => shownAsCode(part)),
	]);
}

/** What is meant to be one paragraph or one item of a list is often broken by its author, for another width than this one. */
function joinedLines(lines: readonly string[]): readonly string[] {
	const joined: string[] = [];
	let isCode = false;
	let isOpen = false;
	for (const line of lines) {
		const isFence = /^\s*(?:```|~~~)/.test(line);
		const isPlain = !isFence && !isCode && /^\s{0,6}[^\s#>|+*<=~-]/.test(line) && !/^\s*(?:\d+[.)]\s|[-=_*]{3,})/.test(line);
		const before = joined.at(-1) ?? '';
		if (isPlain && isOpen && before.length + line.length < MOST_MARKED_CHARACTERS) {
			joined[joined.length - 1] = `${before} ${line.trim()}`;
		} else {
			joined.push(line);
		}

		isCode = isFence ? !isCode : isCode;
		// Two spaces at the end mean that its author wants the break.
		isOpen = !isFence && !isCode && line.trim() !== '' && !/^\s*[#|<]/.test(line) && !line.endsWith('  ');
	}

	return joined;
}

const LANGUAGE_ENDINGS: Readonly<Record<string, string>> = {
	javascript: 'js',
	typescript: 'ts',
	bash: 'sh',
	shell: 'sh',
	console: 'sh',
	jsonc: 'json',
};

function shownAsCode(part: Line[number]): Line[number] {
	return part.tone === 'plain' ? span(part.text, 'info') : part;
}

function textLines(line: string, width: number): readonly Line[] {
	if (line.length > MOST_MARKED_CHARACTERS) {
		return paragraph(line, width);
	}

	const title = /^\s{0,3}#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
	if (title !== undefined) {
		return [[span(truncate(cleanLine(withoutMarks(title)), width), 'accent')]];
	}

	if (/^\s*(?:[-=_*]\s*){3,}$/.test(line)) {
		return [BLANK];
	}

	const item = /^(\s*)[*+-]\s+(.*)$/.exec(line);
	if (item !== null) {
		return listLines(item[2] ?? '', Math.min(6, (item[1] ?? '').length), width);
	}

	const text = withoutMarks(line);
	// A line of nothing but pictures and tags.
	return text.trim() === '' && line.trim() !== '' ? [] : paragraph(text, width);
}

function listLines(text: string, indent: number, width: number): readonly Line[] {
	return paragraph(withoutMarks(text), width, { indent: indent + 2 }).map((part, index) => {
		const words = part
			.map((piece) => piece.text)
			.join('')
			.slice(indent + 2);
		return index === 0 ? [span(`${' '.repeat(indent)}- `, 'dim'), span(words)] : part;
	});
}

function withoutMarks(line: string): string {
	return line
		.replaceAll(/!\[[^\]]*\]\([^)]*\)/g, '')
		.replaceAll(/\[\s*\]\([^)]*\)/g, '')
		.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
		.replaceAll(/<\/?[a-z][^<>]*>/gi, '')
		.replaceAll(/<!--.*?-->/g, '')
		.replaceAll(/\*\*|__|`/g, '');
}

function withoutRepeatedBlanks(lines: readonly Line[]): readonly Line[] {
	const isBlank = (line: Line | undefined): boolean => line === undefined || line.every(({ text }) => text.trim() === '');
	return lines.filter((line, index) => !isBlank(line) || !isBlank(lines[index - 1]));
}
