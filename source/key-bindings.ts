import type { Binding, Command, KeyName, Place } from './keys/binding.ts';
import { COMMON_KEYS } from './keys/common-keys.ts';
import { EDITING_KEYS } from './keys/editing-keys.ts';
import { PAGE_KEYS } from './keys/page-keys.ts';
import { READING_KEYS } from './keys/reading-keys.ts';
import { RUNTIME_KEYS } from './keys/runtime-keys.ts';
import { REVIEW_KEYS } from './keys/review-keys.ts';
import { bindingName, NO_OWN_KEYS, withOwnKeys } from './keys/own-keys.ts';
import type { OwnKeys } from './keys/own-keys.ts';
import { UPKEEP_KEYS } from './keys/upkeep-keys.ts';
import { SECTION_KEYS } from './keys/section-keys.ts';
import { isWelcome, topPage } from './select.ts';
import { remember } from './remember.ts';
import type { State } from './state.ts';

export type { Command, KeyName, Place } from './keys/binding.ts';

/** The one table of keys: dispatch, footer, help and every reason why a key does nothing come from here. */
export const BINDINGS: readonly Binding[] = [
	...EDITING_KEYS,
	...SECTION_KEYS,
	...REVIEW_KEYS,
	...RUNTIME_KEYS,
	...READING_KEYS,
	...UPKEEP_KEYS,
	...PAGE_KEYS,
	...COMMON_KEYS,
];

export const PLACE_TITLES: Readonly<Record<Place, string>> = {
	editing: 'While typing',
	form: 'This form',
	palette: 'Commands',
	welcome: 'To begin with',
	plugin: 'This plugin',
	file: 'This file',
	plan: 'This plan',
	conflict: 'This conflict',
	operation: 'This operation',
	'trust-why': 'Why this level',
	'trust-raw': 'What was signed',
	review: 'This update',
	'review-file': 'This difference',
	ask: 'Before it is done',
	keys: 'Every key',
	levels: 'What the levels mean',
	confirm: 'Before it is done',
	help: 'Help',
	installed: 'Installed',
	browse: 'Browse',
	updates: 'Updates',
	activity: 'Activity',
	history: 'History',
	trust: 'Trust',
	run: 'Run',
	runtime: 'Runtime',
	'runtime-grants': 'Its grants',
	'runtime-confirm': 'Before it is done',
	doctor: 'Doctor',
	settings: 'Settings',
	moving: 'Moving',
	everywhere: 'Everywhere',
	always: 'Always, also while typing',
};

const COMMON_PLACES: readonly Place[] = ['moving', 'everywhere', 'always'];

/** The places whose keys work now, nearest first. */
export function placesOf(state: State): readonly Place[] {
	if (state.editing !== null) {
		const { type } = state.editing;
		return [type === 'form' || type === 'palette' ? type : 'editing', 'always'];
	}

	const place = topPage(state)?.type ?? state.section;
	return [isWelcome(state) ? 'welcome' : place, ...COMMON_PLACES];
}

/** The table with keys of the user's own. Throws `settings-invalid` when they are none, or mean two things in one place. */
export const bindingsOf = remember((own: OwnKeys): readonly Binding[] => (own === NO_OWN_KEYS ? BINDINGS : withOwnKeys(BINDINGS, own)));

export function bindingsIn(place: Place, own: OwnKeys = NO_OWN_KEYS): readonly Binding[] {
	return bindingsOf(own).filter((binding) => binding.place === place);
}

/** Why a key can do nothing now, as half a sentence; null when it can. */
export function refusalOf({ whyNot }: Pick<Binding, 'whyNot'>, state: State): string | null {
	return whyNot?.(state, keyNames(state)) ?? null;
}

const namesOf = remember(
	(bindings: readonly Binding[]): ReadonlyMap<string, string> =>
		new Map(bindings.toReversed().map((binding) => [bindingName(binding), keyLabel(binding.keys[0] ?? '')])),
);

/** The one way in which a sentence on the screen names a key: it is the user's own where there is one. */
export function keyNames(state: State): KeyName {
	const names = namesOf(bindingsOf(state.ownKeys));
	return (command, place) => {
		// A sentence is read before its field is left.
		const places = place === undefined ? placesOf({ ...state, editing: null }) : [place, ...COMMON_PLACES];
		const name = places.map((one) => names.get(bindingName({ place: one, command }))).find((found) => found !== undefined);
		if (name === undefined) {
			throw new TypeError(`No key does "${command}" ${place === undefined ? 'here' : `in "${place}"`}.`);
		}

		return name;
	};
}

export type Resolved = { readonly type: 'command'; readonly command: Command } | { readonly type: 'refused'; readonly reason: string };

/** What a key does now; null when it means nothing here. */
export function resolveKey(state: State, key: string): Resolved | null {
	for (const place of placesOf(state)) {
		const binding = bindingsIn(place, state.ownKeys).find((candidate) => candidate.keys.includes(key));
		if (binding !== undefined) {
			const reason = refusalOf(binding, state);
			return reason === null ? { type: 'command', command: binding.command } : { type: 'refused', reason };
		}
	}

	return null;
}

/** What a click on the name of a command does now; null when it means nothing here. */
export function resolveCommand(state: State, command: Command): Resolved | null {
	const binding = placesOf(state)
		.flatMap((place) => bindingsIn(place, state.ownKeys))
		.find((candidate) => candidate.command === command);
	if (binding === undefined) {
		return null;
	}

	const reason = refusalOf(binding, state);
	return reason === null ? { type: 'command', command } : { type: 'refused', reason };
}

/** What Enter does here where nobody gave it another meaning; null for nothing. */
export function enterCommand(state: State): Command | null {
	return (
		placesOf(state)
			.flatMap((place) => bindingsIn(place))
			.find(({ keys }) => keys.includes('return'))?.command ?? null
	);
}

/** The keys worth showing now: those with a label that can be used. */
export function footerBindings(state: State): readonly Binding[] {
	return placesOf(state)
		.flatMap((place) => bindingsIn(place, state.ownKeys))
		.filter((binding) => binding.label !== null && refusalOf(binding, state) === null);
}

/** What a screen tells that has room left: everything else that has a word for it. */
export function wideBindings(state: State): readonly Binding[] {
	const bindings = placesOf(state).flatMap((place) => bindingsIn(place, state.ownKeys));
	return bindings.filter(
		(binding) =>
			binding.wideLabel !== undefined &&
			refusalOf(binding, state) === null &&
			// A nearer place can have taken its key.
			bindings.find(({ keys }) => keys.includes(binding.keys[0] ?? '')) === binding,
	);
}

const KEY_LABELS: Readonly<Record<string, string>> = {
	return: 'Enter',
	escape: 'Esc',
	space: 'Space',
	tab: 'Tab',
	'shift-tab': 'Shift-Tab',
	backspace: 'Backspace',
	up: 'Up',
	down: 'Down',
	left: 'Left',
	right: 'Right',
	pageup: 'PgUp',
	pagedown: 'PgDn',
	home: 'Home',
	end: 'End',
};

/** `ctrl-d` as readers know it: `^D`. */
export function keyLabel(key: string): string {
	return (
		KEY_LABELS[key] ??
		key
			.replace(/^ctrl-(.)$/, (_, letter: string) => `^${letter.toUpperCase()}`)
			.replace(/^alt-(.)$/, (_, letter: string) => `Alt-${letter}`)
	);
}
