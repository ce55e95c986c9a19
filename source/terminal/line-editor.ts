import { HIDDEN_MARK } from '../engine/index.ts';
import { cleanLine, graphemes } from '../format.ts';

/** One line of text being edited. The cursor stands between `before` and `after`. */
export type LineEditor = {
	readonly before: string;
	readonly after: string;
	/** What the last cut removed, for Ctrl-Y. */
	readonly cut: string;
};

export const EMPTY_LINE: LineEditor = { before: '', after: '', cut: '' };

export function lineOf(text: string): LineEditor {
	return { before: text, after: '', cut: '' };
}

export function lineText(line: LineEditor): string {
	return line.before + line.after;
}

/** Typed or pasted text at the cursor, on one line and without control characters. */
export function insertText(line: LineEditor, text: string): LineEditor {
	// A lone space is text here, and cleaning would trim it.
	// What a paste hides is left out without a mark: it would only be in the way of the user's own words.
	const clean = text === ' ' ? text : cleanLine(text).replaceAll(HIDDEN_MARK, '');
	return { ...line, before: line.before + clean };
}

const EDITS: Readonly<Record<string, (line: LineEditor) => LineEditor>> = {
	left: (line) => ({ ...line, before: withoutLast(line.before), after: last(line.before) + line.after }),
	right: (line) => ({ ...line, before: line.before + first(line.after), after: line.after.slice(first(line.after).length) }),
	home: (line) => ({ ...line, before: '', after: lineText(line) }),
	end: (line) => ({ ...line, before: lineText(line), after: '' }),
	backspace: (line) => ({ ...line, before: withoutLast(line.before) }),
	delete: (line) => ({ ...line, after: line.after.slice(first(line.after).length) }),
	'alt-b': (line) => splitAt(line, previousWord(line.before)),
	'alt-f': (line) => splitAt(line, line.before.length + nextWord(line.after)),
	'ctrl-w': (line) => {
		const start = previousWord(line.before);
		return { before: line.before.slice(0, start), after: line.after, cut: line.before.slice(start) };
	},
	'alt-d': (line) => {
		const length = nextWord(line.after);
		return { before: line.before, after: line.after.slice(length), cut: line.after.slice(0, length) };
	},
	'ctrl-u': (line) => ({ before: '', after: line.after, cut: line.before }),
	'ctrl-k': (line) => ({ before: line.before, after: '', cut: line.after }),
	'ctrl-y': (line) => ({ ...line, before: line.before + line.cut }),
};

const ALIASES: Readonly<Record<string, string>> = {
	'ctrl-a': 'home',
	'ctrl-e': 'end',
	'ctrl-b': 'left',
	'ctrl-f': 'right',
	'ctrl-h': 'backspace',
	'ctrl-left': 'alt-b',
	'ctrl-right': 'alt-f',
};

/** The line after a key, or null when the key edits nothing and is free for others. */
export function editLine(line: LineEditor, key: string): LineEditor | null {
	const edit = EDITS[ALIASES[key] ?? key];
	if (edit !== undefined) {
		return edit(line);
	}

	if (key === 'space') {
		return insertText(line, ' ');
	}

	return graphemes(key).length === 1 && !/^\p{Cc}$/u.test(key) ? insertText(line, key) : null;
}

function first(text: string): string {
	return graphemes(text)[0] ?? '';
}

function last(text: string): string {
	return graphemes(text).at(-1) ?? '';
}

function withoutLast(text: string): string {
	return text.slice(0, text.length - last(text).length);
}

function splitAt(line: LineEditor, index: number): LineEditor {
	const text = lineText(line);
	return { ...line, before: text.slice(0, index), after: text.slice(index) };
}

/** Where the word before the end of `text` starts. */
function previousWord(text: string): number {
	return /\S*\s*$/u.exec(text)?.index ?? 0;
}

/** How far the end of the next word is from the start of `text`. */
function nextWord(text: string): number {
	return /^\s*\S*/u.exec(text)?.[0].length ?? 0;
}
