import { ENTER, USUAL } from './scene.ts';
import type { Scene } from './scene.ts';

/** Wishes that exclude each other. */
export const CONFLICT: Scene = {
	...USUAL,
	steps: [
		{ until: 'prettier' },
		{ keys: '2', until: 'log-summary' },
		{ keys: '/react@18.2.0 react-dom@19.0.0', until: 'ask the registry' },
		{ keys: ENTER, until: 'i install' },
		{
			keys: 'i',
			until: 'What would work',
			shot: { name: 'conflict', title: 'A conflict', caption: 'Why, in sentences, and changes that were tried and do solve it.' },
		},
	],
};

/** The registry goes away while the app is open. */
export const OFFLINE: Scene = {
	...USUAL,
	steps: [
		{ until: 'prettier' },
		{ keys: '3', until: 'Enter review' },
		{
			isRegistryGone: true,
			keys: 'R',
			until: 'R retries',
			shot: { name: 'offline', title: 'Without the registry', caption: 'What was known stays, with its age.' },
		},
		{ keys: '2', until: 'Preview' },
		{ keys: '/left-pad', until: 'left-pad' },
		{ keys: ENTER, until: /i install|R load again/ },
		{
			keys: ENTER,
			until: 'This did not work',
			shot: { name: 'error', title: 'An error', caption: 'What happened, why, what to do, and the key that tries again.' },
		},
	],
};

export const TOO_SMALL: Scene = {
	columns: 38,
	rows: 9,
	steps: [
		{
			until: 'Too small',
			shot: { name: 'too-small', title: 'Too small', caption: 'It says how much it needs, and goes on when the window has it.' },
		},
	],
};
