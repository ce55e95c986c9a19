import {
	firstReason,
	isBusy,
	noRegistry,
	noSetting,
	nothingSelected,
	notRemovable,
	notSignedIn,
	noTrouble,
	noValues,
} from '../key-refusals.ts';
import type { Binding } from './binding.ts';

/** The machine and the settings. */
export const UPKEEP_KEYS: readonly Binding[] = [
	{
		place: 'doctor',
		command: 'fix',
		keys: ['f'],
		label: 'put right',
		help: 'Put right what can be put right safely; nothing changes before you agree',
		whyNot: firstReason(isBusy, noTrouble),
	},
	{ place: 'doctor', command: 'refresh', keys: ['R'], label: 'look again', help: 'Look at everything again' },
	{ place: 'doctor', command: 'filter', keys: ['/'], label: 'filter', help: 'Filter by name, finding or state' },

	{
		place: 'settings',
		command: 'edit-setting',
		keys: ['return', 'l', 'right'],
		label: 'change',
		help: 'Change the selected setting, or name another registry',
		whyNot: nothingSelected,
	},
	{ place: 'settings', command: 'next-value', keys: ['space'], label: 'next value', help: 'Take the next of its values', whyNot: noValues },
	{ place: 'settings', command: 'default-value', keys: ['d'], label: 'default', help: 'Go back to the default', whyNot: noSetting },
	{ place: 'settings', command: 'add-registry', keys: ['a'], label: 'add registry', help: 'Name the registry of a scope' },
	{
		place: 'settings',
		command: 'remove-registry',
		keys: ['x'],
		label: 'remove',
		help: 'Take the selected registry out of your .npmrc',
		whyNot: firstReason(isBusy, notRemovable),
	},
	{
		place: 'settings',
		command: 'sign-in',
		keys: ['s'],
		label: 'sign in',
		help: 'Keep a token for the selected registry',
		whyNot: noRegistry,
	},
	{
		place: 'settings',
		command: 'sign-out',
		keys: ['S'],
		label: 'sign out',
		help: 'Take the token of the selected registry away',
		whyNot: firstReason(isBusy, notSignedIn),
	},
	{ place: 'settings', command: 'all-keys', keys: ['b'], label: 'keys', help: 'Every key of every screen' },
	{ place: 'settings', command: 'filter', keys: ['/'], label: 'filter', help: 'Filter by name or address' },

	{ place: 'ask', command: 'confirm', keys: ['return', 'y'], label: 'do it', help: 'Do what is shown', whyNot: isBusy },
	{ place: 'ask', command: 'copy', keys: ['c'], label: 'copy', help: 'Copy the scripted command that does the same' },
	{ place: 'ask', command: 'back', keys: ['escape', 'n', 'backspace'], label: 'leave', help: 'Leave; nothing was done' },

	{ place: 'keys', command: 'back', keys: ['escape', 'backspace', 'h', 'left'], label: 'back', help: 'Back' },
];
