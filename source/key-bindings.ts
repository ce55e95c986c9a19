import {
	emptySelection,
	firstReason,
	isBusy,
	isCurrent,
	noRequirement,
	noSuggestion,
	noUpdates,
	notApplicable,
	notInstalled,
	notPlanned,
	notRepeatable,
	nothingSelected,
	nothingToUndo,
	upToDate,
} from './key-refusals.ts';
import { topPage } from './select.ts';
import type { Section, State } from './state.ts';

/** Where a key means something. A place nearer to the user wins. */
export type Place =
	| 'editing'
	| 'form'
	| 'plugin'
	| 'plan'
	| 'conflict'
	| 'operation'
	| 'help'
	| Section
	| 'moving'
	| 'everywhere'
	| 'always';

export type Command =
	| 'interrupt'
	| 'suspend'
	| 'repaint'
	| 'quit'
	| 'back'
	| 'help'
	| 'refresh'
	| `go-${Section}`
	| 'down'
	| 'up'
	| 'page-down'
	| 'page-up'
	| 'start'
	| 'end'
	| 'detail-down'
	| 'detail-up'
	| 'next-tab'
	| 'previous-tab'
	| 'open'
	| 'filter'
	| 'search'
	| 'find-new'
	| 'install'
	| 'update'
	| 'update-all'
	| 'remove'
	| 'run'
	| 'verify'
	| 'verify-all'
	| 'toggle-answer'
	| 'accept'
	| 'deny'
	| 'apply'
	| 'undo'
	| 'retry'
	| 'roll-back'
	| 'copy'
	| 'field-next'
	| 'field-previous'
	| 'submit'
	| 'stop-editing';

export type Binding = {
	readonly command: Command;
	readonly keys: readonly string[];
	readonly place: Place;
	/** One or two words for the footer; null leaves it to the help page. */
	readonly label: string | null;
	readonly help: string;
	/** Why it cannot be done now, as half a sentence; null when it can. */
	readonly whyNot?: (state: State) => string | null;
};

