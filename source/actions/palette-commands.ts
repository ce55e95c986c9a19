import { equivalentOf } from '../equivalent-command.ts';
import { bindingsOf, keyLabel, keyNames, PLACE_TITLES, placesOf, refusalOf } from '../key-bindings.ts';
import type { Command } from '../key-bindings.ts';
import { subjectOf } from '../key-refusals.ts';
import type { Binding } from '../keys/binding.ts';
import { selectedItem } from '../lists.ts';
import type { PaletteEntry } from '../palette.ts';
import { SECTION_LIST } from '../sections.ts';
import { topPage } from '../select.ts';
import type { State } from '../state.ts';
import { EMPTY_LINE } from '../terminal/index.ts';
import type { CommandParts } from './context.ts';
import { requestOf } from './item-commands.ts';
import { commandOf } from './request-words.ts';

/** Everything that a key does somewhere, what works here first. */
export function openPalette({ store }: CommandParts, state: State): void {
	const below: State = { ...state, editing: null };
	store.dispatch({ type: 'page-pushed', page: { type: 'palette', line: EMPTY_LINE, entries: entriesOf(below) } });
}

/** What the user chose, or null; it belongs to the screen under the palette. */
export function chosenBinding(state: State): Binding | null {
	const page = topPage(state);
	const key = selectedItem(state);
	return page?.type === 'palette' ? (bindingsOf(state.ownKeys).find((binding) => keyOf(binding) === key) ?? null) : null;
}

const HERE: readonly string[] = ['moving', 'everywhere', 'always'];
/** What is of no use without its own field or page. */
const UNLISTED: readonly string[] = ['editing', 'form', 'palette', 'moving'];

function entriesOf(state: State): readonly PaletteEntry[] {
	const places = placesOf(state);
	const key = keyNames(state);
	const listed = bindingsOf(state.ownKeys).filter(({ place, command }) => !UNLISTED.includes(place) && command !== 'palette');
	const here = places.flatMap((place) => listed.filter((binding) => binding.place === place));
	const known = new Set(here.map(({ command }) => command));
	const elsewhere = listed.filter(({ place, command }) => !places.includes(place) && !known.has(command) && isSectionPlace(place));
	return [
		...here.map((binding) =>
			entryOf(binding, { place: '', scripted: scriptedOf(binding.command, state), reason: refusalOf(binding, state) }),
		),
		...elsewhere.map((binding) => {
			const section = SECTION_LIST.find((one) => one.section === binding.place);
			const reason =
				section === undefined ? 'it belongs to another screen' : `it belongs to ${section.title}, key ${key(`go-${section.section}`)}`;
			return entryOf(binding, { place: PLACE_TITLES[binding.place], scripted: null, reason });
		}),
	];
}

function entryOf(binding: Binding, more: Pick<PaletteEntry, 'place' | 'scripted' | 'reason'>): PaletteEntry {
	const { command, keys, help } = binding;
	return { key: keyOf(binding), command, keyLabel: keyLabel(keys[0] ?? ''), help, ...more };
}

function keyOf({ place, command }: Binding): string {
	return `${place} ${command}`;
}

function isSectionPlace(place: string): boolean {
	return !HERE.includes(place) && SECTION_LIST.some(({ section }) => section === place);
}

/** The scripted command of a key, where there is one. */
function scriptedOf(command: Command, state: State): string | null {
	const opened = SECTION_LIST.find(({ section }) => command === `go-${section}`);
	if (opened !== undefined) {
		return equivalentOf({ ...state, pages: [], section: opened.section });
	}

	const subject = subjectOf(state);
	const request = subject === null ? null : requestOf(command, subject, state);
	if (request !== null) {
		return commandOf(request);
	}

	return subject === null ? (WORDS[command] ?? null) : (WORDS_ABOUT[command]?.(subject) ?? WORDS[command] ?? null);
}

const WORDS: Readonly<Partial<Record<Command, string>>> = {
	'update-all': 'update',
	'verify-all': 'verify',
	redo: 'redo',
	collect: 'gc --dry-run',
	help: 'help',
	'find-new': 'search',
	'import-statements': 'trust import FILE',
};

const WORDS_ABOUT: Readonly<Partial<Record<Command, (subject: string) => string>>> = {
	'trust-why': (subject) => `trust why ${subject}`,
	'trust-raw': (subject) => `trust raw ${subject}`,
	endorse: (subject) => `trust endorse ${subject}`,
	reject: (subject) => `trust reject ${subject}`,
	'pin-builder': (subject) => `trust pin ${subject}`,
	'unpin-builder': (subject) => `trust unpin ${subject}`,
	except: (subject) => `policy except ${subject}`,
	review: (subject) => `review ${subject}`,
	run: (subject) => `run ${subject}`,
	open: (subject) => `info ${subject}`,
};
