import { graphemes, textWidth } from '../../format.ts';
import { colourParameters, parseColour } from './colours.ts';
import type { ColourBits } from './colours.ts';
import type { GraphicStyle } from './graphic-style.ts';

/** How a frame is shown: what the screens draw stays the same. */
export type Dress = {
	/** Lines and signs of ASCII only, each as wide as what it stands for. */
	readonly isAscii: boolean;
	/** Nothing is dim: what is dim is hard to see, which is what high contrast is about. */
	readonly isContrast: boolean;
	/** Parameters that take the place of others: by those of one of the sixteen colours in which the screens are drawn. */
	readonly colours: ReadonlyMap<string, string>;
};

export const PALETTES = ['dark', 'light', 'contrast'] as const;
export type Palette = (typeof PALETTES)[number];

/** What a colour is for, and the one of the sixteen in which the screens draw it. */
export const COLOUR_ROLES = { accent: '36', good: '32', warning: '33', bad: '31', info: '34' } as const;
export type ColourRole = keyof typeof COLOUR_ROLES;
/** By what they are for; a role that is left out is as the palette has it. */
export type OwnColours = Readonly<Partial<Record<ColourRole, string>>>;

export const PLAIN_DRESS: Dress = { isAscii: false, isContrast: false, colours: new Map() };

/** The dress for a palette on a terminal. A colour of the user's own wins over the palette. */
export function dressOf(
	worn: { readonly isAscii: boolean; readonly palette: Palette; readonly own: OwnColours },
	terminal: { readonly ground: 'dark' | 'light' | null; readonly bits: ColourBits },
): Dress {
	const { bits, ground } = terminal;
	const isContrast = worn.palette === 'contrast';
	const isLight = worn.palette === 'light' || (isContrast && ground === 'light');
	const base = isLight ? (bits <= 4 ? ON_LIGHT : ON_LIGHT_RICH) : isContrast ? BRIGHT : {};
	const named = { ...base, ...ownByCode(worn.own) };
	const colours = Object.entries(named).flatMap(([code, text]) => {
		const colour = parseColour(text);
		return colour === null ? [] : [[code, colourParameters(colour, bits)] as const];
	});
	return { isAscii: worn.isAscii, isContrast, colours: new Map(colours) };
}

function ownByCode(own: OwnColours): Readonly<Record<string, string>> {
	const texts = new Map(Object.entries(own));
	return Object.fromEntries(
		Object.entries(COLOUR_ROLES).flatMap(([role, code]) => {
			const text = texts.get(role);
			return text === undefined ? [] : [[code, text]];
		}),
	);
}

/** Yellow and cyan, bright or not, cannot be read on white. */
const ON_LIGHT: Readonly<Record<string, string>> = { 33: 'magenta', 36: 'blue', 37: 'black', 93: 'magenta', 96: 'blue' };
/** Where there are more colours, a warning stays amber and an accent is not the blue of what is only told. */
const ON_LIGHT_RICH: Readonly<Record<string, string>> = { 33: '#875f00', 36: '#005f87', 37: 'black', 93: '#875f00', 96: '#005f87' };
const BRIGHT: Readonly<Record<string, string>> = {
	31: 'bright-red',
	32: 'bright-green',
	33: 'bright-yellow',
	34: 'bright-blue',
	36: 'bright-cyan',
};

const ASCII_SIGNS: ReadonlyMap<string, string> = new Map(
	Object.entries({
		'-': '▃─━═╌┄',
		'|': '│┃║▏▕',
		'+': '▅┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝╠╣╦╩╬',
		'~': '…',
		'>': '→▶▸❯›',
		'<': '←◀‹',
		'^': '↑▲',
		v: '↓▼',
		'*': '▆●•★◆',
		o: '○☆◇',
		'#': '█▓▉▊▋■',
		'%': '▇',
		'=': '▄▌▒',
		'.': '▂',
		_: '▁░▍▎',
		'?': '\uFFFD',
		'"': '“”',
		"'": '‘’',
	}).flatMap(([ascii, signs]) => signs.split('').map((sign) => [sign, ascii] as const)),
);
// Made when it is first needed, as few terminals want ASCII and each start would wait for it.
let signs: RegExp | undefined;

/** True when everything looks as it is written. */
export function isUndressed({ isAscii, isContrast, colours }: Dress): boolean {
	return !isAscii && !isContrast && colours.size === 0;
}

/** `line` in the signs of the dress. */
export function dressLine(line: string, { isAscii }: Dress): string {
	if (!isAscii || ASCII.test(line)) {
		return line;
	}

	signs ??= new RegExp(`[${[...ASCII_SIGNS.keys()].join('')}]`, 'gu');
	const signed = line.replace(signs, (sign) => ASCII_SIGNS.get(sign) ?? sign);
	return ASCII.test(signed) ? signed : graphemes(signed).map(asciiOf).join('');
}

// oxlint-disable-next-line no-control-regex
const ASCII = /^[\u0000-\u007F]*$/;

/** As many cells as it had: the letter under its accents, or question marks for what has no ASCII. */
function asciiOf(grapheme: string): string {
	if (ASCII.test(grapheme)) {
		return grapheme;
	}

	const bare = grapheme.normalize('NFKD').replaceAll(/\p{M}/gu, '');
	const width = textWidth(grapheme);
	return ASCII.test(bare) && bare.length === width ? bare : '?'.repeat(width);
}

/** `style` in the colours of the dress. */
export function dressStyle(style: GraphicStyle, { isContrast, colours }: Dress): GraphicStyle {
	if (style === '' || (!isContrast && colours.size === 0)) {
		return style;
	}

	const kept = style.split(';').filter((word) => !isContrast || word !== '2');
	return kept
		.flatMap((word) => colours.get(word) ?? word)
		.filter((word) => word !== '')
		.join(';');
}