/** The one table of keys: dispatch, footer, help and every reason why a key does nothing come from here. */
export const BINDINGS: readonly Binding[] = [
	{ place: 'editing', command: 'submit', keys: ['return'], label: 'take', help: 'Take the text' },
	{ place: 'editing', command: 'stop-editing', keys: ['escape'], label: 'leave field', help: 'Leave the field' },
	{ place: 'editing', command: 'down', keys: ['down'], label: null, help: 'Next result while typing' },
	{ place: 'editing', command: 'up', keys: ['up'], label: null, help: 'Previous result while typing' },
	{ place: 'editing', command: 'page-down', keys: ['pagedown'], label: null, help: 'Half a page down while typing' },
	{ place: 'editing', command: 'page-up', keys: ['pageup'], label: null, help: 'Half a page up while typing' },

	{ place: 'form', command: 'submit', keys: ['return'], label: 'run', help: 'Run the task with this input', whyNot: isBusy },
	{ place: 'form', command: 'field-next', keys: ['tab', 'down'], label: 'next field', help: 'Next field' },
	{ place: 'form', command: 'field-previous', keys: ['shift-tab', 'up'], label: null, help: 'Previous field' },
	{ place: 'form', command: 'back', keys: ['escape'], label: 'leave', help: 'Leave without running' },

	{
		place: 'installed',
		command: 'open',
		keys: ['return', 'l', 'right'],
		label: 'open',
		help: 'Open the plugin page',
		whyNot: nothingSelected,
	},
	{
		place: 'installed',
		command: 'update',
		keys: ['u'],
		label: 'update',
		help: 'Plan the update of the selected plugin',
		whyNot: firstReason(nothingSelected, isBusy, upToDate),
	},
	{
		place: 'installed',
		command: 'update-all',
		keys: ['U'],
		label: 'update all',
		help: 'Plan the update of everything',
		whyNot: firstReason(emptySelection, isBusy, noUpdates),
	},
	{
		place: 'installed',
		command: 'remove',
		keys: ['x'],
		label: 'remove',
		help: 'Plan the removal of the selected plugin',
		whyNot: firstReason(nothingSelected, isBusy),
	},
	{ place: 'installed', command: 'run', keys: ['r'], label: 'run', help: 'Run a task of the selected plugin', whyNot: nothingSelected },
	{
		place: 'installed',
		command: 'verify',
		keys: ['v'],
		label: null,
		help: 'Verify the selected plugin again, file by file',
		whyNot: firstReason(nothingSelected, isBusy),
	},
	{
		place: 'installed',
		command: 'verify-all',
		keys: ['V'],
		label: null,
		help: 'Verify everything again, file by file',
		whyNot: firstReason(emptySelection, isBusy),
	},
	{ place: 'installed', command: 'filter', keys: ['/'], label: 'filter', help: 'Filter by name, description, level or the word update' },
	{ place: 'installed', command: 'find-new', keys: ['i'], label: 'find new', help: 'Search the registry for something to install' },

	{ place: 'browse', command: 'search', keys: ['/', 's'], label: 'search', help: 'Change the search' },
	{
		place: 'browse',
		command: 'open',
		keys: ['return', 'l', 'right'],
		label: 'open',
		help: 'Open the plugin page',
		whyNot: nothingSelected,
	},
	{
		place: 'browse',
		command: 'install',
		keys: ['i'],
		label: 'install',
		help: 'Plan the installation; nothing changes before you agree',
		whyNot: firstReason(nothingSelected, isBusy),
	},

	{ place: 'plugin', command: 'next-tab', keys: ['tab', 'l', 'right', ']'], label: 'next tab', help: 'Next tab' },
	{ place: 'plugin', command: 'previous-tab', keys: ['shift-tab', 'h', 'left', '['], label: null, help: 'Previous tab' },
	{
		place: 'plugin',
		command: 'install',
		keys: ['i'],
		label: 'install',
		help: 'Plan the installation; on Versions, of the selected version',
		whyNot: isBusy,
	},
	{
		place: 'plugin',
		command: 'update',
		keys: ['u'],
		label: 'update',
		help: 'Plan the update',
		whyNot: firstReason(notInstalled, isBusy, upToDate),
	},
	{ place: 'plugin', command: 'remove', keys: ['x'], label: 'remove', help: 'Plan the removal', whyNot: firstReason(notInstalled, isBusy) },
	{ place: 'plugin', command: 'run', keys: ['r'], label: 'run', help: 'Run a task', whyNot: notInstalled },
	{
		place: 'plugin',
		command: 'verify',
		keys: ['v'],
		label: null,
		help: 'Verify it again, file by file',
		whyNot: firstReason(notInstalled, isBusy),
	},
	{ place: 'plugin', command: 'back', keys: ['escape', 'backspace'], label: 'back', help: 'Back' },

	{
		place: 'plan',
		command: 'apply',
		keys: ['return', 'y'],
		label: 'apply',
		help: 'Apply the plan with these decisions',
		whyNot: firstReason(isBusy, notApplicable),
	},
	{
		place: 'plan',
		command: 'toggle-answer',
		keys: ['space'],
		label: 'accept/deny',
		help: 'Switch the selected decision',
		whyNot: noRequirement,
	},
	{ place: 'plan', command: 'accept', keys: ['a'], label: null, help: 'Accept the selected line', whyNot: noRequirement },
	{ place: 'plan', command: 'deny', keys: ['d'], label: null, help: 'Deny the selected line', whyNot: noRequirement },
	{ place: 'plan', command: 'copy', keys: ['c'], label: null, help: 'Copy the scripted command that does the same' },
	{ place: 'plan', command: 'back', keys: ['escape', 'n', 'backspace'], label: 'leave', help: 'Leave; nothing has changed' },

	{
		place: 'conflict',
		command: 'open',
		keys: ['return'],
		label: 'try this',
		help: 'Plan again with the selected suggestion',
		whyNot: firstReason(noSuggestion, isBusy),
	},
	{ place: 'conflict', command: 'back', keys: ['escape', 'backspace'], label: 'back', help: 'Back' },

	{ place: 'operation', command: 'open', keys: ['return'], label: 'review plan', help: 'Review the plan it made', whyNot: notPlanned },
	{
		place: 'operation',
		command: 'undo',
		keys: ['z'],
		label: 'undo',
		help: 'Plan the way back to the generation before',
		whyNot: firstReason(nothingToUndo, isBusy),
	},
	{
		place: 'operation',
		command: 'retry',
		keys: ['R'],
		label: 'again',
		help: 'Do the same again',
		whyNot: firstReason(notRepeatable, isBusy),
	},
	{ place: 'operation', command: 'back', keys: ['escape', 'backspace'], label: 'back', help: 'Back; a running operation goes on' },

	{
		place: 'activity',
		command: 'open',
		keys: ['return', 'l', 'right'],
		label: 'open',
		help: 'Open the operation',
		whyNot: nothingSelected,
	},

	{
		place: 'history',
		command: 'roll-back',
		keys: ['r', 'return'],
		label: 'roll back',
		help: 'Plan the way back to the selected generation',
		whyNot: firstReason(nothingSelected, isBusy, isCurrent),
	},
	{ place: 'history', command: 'filter', keys: ['/'], label: 'filter', help: 'Filter by number or command' },

	{ place: 'trust', command: 'open', keys: ['return', 'l', 'right'], label: 'open', help: 'Open its provenance', whyNot: nothingSelected },
	{
		place: 'trust',
		command: 'verify',
		keys: ['v'],
		label: 'verify',
		help: 'Verify the selected plugin again, file by file',
		whyNot: firstReason(nothingSelected, isBusy),
	},
	{
		place: 'trust',
		command: 'verify-all',
		keys: ['V'],
		label: 'verify all',
		help: 'Verify everything again, file by file',
		whyNot: firstReason(emptySelection, isBusy),
	},
	{ place: 'trust', command: 'filter', keys: ['/'], label: 'filter', help: 'Filter by name or level' },

	{
		place: 'run',
		command: 'open',
		keys: ['return', 'l', 'right', 'r'],
		label: 'choose',
		help: 'Fill in the input of the task',
		whyNot: nothingSelected,
	},
	{ place: 'run', command: 'filter', keys: ['/'], label: 'filter', help: 'Filter by plugin or task' },

	{ place: 'help', command: 'back', keys: ['escape', '?', 'backspace'], label: 'close', help: 'Close' },

	{ place: 'moving', command: 'down', keys: ['j', 'down'], label: null, help: 'Down' },
	{ place: 'moving', command: 'up', keys: ['k', 'up'], label: null, help: 'Up' },
	{ place: 'moving', command: 'page-down', keys: ['ctrl-d', 'pagedown'], label: null, help: 'Half a page down' },
	{ place: 'moving', command: 'page-up', keys: ['ctrl-u', 'pageup'], label: null, help: 'Half a page up' },
	{ place: 'moving', command: 'start', keys: ['g', 'home'], label: null, help: 'To the first line' },
	{ place: 'moving', command: 'end', keys: ['G', 'end'], label: null, help: 'To the last line' },
	{ place: 'moving', command: 'detail-down', keys: ['J'], label: null, help: 'Scroll the details down' },
	{ place: 'moving', command: 'detail-up', keys: ['K'], label: null, help: 'Scroll the details up' },

	{ place: 'everywhere', command: 'go-installed', keys: ['1'], label: null, help: 'Installed' },
	{ place: 'everywhere', command: 'go-browse', keys: ['2'], label: null, help: 'Browse the registry' },
	{ place: 'everywhere', command: 'go-activity', keys: ['3'], label: null, help: 'Activity: what runs and what ran' },
	{ place: 'everywhere', command: 'go-history', keys: ['4'], label: null, help: 'History of generations' },
	{ place: 'everywhere', command: 'go-trust', keys: ['5'], label: null, help: 'Trust: what is proven about each plugin' },
	{ place: 'everywhere', command: 'go-run', keys: ['6'], label: null, help: 'Run a task' },
	{ place: 'everywhere', command: 'refresh', keys: ['R'], label: null, help: 'Load this screen again' },
	{ place: 'everywhere', command: 'back', keys: ['escape'], label: null, help: 'Back, or clear the filter' },
	{ place: 'everywhere', command: 'help', keys: ['?'], label: 'help', help: 'All keys of this screen' },
	{ place: 'everywhere', command: 'quit', keys: ['q'], label: 'quit', help: 'Quit' },

	{ place: 'always', command: 'interrupt', keys: ['ctrl-c'], label: null, help: 'Cancel the running operation safely; twice: leave' },
	{ place: 'always', command: 'suspend', keys: ['ctrl-z'], label: null, help: 'Back to the shell; fg returns' },
	{ place: 'always', command: 'repaint', keys: ['ctrl-l'], label: null, help: 'Draw the screen again' },
];

