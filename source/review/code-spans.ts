import type { Span, Tone } from '../theme.ts';
import { span } from '../theme.ts';

/** How code is told apart enough to be read: comments, texts, numbers and the words of the language. No parser: a line is all there is. */
type Language = { readonly comment: RegExp | null; readonly words: ReadonlySet<string> };

const SCRIPT_WORDS =
	'abstract as async await break case catch class const continue debugger default delete do else enum export extends false finally for from function get if implements import in instanceof interface let new null of private protected public readonly return set static super switch this throw true try type typeof undefined var void while with yield';
const SHELL_WORDS = 'case do done elif else esac exit export fi for function if in local return set shift then unset until while';

const SCRIPT: Language = {
	comment: /^(?:\/\/.*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?|\*(?:\s.*|\/)?$)/,
	words: new Set(SCRIPT_WORDS.split(' ')),
};
const DATA: Language = { comment: null, words: new Set(['true', 'false', 'null']) };
const HASHED: Language = { comment: /^#.*/, words: new Set([...SHELL_WORDS.split(' '), 'true', 'false', 'null']) };

const LANGUAGES: Readonly<Record<string, Language>> = {
	js: SCRIPT,
	cjs: SCRIPT,
	mjs: SCRIPT,
	jsx: SCRIPT,
	ts: SCRIPT,
	cts: SCRIPT,
	mts: SCRIPT,
	tsx: SCRIPT,
	css: SCRIPT,
	json: DATA,
	map: DATA,
	sh: HASHED,
	yml: HASHED,
	yaml: HASHED,
	toml: HASHED,
	py: HASHED,
};

const TEXT = /^(?:'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?|`(?:[^`\\]|\\.)*`?)/;
const WORD = /^[A-Za-z_$][\w$]*/;
const NUMBER = /^(?:0x[\da-f]+|\d[\d_]*(?:\.\d+)?)n?/i;
const OTHER = /^(?:\s+|[^\sA-Za-z_$\d'"`/#*]+|.)/;

/** One cleaned line of a file as coloured pieces; of a kind of file that is not known, one plain piece. */
export function codeSpans(line: string, path: string): readonly Span[] {
	const language = LANGUAGES[path.slice(path.lastIndexOf('.') + 1).toLowerCase()];
	return language === undefined ? [span(line)] : joined(pieces(line, language));
}

function pieces(line: string, { comment, words }: Language): readonly Span[] {
	const found: Span[] = [];
	let isLineStart = true;
	for (let rest = line; rest !== '';) {
		const [text, tone] = nextPiece(rest, { comment: isCommentPlace(rest, isLineStart) ? comment : null, words });
		found.push(span(text, tone));
		isLineStart &&= text.trim() === '';
		rest = rest.slice(text.length);
	}

	return found;
}

/** A star begins a comment only where a line begins: it goes on from the line before. */
function isCommentPlace(rest: string, isLineStart: boolean): boolean {
	return isLineStart || !rest.startsWith('*');
}

function nextPiece(rest: string, { comment, words }: Language): readonly [string, Tone] {
	const remark = comment?.exec(rest)?.[0];
	if (remark !== undefined && remark !== '') {
		return [remark, 'dim'];
	}

	const text = TEXT.exec(rest)?.[0];
	if (text !== undefined) {
		return [text, 'good'];
	}

	const word = WORD.exec(rest)?.[0];
	if (word !== undefined) {
		return [word, words.has(word) ? 'info' : 'plain'];
	}

	const number = NUMBER.exec(rest)?.[0];
	return number === undefined ? [OTHER.exec(rest)?.[0] ?? rest, 'plain'] : [number, 'warning'];
}

/** Neighbours of one tone as one piece: fewer bytes to a terminal. */
function joined(spans: readonly Span[]): readonly Span[] {
	const all: Span[] = [];
	for (const one of spans) {
		const last = all.at(-1);
		if (last !== undefined && last.tone === one.tone) {
			all[all.length - 1] = span(last.text + one.text, one.tone);
		} else {
			all.push(one);
		}
	}

	return all;
}
