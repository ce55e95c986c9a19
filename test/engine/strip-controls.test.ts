import { expect, it } from 'vitest';

import { stripControls, stripToLine } from '../../source/engine/strip-controls.ts';
import { HOSTILE_LEFT, hostileText } from '../helpers/hostile-strings.ts';
import { randomFrom } from '../proofs/random.ts';

it.each([
	['an escape sequence', 'a\u001B[2Jb', 'a\uFFFDb'],
	['a link that goes elsewhere than it says', '\u001B]8;;https://evil.example\u001B\\npmjs.com\u001B]8;;\u001B\\', '\uFFFDnpmjs.com\uFFFD'],
	['text that a style hides', 'fine\u001B[8m and owned\u001B[0m', 'fine\uFFFD and owned'],
	['the same among honest styles', '\u001B[1;8;31mx', '\uFFFDx'],
	['controls of one byte', '\u009D0;title\u0007x\u009B2Jy\u0085', '\uFFFDx\uFFFDy\uFFFD'],
	['a line that overwrites itself', 'rm -rf\rls', 'rm -rf\uFFFDls'],
	['text turned around', 'photo\u202Egnp.js', 'photo\uFFFDgnp.js'],
	['a word cut by nothing', 'pay\u200Bpal', 'pay\uFFFDpal'],
	['a joiner between Latin letters', 'pay\u200Dpal', 'pay\uFFFDpal'],
	['letters drawn as nothing', 'a\u3164\u115F\u2800b', 'a\uFFFDb'],
	['words smuggled in tags', 'fine\u{E0069}\u{E0067}\u{E006E}', 'fine\uFFFD'],
	['a mark that would stand on the border', '\u0301x', '\uFFFDx'],
	['a pile of marks', `z${'\u0301'.repeat(40)}`, 'z\u0301\u0301\u0301\u0301\uFFFD'],
	['half a character', 'a\uD800b', 'a\uFFFDb'],
])('a mark stands in place of %s', (_, text, shown) => {
	expect(stripControls(text)).toBe(shown);
});

it.each([
	['colours of a log', '\u001B[1;38;5;200mready\u001B[0m \u001B[32mok\u001B[m', 'ready ok'],
	['lines that end as on Windows', 'one\r\ntwo', 'one\ntwo'],
	['a file with the mark of its byte order', '\uFEFF# Title', '# Title'],
	['joined emoji', '\u{1F468}\u200D\u{1F469}\u200D\u{1F467} \u2615\uFE0F', '\u{1F468}\u{1F469}\u{1F467} \u2615'],
	['Persian', '\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645', '\u0645\u06CC\u062E\u0648\u0627\u0647\u0645'],
	['Hebrew with its direction', '\u05E9\u05DC\u05D5\u05DD\u200F!', '\u05E9\u05DC\u05D5\u05DD!'],
	['Hindi', '\u0915\u094D\u0937\u093F', '\u0915\u094D\u0937\u093F'],
	['Russian, and a Russian ending on a Latin word', 'сорок PDFки', 'сорок PDFки'],
	['units and formulas', 'µm, Δt, λx', 'µm, Δt, λx'],
	['letters of full width in their own text', 'ＡＢＣ', 'ＡＢＣ'],
])('honest text has no mark: %s', (_, text, shown) => {
	expect(stripControls(text)).toBe(shown);
});

it.each([
	['a Cyrillic letter in a Latin word', 'pаypal', 'p<U+0430>ypal'],
	['a Greek one', 'nοde', 'n<U+03BF>de'],
	['one made for formulas', '\u{1D429}aypal', '<U+1D429>aypal'],
	['one of full width', 'ｐaypal', '<U+FF50>aypal'],
])('a letter that passes for another is spelt by its number: %s', (_, text, shown) => {
	expect(stripToLine(text)).toBe(shown);
});

it('whatever comes in, nothing that acts or hides is left, and doing it twice changes nothing', () => {
	const random = randomFrom(71);
	for (let round = 0; round < 20_000; round += 1) {
		const text = hostileText(random);
		const once = stripControls(text);
		expect(HOSTILE_LEFT.exec(once)?.[0], JSON.stringify(text)).toBeUndefined();
		expect(stripControls(once), JSON.stringify(text)).toBe(once);
	}
});

it('takes time in proportion to the text, whatever it is made of', () => {
	// Each would take minutes if every beginning were followed to the end.
	for (const piece of ['\u001B]', '\u009D', '\u001B[1;', '\u0301', '\u200D', '\u05D0!', '\u202E', 'a\u0430']) {
		expect(stripControls(piece.repeat(200_000)).length).toBeLessThan(4_000_000);
	}
});
