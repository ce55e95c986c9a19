import { commandOf } from '../../actions/request-words.ts';
import type { KeyName } from '../../key-bindings.ts';
import type { Page } from '../../state.ts';
import type { Line } from '../../theme.ts';
import { BLANK, heading, paragraph } from './lines.ts';

type Options = { readonly width: number; readonly key: KeyName };

/** What would happen, and the scripted command that does the same. */
export function askDocument({ request, sentences }: Extract<Page, { readonly type: 'ask' }>, { width, key }: Options): readonly Line[] {
	return [
		...sentences.flatMap((sentence) => paragraph(sentence, width)),
		BLANK,
		heading('The same as a command'),
		...paragraph(`plugward ${commandOf(request)}`, width, { tone: 'accent' }),
		BLANK,
		...paragraph(`${key('confirm', 'ask')} does it; ${key('back', 'ask')} leaves, and nothing was done.`, width, { tone: 'dim' }),
	];
}
