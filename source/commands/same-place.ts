import { quoteTarget, stripToLine } from '../engine/index.ts';

/** Where a command line worked, as far as it said so itself. */
export type PlaceFlags = { readonly home: string | null; readonly store: string | null; readonly profile: string | null };

/** Rewrites a text so that the plugward commands in it work in the same place. */
export type SamePlace = (text: string) => string;

/**
 * A person copies a command out of a hint and runs it: it must mean the home and the profile that the hint is about. Only words that are
 * followed by the name of a command are one; what such a command says itself stays.
 */
export function samePlace(place: PlaceFlags, commandNames: readonly string[]): SamePlace {
	const given = (['home', 'store', 'profile'] as const).flatMap((flag) => {
		const value = place[flag];
		return value === null ? [] : [{ flag: `--${flag}`, words: `--${flag} ${quoteTarget(stripToLine(value))}` }];
	});
	if (given.length === 0) {
		return (text) => text;
	}

	// Greedy up to the next command or the end of its sentence, so that flags it has itself are seen.
	const command = new RegExp(String.raw`\bplugward(?=\s+(?:${commandNames.join('|')})\b((?:(?!\bplugward\b)[^\x60"])*))`, 'gu');
	return (text) =>
		text.replace(command, (word, rest: string) => {
			const added = given.filter(({ flag }) => !rest.includes(`${flag} `)).map(({ words }) => words);
			return [word, ...added].join(' ');
		});
}
