import { pick } from '../proofs/random.ts';

/** What no cleaned text may hold: controls but tab and line feed, everything drawn as nothing, what turns text around, halves of characters. */
export const HOSTILE_LEFT =
	// oxlint-disable-next-line no-control-regex
	/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028\u2029]|\p{Default_Ignorable_Code_Point}|\p{Bidi_Control}|\p{Surrogate}/u;

const PIECES = [
	'\u001B[2J',
	'\u001B[8m',
	'\u001B[31m',
	'\u001B]0;owned\u0007',
	'\u001B]52;c;b3duZWQ=\u0007',
	'\u001B]8;;https://evil.example\u001B\\',
	'\u001BP1$r\u001B\\',
	'\u001Bc',
	'\u001B(0',
	'\u001B',
	'\u009B6n',
	'\u009D0;x\u009C',
	'\u0090q\u009C',
	'\r',
	'\b\b',
	'\t',
	'\n',
	'\u0000',
	'\u0007',
	'\u000E',
	'\u007F',
	'\u202E',
	'\u2066\u2069',
	'\u200B',
	'\u200D',
	'\u200C',
	'\uFEFF',
	'\u00AD',
	'\uFE0F',
	'\u20E3',
	'\u{E0041}\u{E007F}',
	'\u{E0100}',
	'\u0301\u0489\u0301\u0301\u0301\u0301\u0301',
	'\uD83D',
	'\uDE00',
	'\u2028',
	'\u3164',
	'\u2800',
	'\u180B',
	'数据',
	'ﾊﾝｶｸ',
	'ＡＢ',
	'한국어',
	'\u1112\u1161\u11AB',
	'📦',
	'👨\u200D👩\u200D👧\u200D👦',
	'👍🏽',
	'🇩🇪🇫',
	'🏴\u{E0067}\u{E0062}\u{E007F}',
	'☕\uFE0F',
	'क्षि',
	'ไทยกำ',
	'שלום',
	'مرحبا',
	'pаypal',
	'ﷺ',
	'\uE0B0',
	'\uFFFE',
	'…│─',
	'plain ',
	'@a/b',
	' ',
] as const;

/** Anything a registry, a package or a plugin might say, the worst of it far more often than by chance. */
export function hostileText(random: () => number, most = 12): string {
	const length = Math.floor(random() * most);
	return Array.from({ length }, () =>
		random() < 0.85 ? pick(random, PIECES) : String.fromCodePoint(Math.floor(random() ** 3 * 0x11_0000)),
	).join('');
}
