/**
 * Measures of source that was made unreadable on purpose. Minifying is none: it shortens names and removes spaces, and never hides
 * what a program says. Each gives the offset where it shows and the sentence part that names it, or null.
 */
export type Measure = { readonly offset: number; readonly detail: string };

const HEX_NAMES_AT_LEAST = 12;
const ESCAPED_LETTERS_AT_LEAST = 80;
const BLOB_CHARACTERS = 1000;
const BLOB_ENTROPY = 4.2;
const HIDDEN_SELECTORS = 16;
const PARSED_AT_LEAST = 3;
const TURNED_WITHIN = 2000;
const LONGEST_TURN = 120;
/** `a.push(a.shift())`, also as `a['push'](a['shift']())`. */
const TURN =
	/(?<![\w$])([\w$]{1,40})\s*(?:\.\s*\w{1,40}|\[\s*["'][^"'\n]{1,40}["']\s*\])\s*\(\s*\1\s*(?:\.\s*shift|\[\s*["']shift["']\s*\])\s*\(\s*\)\s*\)/;
const COUNTED_DOWN = /\bwhile\s*\(\s*(?:--\s*[\w$]+|[\w$]+\s*--)\s*\)\s*\{?\s*$/;

/** Measures over the whole text of a file. */
export function measureText(text: string): readonly Measure[] {
	return [
		hexNames(text),
		escapedLetters(text),
		symbolsOnly(text),
		hiddenCharacters(text),
		reorderingCharacters(text),
		rotatedTable(text),
	].filter((measure) => measure !== null);
}

function hexNames(text: string): Measure | null {
	const first = text.indexOf('_0x');
	if (first < 0) {
		return null;
	}

	const names = text.match(/\b_0x[0-9a-f]{3,}\b/g) ?? [];
	return names.length < HEX_NAMES_AT_LEAST ? null : { offset: first, detail: `${names.length} names like ${names[0] ?? '_0x'}` };
}

/** Plain letters written as `\x41`: a table of an encoding escapes what cannot be typed, an obfuscator what can. */
function escapedLetters(text: string): Measure | null {
	const first = text.search(/\\x[2-7][0-9a-f]\\x[2-7][0-9a-f]\\x[2-7][0-9a-f]/i);
	if (first < 0) {
		return null;
	}

	const runs = text.match(/(?:\\x(?:3\d|[46][1-9a-f]|[57][0-9a]|2e|20|2f)){4,}/gi) ?? [];
	const letters = runs.reduce((sum, run) => sum + run.length / 4, 0);
	return letters < ESCAPED_LETTERS_AT_LEAST ? null : { offset: first, detail: `${letters} plain letters written as \\x..` };
}

function symbolsOnly(text: string): Measure | null {
	const match = /[[\]()!+]{400,}/.exec(text);
	return match === null ? null : { offset: match.index, detail: `${match[0].length} signs without a letter` };
}

/**
 * A table of texts that is turned, first to last, until a checksum of parsed numbers fits or a counter has run down: only then do the
 * places where the program looks its texts up mean anything. A queue that goes round does neither.
 */
function rotatedTable(text: string): Measure | null {
	for (const { index: shift } of text.matchAll(/\bshift\b/g)) {
		const start = Math.max(0, shift - LONGEST_TURN);
		const turn = TURN.exec(text.slice(start, shift + 20));
		if (turn !== null) {
			const index = start + turn.index;
			const around = text.slice(Math.max(0, index - TURNED_WITHIN), shift + TURNED_WITHIN / 4);
			const isSummed = (around.match(/\bparseInt\b/g) ?? []).length >= PARSED_AT_LEAST && /\b(?:while|for)\b/.test(around);
			if (isSummed || COUNTED_DOWN.test(text.slice(Math.max(0, index - 80), index))) {
				return { offset: index, detail: 'a table of texts that is turned around before it is read' };
			}
		}
	}

	return null;
}

/** Variation selectors and tag characters carry bytes that no editor shows. */
function hiddenCharacters(text: string): Measure | null {
	const match = /(?:[\uFE00-\uFE0F]|\uDB40[\uDC00-\uDDEF]){16,}/.exec(text);
	return match === null || match[0].length < HIDDEN_SELECTORS
		? null
		: { offset: match.index, detail: `${match[0].length} invisible characters in a row` };
}

/** Bidirectional overrides make source read otherwise than it runs. */
function reorderingCharacters(text: string): Measure | null {
	const match = /[\u202A\u202B\u202D\u202E\u2066-\u2068][^\n"'`]*[;{}()=]/.exec(text);
	return match === null ? null : { offset: match.index, detail: 'characters that turn the reading direction around' };
}

/** A long text of hex or base64 with the entropy of packed or encrypted bytes. A WebAssembly module or a font says what it is. */
export function isBlob(text: string): boolean {
	return (
		text.length >= BLOB_CHARACTERS &&
		/^[A-Za-z0-9+/=_-]+$/.test(text) &&
		!/^(?:AGFzbQ|d09GR|iVBORw0KGgo|R0lGOD|\/9j\/|AAEAAAA|UklGR)/.test(text) &&
		entropy(text) >= (/^[0-9a-f]+$/i.test(text) ? 3.6 : BLOB_ENTROPY)
	);
}

/** Bits per character. */
export function entropy(text: string): number {
	const counts = new Map<string, number>();
	for (const character of text) {
		counts.set(character, (counts.get(character) ?? 0) + 1);
	}

	return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}
