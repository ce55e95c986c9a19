import { commandOf } from '../../actions/request-words.ts';
import type { Page } from '../../state.ts';
import type { Line } from '../../theme.ts';
import { BLANK, heading, paragraph } from './lines.ts';

/** What would happen, and the scripted command that does the same. */
export function askDocument({ request, sentences }: Extract<Page, { readonly type: 'ask' }>, width: number): readonly Line[] {
	return [
		...sentences.flatMap((sentence) => paragraph(sentence, width)),
		BLANK,
		heading('The same as a command'),
		...paragraph(`plugward ${commandOf(request)}`, width, { tone: 'accent' }),
		BLANK,
		...paragraph('Enter does it; Esc leaves, and nothing was done.', width, { tone: 'dim' }),
	];
}
