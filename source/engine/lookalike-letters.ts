/** Letters of other alphabets that are drawn as a Latin one, under the Latin one. The everyday ones, not every sign that resembles another. */
const LOOKALIKES: Readonly<Record<string, string>> = {
	a: 'а\u0251',
	b: 'Ьь',
	c: 'сϲ',
	d: 'ԁ',
	e: 'е',
	g: 'ɡց',
	h: 'һհ',
	i: 'іι',
	j: 'јϳ',
	l: 'ӏ',
	n: 'ո',
	o: 'оοօ',
	p: 'рρ',
	q: 'ԛ',
	s: 'ѕ',
	u: 'սυ',
	v: 'ѵν',
	w: 'ԝ',
	x: 'х',
	y: 'у',
	A: 'АΑᎪ',
	B: 'ВΒᏴ',
	C: 'СᏟ',
	D: 'Ꭰ',
	E: 'ЕΕᎬ',
	G: 'Ꮐ',
	H: 'НΗᎻ',
	I: 'ІΙӀ',
	J: 'ЈᎫ',
	K: 'КΚᏦ',
	L: 'Ꮮ',
	M: 'МΜᎷ',
	N: 'Ν',
	O: 'ОΟՕ',
	P: 'РΡᏢ',
	Q: 'Ԛ',
	S: 'ЅՏᏚ',
	T: 'ТΤᎢ',
	V: 'Ꮩ',
	W: 'ԜᎳ',
	X: 'ХΧ',
	Y: 'ҮΥ',
	Z: 'ΖᏃ',
};

const LATIN_OF: ReadonlyMap<string, string> = new Map(
	Object.entries(LOOKALIKES).flatMap(([latin, letters]) => Array.from(letters, (letter) => [letter, latin] as const)),
);
const LETTERS = [...LATIN_OF.keys()].join('');
const ANY = new RegExp(`[${LETTERS}\u{1D400}-\u{1D6A3}\uFF21-\uFF3A\uFF41-\uFF5A]`, 'u');
const WORD = /[\p{L}\p{M}\p{N}_]+/gu;

/** The Latin letter that `letter` is drawn as; null for one that is drawn as itself. Letters for formulas and of full width count as well. */
function latinOf(letter: string): string | null {
	const found = LATIN_OF.get(letter);
	if (found !== undefined) {
		return found;
	}

	return ANY.test(letter) ? letter.normalize('NFKC') : null;
}

/** The text as a hasty reader takes it: each letter that passes for a Latin one is that one. */
export function readAsLatin(text: string): string {
	return ANY.test(text) ? Array.from(text, (letter) => latinOf(letter) ?? letter).join('') : text;
}

/**
 * Spells out the letters that pass for others: `p<U+0430>ypal`. Only in a word that a reader takes for Latin and that is Latin in part, since
 * whole words of another alphabet are honest text, and so is `PDFки`.
 */
export function spellLookalikes(text: string): string {
	return ANY.test(text) ? text.replace(WORD, (word) => (isDisguised(word) ? spellLetters(word) : word)) : text;
}

function isDisguised(word: string): boolean {
	return ANY.test(word) && /[A-Za-z]/u.test(word) && /^[A-Za-z0-9_]+$/u.test(readAsLatin(word));
}

/** Every letter of it that is no ASCII by its number. */
export function spellLetters(word: string): string {
	return word.replace(/[^ -~]/gu, (letter) => `<U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`);
}
