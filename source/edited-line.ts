import { topPage } from './select.ts';
import type { State } from './state.ts';
import { EMPTY_LINE } from './terminal/line-editor.ts';
import type { LineEditor } from './terminal/line-editor.ts';

/** The line that takes the keys now. */
export function editedLine(state: State): LineEditor {
	switch (state.editing?.type) {
		case 'search':
			return state.searchLine;
		case 'filter':
			return state.filters[state.editing.list] ?? EMPTY_LINE;
		case 'form': {
			const page = topPage(state);
			return page?.type === 'form' ? (page.form.fields[page.form.focused]?.line ?? EMPTY_LINE) : EMPTY_LINE;
		}
		case 'palette': {
			const page = topPage(state);
			return page?.type === 'palette' ? page.line : EMPTY_LINE;
		}
		case undefined:
			return EMPTY_LINE;
	}
}
