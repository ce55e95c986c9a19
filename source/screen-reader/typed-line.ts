import { listOf } from '../lists.ts';
import { SECTION_LIST } from '../sections.ts';
import { topPage } from '../select.ts';
import type { State } from '../state.ts';
import { usableBindings } from './spoken-view.ts';

/** What a line that the user typed asks for. */
export type Wish =
	/** Keys one after the other; `text` is typed after the first `before` of them. */
	| { readonly type: 'keys'; readonly before: readonly string[]; readonly text: string; readonly after: readonly string[] }
	| { readonly type: 'select'; readonly index: number; readonly thenKey: string | null }
	| { readonly type: 'read' | 'list' | 'more' | 'actions' | 'detail' | 'guide' }
	| { readonly type: 'unknown'; readonly why: string };

const WORDS: Readonly<Record<string, Extract<Wish, { type: 'read' | 'list' | 'more' | 'actions' | 'detail' | 'guide' }>['type']>> = {
	'?': 'actions',
	actions: 'actions',
	read: 'read',
	list: 'list',
	more: 'more',
	detail: 'detail',
	guide: 'guide',
};
const KEY_WORDS: Readonly<Record<string, string>> = { back: 'escape', esc: 'escape', enter: 'return' };
const NAMED_KEY =
	/^(?:ctrl-[a-z]|alt-[a-z]|shift-tab|return|escape|space|tab|backspace|delete|up|down|left|right|pageup|pagedown|home|end)$/;

/** Read in the state that the user heard of. `hasMenu`: the numbers of the last list were those of actions. */
export function wishOf(typed: string, state: State, { hasMenu }: { readonly hasMenu: boolean }): Wish {
	const text = typed.trim();
	if (state.editing !== null) {
		return whileEditing(text, state);
	}

	if (/^\d+$/.test(text)) {
		return hasMenu ? action(Number(text), state) : item(Number(text), state, null);
	}

	const word = text.toLowerCase();
	const telling = WORDS[word];
	if (telling !== undefined) {
		return { type: telling };
	}

	if (word === 'quit') {
		return pressed(keyOf('quit', state) ?? 'q');
	}

	const section = SECTION_LIST.find((one) => one.section === word || one.title.toLowerCase() === word);
	if (section !== undefined) {
		return pressed(keyOf(`go-${section.section}`, state) ?? section.key);
	}

	const key = text === '' ? 'return' : (KEY_WORDS[word] ?? (Array.from(text).length === 1 || NAMED_KEY.test(word) ? text : null));
	return key === null ? { type: 'unknown', why: `"${text}" is no number, key or word here.` } : pressed(key);
}

function whileEditing(text: string, state: State): Wish {
	if (text === 'esc' || text === 'escape' || text === 'back') {
		return pressed('escape');
	}

	const page = topPage(state);
	if (page?.type === 'form') {
		const isLast = page.form.focused >= page.form.fields.length - 1;
		return { type: 'keys', before: text === '' ? [] : ['end', 'ctrl-u'], text, after: [isLast ? 'return' : 'tab'] };
	}

	if (state.editing?.type === 'palette') {
		return /^\d+$/.test(text)
			? item(Number(text), state, 'return')
			: { type: 'keys', before: text === '' ? [] : ['end', 'ctrl-u'], text, after: text === '' ? ['return'] : [] };
	}

	return { type: 'keys', before: ['end', 'ctrl-u'], text, after: ['return'] };
}

function action(number: number, state: State): Wish {
	const binding = usableBindings(state)[number - 1];
	return binding === undefined ? { type: 'unknown', why: `There is no action ${number}.` } : pressed(binding.keys[0] ?? '');
}

function item(number: number, state: State, thenKey: string | null): Wish {
	const { items } = listOf(state);
	return number >= 1 && number <= items.length
		? { type: 'select', index: number - 1, thenKey }
		: { type: 'unknown', why: items.length === 0 ? 'There is no list here.' : `The list has ${items.length}.` };
}

function keyOf(command: string, state: State): string | null {
	return usableBindings(state).find((binding) => binding.command === command)?.keys[0] ?? null;
}

function pressed(key: string): Wish {
	return { type: 'keys', before: [], text: '', after: [key] };
}
