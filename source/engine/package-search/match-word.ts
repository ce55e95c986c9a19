import { editDistance } from './edit-distance.ts';
import type { Word } from './search-query.ts';

/**
 * The text of one package, in lower case: its name, then keywords between tabs, then its description, then who publishes it. Each ends where
 * the next begins, so the place of a match tells what it is worth.
 */
export type SearchText = {
	readonly text: string;
	readonly nameEnd: number;
	readonly keywordsEnd: number;
	readonly descriptionEnd: number;
};

const EXACT_NAME = 1000;
const EXACT_BASE_NAME = 600;
const NAME_START = 400;
const NAME_PART = 250;
const NAME_INSIDE = 120;
const KEYWORD = 90;
const KEYWORD_PART = 50;
const DESCRIPTION_WORD = 25;
const DESCRIPTION_INSIDE = 10;
const PERSON = 8;
const LOOSE_NAME = 5;
const MISSPELT_NAME = 3;
/** Fewer letters than this match loosely with nearly everything. */
const SHORTEST_LOOSE = 4;

/** What a match of `word` is worth; 0 when there is none. A single letter is only looked for where parts of a name begin. */
export function scoreWord(word: string, where: SearchText): number {
	const { text, nameEnd, keywordsEnd, descriptionEnd } = where;
	const first = text.indexOf(word);
	if (first === -1) {
		return 0;
	}

	if (first < nameEnd) {
		const inName = scoreInName(word, where, first);
		return inName === NAME_INSIDE && word.length === 1 ? 0 : inName;
	}

	if (word.length === 1) {
		return 0;
	}

	if (first < keywordsEnd) {
		return text.charCodeAt(first - 1) === 9 && text.charCodeAt(first + word.length) === 9 ? KEYWORD : KEYWORD_PART;
	}

	if (first < descriptionEnd) {
		return !isWordCode(text.charCodeAt(first - 1)) ? DESCRIPTION_WORD : DESCRIPTION_INSIDE;
	}

	return PERSON;
}

function scoreInName(word: string, { text, nameEnd }: SearchText, first: number): number {
	let best = 0;
	for (let at = first; at !== -1 && at + word.length <= nameEnd; at = text.indexOf(word, at + 1)) {
		const isEnd = at + word.length === nameEnd;
		const score =
			at === 0
				? isEnd
					? EXACT_NAME
					: NAME_START
				: text[at - 1] === '/'
					? isEnd
						? EXACT_BASE_NAME
						: NAME_START - 10
					: !isWordCode(text.charCodeAt(at - 1))
						? NAME_PART
						: NAME_INSIDE;
		best = Math.max(best, score);
	}

	return best;
}

/** Which letters a text has: whatever has not all of a word's letters cannot match it loosely. */
export function lettersOf(text: string, end: number): number {
	let letters = 0;
	for (let index = 0; index < end; index += 1) {
		letters |= letterBit(text.charCodeAt(index));
	}

	return letters;
}

function letterBit(code: number): number {
	return code >= 97 && code <= 122 ? 1 << (code - 97) : code >= 48 && code <= 57 ? 1 << 26 : 0;
}

/** Whether a word is long enough to be matched loosely. */
export function isLooseLength(word: string): boolean {
	return word.length >= SHORTEST_LOOSE;
}

/** A loose match with a name, by the first letters of its parts (`rdom`: react-dom) or with letters left out (`exprss`: express). */
export function scoreLoosely(word: Word, { text, nameEnd }: SearchText): number {
	return word.isPhrase ||
		!isLooseLength(word.text) ||
		!mayBeLoose(word.text, text, nameEnd) ||
		loosePlaces(word.text, text.slice(0, nameEnd)) === null
		? 0
		: LOOSE_NAME;
}

/** The letters are there in order: the cheap half of the question. */
function mayBeLoose(word: string, text: string, nameEnd: number): boolean {
	let at = 0;
	for (let index = 0; index < nameEnd && at < word.length; index += 1) {
		if (text.charCodeAt(index) === word.charCodeAt(at)) {
			at += 1;
		}
	}

	return at === word.length;
}

/** A name, or a part of one, that differs from the word by a slip: one letter, two in long words. */
export function scoreMisspelt(word: Word, { text, nameEnd }: SearchText): number {
	const { text: typed, isPhrase } = word;
	if (isPhrase || !isLooseLength(typed)) {
		return 0;
	}

	const most = mostSlips(typed);
	const name = text.slice(0, nameEnd);
	const parts = [name, ...name.split(/[^a-z0-9]+/)];
	return parts.some((part) => editDistance(typed, part, most) <= most) ? MISSPELT_NAME : 0;
}

/** How many letters may be wrong in a word of this length. */
export function mostSlips(word: string): number {
	return word.length >= 8 ? 2 : 1;
}

/** Where the letters of `word` stand in `name`, when they make a loose match; else null. */
export function loosePlaces(word: string, name: string): readonly number[] | null {
	for (let start = 0; start < name.length; start += 1) {
		if (name[start] === word[0] && isPartStart(name, start)) {
			const places = followParts(word, name, start) ?? followLetters(word, name, start);
			if (places !== null) {
				return places;
			}
		}
	}

	return null;
}

/** Runs of letters, each from where a part of the name begins. */
function followParts(word: string, name: string, start: number): readonly number[] | null {
	const places: number[] = [];
	let at = start;
	for (const letter of word) {
		if (name[at] !== letter) {
			do {
				at += 1;
			} while (at < name.length && !(name[at] === letter && isPartStart(name, at)));
		}

		if (at >= name.length) {
			return null;
		}

		places.push(at);
		at += 1;
	}

	return places;
}

/** The letters in order, with one of the name's left out between them, or two in a long word. */
function followLetters(word: string, name: string, start: number): readonly number[] | null {
	const most = word.length >= 6 ? 2 : 1;
	const places: number[] = [];
	let at = start;
	for (const letter of word) {
		at = name.indexOf(letter, at);
		if (at === -1 || at - start - places.length > most) {
			return null;
		}

		places.push(at);
		at += 1;
	}

	return places;
}

function isPartStart(name: string, at: number): boolean {
	return at === 0 || !isWordCode(name.charCodeAt(at - 1));
}

/** A letter or a digit, in lower case. */
function isWordCode(code: number): boolean {
	return (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
}
