import { LIGHT } from './draw-screen.ts';
import { USUAL } from './scene.ts';
import type { Scene } from './scene.ts';

/** The same in other clothes. */
export const LOOKS: readonly Scene[] = [
	{
		...USUAL,
		colours: LIGHT,
		steps: [
			{
				until: 'prettier',
				shot: { name: 'light', title: 'On a light ground', caption: 'The terminal is asked which it has.' },
			},
		],
	},
	{
		...USUAL,
		words: ['--ascii'],
		steps: [{ until: 'prettier', shot: { name: 'ascii', title: 'With ASCII alone', caption: 'For old terminals and fonts (`--ascii`).' } }],
	},
	{
		columns: 80,
		rows: 24,
		steps: [{ until: 'prettier', shot: { name: 'narrow', title: 'In 80 columns', caption: 'And 24 rows.' } }],
	},
	{
		...USUAL,
		words: ['--screen-reader'],
		leave: 'quit\r',
		steps: [
			{ until: 'prettier' },
			{
				keys: 'log-summary\r',
				until: 'no number',
			},
			{
				keys: '3\r?\r',
				until: 'Quit (q)',
				shot: {
					name: 'screen-reader',
					title: 'For a screen reader',
					caption: 'Lines of text, nothing drawn over anything else (`--screen-reader`).',
					isText: true,
				},
			},
		],
	},
];
