import { HIDDEN_MARK } from './strip-controls.ts';

/** Texts of one package by what a reader calls them: `description`, `permission reasons`. Stripped already, so that they hold the marks. */
export type NamedTexts = Readonly<Record<string, readonly (string | null)[]>>;

const SPELT_LETTER = /[\p{L}\p{N}_]<U\+[\dA-F]{4,6}>|<U\+[\dA-F]{4,6}>[\p{L}\p{N}_]/u;

/** What the texts of a package try on their reader, one sentence each; empty for honest ones. */
export function textDoubts(texts: NamedTexts): readonly string[] {
	const hiding = placesOf(texts, (text) => text.includes(HIDDEN_MARK));
	const disguised = placesOf(texts, (text) => SPELT_LETTER.test(text));
	return [
		...(hiding === ''
			? []
			: [`Its ${hiding} held characters that steer a terminal, turn text around or do not show; ${HIDDEN_MARK} marks each place.`]),
		...(disguised === ''
			? []
			: [`Its ${disguised} held letters of another alphabet that pass for Latin ones; each is spelt by its number, as in p<U+0430>ypal.`]),
	];
}

function placesOf(texts: NamedTexts, holds: (text: string) => boolean): string {
	const found = Object.entries(texts).flatMap(([name, values]) => (values.some((text) => text !== null && holds(text)) ? [name] : []));
	return found.length < 2 ? found.join('') : `${found.slice(0, -1).join(', ')} and ${found.at(-1) ?? ''}`;
}
