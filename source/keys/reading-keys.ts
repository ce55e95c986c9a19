import { nothingToRead } from '../key-refusals.ts';
import type { Binding, Place } from './binding.ts';

const PLACES: readonly Place[] = ['plugin', 'review', 'review-file', 'operation'];

/** Long texts, in the user's own programs. */
export const READING_KEYS: readonly Binding[] = PLACES.flatMap((place): readonly Binding[] => [
	{
		place,
		command: 'open-pager',
		keys: ['P'],
		label: place === 'review-file' ? 'pager' : null,
		help: 'Read it in your pager ($PAGER), which has the terminal until it ends',
		whyNot: nothingToRead,
	},
	{
		place,
		command: 'open-editor',
		keys: ['E'],
		label: null,
		help: 'Read a copy in your editor ($VISUAL or $EDITOR); what is changed there is lost',
		whyNot: nothingToRead,
	},
]);
