import { graphemes } from '../format.ts';

export type MouseReport = { readonly button: number; readonly column: number; readonly row: number; readonly pressed: boolean };

export type Token =
	/** One key as the terminal sent it: a grapheme, a control byte or one escape sequence. */
	| { readonly type: 'key'; readonly sequence: string }
	| { readonly type: 'paste'; readonly text: string }
	| { readonly type: 'mouse'; readonly report: MouseReport }
	/** What the terminal answered to a question, as it came. */
	| { readonly type: 'answer'; readonly sequence: string };

export type KeyTokeniser = {
	/** Decoded terminal input in any portions; returns what became complete. */
	readonly push: (text: string) => readonly Token[];
	/** True while an unfinished escape sequence waits for its rest. */
	readonly isWaiting: () => boolean;
	/** The rest did not come: a lone escape is the Escape key, anything else is dropped as noise. */
	readonly flush: () => readonly Token[];
};

const ESCAPE = '\u001B';
const PASTE_START = '\u001B[200~';
const PASTE_END = '\u001B[201~';
/** A paste without an end mark must not grow without end. */
const MAXIMUM_PASTE_LENGTH = 1_000_000;

type Scan = { readonly token: Token | null; readonly length: number };

/** Splits terminal input into single keys, so that keys which arrive together are not taken for one. */
export function createKeyTokeniser(): KeyTokeniser {
	let pending = '';
	return {
		push(text) {
			const { tokens, rest } = tokenise(pending + text);
			pending = rest;
			return tokens;
		},
		isWaiting: () => pending !== '' && !pending.startsWith(PASTE_START),
		flush() {
			const flushed: readonly Token[] = pending === ESCAPE ? [{ type: 'key', sequence: ESCAPE }] : [];
			pending = '';
			return flushed;
		},
	};
}

function tokenise(input: string): { readonly tokens: readonly Token[]; readonly rest: string } {
	const tokens: Token[] = [];
	let index = 0;
	while (index < input.length) {
		if (input[index] !== ESCAPE) {
			const escapeAt = input.indexOf(ESCAPE, index);
			const end = escapeAt === -1 ? input.length : escapeAt;
			for (const grapheme of graphemes(input.slice(index, end))) {
				tokens.push({ type: 'key', sequence: grapheme });
			}

			index = end;
			continue;
		}

		const scan = scanEscape(input.slice(index));
		if (scan === null) {
			return { tokens, rest: input.slice(index) };
		}

		if (scan.token !== null) {
			tokens.push(scan.token);
		}

		index += scan.length;
	}

	return { tokens, rest: '' };
}

/** What stands at the start of `input`, which begins with an escape; null when more is needed to tell. */
function scanEscape(input: string): Scan | null {
	const kind = input[1];
	switch (kind) {
		case undefined:
			return null;
		case ESCAPE:
			// Two escapes in one portion are two key presses, or Escape and then an arrow key.
			return { token: { type: 'key', sequence: ESCAPE }, length: 1 };
		case '[':
			return scanControlSequence(input);
		case 'O':
			return input.length < 3 ? null : { token: { type: 'key', sequence: input.slice(0, 3) }, length: 3 };
		case ']':
		case 'P':
		case '_':
		case '^':
		case 'X':
			return scanReply(input);
	}

	const character = graphemes(input.slice(1))[0] ?? kind;
	return { token: { type: 'key', sequence: ESCAPE + character }, length: 1 + character.length };
}

function scanControlSequence(input: string): Scan | null {
	if (input.startsWith(PASTE_START)) {
		return scanPaste(input);
	}

	// The oldest mouse protocol: three raw bytes after `M`.
	if (input.startsWith(`${ESCAPE}[M`)) {
		return input.length < 6 ? null : { token: oldMouse(input), length: 6 };
	}

	// oxlint-disable-next-line no-control-regex
	const match = /^\u001B\[(\[?)([0-?]*)([ -/]*)([@-~])/.exec(input);
	if (match === null) {
		// oxlint-disable-next-line no-control-regex
		return /^\u001B\[\[?[0-?]*[ -/]*$/.test(input) ? null : { token: null, length: 2 };
	}

	const [sequence, , parameters = '', , final = ''] = match;
	if (parameters.startsWith('<')) {
		return { token: sgrMouse(parameters, final), length: sequence.length };
	}

	// Answers to questions (device attributes, cursor position, focus) are not keys.
	// oxlint-disable-next-line no-control-regex
	const isReply = /^[?>=]/.test(parameters) || (final === 'R' && parameters.includes(';')) || /^\u001B\[[IO]$/.test(sequence);
	return { token: isReply ? { type: 'answer', sequence } : { type: 'key', sequence }, length: sequence.length };
}

function scanPaste(input: string): Scan | null {
	const end = input.indexOf(PASTE_END);
	if (end === -1) {
		const isTooLong = input.length > MAXIMUM_PASTE_LENGTH;
		return isTooLong ? { token: { type: 'paste', text: input.slice(PASTE_START.length) }, length: input.length } : null;
	}

	return { token: { type: 'paste', text: input.slice(PASTE_START.length, end) }, length: end + PASTE_END.length };
}

/** Operating-system commands and device strings end with BEL or ST; they are answers, never keys. */
function scanReply(input: string): Scan | null {
	// oxlint-disable-next-line no-control-regex
	const match = /^\u001B[\]P_^X][^\u0007\u001B]*(?:\u0007|\u001B\\)/.exec(input);
	if (match !== null) {
		return { token: { type: 'answer', sequence: match[0] }, length: match[0].length };
	}

	// Alt with one of these characters looks the same as the start of an answer, but nothing follows it.
	return input.length === 2 ? null : { token: null, length: 2 };
}

function sgrMouse(parameters: string, final: string): Token | null {
	const [button, column, row] = parameters.slice(1).split(';').map(Number);
	if (button === undefined || column === undefined || row === undefined) {
		return null;
	}

	return { type: 'mouse', report: { button, column, row, pressed: final === 'M' } };
}

function oldMouse(input: string): Token {
	const [button = 0, column = 0, row = 0] = [3, 4, 5].map((index) => (input.codePointAt(index) ?? 32) - 32);
	return { type: 'mouse', report: { button, column, row, pressed: (button & 3) !== 3 } };
}
