import { completeFacet } from './engine/index.ts';
import type { State } from './state.ts';
import { editedLine } from './edited-line.ts';
import type { LineEditor } from './terminal/line-editor.ts';

/** What the facet before the cursor could become; empty where none is begun, or where the field is no search. */
export function completionsOf(state: State): readonly string[] {
	const isSearch = state.editing?.type === 'search' || state.editing?.type === 'filter';
	return isSearch ? completeFacet(editedLine(state).before).candidates : [];
}

/** The line with what all candidates have in common, or else with the first of them. */
export function completeLine(line: LineEditor): LineEditor {
	const { candidates, start } = completeFacet(line.before);
	const [first] = candidates;
	if (first === undefined) {
		return line;
	}

	const common = candidates.reduce((shared, candidate) => commonStart(shared, candidate), first);
	const taken = common.length > line.before.length - start ? common : first;
	return { ...line, before: line.before.slice(0, start) + taken };
}

function commonStart(left: string, right: string): string {
	let length = 0;
	while (length < left.length && left[length] === right[length]) {
		length += 1;
	}

	return left.slice(0, length);
}
