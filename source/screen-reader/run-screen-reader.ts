import process from 'node:process';
import { createInterface } from 'node:readline';

import { createActions } from '../actions/index.ts';
import type { Actions } from '../actions/index.ts';
import type { Engine } from '../engine/index.ts';
import { EngineError } from '../engine/index.ts';
import { cleanLine } from '../format.ts';
import { requireOwnKeys } from '../key-settings.ts';
import type { OwnKeys } from '../keys/own-keys.ts';
import { indexIn, listOf, selectedItem } from '../lists.ts';
import type { Section } from '../sections.ts';
import { runningOperation } from '../select.ts';
import type { SettingsDoor } from '../setting-entries.ts';
import { initialState } from '../state.ts';
import type { State } from '../state.ts';
import { createStore } from '../store.ts';
import type { Store } from '../store.ts';
import { dressLine, PLAIN_DRESS } from '../terminal/index.ts';
import { announce, listLines, ROWS_AT_ONCE, screenLines } from './announcements.ts';
import type { Told } from './announcements.ts';
import { spokenKey } from './spoken-rows.ts';
import { detailLines, selectedLine, textLines, usableBindings } from './spoken-view.ts';
import { wishOf } from './typed-line.ts';
import type { Wish } from './typed-line.ts';

export type ScreenReaderOptions = {
	readonly engine: Engine;
	readonly section: Section;
	readonly ownKeys: OwnKeys;
	readonly settings: SettingsDoor;
	readonly isAscii: boolean;
	readonly version: string;
	readonly stdin: NodeJS.ReadableStream;
	readonly write: (text: string) => unknown;
};

/** Wide and high, since nothing here is drawn: texts are not broken, and lists are whole. */
const SIZE = { columns: 240, rows: 200 };
/** What happens at once is told together. */
const PAUSE_MILLISECONDS = 120;
const GUIDE = [
	'Type a line and Enter. A number chooses from the list, "?" tells what can be done here, each with a number and its key.',
	'A key does what it does on the drawn screen; nothing but Enter opens what is selected.',
	'"list" and "read" tell the screen again, "more" the next items, "detail" all about the selected one, "back" leaves, "quit" ends.',
	'The screens: installed, browse, updates, activity, history, trust, run, runtime, doctor, settings.',
];

/**
 * The app for who hears it: the same state and the same actions, told line by line as they change. Nothing is drawn over, no cursor is
 * moved, and the terminal stays in its own mode, so that its line editing and its screen reader work. Resolves to the exit code.
 */
export async function runScreenReader(options: ScreenReaderOptions): Promise<number> {
	const { engine, version, section, ownKeys } = options;
	requireOwnKeys(ownKeys);
	const leaving = new AbortController();
	const { promise: left, resolve: leave } = Promise.withResolvers<number>();
	const { homePath, profile } = engine;
	const store = createStore(
		initialState({
			version,
			homePath,
			profile,
			registry: await registryName(engine, leaving.signal),
			size: SIZE,
			section,
			now: Date.now(),
			ownKeys,
		}),
	);
	const speaker = createSpeaker(options, store);
	const actions = createActions(
		{ engine, store, settings: options.settings, now: Date.now, signal: leaving.signal },
		{
			leave,
			suspend: () => process.kill(process.pid, 'SIGTSTP'),
			repaint: () => speaker.tell(screenLines(store.getState())),
			dress: () => undefined,
			// The whole text is told; whoever listens needs no other program for it.
			handOver: async (_reader, { text }) => {
				speaker.tell(text.split('\n').map(cleanLine));
				return null;
			},
			copy: (text) => speaker.tell([`To copy: ${cleanLine(text)}`]),
		},
	);
	speaker.tell([`plugward ${version}, home ${cleanLine(homePath)}, profile ${cleanLine(profile)}.`, ...GUIDE]);
	const interrupt = (): void => actions.key('ctrl-c');
	process.on('SIGINT', interrupt);
	const lines = createInterface({ input: options.stdin, terminal: false });
	lines.on('line', createListener({ store, actions, speaker }));
	// Without a terminal what runs is finished all the same, as in the drawn app.
	lines.on('close', () => void actions.finishAlone().then(() => leave(0)));
	actions.start();
	try {
		return await left;
	} finally {
		speaker.stop();
		leaving.abort();
		actions.stop();
		process.off('SIGINT', interrupt);
		lines.removeAllListeners('close');
		lines.close();
	}
}

