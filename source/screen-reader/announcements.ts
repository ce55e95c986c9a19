import { cleanLine } from '../format.ts';
import { listOf, selectedItem } from '../lists.ts';
import { topPage } from '../select.ts';
import type { State } from '../state.ts';
import { lineText } from '../terminal/line-editor.ts';
import { newsOf } from './spoken-line.ts';
import { spokenHeader, spokenRows } from './spoken-rows.ts';
import { heading, selectedLine, statusLines, tellingRows, textLines, viewName } from './spoken-view.ts';

/** Read at once of a list, and of a text; `more` tells the next ones. */
export const ROWS_AT_ONCE = 20;

/** What was told of the screen, to tell only what is new. */
export type Told = {
	readonly view: string;
	readonly texts: readonly string[];
	/** Names of the items of the list, and what each says. */
	readonly items: readonly string[];
	readonly rows: readonly string[];
	readonly selected: string | null;
};

/** A whole screen: what it is, its text, and the first items of its list, numbered from `first`. */
export function screenLines(state: State): readonly string[] {
	const content = [...statusLines(state), ...textLines(state), ...listLines(state, 0)];
	const nothing = state.section === 'browse' ? 'Nothing is listed. "/" searches.' : 'Nothing is listed.';
	return [heading(state), ...(content.length === 0 && state.editing === null ? [nothing] : content)];
}

/** So many items from `first` on, with the numbers that choose them. */
export function listLines(state: State, first: number): readonly string[] {
	const rows = spokenRows(state);
	if (rows.length === 0) {
		return [];
	}

	const last = Math.min(rows.length, first + ROWS_AT_ONCE);
	const header = first === 0 ? spokenHeader(state) : '';
	return [
		...(header === '' ? [] : [`${header}.`]),
		...rows.slice(first, last).map((row, index) => `${first + index + 1}. ${row}`),
		...(last < rows.length ? [`${last} of ${rows.length}. "more" tells the next ones.`] : []),
	];
}

/** The lines to print when `before` became `after`, oldest news first; and what is known to the reader from then on. */
export function announce(
	told: Told | null,
	before: State | null,
	after: State,
): { readonly lines: readonly string[]; readonly told: Told } {
	const view = viewName(after);
	const now: Told = {
		view,
		texts: [...statusLines(after), ...textLines(after)],
		items: listOf(after).items,
		rows: tellingRows(after),
		selected: selectedItem(after),
	};
	const lines = [
		...(told?.view === view ? changedLines(told, now, after) : screenLines(after)),
		...(after.notice !== null && after.notice !== before?.notice
			? [`${after.notice.tone === 'info' ? 'Note' : 'Warning'}: ${cleanLine(after.notice.text)}`]
			: []),
		...endedElsewhere(before, after),
		...prompts(before, after),
	];
	return { lines, told: now };
}

function changedLines(told: Told, now: Told, state: State): readonly string[] {
	const known = new Set(told.texts.map(newsOf));
	const texts = now.texts.filter((line) => !known.has(newsOf(line)));
	if (now.items.join('\n') !== told.items.join('\n')) {
		return [...texts, heading(state), ...(now.items.length === 0 ? ['Nothing is listed.'] : listLines(state, 0))];
	}

	const rows = now.rows.flatMap((row, index) => (newsOf(row) === newsOf(told.rows[index] ?? '') ? [] : [`${index + 1}. ${row}`]));
	return [...texts, ...rows, ...(now.selected === told.selected ? [] : [selectedLine(state) ?? ''])];
}

/** Operations whose screen is not open. */
function endedElsewhere(before: State | null, after: State): readonly string[] {
	const page = topPage(after);
	return after.operations.flatMap((operation) => {
		const old = before?.operations.find(({ id }) => id === operation.id);
		const isOpen = page?.type === 'operation' && page.operation === operation.id;
		return old === undefined || old.status === operation.status || isOpen ? [] : [`${cleanLine(operation.title)}: ${operation.status}.`];
	});
}

function prompts(before: State | null, after: State): readonly string[] {
	const asked = promptOf(after);
	return asked === null || (before !== null && asked === promptOf(before)) ? [] : [asked];
}

/** What the next line that is typed is for; null when it is a number, a key or a word. */
function promptOf(state: State): string | null {
	switch (state.editing?.type) {
		case undefined:
			return null;
		case 'search':
			return 'Type what to search for, or esc.';
		case 'filter':
			return 'Type what the list should hold, or esc; nothing shows all.';
		case 'palette':
			return 'Type a part of a command, the number of one, or esc.';
		case 'form':
			return formPrompt(state);
	}
}

function formPrompt(state: State): string {
	const page = topPage(state);
	if (page?.type !== 'form') {
		return '';
	}

	const { fields, focused, description, problem } = page.form;
	const field = fields[focused];
	const value = field === undefined || field.kind === 'secret' ? '' : lineText(field.line);
	return [
		...(problem === null ? [] : [`Not taken: ${cleanLine(problem)}`]),
		...(focused === 0 && description !== '' ? [cleanLine(description)] : []),
		`Field ${focused + 1} of ${fields.length}: ${cleanLine(field?.label ?? '')}${field?.required === true ? ', required' : ''}${value === '' ? '' : `, now ${cleanLine(value)}; nothing keeps it`}. Type it, or esc.`,
	].join(' ');
}
