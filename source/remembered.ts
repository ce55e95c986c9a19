import * as v from 'valibot';

import { MOST_DETAIL_SHARE, LEAST_DETAIL_SHARE } from './layout.ts';
import { cleanLine } from './format.ts';
import { SECTIONS } from './sections.ts';
import type { Section } from './sections.ts';
import type { State } from './state.ts';
import { lineOf, lineText } from './terminal/line-editor.ts';

/** How the screens of one home were left. */
export type Remembered = {
	readonly section: Section;
	/** What was searched for, with the order of what was found. */
	readonly search: string;
	/** What was filtered by, with its order, by section. */
	readonly filters: Readonly<Partial<Record<Section, string>>>;
	/** Percent of the screen that details have; null for as much as the app thinks right. */
	readonly detailShare: number | null;
	readonly isWelcomeClosed: boolean;
};

export const NOTHING_REMEMBERED: Remembered = {
	section: 'installed',
	search: '',
	filters: {},
	detailShare: null,
	isWelcomeClosed: false,
};

const MOST_CHARACTERS = 300;

const words = v.pipe(v.string(), v.maxLength(MOST_CHARACTERS), v.transform(cleanLine));
const section = v.picklist(SECTIONS);
const share = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(LEAST_DETAIL_SHARE), v.maxValue(MOST_DETAIL_SHARE)));
// Each thing by itself: one that is damaged, or of a later version, takes no other with it.
const stored = v.object({
	section: v.fallback(section, NOTHING_REMEMBERED.section),
	search: v.fallback(words, ''),
	filters: v.fallback(v.record(v.string(), v.unknown()), {}),
	detailShare: v.fallback(share, null),
	isWelcomeClosed: v.fallback(v.boolean(), false),
});

/** What a file says, as far as it can be understood. */
export function parseRemembered(value: unknown): Remembered {
	const result = v.safeParse(stored, value);
	if (!result.success) {
		return NOTHING_REMEMBERED;
	}

	const filters = Object.entries(result.output.filters).flatMap(([name, text]): readonly (readonly [Section, string])[] => {
		const key = v.safeParse(section, name);
		const filter = v.safeParse(words, text);
		return key.success && filter.success && filter.output !== '' ? [[key.output, filter.output]] : [];
	});
	return { ...result.output, filters: Object.fromEntries(filters) };
}

export function rememberedOf(state: State): Remembered {
	const filters = SECTIONS.flatMap((name): readonly (readonly [Section, string])[] => {
		const line = state.filters[name];
		const text = line === undefined ? '' : lineText(line).trim();
		return text === '' ? [] : [[name, text.slice(0, MOST_CHARACTERS)]];
	});
	return {
		section: state.section,
		search: lineText(state.searchLine).trim().slice(0, MOST_CHARACTERS),
		filters: Object.fromEntries(filters),
		detailShare: state.size.detailShare ?? null,
		isWelcomeClosed: state.isWelcomeClosed,
	};
}

/** A new state as the one before was left. Which section is open is decided elsewhere: a flag may name one. */
export function recall(state: State, remembered: Remembered): State {
	const { search, filters, detailShare, isWelcomeClosed } = remembered;
	return {
		...state,
		searchLine: lineOf(search),
		filters: Object.fromEntries(Object.entries(filters).map(([name, text]) => [name, lineOf(text)])),
		size: detailShare === null ? state.size : { ...state.size, detailShare },
		isWelcomeClosed,
	};
}
