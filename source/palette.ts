import { remember } from './remember.ts';

/** One thing that can be done, as it stood when the palette was opened. */
export type PaletteEntry = {
	/** Place and command; names the entry in its list. */
	readonly key: string;
	readonly command: string;
	/** As it is written in the footer. */
	readonly keyLabel: string;
	readonly help: string;
	/** Where its key works; empty for here. */
	readonly place: string;
	/** The scripted command that does the same, without the program's name; null for what only a screen does. */
	readonly scripted: string | null;
	/** Why it cannot be done now, as half a sentence; null when it can. */
	readonly reason: string | null;
};

/** Those that hold all letters of the text in their order, the best first; all in their own order for no text. */
export const matchingEntries = remember((entries: readonly PaletteEntry[], text): readonly PaletteEntry[] => {
	const wanted = text.trim().toLowerCase();
	if (wanted === '') {
		return entries;
	}

	return (
		entries
			.map((entry) => ({
				entry,
				rank: Math.max(
					rankOf(entry.help, wanted),
					rankOf(entry.command.replaceAll('-', ' '), wanted),
					rankOf(entry.scripted ?? '', wanted) - 1,
					rankOf(entry.place, wanted) - 2,
				),
			}))
			.filter(({ rank }) => rank > 0)
			// What was named is meant, also when it cannot be done here: letters found here and there are a guess.
			.toSorted(
				(left, right) =>
					Number(isNamed(right)) - Number(isNamed(left)) ||
					Number(left.entry.reason !== null) - Number(right.entry.reason !== null) ||
					right.rank - left.rank,
			)
			.map(({ entry }) => entry)
	);
});

const WHOLE = 1000;
/** A whole one at the start of a word; in the midst of a word it counts as letters. */
function isNamed({ rank }: { readonly rank: number }): boolean {
	return rank >= WHOLE;
}

/** How well a text answers: as a whole, at starts of words, or letter by letter; 0 for not at all. */
export function rankOf(text: string, wanted: string): number {
	const lower = text.toLowerCase();
	const at = lower.indexOf(wanted);
	if (at >= 0) {
		return WHOLE + (at === 0 || lower[at - 1] === ' ' ? 500 : 0) - at;
	}

	let rank = 1;
	let from = 0;
	for (const letter of wanted.replaceAll(' ', '')) {
		const found = lower.indexOf(letter, from);
		if (found < 0) {
			return 0;
		}

		rank += found === from ? 3 : found === 0 || lower[found - 1] === ' ' ? 2 : 0;
		from = found + 1;
	}

	// Letters strewn over a whole sentence answer nothing.
	return rank > wanted.length ? rank : 0;
}