/** Without a readable .npmrc what is installed can be told all the same. */
async function registryName(engine: Engine, signal: AbortSignal): Promise<string> {
	try {
		return await engine.registryUrl({ signal, onEvent: () => undefined });
	} catch (error) {
		return error instanceof EngineError ? 'unknown, since .npmrc cannot be read' : Promise.reject(error);
	}
}

type Speaker = { readonly tell: (lines: readonly string[]) => void; readonly tellNow: () => void; readonly stop: () => void };

function createSpeaker({ write, isAscii }: ScreenReaderOptions, store: Store): Speaker {
	let told: Told | null = null;
	let before: State | null = null;
	let timer: NodeJS.Timeout | undefined;
	const tell = (lines: readonly string[]): void => {
		if (lines.length > 0) {
			write(`${lines.map((line) => dressLine(line, { ...PLAIN_DRESS, isAscii })).join('\n')}\n`);
		}
	};
	const tellNow = (): void => {
		clearTimeout(timer);
		timer = undefined;
		const state = store.getState();
		const news = announce(told, before, state);
		told = news.told;
		before = state;
		tell(news.lines);
	};
	const unsubscribe = store.subscribe(() => {
		timer ??= setTimeout(tellNow, PAUSE_MILLISECONDS);
	});
	return {
		tell,
		tellNow,
		stop() {
			clearTimeout(timer);
			unsubscribe();
		},
	};
}

function createListener({ store, actions, speaker }: { readonly store: Store; readonly actions: Actions; readonly speaker: Speaker }) {
	let hasMenu = false;
	let shown = ROWS_AT_ONCE;
	return (typed: string): void => {
		const state = store.getState();
		const wish = wishOf(typed, state, { hasMenu });
		hasMenu = wish.type === 'actions';
		shown = wish.type === 'more' ? shown + ROWS_AT_ONCE : ROWS_AT_ONCE;
		if (wish.type === 'keys') {
			press(wish, actions);
		} else if (wish.type === 'select') {
			const by = wish.index - indexIn(listOf(state).items, selectedItem(state));
			if (by === 0) {
				// Nothing changes, and yet it was asked for.
				speaker.tell([selectedLine(state) ?? '']);
			}

			store.dispatch({ type: 'moved', by });
			if (wish.thenKey !== null) {
				actions.key(wish.thenKey);
			}
		} else {
			speaker.tell(answer(wish, state, shown - ROWS_AT_ONCE));
		}
	};
}

function press({ before, text, after }: Extract<Wish, { type: 'keys' }>, actions: Actions): void {
	for (const key of before) {
		actions.key(key);
	}

	if (text !== '') {
		actions.paste(text);
	}

	for (const key of after) {
		actions.key(key);
	}
}

function answer(wish: Exclude<Wish, { type: 'keys' | 'select' }>, state: State, first: number): readonly string[] {
	switch (wish.type) {
		case 'read':
			return screenLines(state);
		case 'list':
			return listLines(state, 0);
		case 'more':
			return first < listOf(state).items.length ? listLines(state, first) : ['That was the whole list.'];
		case 'detail': {
			const lines = [...(selectedLine(state) === null ? [] : [selectedLine(state) ?? '']), ...detailLines(state)];
			return lines.length === 0 ? textLines(state) : lines;
		}
		case 'actions':
			return [
				...usableBindings(state).map((binding, index) => `${index + 1}. ${binding.help} (${spokenKey(binding.keys[0] ?? '')})`),
				...(runningOperation(state) === null ? [] : ['An operation runs; Ctrl-C cancels it safely.']),
			];
		case 'guide':
			return GUIDE;
		case 'unknown':
			return [`${cleanLine(wish.why)} Type "?" for what can be done, "guide" for how this works.`];
	}
}
