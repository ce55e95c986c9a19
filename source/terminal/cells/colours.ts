/** Bits of colour that a terminal shows, as Node counts them: 1 for none, 4 for sixteen colours, 8 for 256, 24 for all. */
export type ColourBits = 1 | 4 | 8 | 24;

type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says of the terminal: `NO_COLOR` wins over `FORCE_COLOR`, that over `COLORTERM`, that over `TERM`. */
export function colourBitsOf(environment: Environment): ColourBits {
	if ((environment['NO_COLOR'] ?? '') !== '') {
		return 1;
	}

	const forced = FORCED[environment['FORCE_COLOR'] ?? ''];
	if (forced !== undefined) {
		return forced;
	}

	const { TERM = '', TERM_PROGRAM = '' } = environment;
	if (TERM === 'dumb' || /-m(?:ono)?$/.test(TERM)) {
		return 1;
	}

	return hasAllColours(environment) ? 24 : /-?256(?:colou?r)?$/i.test(TERM) || TERM_PROGRAM === 'Apple_Terminal' ? 8 : 4;
}

function hasAllColours({ TERM = '', COLORTERM = '', TERM_PROGRAM = '', WT_SESSION = '' }: Environment): boolean {
	return /^(?:truecolor|24bit)$/i.test(COLORTERM) || TERM.endsWith('-direct') || KNOWN_TRUE.has(TERM_PROGRAM) || WT_SESSION !== '';
}

const FORCED: Readonly<Record<string, ColourBits>> = { '0': 1, false: 1, '1': 4, true: 4, '2': 8, '3': 24 };
const KNOWN_TRUE: ReadonlySet<string> = new Set(['iTerm.app', 'WezTerm', 'vscode', 'ghostty']);

/** `code` is that of the foreground, like 36 for cyan: one of the sixteen colours that the user's terminal has made its own. */
export type Colour =
	| { readonly type: 'named'; readonly code: number }
	| { readonly type: 'indexed'; readonly index: number }
	| { readonly type: 'rgb'; readonly parts: Rgb };

type Rgb = readonly [red: number, green: number, blue: number];

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
/** What can be written for a colour, as half a sentence. */
export const COLOUR_FORMS = `${NAMES.join(', ')}, each also with bright- in front; 16 to 255; or #rrggbb`;

/** Null for what is no colour. */
export function parseColour(text: string): Colour | null {
	const named = /^(bright-)?([a-z]+)$/.exec(text);
	const place = NAMES.findIndex((name) => name === named?.[2]);
	if (named !== null && place >= 0) {
		return { type: 'named', code: (named[1] === undefined ? 30 : 90) + place };
	}

	// Below 16 they are the named ones, under another name.
	if (/^\d{2,3}$/.test(text) && Number(text) >= 16 && Number(text) <= 255) {
		return { type: 'indexed', index: Number(text) };
	}

	const parts = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(text);
	return parts === null
		? null
		: { type: 'rgb', parts: [parseInt(parts[1] ?? '', 16), parseInt(parts[2] ?? '', 16), parseInt(parts[3] ?? '', 16)] };
}

/** The parameters that make a foreground of it on a terminal of so many bits: the nearest that it has; empty where it has none. */
export function colourParameters(colour: Colour, bits: ColourBits): string {
	if (bits === 1) {
		return '';
	}

	if (colour.type === 'named') {
		return String(colour.code);
	}

	if (bits === 4) {
		return String(nearestNamed(colour.type === 'rgb' ? colour.parts : partsOf(colour.index)));
	}

	if (colour.type === 'indexed' || bits === 8) {
		return `38;5;${colour.type === 'indexed' ? colour.index : nearestIndex(colour.parts)}`;
	}

	return `38;2;${colour.parts.join(';')}`;
}

const CUBE = [0, 95, 135, 175, 215, 255] as const;
/** As most terminals have them; each user may have other ones, so that these only choose. */
const USUAL: readonly Rgb[] = [
	[0, 0, 0],
	[205, 0, 0],
	[0, 205, 0],
	[205, 205, 0],
	[0, 0, 238],
	[205, 0, 205],
	[0, 205, 205],
	[229, 229, 229],
	[127, 127, 127],
	[255, 0, 0],
	[0, 255, 0],
	[255, 255, 0],
	[92, 92, 255],
	[255, 0, 255],
	[0, 255, 255],
	[255, 255, 255],
];

function partsOf(index: number): Rgb {
	if (index >= 232) {
		const grey = 8 + (index - 232) * 10;
		return [grey, grey, grey];
	}

	const cell = index - 16;
	return [CUBE[Math.floor(cell / 36)] ?? 0, CUBE[Math.floor(cell / 6) % 6] ?? 0, CUBE[cell % 6] ?? 0];
}

function nearestIndex(parts: Rgb): number {
	let best = 16;
	for (let index = 17; index < 256; index += 1) {
		best = distance(partsOf(index), parts) < distance(partsOf(best), parts) ? index : best;
	}

	return best;
}

function nearestNamed(parts: Rgb): number {
	const place = USUAL.reduce((best, usual, index) => (distance(usual, parts) < distance(USUAL[best] ?? usual, parts) ? index : best), 0);
	return place < 8 ? 30 + place : 90 + place - 8;
}

/** Weighted as eyes do. */
function distance([r1, g1, b1]: Rgb, [r2, g2, b2]: Rgb): number {
	return 3 * (r1 - r2) ** 2 + 4 * (g1 - g2) ** 2 + 2 * (b1 - b2) ** 2;
}
