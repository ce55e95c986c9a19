import { stripControls, stripHidden, stripToLine } from './engine/index.ts';

// Terminals disagree about the width of what these produce, so they go: variation selectors and the keycap mark.
const DOUBTFUL_WIDTH = /[\uFE00-\uFE0F\u20E3]/gu;
/** Lines, blocks, arrows, letters of Latin, Greek and Cyrillic: one cell each, and each a character of its own. */
const SINGLE_CELLS =
	/^[ -~\u00A1-\u00AC\u00AE-\u02FF\u0370-\u0482\u048A-\u052F\u2010-\u2027\u2030-\u205E\u2190-\u2193\u2500-\u2595\u25A0-\u25CF\u2605\u2606\u2800-\u28FF]*$/;
const WIDE =
	/[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}|[\u{20000}-\u{3FFFD}]/u;
// Making one takes milliseconds that most commands can do without.
let segmenter: Intl.Segmenter | undefined;

/** Hostile text as one safe line of predictable width. */
export function cleanLine(text: string): string {
	return stripToLine(text).replace(DOUBTFUL_WIDTH, '');
}

const ASCII_LINE = /^[ -~]*$/;

/** The same, and every space stays where it is. */
export function drawable(text: string): string {
	return ASCII_LINE.test(text) || SINGLE_CELLS.test(text)
		? text
		: stripHidden(text)
				.replace(DOUBTFUL_WIDTH, '')
				.replaceAll(/[\t\n]/g, ' ');
}

/** Hostile text as safe lines of predictable width; tabs become two spaces. */
export function cleanLines(text: string): readonly string[] {
	return stripControls(text).replace(DOUBTFUL_WIDTH, '').replaceAll('\t', '  ').split('\n');
}

/** True when each character of `text` is one cell, and one that all terminals agree about. */
export function isSingleCells(text: string): boolean {
	return SINGLE_CELLS.test(text);
}

/** What a reader counts as single characters. */
export function graphemes(text: string): readonly string[] {
	if (SINGLE_CELLS.test(text)) {
		return text.split('');
	}

	segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
	return Array.from(segmenter.segment(text), (part) => part.segment);
}

/** Terminal cells that `text` takes. */
export function textWidth(text: string): number {
	if (SINGLE_CELLS.test(text)) {
		return text.length;
	}

	return graphemes(text).reduce((width, grapheme) => width + (WIDE.test(grapheme) ? 2 : 1), 0);
}

/** At most `width` cells; a cut is shown by `…`. */
export function truncate(text: string, width: number): string {
	if (textWidth(text) <= width) {
		return text;
	}

	return width < 1 ? '' : `${takeCells(text, width - 1)}…`;
}

/** Exactly `width` cells: cut or padded on the right. */
export function fit(text: string, width: number): string {
	const cut = truncate(text, width);
	return cut + ' '.repeat(Math.max(0, width - textWidth(cut)));
}

/** The same for the name of a package: where there is no room for it the scope goes first, since names of one scope differ behind it. */
export function fitName(name: string, width: number): string {
	const clean = cleanLine(name);
	const slash = clean.startsWith('@') ? clean.indexOf('/') : -1;
	return fit(slash === -1 || textWidth(clean) <= width ? clean : `…${clean.slice(slash)}`, width);
}

/** Exactly `width` cells: cut or padded on the left. */
export function fitRight(text: string, width: number): string {
	const cut = truncate(text, width);
	return ' '.repeat(Math.max(0, width - textWidth(cut))) + cut;
}

/** Breaks at spaces, and inside words that are longer than a line. An empty text is one empty line. */
export function wrapText(text: string, width: number): readonly string[] {
	const limit = Math.max(1, width);
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(' ')) {
		const joined = line === '' ? word : `${line} ${word}`;
		if (textWidth(joined) <= limit) {
			line = joined;
			continue;
		}

		if (line !== '') {
			lines.push(line);
		}

		line = word;
		if (textWidth(word) > limit) {
			line = '';
			for (const piece of piecesOf(word, limit)) {
				if (line !== '') {
					lines.push(line);
				}

				line = piece;
			}
		}
	}

	return line === '' && lines.length > 0 ? lines : [...lines, line];
}

/** A word that is longer than a line, in one pass: hostile texts have words of hundreds of thousands of letters. */
function* piecesOf(word: string, limit: number): Generator<string> {
	let piece = '';
	let width = 0;
	for (const grapheme of graphemes(word)) {
		const cells = textWidth(grapheme);
		if (width + cells > limit && piece !== '') {
			yield piece;
			piece = '';
			width = 0;
		}

		piece += grapheme;
		width += cells;
	}

	yield piece;
}

