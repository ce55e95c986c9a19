import { SECTION_LIST } from '../sections.ts';
import type { Binding } from './binding.ts';

/** The same on every screen. */
export const COMMON_KEYS: readonly Binding[] = [
	{ place: 'help', command: 'back', keys: ['escape', '?', 'backspace'], label: 'close', help: 'Close' },

	{ place: 'moving', command: 'down', keys: ['j', 'down'], label: null, help: 'Down' },
	{ place: 'moving', command: 'up', keys: ['k', 'up'], label: null, help: 'Up' },
	{ place: 'moving', command: 'page-down', keys: ['ctrl-d', 'pagedown'], label: null, help: 'Half a page down' },
	{ place: 'moving', command: 'page-up', keys: ['ctrl-u', 'pageup'], label: null, help: 'Half a page up' },
	{ place: 'moving', command: 'start', keys: ['g', 'home'], label: null, help: 'To the first line' },
	{ place: 'moving', command: 'end', keys: ['G', 'end'], label: null, help: 'To the last line' },
	{ place: 'moving', command: 'detail-down', keys: ['J'], label: null, help: 'Scroll the details down' },
	{ place: 'moving', command: 'detail-up', keys: ['K'], label: null, help: 'Scroll the details up' },

	{ place: 'moving', command: 'detail-wider', keys: ['<'], label: null, wideLabel: 'wider details', help: 'More room for the details' },
	{ place: 'moving', command: 'detail-narrower', keys: ['>'], label: null, help: 'More room for the list' },

	...SECTION_LIST.map(({ section, key, help }): Binding => ({
		place: 'everywhere',
		command: `go-${section}`,
		keys: [key],
		label: null,
		help,
	})),
	{ place: 'everywhere', command: 'refresh', keys: ['R'], label: null, wideLabel: 'load again', help: 'Load this screen again' },
	{ place: 'everywhere', command: 'back', keys: ['escape'], label: null, help: 'Back, or clear the filter' },
	{ place: 'everywhere', command: 'palette', keys: [':', 'ctrl-p'], label: 'commands', help: 'Find a command by typing a part of it' },
	{ place: 'everywhere', command: 'help', keys: ['?'], label: 'help', help: 'All keys of this screen' },
	{
		place: 'everywhere',
		command: 'mouse',
		keys: ['M'],
		label: null,
		help: 'Mouse on or off: a click selects, a second one opens, the wheel scrolls',
	},
	{
		place: 'everywhere',
		command: 'open-welcome',
		keys: ['H'],
		label: null,
		help: 'The welcome: what to begin with, and what the registries serve',
	},
	{ place: 'everywhere', command: 'quit', keys: ['q'], label: 'quit', help: 'Quit' },

	{ place: 'always', command: 'interrupt', keys: ['ctrl-c'], label: null, help: 'Cancel the running operation safely; twice: leave' },
	{ place: 'always', command: 'suspend', keys: ['ctrl-z'], label: null, help: 'Back to the shell; fg returns' },
	{ place: 'always', command: 'repaint', keys: ['ctrl-l'], label: null, help: 'Draw the screen again' },
];
