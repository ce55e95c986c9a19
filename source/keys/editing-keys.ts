import { isBusy, noCompletion } from '../key-refusals.ts';
import type { Binding } from './binding.ts';

/** While a field has the keys. */
export const EDITING_KEYS: readonly Binding[] = [
	{ place: 'editing', command: 'submit', keys: ['return'], label: 'take', help: 'Take the text' },
	{ place: 'editing', command: 'stop-editing', keys: ['escape'], label: 'leave field', help: 'Leave the field' },
	{
		place: 'editing',
		command: 'complete',
		keys: ['tab'],
		label: 'complete',
		help: 'Complete the facet that is being typed',
		whyNot: noCompletion,
	},
	{ place: 'editing', command: 'down', keys: ['down'], label: null, help: 'Next result while typing' },
	{ place: 'editing', command: 'up', keys: ['up'], label: null, help: 'Previous result while typing' },
	{ place: 'editing', command: 'page-down', keys: ['pagedown'], label: null, help: 'Half a page down while typing' },
	{ place: 'editing', command: 'page-up', keys: ['pageup'], label: null, help: 'Half a page up while typing' },

	{ place: 'palette', command: 'run-command', keys: ['return'], label: 'do it', help: 'Do what is selected' },
	{ place: 'palette', command: 'down', keys: ['down', 'ctrl-n', 'tab'], label: null, help: 'Next command' },
	{ place: 'palette', command: 'up', keys: ['up', 'ctrl-p', 'shift-tab'], label: null, help: 'Command before' },
	{ place: 'palette', command: 'page-down', keys: ['pagedown'], label: null, help: 'Half a page down' },
	{ place: 'palette', command: 'page-up', keys: ['pageup'], label: null, help: 'Half a page up' },
	{ place: 'palette', command: 'back', keys: ['escape'], label: 'leave', help: 'Leave; nothing was done' },

	{
		place: 'form',
		command: 'submit',
		keys: ['return'],
		label: 'go on',
		help: 'Run the task with this input, or show what would be signed or written',
		whyNot: isBusy,
	},
	{ place: 'form', command: 'field-next', keys: ['tab', 'down'], label: 'next field', help: 'Next field' },
	{ place: 'form', command: 'field-previous', keys: ['shift-tab', 'up'], label: null, help: 'Previous field' },
	{ place: 'form', command: 'back', keys: ['escape'], label: 'leave', help: 'Leave; nothing was done' },
];