/** `1 plugin`, `3 plugins`. */
export function plural(count: number, noun: string, many = `${noun}s`): string {
	// By hand: the first number that is written the long way loads the tables of all languages, 5 ms.
	return `${String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')} ${count === 1 ? noun : many}`;
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `0 B`, `812 B`, `4.2 kB`, `48 MB`; powers of 1000. */
export function formatBytes(bytes: number): string {
	let value = Math.max(0, bytes);
	let unit = 0;
	while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
		value /= 1000;
		unit += 1;
	}

	return `${unit === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[unit] ?? 'B'}`;
}

/** `3.1 of 12.4 MB`, or `3.1 of at least 12.4 MB`: both in the unit of the larger one. */
export function formatBytesOf(
	bytes: number,
	{ totalBytes, isAtLeast }: { readonly totalBytes: number; readonly isAtLeast: boolean },
): string {
	const larger = Math.max(0, bytes, totalBytes);
	const unit = Math.min(BYTE_UNITS.length - 1, larger < 999.5 ? 0 : Math.floor(Math.log10(larger * 1.0005) / 3));
	const [done, total] = [bytes, larger].map((value) => (Math.max(0, value) / 1000 ** unit).toFixed(unit === 0 ? 0 : 1));
	return `${done} of ${isAtLeast ? 'at least ' : ''}${total} ${BYTE_UNITS[unit] ?? 'B'}`;
}

/** `40%, page 4 of 10`. */
export function progressWords({ fraction, text }: { readonly fraction: number | null; readonly text: string }): string {
	return [...(fraction === null ? [] : [`${Math.floor(fraction * 100)}%`]), ...(text === '' ? [] : [cleanLine(text)])].join(', ');
}

/** `12 ms`, `1.4 s`, `2 min 05 s`. */
export function formatDuration(milliseconds: number): string {
	if (milliseconds < 1000) {
		return `${Math.round(milliseconds)} ms`;
	}

	if (milliseconds < 60_000) {
		return `${(milliseconds / 1000).toFixed(1)} s`;
	}

	return formatSeconds(Math.round(milliseconds / 1000));
}

/** `12 s`, `2 min 07 s`. */
export function formatSeconds(seconds: number): string {
	return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

const AGES = [
	{ unit: 'year', seconds: 31_536_000 },
	{ unit: 'month', seconds: 2_592_000 },
	{ unit: 'week', seconds: 604_800 },
	{ unit: 'day', seconds: 86_400 },
	{ unit: 'hour', seconds: 3600 },
	{ unit: 'minute', seconds: 60 },
] as const;

/** `just now`, `5 minutes ago`, `3 weeks ago`; `unknown` when the time is missing or unreadable. `now` in milliseconds. */
export function formatAge(isoTime: string | null, now: number): string {
	const then = isoTime === null ? Number.NaN : Date.parse(isoTime);
	if (Number.isNaN(then)) {
		return 'unknown';
	}

	const seconds = (now - then) / 1000;
	const age = AGES.find((candidate) => seconds >= candidate.seconds);
	return age === undefined ? 'just now' : `${plural(Math.floor(seconds / age.seconds), age.unit)} ago`;
}

const SHORT_UNITS: Readonly<Record<(typeof AGES)[number]['unit'], string>> = {
	year: 'y',
	month: 'mo',
	week: 'w',
	day: 'd',
	hour: 'h',
	minute: 'min',
};

/** The same for a narrow column: `now`, `5 min`, `3 w`, `2 y`; `-` when the time is missing. */
export function formatShortAge(isoTime: string | null, now: number): string {
	const then = isoTime === null ? Number.NaN : Date.parse(isoTime);
	const age = AGES.find((candidate) => (now - then) / 1000 >= candidate.seconds);
	return Number.isNaN(then) ? '-' : age === undefined ? 'now' : `${Math.floor((now - then) / 1000 / age.seconds)} ${SHORT_UNITS[age.unit]}`;
}

/** `34%`; what is more than nothing is not said to be nothing. */
export function formatShare(part: number, whole: number): string {
	const percent = whole === 0 ? 0 : (part / whole) * 100;
	return percent > 0 && percent < 1 ? '<1%' : `${Math.round(percent)}%`;
}

const COUNT_UNITS = ['', 'k', 'M', 'G'] as const;

/** `812`, `4.2k`, `48k`, `3.1M`. */
export function formatCount(count: number): string {
	let value = Math.max(0, count);
	let unit = 0;
	while (value >= 999.5 && unit < COUNT_UNITS.length - 1) {
		value /= 1000;
		unit += 1;
	}

	return `${unit === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)}${COUNT_UNITS[unit] ?? ''}`;
}

/** `2026-10-02 14:05` in UTC, or `unknown`. */
export function formatTime(isoTime: string | null): string {
	const time = isoTime === null ? Number.NaN : Date.parse(isoTime);
	return Number.isNaN(time) ? 'unknown' : new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

function takeCells(text: string, width: number): string {
	let taken = '';
	let used = 0;
	for (const grapheme of graphemes(text)) {
		used += textWidth(grapheme);
		if (used > width) {
			break;
		}

		taken += grapheme;
	}

	return taken;
}
