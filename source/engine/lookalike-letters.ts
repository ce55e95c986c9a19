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

type Known = { readonly latinOf: ReadonlyMap<string, string>; readonly any: RegExp };

let made: Known | null = null;

/** Made when the first text comes that is not plain ASCII: most commands meet none, and all would wait a millisecond for it. */
function known(): Known {
	return (made ??= makeKnown());
}

function makeKnown(): Known {
	const latinOf = new Map(
		Object.entries(LOOKALIKES).flatMap(([latin, letters]) => Array.from(letters, (letter) => [letter, latin] as const)),
	);
	const letters = [...latinOf.keys()].join('');
	return { latinOf, any: new RegExp(`[${letters}\u{1D400}-\u{1D6A3}\uFF21-\uFF3A\uFF41-\uFF5A]`, 'u') };
}

/** The Latin letter that `letter` is drawn as; null for one that is drawn as itself. Letters for formulas and of full width count as well. */
function latinOf(letter: string): string | null {
	const { latinOf: table, any } = known();
	const found = table.get(letter);
	if (found !== undefined) {
		return found;
	}

	return any.test(letter) ? letter.normalize('NFKC') : null;
}

/** The text as a hasty reader takes it: each letter that passes for a Latin one is that one. */
export function readAsLatin(text: string): string {
	return known().any.test(text) ? Array.from(text, (letter) => latinOf(letter) ?? letter).join('') : text;
}

/**
 * Spells out the letters that pass for others: `p<U+0430>ypal`. Only in a word that a reader takes for Latin and that is Latin in part, since
 * whole words of another alphabet are honest text, and so is `PDFки`.
 */
export function spellLookalikes(text: string): string {
	return known().any.test(text) ? text.replace(/[\p{L}\p{M}\p{N}_]+/gu, (word) => (isDisguised(word) ? spellLetters(word) : word)) : text;
}

function isDisguised(word: string): boolean {
	return known().any.test(word) && /[A-Za-z]/u.test(word) && /^[A-Za-z0-9_]+$/u.test(readAsLatin(word));
}

/** Every letter of it that is no ASCII by its number. */
export function spellLetters(word: string): string {
	return word.replace(/[^ -~]/gu, (letter) => `<U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`);
}
