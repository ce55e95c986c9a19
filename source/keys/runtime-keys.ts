import { nothingSelected, firstReason } from '../key-refusals.ts';
import { installedPlugins, selectedRuntime } from '../select.ts';
import type { State } from '../state.ts';
import type { Binding } from './binding.ts';

const noPlugin = (state: State): string | null => (selectedRuntime(state)?.plugin ? null : 'no plugin is selected');

function notServing(state: State): string | null {
	const phase = selectedRuntime(state)?.plugin?.phase;
	return phase === 'ready' || phase === 'executing' ? null : `it is ${phase ?? 'gone'}`;
}

const noProcess = (state: State): string | null => (selectedRuntime(state)?.plugin?.pid === null ? 'it has no process now' : null);
const stopped = (state: State): string | null => (selectedRuntime(state)?.plugin?.phase === 'stopped' ? 'it is stopped' : null);
const notQuarantined = (state: State): string | null =>
	selectedRuntime(state)?.plugin?.phase === 'quarantined' ? null : 'it is not in quarantine';
const nothingStays = (state: State): string | null =>
	installedPlugins(state).some(({ stays, isDisabled }) => stays && !isDisabled) ? null : 'no installed plugin says that it stays';

/** Plugins that run, and what lies over their list. */
export const RUNTIME_KEYS: readonly Binding[] = [
	{
		place: 'runtime',
		command: 'runtime-reload',
		keys: ['r'],
		label: 'reload',
		help: 'Let it take over what is installed now, with its state',
		whyNot: firstReason(nothingSelected, noPlugin, notServing),
	},
	{
		place: 'runtime',
		command: 'runtime-toggle',
		keys: ['s'],
		label: 'stop/start',
		help: 'Stop it in order, or start it again',
		whyNot: firstReason(nothingSelected, noPlugin),
	},
	{
		place: 'runtime',
		command: 'runtime-kill',
		keys: ['x'],
		label: 'kill',
		help: 'Kill its process at once; asks before it does',
		whyNot: firstReason(nothingSelected, noPlugin, noProcess),
	},
	{
		place: 'runtime',
		command: 'runtime-limits',
		keys: ['e'],
		label: 'limits',
		help: 'Change its limits while it runs',
		whyNot: firstReason(nothingSelected, noPlugin, stopped),
	},
	{
		place: 'runtime',
		command: 'runtime-grants',
		keys: ['p'],
		label: 'grants',
		help: 'Its grants; each can be taken away while it runs',
		whyNot: firstReason(nothingSelected, noPlugin),
	},
	{
		place: 'runtime',
		command: 'runtime-release',
		keys: ['z'],
		label: 'release',
		help: 'Take it out of quarantine',
		whyNot: firstReason(nothingSelected, noPlugin, notQuarantined),
	},
	{ place: 'runtime', command: 'filter', keys: ['/'], label: 'filter log', help: 'Only lines of the log with this text' },
	{ place: 'runtime', command: 'runtime-level', keys: ['w'], label: null, help: 'Log: all lines, warn and worse, or error only' },
	{ place: 'runtime', command: 'runtime-follow', keys: ['f'], label: 'follow', help: 'Follow the log, or let it stand still to scroll it' },
	{
		place: 'runtime',
		command: 'runtime-start-here',
		keys: ['n'],
		label: null,
		help: 'Start the installed plugins that say that they stay, as long as the app is open',
		whyNot: nothingStays,
	},
	{
		place: 'runtime-grants',
		command: 'runtime-revoke',
		keys: ['return', 'x'],
		label: 'take away',
		help: 'Take the selected grant away',
		whyNot: nothingSelected,
	},
	{ place: 'runtime-grants', command: 'back', keys: ['escape', 'backspace', 'h', 'left'], label: 'back', help: 'Back' },

	{ place: 'runtime-confirm', command: 'runtime-confirm', keys: ['return', 'y'], label: 'do it', help: 'Do what is shown' },
	{ place: 'runtime-confirm', command: 'copy', keys: ['c'], label: 'copy', help: 'Copy the scripted command that does the same' },
	{ place: 'runtime-confirm', command: 'back', keys: ['escape', 'n', 'backspace'], label: 'leave', help: 'Leave; nothing has changed' },
];
