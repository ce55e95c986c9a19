import type { GraphicStyle } from './graphic-style.ts';

/** How a frame is shown: what the screens draw stays the same. */
export type Dress = {
	/** Lines and signs of ASCII only, each as wide as what it stands for. */
	readonly isAscii: boolean;
	/** `dark` is how the screens are drawn: with the sixteen colours of the terminal, which read well on dark grounds. */
	readonly palette: Palette;
};

export const PALETTES = ['dark', 'light', 'contrast'] as const;
export type Palette = (typeof PALETTES)[number];

export const PLAIN_DRESS: Dress = { isAscii: false, palette: 'dark' };

const ASCII_SIGNS: ReadonlyMap<string, string> = new Map(
	Object.entries({
		'-': '─━═╌┄',
		'|': '│┃║▏▕',
		'+': '┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝╠╣╦╩╬',
		'~': '…',
		'>': '→▶▸❯›',
		'<': '←◀‹',
		'^': '↑▲',
		v: '↓▼',
		'*': '●•★◆',
		o: '○☆◇',
		'#': '█▇▆▅▓▉▊▋■',
		'=': '▄▃▌▒',
		_: '▂▁░▍▎',
		'?': '\uFFFD',
		'"': '“”',
		"'": '‘’',
	}).flatMap(([ascii, signs]) => signs.split('').map((sign) => [sign, ascii] as const)),
);
const SIGNS = new RegExp(`[${[...ASCII_SIGNS.keys()].join('')}]`, 'gu');

/** Yellow and cyan, bright or not, cannot be read on white. */
const ON_LIGHT: ReadonlyMap<string, string> = new Map([
	['33', '35'],
	['36', '34'],
	['93', '35'],
	['96', '34'],
	['37', '30'],
]);

/** `line` in the signs of the dress. */
export function dressLine(line: string, { isAscii }: Dress): string {
	return isAscii ? line.replace(SIGNS, (sign) => ASCII_SIGNS.get(sign) ?? sign) : line;
}

/** `style` in the colours of the dress. */
export function dressStyle(style: GraphicStyle, { palette }: Dress): GraphicStyle {
	if (palette === 'dark' || style === '') {
		return style;
	}

	const words = style.split(';');
	// What is dim is hard to see, which is what high contrast is about.
	const kept = palette === 'contrast' ? words.filter((word) => word !== '2') : words.map((word) => ON_LIGHT.get(word) ?? word);
	return kept.join(';');
}
