import { setTimeout as sleep } from 'node:timers/promises';

import { render } from 'ink';

import { createActions } from '../../source/actions/index.ts';
import { App } from '../../source/app.tsx';
import { ClickContext, createClickAreas } from '../../source/screens/parts/click-areas.tsx';
import { createKeyTokeniser } from '../../source/terminal/key-tokeniser.ts';
import { textWidth } from '../../source/format.ts';
import type { Display } from '../../source/display.ts';
import type { OwnKeys } from '../../source/keys/own-keys.ts';
import type { Section } from '../../source/sections.ts';
import type { State } from '../../source/state.ts';
import { initialState } from '../../source/state.ts';
import { createStore } from '../../source/store.ts';
import { createFakeEngine } from './fake-engine.ts';
import { FakeInput, FakeOutput } from './fake-ink-streams.ts';
import { hostileEngine } from './hostile-engine.ts';
import { fakeSettings } from './fake-settings.ts';
import type { FakeEngine, FakeEngineOptions } from './fake-engine.ts';

export type RenderedScreen = AsyncDisposable & {
	readonly engine: FakeEngine;
	readonly state: () => State;
	/** The rows of the last frame, without escapes. */
	readonly rows: () => readonly string[];
	readonly text: () => string;
	/** Keys by name, as the binding table spells them, one after the other. */
	readonly press: (...names: readonly string[]) => void;
	readonly type: (text: string) => void;
	/** Bytes of the terminal that are reports of its mouse. */
	readonly point: (bytes: string) => void;
	/** A press of the left button and its release where the text stands, so many times. */
	readonly click: (text: string, times?: number) => void;
	/** One notch of the wheel over the text. */
	readonly wheel: (text: string, way: 'up' | 'down') => void;
	/** Resolves once the screen says so; fails with the screen in its message after five seconds. */
	readonly until: (what: string | RegExp) => Promise<void>;
	readonly left: () => number | null;
	readonly copied: () => readonly string[];
	/** What the app asked its terminal to look like. */
	readonly dresses: () => readonly Display[];
};

/** The whole app over the fake engine at a given size, without a terminal. */
export function renderScreen(
	columns: number,
	rows: number,
	options: FakeEngineOptions & { readonly section?: Section; readonly isHostile?: boolean; readonly ownKeys?: OwnKeys } = {},
): RenderedScreen {
	const fake = createFakeEngine(options);
	const engine = options.isHostile === true ? hostileEngine(fake) : fake;
	const leaving = new AbortController();
	const store = createStore(
		initialState({
			version: '0.1.0',
			homePath: engine.homePath,
			profile: engine.profile,
			registry: 'http://127.0.0.1:4873/',
			size: { columns, rows },
			section: options.section ?? 'installed',
			...(options.ownKeys === undefined ? {} : { ownKeys: options.ownKeys }),
			now: Date.parse('2026-11-20T12:00:00Z'),
		}),
	);
	let exitCode: number | null = null;
	const copied: string[] = [];
	const dresses: Display[] = [];
	const actions = createActions(
		{ engine, store, settings: fakeSettings(), now: () => Date.parse('2026-11-20T12:00:00Z'), signal: leaving.signal },
		{
			leave: (code) => {
				exitCode = code;
			},
			suspend: () => undefined,
			repaint: () => undefined,
			handOver: () => Promise.resolve(null),
			dress: (display) => dresses.push(display),
			copy: (text) => copied.push(text),
		},
	);
	const output = new FakeOutput(columns, rows);
	const areas = createClickAreas();
	const app = (
		<ClickContext value={areas}>
			<App store={store} actions={actions} onMount={() => undefined} />
		</ClickContext>
	);
	const instance = render(app, {
		stdout: output as unknown as NodeJS.WriteStream,
		stdin: new FakeInput() as unknown as NodeJS.ReadStream,
		debug: true,
		exitOnCtrlC: false,
		patchConsole: false,
	});
	actions.start();

	// oxlint-disable-next-line no-control-regex
	const text = (): string => output.frame.replaceAll(/\u001B\[[\d;?]*[A-Za-z]/g, '');
	const tokeniser = createKeyTokeniser();
	const point = (bytes: string): void => {
		for (const token of tokeniser.push(bytes)) {
			if (token.type === 'mouse') {
				actions.mouse(token.report, areas.at(token.report.column - 1, token.report.row - 1));
			}
		}
	};
	const cellOf = (what: string): string => {
		const rows = text().split('\n');
		const row = rows.findIndex((line) => line.includes(what));
		if (row < 0) {
			throw new Error(`"${what}" is not on the screen:\n${text()}`);
		}

		const line = rows[row] ?? '';
		return `${textWidth(line.slice(0, line.indexOf(what))) + 1};${row + 1}`;
	};

	return {
		engine,
		point,
		click: (what, times = 1) => {
			const cell = cellOf(what);
			point(`\u001B[<0;${cell}M\u001B[<0;${cell}m`.repeat(times));
		},
		wheel: (what, way) => point(`\u001B[<${way === 'up' ? 64 : 65};${cellOf(what)}M`),
		state: store.getState,
		text,
		rows: () => text().split('\n'),
		press: (...names) => {
			for (const name of names) {
				actions.key(name);
			}
		},
		type: (typed) => {
			for (const character of typed) {
				actions.key(character === ' ' ? 'space' : character);
			}
		},
		async until(what) {
			const isThere = (): boolean => (typeof what === 'string' ? text().includes(what) : what.test(text()));
			const deadline = AbortSignal.timeout(5000);
			while (!isThere()) {
				if (deadline.aborted) {
					throw new Error(`The screen never showed ${String(what)}:\n${text()}`);
				}

				await sleep(10);
			}
		},
		left: () => exitCode,
		copied: () => copied,
		dresses: () => dresses,
		async [Symbol.asyncDispose]() {
			leaving.abort();
			actions.stop();
			instance.unmount();
			await instance.waitUntilExit();
		},
	};
}
