import { ENTER, ESCAPE, find, TAB, USUAL } from './scene.ts';
import type { Scene } from './scene.ts';

const LOGS = '@examples/log-summary';

/** The way a newcomer takes. */
export const NEWCOMER: Scene = {
	...USUAL,
	steps: [
		{ until: 'q quit', shot: { name: 'first-start', title: 'First start', caption: 'Nothing is installed yet.' } },
		{
			keys: '2',
			until: 'log-summary',
			shot: { name: 'browse', title: 'Browse', caption: 'What the registry has, and what each plugin asks for.' },
		},
		{
			keys: '/links permission:net',
			until: '1 of 1',
			shot: { name: 'search', title: 'Search', caption: 'As it is typed, with facets.' },
		},
		{ keys: ENTER, until: 'i install' },
		{
			keys: ENTER,
			until: 'next tab',
			shot: { name: 'plugin', title: 'A plugin', caption: 'Before anything of it is on the disk.' },
		},
		{
			keys: 'i',
			until: 'accept/deny',
			shot: {
				name: 'plan',
				title: 'A plan, before it is agreed to',
				caption: 'Fetched, verified and scanned; nothing has changed, and what is not accepted is denied.',
			},
		},
		{ keys: 'a', until: /\[x\]/ },
		{
			keys: ENTER,
			until: 'Why do you accept',
			shot: { name: 'reason', title: 'Why something is accepted', caption: 'For whoever reads the history later; it may be left empty.' },
		},
		{
			keys: ENTER,
			until: 'z undo',
			shot: { name: 'applied', title: 'What was done', caption: 'With the key that takes it back.' },
		},
	],
};

/** What is done again and again with what is installed. */
export const EVERYDAY: Scene = {
	...USUAL,
	before: [
		['install', `${LOGS}@1.0.0`, '--allow', `${LOGS}=fs.read:$project/logs/**`, '--yes'],
		['install', '@examples/greedy-notes', '@examples/markdown-report', '--yes'],
		['install', 'yaml@2.8.0', 'prettier@3.6.0', '--yes'],
	],
	steps: [
		{
			until: 'prettier',
			shot: { name: 'installed', title: 'Installed', caption: 'Every plugin with its level, and what the selected one may do.' },
		},
		...find('log', 'r run'),
		{ keys: `${ENTER}${TAB}${TAB}${TAB}`, until: '$project/logs' },
		{
			until: 'next tab',
			shot: { name: 'plugin-permissions', title: 'What a plugin may do', caption: 'What it asks for, why, and what was granted.' },
		},
		{
			keys: TAB,
			until: /registry|signature/,
			shot: { name: 'plugin-provenance', title: 'What is proven about it', caption: 'And what is not, and why.' },
		},
		{
			keys: '3',
			until: 'review',
			shot: { name: 'updates', title: 'Updates', caption: 'What is behind, and what keeps it there.' },
		},
		...find('log', 'Enter review'),
		{
			keys: ENTER,
			until: 'plan update',
			shot: {
				name: 'review',
				title: 'An update, side by side',
				caption: 'Rights, proof and size then and now, the changelog and the files, before anything is planned.',
			},
		},
		{ keys: `${TAB}${TAB}`, until: 'open file' },
		{
			keys: `j${ENTER}`,
			until: 'next place',
			shot: { name: 'difference', title: 'What differs in a file', caption: 'Of the two published packages, byte for byte.' },
		},
		{ keys: ESCAPE, until: 'plan update' },
		{
			keys: 'u',
			until: 'Plan: update',
			shot: {
				name: 'plan-update',
				title: 'The plan of an update',
				caption: 'A grant is carried over only if it is unchanged or narrower.',
			},
		},
		{ keys: ENTER, until: 'z undo' },
		{ keys: '7', until: 'choose', shot: { name: 'run', title: 'Tasks', caption: 'Everything that can be run.' } },
		...find('log', 'Enter choose'),
		{ keys: ENTER, until: 'go on' },
		{
			keys: '$project/logs',
			until: '$project/logs',
			shot: { name: 'run-form', title: 'The input of a task', caption: 'Asked for by its own schema.' },
		},
		{
			keys: ENTER,
			until: 'again',
			shot: { name: 'ran', title: 'What a task answered', caption: 'It ran in its own process, with what was granted and nothing else.' },
		},
	],
};
