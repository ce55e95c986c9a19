import { spellLookalikes } from './lookalike-letters.ts';

/**
 * Stands where something was taken out that steers the terminal, hides, turns text around or is no character. A text may also hold it by
 * itself, where its author's program could not read it; both are worth the same doubt.
 */
export const HIDDEN_MARK = '\uFFFD';

// Nearly all text is this, and testing it is many times cheaper than the rest.
const PLAIN = /^[\n\t -~]*$/u;
/**
 * The other patterns. In functions, since reading them takes 2 ms, which every command would wait for; most never meet a text that is not plain.
 *
 * Colours and weights, without "conceal", blinking and anything that is not a style: what a program writes into its log in good faith.
 */
const honestStyle = () =>
	// oxlint-disable-next-line no-control-regex
	/(?:\u001B\[|\u009B)(?:0?[0-479]|2[1-579]|[34][0-79]|[39]\d|10\d|[345]8[;:]5[;:]\d{1,3}|[345]8[;:]2(?:[;:]\d{0,3}){3,4})?(?:;(?:0?[0-479]|2[1-579]|[34][0-79]|9\d|10\d|[345]8[;:]5[;:]\d{1,3}|[345]8[;:]2(?:[;:]\d{0,3}){3,4}))*m/gu;
// A whole escape sequence goes, not only its first byte: otherwise `[31m` would stay behind as text.
const escapeSequence = () =>
	// oxlint-disable-next-line no-control-regex
	/\u001B(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[ -/]*[0-~])|\u009B[0-?]*[ -/]*[@-~]|[\u0090\u0098\u009D-\u009F][^\n\u0007\u001B\u0080-\u009F]*(?:\u0007|\u001B\\|\u009C)/gu;
/**
 * Needed to write some languages and to join emoji: gone without a mark, since terminals disagree about them. A variation selector follows
 * a sign, a joiner stands between letters of a script that joins, and a file may begin with the mark of its byte order.
 */
const harmless = () =>
	/^\uFEFF|(?<=\P{Default_Ignorable_Code_Point})[\uFE00-\uFE0F]|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D(?=\p{Extended_Pictographic})|(?<=[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{M}])[\u200C\u200D](?=[\p{L}\p{M}])|(?<=[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}][\p{P}\p{N}\s]{0,3})[\u200E\u200F\u061C]|\u00AD|\r(?=\n)/gu;
// Controls but tab and newline, everything that is drawn as nothing or turns text around, line and paragraph separators, blanks that no
// reader tells from a space's absence, halves of characters, what is no character, and marks that stand on nothing or on a whole pile.
const hidden = () =>
	// oxlint-disable-next-line no-control-regex
	/(?:[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\u2800\uFEFF\uFFF9-\uFFFB]|\p{Default_Ignorable_Code_Point}|\p{Noncharacter_Code_Point}|\p{Surrogate}|(?<![\p{L}\p{M}\p{N}\p{S}\p{P}])\p{M}+|(?<=\p{M}{4})\p{M}+)+/gu;
const MARKS = /\uFFFD{2,}/gu;

/**
 * The edge: text from a registry, a package, a plugin or a file nobody vetted, made safe to show on a terminal. Tabs and newlines stay.
 * What could steer a terminal or deceive a reader leaves a mark, and letters that pass for others are spelt out; doing it twice changes
 * nothing more.
 */
export function stripControls(text: string): string {
	return PLAIN.test(text) ? text : spellLookalikes(stripHidden(text));
}

/** Only what steers, hides or turns around: never longer than what came, so that it suits a row whose width is settled. */
export function stripHidden(text: string): string {
	return PLAIN.test(text)
		? text
		: text
				.replace(honestStyle(), '')
				.replace(escapeSequence(), HIDDEN_MARK)
				.replace(harmless(), '')
				.replace(hidden(), HIDDEN_MARK)
				.replace(MARKS, HIDDEN_MARK);
}

/** The same on one line: newlines and tabs become spaces. */
export function stripToLine(text: string): string {
	return stripControls(text).replace(/\s+/gu, ' ').trim();
}
