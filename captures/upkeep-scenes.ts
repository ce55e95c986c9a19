import { ESCAPE, USUAL } from './scene.ts';
import type { Scene } from './scene.ts';

/** What is looked after, and what is looked up. */
export const UPKEEP: Scene = {
	...USUAL,
	steps: [
		{ until: 'prettier' },
		{
			keys: '5',
			until: 'm keep',
			shot: { name: 'history', title: 'History', caption: 'Every state that there was; each is one key away.' },
		},
		{ keys: 'j', until: '2 of' },
		{
			keys: 'd',
			until: /Generation 4 ->/,
			shot: { name: 'history-difference', title: 'What differs between two states', caption: 'In sentences.' },
		},
		{ keys: '4', until: 'open', shot: { name: 'activity', title: 'Activity', caption: 'What runs and what ran.' } },
		{ keys: '6', until: 'endorse', shot: { name: 'trust', title: 'Trust', caption: 'What is proven about each plugin.' } },
		{
			keys: 'w',
			until: 'bundles',
			shot: { name: 'trust-why', title: 'Why a plugin has its level', caption: 'And what would raise it.' },
		},
		{
			keys: '9',
			until: 'look again',
			shot: { name: 'doctor', title: 'Doctor', caption: 'The machine, the home and the registry.' },
		},
		{
			keys: '0',
			until: /registry default .*ms/,
			shot: { name: 'settings', title: 'Settings', caption: 'Each with its value, and where that comes from.' },
		},
		{
			keys: 'G',
			until: 'Signed in',
			shot: {
				name: 'registries',
				title: 'Registries',
				caption: 'Which is asked for what, who named it, what it serves, and whether you are signed in.',
			},
		},
		{
			keys: 's',
			until: 'Make a token',
			shot: { name: 'sign-in', title: 'Signing in', caption: 'The token is never shown, and goes to that registry alone.' },
		},
		{ keys: ESCAPE, until: 'add registry' },
		{
			keys: ':roll',
			until: /> r .*way back/,
			shot: { name: 'palette', title: 'Commands', caption: 'Everything that can be done, found by a part of its name.' },
		},
		{ keys: ESCAPE, until: 'add registry' },
		{ keys: '?', until: 'close', shot: { name: 'help', title: 'Help', caption: 'Every key of the screen under it.' } },
	],
};

/** Plugins that another process keeps running. */
export const LIVE: Scene = {
	...USUAL,
	beside: ['start', '@examples/link-checker', '@examples/log-summary', '@examples/greedy-notes'],
	steps: [
		{ until: 'prettier' },
		{
			keys: '8',
			until: /3 plugins[^]*ready[^]*ready[^]*ready/,
			shot: {
				name: 'runtime',
				title: 'Runtime',
				caption: 'The plugins that run now, in this process or another: state, processor, memory, calls, what was denied, and the log.',
			},
		},
		{
			keys: 'jx',
			until: 'killed at once',
			shot: { name: 'runtime-kill', title: 'Before a plugin is killed', caption: 'With the scripted command that does the same.' },
		},
	],
};