export const PLACE_TITLES: Readonly<Record<Place, string>> = {
	editing: 'While typing',
	form: 'This form',
	plugin: 'This plugin',
	plan: 'This plan',
	conflict: 'This conflict',
	operation: 'This operation',
	help: 'Help',
	installed: 'Installed',
	browse: 'Browse',
	activity: 'Activity',
	history: 'History',
	trust: 'Trust',
	run: 'Run',
	moving: 'Moving',
	everywhere: 'Everywhere',
	always: 'Always, also while typing',
};

/** The places whose keys work now, nearest first. */
export function placesOf(state: State): readonly Place[] {
	if (state.editing !== null) {
		return [state.editing.type === 'form' ? 'form' : 'editing', 'always'];
	}

	return [topPage(state)?.type ?? state.section, 'moving', 'everywhere', 'always'];
}

export function bindingsIn(place: Place): readonly Binding[] {
	return BINDINGS.filter((binding) => binding.place === place);
}

export type Resolved = { readonly type: 'command'; readonly command: Command } | { readonly type: 'refused'; readonly reason: string };

/** What a key does now; null when it means nothing here. */
export function resolveKey(state: State, key: string): Resolved | null {
	for (const place of placesOf(state)) {
		const binding = bindingsIn(place).find((candidate) => candidate.keys.includes(key));
		if (binding !== undefined) {
			const reason = binding.whyNot?.(state) ?? null;
			return reason === null ? { type: 'command', command: binding.command } : { type: 'refused', reason };
		}
	}

	return null;
}

/** The keys worth showing now: those with a label that can be used. */
export function footerBindings(state: State): readonly Binding[] {
	return placesOf(state)
		.flatMap((place) => bindingsIn(place))
		.filter((binding) => binding.label !== null && (binding.whyNot?.(state) ?? null) === null);
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
	return KEY_LABELS[key] ?? key.replace(/^ctrl-(.)$/, (_, letter: string) => `^${letter.toUpperCase()}`);
}
