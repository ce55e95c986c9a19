import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pty from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { build } from 'esbuild';

import { screenReplacements } from '../../build-screen.ts';

export type BuiltApp = { readonly file: string; readonly remove: () => Promise<void> };

/** Bundles the app over the fake engine as the product is bundled; plain node cannot read `.tsx`. */
export async function buildFakeApp(): Promise<BuiltApp> {
	const folder = await mkdtemp(path.join(tmpdir(), 'plugward-screen-'));
	const file = path.join(folder, 'app.mjs');
	const empty = path.join(folder, 'empty.mjs');
	await writeFile(empty, 'export default {};\n');
	await build({
		entryPoints: { app: path.join(import.meta.dirname, 'fake-app.tsx') },
		outdir: folder,
		outExtension: { '.js': '.mjs' },
		// As in the product: what is imported lazily becomes a chunk of its own.
		splitting: true,
		bundle: true,
		platform: 'node',
		format: 'esm',
		jsx: 'automatic',
		banner: { js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);" },
		define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
		alias: { 'react-devtools-core': empty },
		external: ['isolated-vm', 'esbuild'],
		plugins: [screenReplacements],
		logLevel: 'silent',
	});
	return { file, remove: () => rm(folder, { recursive: true }) };
}

export type PseudoTerminal = AsyncDisposable & {
	readonly send: (keys: string) => void;
	readonly resize: (columns: number, rows: number) => void;
	/** The visible rows, right-trimmed. */
	readonly rows: () => readonly string[];
	readonly text: () => string;
	/** The model of the screen, colours included. */
	readonly screen: xterm.Terminal;
	/** Resolves once the screen satisfies; fails with the screen in its message after ten seconds. */
	readonly until: (what: string | RegExp) => Promise<void>;
	readonly isAlternateScreen: () => boolean;
	readonly isCursorHidden: () => boolean;
	readonly cursor: () => { readonly column: number; readonly row: number };
	/** Everything the program wrote, escapes included. */
	readonly received: () => string;
	readonly kill: (signal: string) => void;
	readonly pid: number;
	/** The terminal itself goes away, as when a line breaks. */
	readonly hangUp: () => void;
	readonly exited: Promise<number>;
};

const PATIENCE_MILLISECONDS = 10_000;

/** Starts a program in a real pseudo-terminal and keeps a model of its screen. */
export function openTerminal(options: {
	readonly file: string;
	readonly argument?: unknown;
	/** What stands behind the file instead of the argument. */
	readonly words?: readonly string[];
	readonly cwd?: string;
	readonly columns?: number;
	readonly rows?: number;
	readonly environment?: Readonly<Record<string, string>>;
	/** Colour behind the text, as `#rrggbb`; it does not tell otherwise. */
	readonly ground?: string;
	/** It answers nothing that it is asked. */
	readonly isSilent?: boolean;
	/** Started instead of the program itself. */
	readonly shell?: (command: string) => string;
	/** A program of its own that reads the keys, for instance a shell; `file` is not started. */
	readonly program?: readonly string[];
}): PseudoTerminal {
	const { columns = 80, rows = 24 } = options;
	const screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
	const command = [process.execPath, options.file, ...(options.words ?? [JSON.stringify(options.argument ?? {})])];
	const line = command.map((word) => `'${word}'`).join(' ');
	const [program = '', ...rest] = options.program ?? (options.shell === undefined ? command : ['/bin/sh', '-c', options.shell(line)]);
	const child = pty.spawn(program, rest, {
		cols: columns,
		rows,
		name: 'xterm-256color',
		...(options.cwd === undefined ? {} : { cwd: options.cwd }),
		env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), ...options.environment },
	});
	let received = '';
	let isHidden = false;
	let changed = Promise.withResolvers<void>();
	child.onData((data) => {
		received += data;
		const cursor = Math.max(data.lastIndexOf('\u001B[?25l'), data.lastIndexOf('\u001B[?25h'));
		isHidden = cursor === -1 ? isHidden : data.startsWith('\u001B[?25l', cursor);
		screen.write(data, () => {
			changed.resolve();
			changed = Promise.withResolvers();
		});
	});
	// A terminal answers what it is asked about itself.
	screen.onData((answer) => {
		if (options.isSilent !== true) {
			child.write(answer);
		}
	});
	screen.parser.registerOscHandler(11, (question) => {
		const { ground } = options;
		if (question === '?' && ground !== undefined) {
			child.write(`\u001B]11;rgb:${[1, 3, 5].map((at) => ground.slice(at, at + 2)).join('/')}\u001B\\`);
		}

		return true;
	});
	const exited = new Promise<number>((resolve) => {
		child.onExit(({ exitCode }) => {
			resolve(exitCode);
		});
	});

	function visibleRows(): readonly string[] {
		const buffer = screen.buffer.active;
		return Array.from({ length: screen.rows }, (_, row) => buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '');
	}

	const text = (): string => visibleRows().join('\n');
	return {
		send: (keys) => {
			child.write(keys);
		},
		resize(toColumns, toRows) {
			screen.resize(toColumns, toRows);
			child.resize(toColumns, toRows);
		},
		rows: visibleRows,
		text,
		screen,
		async until(what) {
			const isThere = (): boolean => (typeof what === 'string' ? text().includes(what) : what.test(text()));
			const deadline = AbortSignal.timeout(PATIENCE_MILLISECONDS);
			while (!isThere()) {
				if (deadline.aborted) {
					throw new Error(`The screen never showed ${String(what)}:\n${text()}`);
				}

				await Promise.race([changed.promise, sleep(200)]);
			}
		},
		isAlternateScreen: () => screen.buffer.active.type === 'alternate',
		isCursorHidden: () => isHidden,
		cursor: () => ({ column: screen.buffer.active.cursorX, row: screen.buffer.active.cursorY }),
		received: () => received,
		pid: child.pid,
		hangUp: () => {
			// The types leave it out.
			if ('destroy' in child && typeof child.destroy === 'function') {
				child.destroy();
			}
		},
		kill: (signal) => {
			child.kill(signal);
		},
		exited,
		async [Symbol.asyncDispose]() {
			child.kill('SIGKILL');
			await exited;
			screen.dispose();
		},
	};
}
