import { setTimeout as sleep } from 'node:timers/promises';

import pty from '@lydell/node-pty';
import xterm from '@xterm/headless';

/** A program in a real pseudo-terminal, whose output is timed as it comes. The screen model is fed only when somebody asks for it. */
export type Session = AsyncDisposable & {
	readonly pid: number;
	/** Milliseconds of `performance.now()`. */
	readonly startedAt: number;
	readonly chunks: readonly Chunk[];
	readonly send: (keys: string) => void;
	readonly resize: (columns: number, rows: number) => void;
	/** Bytes so far. */
	readonly bytes: () => number;
	/** Resolves to when the bytes came that made the screen satisfy; fails with the screen in its message. */
	readonly until: (what: string | RegExp, patience?: number) => Promise<number>;
	/** Whether the screen shows it now. */
	readonly isShown: (what: string | RegExp) => Promise<boolean>;
	/** The same for text that stands in the output in one piece, without the model of the screen: that takes time itself. */
	readonly received: (text: string) => Promise<number>;
	/** Resolves once nothing has come for so long. */
	readonly quiet: (milliseconds: number) => Promise<void>;
	/** Resolves to when the first byte after now came; null when none did. */
	readonly next: (patience?: number) => Promise<number | null>;
	readonly exited: Promise<number>;
};

export type Chunk = { readonly at: number; readonly text: string };

export const COLUMNS = 120;
export const ROWS = 40;
const PATIENCE_MILLISECONDS = 20_000;
const STEP_MILLISECONDS = 5;

/** What a modern terminal answers: its ground is black, it can hold a frame back, and it is a VT100 with advanced video. */
const ANSWERS: readonly (readonly [question: string, answer: string])[] = [
	['\u001B]11;?', '\u001B]11;rgb:0000/0000/0000\u001B\\'],
	['\u001B[?2026$p', '\u001B[?2026;2$y'],
	['\u001B[c', '\u001B[?1;2c'],
];

export type Started = { readonly command: readonly string[]; readonly cwd: string; readonly environment: Readonly<Record<string, string>> };

export function openSession({ command, cwd, environment }: Started): Session {
	const screen = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
	const [program = '', ...words] = command;
	const startedAt = performance.now();
	const child = pty.spawn(program, words, { cols: COLUMNS, rows: ROWS, name: 'xterm-256color', cwd, env: environment });
	const chunks: Chunk[] = [];
	let byteCount = 0;
	let shown = 0;
	let isOver = false;
	child.onData((text) => {
		chunks.push({ at: performance.now(), text });
		byteCount += Buffer.byteLength(text);
		for (const [question, answer] of ANSWERS) {
			if (text.includes(question)) {
				child.write(answer);
			}
		}
	});
	const exited = new Promise<number>((resolve) => {
		child.onExit(({ exitCode }) => {
			isOver = true;
			resolve(exitCode);
		});
	});

	async function next(patience = PATIENCE_MILLISECONDS): Promise<number | null> {
		const { length } = chunks;
		const deadline = performance.now() + patience;
		while (chunks.length === length) {
			if (performance.now() > deadline || isOver) {
				return null;
			}

			await sleep(STEP_MILLISECONDS);
		}

		return chunks[length]?.at ?? null;
	}

	async function drawNext(): Promise<Chunk | undefined> {
		const chunk = chunks[shown];
		shown += 1;
		await new Promise<void>((resolve) => {
			screen.write(chunk?.text ?? '', resolve);
		});
		return chunk;
	}

	return {
		pid: child.pid,
		startedAt,
		chunks,
		exited,
		next,
		send: (keys) => child.write(keys),
		resize(columns, rows) {
			screen.resize(columns, rows);
			child.resize(columns, rows);
		},
		bytes: () => byteCount,
		async until(what, patience = PATIENCE_MILLISECONDS) {
			const deadline = performance.now() + patience;
			for (;;) {
				while (shown < chunks.length) {
					const chunk = await drawNext();
					if (matches(screen, what)) {
						return chunk?.at ?? 0;
					}
				}

				if (matches(screen, what)) {
					return performance.now();
				}

				if (performance.now() > deadline || (isOver && shown === chunks.length)) {
					throw new Error(`The screen never showed ${String(what)}:\n${textOf(screen)}`);
				}

				await sleep(STEP_MILLISECONDS);
			}
		},
		async isShown(what) {
			while (shown < chunks.length) {
				await drawNext();
			}

			return matches(screen, what);
		},
		async received(text) {
			let at = await next();
			while (at !== null && !chunks.some((chunk) => chunk.text.includes(text))) {
				at = await next();
			}

			return chunks.find((chunk) => chunk.text.includes(text))?.at ?? Promise.reject(new Error(`It never said ${text}.`));
		},
		async quiet(milliseconds) {
			while (performance.now() - (chunks.at(-1)?.at ?? startedAt) < milliseconds) {
				await sleep(STEP_MILLISECONDS);
			}
		},
		async [Symbol.asyncDispose]() {
			child.kill('SIGTERM');
			const timer = setTimeout(() => child.kill('SIGKILL'), 1000);
			await exited;
			clearTimeout(timer);
			screen.dispose();
		},
	};
}

function matches(screen: xterm.Terminal, what: string | RegExp): boolean {
	const text = textOf(screen);
	return typeof what === 'string' ? text.includes(what) : what.test(text);
}

function textOf(screen: xterm.Terminal): string {
	const buffer = screen.buffer.active;
	return Array.from({ length: screen.rows }, (_, row) => buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '').join('\n');
}
