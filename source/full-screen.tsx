import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

import type { InkControls } from './app.tsx';
import { toldCrash } from './crash-log.ts';
import { DEFAULT_DISPLAY } from './display.ts';
import type { Display } from './display.ts';
import { EngineError } from './engine/index.ts';
import type { Engine, InstalledState } from './engine/index.ts';
import { firstFrame } from './first-frame.ts';
import { keepNursery } from './nursery.ts';
import type { MountApp } from './mount-app.tsx';
import { NO_OWN_KEYS } from './keys/own-keys.ts';
import type { OwnKeys } from './keys/own-keys.ts';
import { listAtOnce } from './list-at-once.ts';
import { reduce } from './reduce.ts';
import { NOTHING_REMEMBERED, recall, rememberedOf } from './remembered.ts';
import type { ScreenMemory } from './screen-memory.ts';
import { openSettings } from './settings.ts';
import type { SettingsDoor } from './setting-entries.ts';
import { initialState } from './state.ts';
import type { Size, State } from './state.ts';
import type { Section } from './sections.ts';
import { catchCrashes, LOST_EXIT_CODE, watchForLoss } from './sudden-ends.ts';
import {
	askTerminal,
	chooseReader,
	colourBitsOf,
	dressOf,
	groundOfEnvironment,
	KeySource,
	onTerminalSignals,
	runReader,
	ScreenWriter,
	startWatchdog,
} from './terminal/index.ts';
import type { Dress, HandedText, Reader, Skeleton, TerminalInput, TerminalOutput, Watchdog } from './terminal/index.ts';

export type FullScreenOptions = {
	readonly engine: Engine;
	readonly section?: Section;
	readonly display?: Display;
	/** Undefined leaves it to the environment. */
	readonly color?: boolean | undefined;
	readonly ownKeys?: OwnKeys;
	/** Left out: those of the user's configuration folder. */
	readonly settings?: SettingsDoor;
	/** How the screens of this home were left; left out: nothing is remembered. */
	readonly memory?: ScreenMemory;
	/** What was painted before the app was loaded. */
	readonly skeleton?: Skeleton | null;
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly stdin: TerminalInput;
	readonly stdout: TerminalOutput;
	readonly version: string;
};

/**
 * Runs the full-screen app until the user leaves it. The terminal is as before afterwards, also when the app fails: then an error is
 * thrown that names the file with the whole story, to be told on the normal screen. Throws `usage` without a terminal or for an unknown screen. The caller disposes the engine.
 */
export async function runFullScreen(options: FullScreenOptions): Promise<{ exitCode: number }> {
	checkTerminal(options);
	await checkOwnKeys(options.ownKeys ?? NO_OWN_KEYS);
	const hasStyles = colourBitsOf(withColourFlag(options)) > 1;
	const leaving = new AbortController();
	const { engine, listed } = listAtOnce(options.engine, leaving.signal);
	const isRaw = Promise.withResolvers<void>();
	const watchdog = startWatchdog(() => {
		if (!leaving.signal.aborted) {
			// What is typed from here on waits for the app, and does not show.
			options.stdin.setRawMode?.(true);
			isRaw.resolve();
		}
	});
	const screen = openScreen(options, watchdog.guard);
	const { stdin, stdout } = screen;
	const crash = catchCrashes();
	const loss = watchForLoss(options);
	try {
		const state = await firstState(options, { listed, size: { columns: stdout.columns, rows: stdout.rows } });
		if ((options.skeleton ?? null) !== null) {
			stdout.preview(firstFrame(state, { hasStyles }) ?? []);
		}

		const loading = loadApp(hasStyles);
		// Whoever sees the app may type at once.
		await soon(isRaw.promise);
		return {
			exitCode: await runApp((await loading).mountApp, {
				options,
				hasStyles,
				engine,
				state,
				screen,
				loss,
				crashed: crash.promise,
				signal: leaving.signal,
			}),
		};
	} catch (error) {
		throw toldCrash(error, options);
	} finally {
		loss.stop();
		crash.stop();
		leaving.abort();
		stdin.destroy();
		stdout.destroy();
		options.stdin.setRawMode?.(false);
		watchdog.stop();
	}
}

/** From the first drawing to the end of the app. Resolves to the exit code. */
async function runApp(
	mountApp: MountApp,
	parts: {
		readonly options: FullScreenOptions;
		readonly hasStyles: boolean;
		readonly engine: Engine;
		readonly state: State;
		readonly screen: ReturnType<typeof openScreen>;
		readonly loss: ReturnType<typeof watchForLoss>;
		readonly crashed: Promise<never>;
		readonly signal: AbortSignal;
	},
): Promise<number> {
	const { engine, screen, loss, signal, options } = parts;
	const { stdin, stdout } = screen;
	const state = { ...parts.state, registry: await registryName(engine, signal) };
	const terminal = createTerminalOwner(stdout, { settled: screen.settled, environment: options.environment });
	try {
		options.skeleton?.handOver();
		const { reducedMotion, lowBandwidth } = options.display ?? DEFAULT_DISPLAY;
		const isStill = reducedMotion || lowBandwidth;
		const app = mountApp({
			engine,
			state,
			settings: options.settings ?? openSettings({ home: null, environment: options.environment }),
			host: { ...terminal.host, dress: screen.wear },
			onMount: terminal.mounted,
			stdin,
			stdout,
			signal,
			hasStyles: parts.hasStyles,
			isStill,
		});
		const nursery = keepNursery();
		try {
			const ended = Promise.race([app.waitUntilExit(), parts.crashed, loss.promise]).then(() => true);
			// An app that cannot draw itself leaves at once, and would leave the terminal's answers to the shell.
			if ((await soon(ended, FIRST_DRAW_MILLISECONDS)) === undefined) {
				screen.ask();
				try {
					await ended;
				} finally {
					await (loss.isLost() ? app.finishAlone() : screen.settled());
				}
			}
		} finally {
			options.memory?.write(rememberedOf(app.state()));
			nursery.stop();
			app.unmount();
			app.stop();
		}

		return loss.isLost() ? LOST_EXIT_CODE : terminal.exitCode();
	} finally {
		terminal.stop();
	}
}

/** While a key is held down nobody reads each row it passes; a slow line is spared half of them. */
const HELD_FRAME_MILLISECONDS = 60;

/** A home that is being changed by somebody else, or a system without a shell, must not keep the app from opening. */
const PATIENCE_MILLISECONDS = 250;

/** After this the first frame has been drawn, or cannot be. */
const FIRST_DRAW_MILLISECONDS = 20;

/** Undefined when it takes longer. */
async function soon<T>(promise: Promise<T>, milliseconds: number = PATIENCE_MILLISECONDS): Promise<T | undefined> {
	const over = new AbortController();
	try {
		return await Promise.race([promise, sleep(milliseconds, undefined, { signal: over.signal })]);
	} finally {
		over.abort();
	}
}

/** With what is installed in it, if that is known soon. */
async function firstState(
	{ engine, version, section, memory, ownKeys = NO_OWN_KEYS }: FullScreenOptions,
	{ listed, size }: { readonly listed: Promise<InstalledState | null>; readonly size: Size },
): Promise<State> {
	const value = (await soon(listed)) ?? null;
	const { homePath, profile } = engine;
	const now = Date.now();
	const remembered = memory?.read() ?? NOTHING_REMEMBERED;
	const first = initialState({ version, homePath, profile, registry: '', size, section: section ?? remembered.section, now, ownKeys });
	const state = recall(first, remembered);
	return value === null ? state : reduce(state, { type: 'loaded', slot: 'installed', value, now });
}

/** A quick leave must not let the terminal's answers fall to the shell; one that has said nothing after this says nothing at all. */
const LATE_ANSWER_MILLISECONDS = 1000;

/** Both sides of the terminal, and what it says about itself when it is asked. */
function openScreen(options: FullScreenOptions, onScreen: Watchdog['guard']) {
	const { display = DEFAULT_DISPLAY } = options;
	let worn = display;
	let ground = groundOfEnvironment(options.environment);
	const bits = colourBitsOf(withColourFlag(options));
	const asked = Promise.withResolvers<number>();
	const dress = (): Dress =>
		dressOf(
			{ isAscii: worn.ascii, palette: worn.theme === 'auto' ? (ground ?? 'dark') : worn.theme, own: worn.colours },
			{ ground: ground ?? null, bits },
		);
	const questions = askTerminal((facts) => {
		ground = facts.ground ?? ground;
		stdout.dressAs(dress());
		if (facts.canSynchronise) {
			stdout.synchronise();
		}
	});
	const stdin = new KeySource(options.stdin, { onAnswer: questions.onAnswer });
	const stdout = new ScreenWriter(options.stdout, {
		frameMilliseconds: () => (display.lowBandwidth ? 100 : stdin.isHeld() ? HELD_FRAME_MILLISECONDS : 0),
		dress: dress(),
		isPlain: (options.environment['PLUGWARD_PLAIN_RENDER'] ?? '') !== '',
		isEntered: (options.skeleton ?? null) !== null,
		onScreen,
	});
	stdout.listenToMouse(display.mouse);
	return {
		stdin,
		stdout,
		wear: (next: Display): void => {
			worn = next;
			stdout.dressAs(dress());
			stdout.listenToMouse(next.mouse);
		},
		ask: (): void => {
			options.stdout.write(questions.text);
			asked.resolve(performance.now());
		},
		settled: async (): Promise<void> => {
			// Who leaves before the question would have its answer come after all.
			const askedAt = (await soon(asked.promise)) ?? -Infinity;
			await soon(questions.answered, Math.max(0, askedAt + LATE_ANSWER_MILLISECONDS - performance.now()));
		},
	};
}

/** Without a readable .npmrc the app opens all the same: what is installed can be seen, and what needs the registry says why not. */
async function registryName(engine: Engine, signal: AbortSignal): Promise<string> {
	try {
		return await engine.registryUrl({ signal, onEvent: () => undefined });
	} catch (error) {
		return error instanceof EngineError ? 'unknown, since .npmrc cannot be read' : Promise.reject(error);
	}
}

/** What the actions may do with the terminal, by way of Ink once it is there. */
function createTerminalOwner(
	stdout: ScreenWriter,
	{ settled, environment }: { readonly settled: () => Promise<unknown>; readonly environment: FullScreenOptions['environment'] },
) {
	let ink: InkControls | null = null;
	let exitCode = 0;
	let isSuspended = false;

	async function suspendWhile(work: () => Promise<void>): Promise<void> {
		if (ink === null || isSuspended) {
			return;
		}

		isSuspended = true;
		try {
			await ink.suspendTerminal(work);
		} finally {
			isSuspended = false;
		}
	}

	// Handing the terminal over and taking it back draws everything anew, and sets the modes that somebody else may have reset.
	const redraw = (): void => void suspendWhile(() => Promise.resolve());
	// What the terminal still has to say about itself must not fall to the shell.
	// While an editor has the terminal, its Ctrl-Z stops the app with it.
	const suspend = (): void => void settled().then(() => (isSuspended ? signals.stopProcess() : suspendWhile(signals.stopProcess)));
	const signals = onTerminalSignals({ onStop: suspend, onContinue: redraw });
	return {
		stop: signals.stop,
		exitCode: () => exitCode,
		mounted: (controls: InkControls): void => {
			ink = controls;
		},
		host: {
			leave: (code: number): void => {
				exitCode = code;
				ink?.exit();
			},
			suspend,
			repaint: redraw,
			async handOver(reader: Reader, text: HandedText): Promise<string | null> {
				const chosen = chooseReader(reader, environment);
				if ('problem' in chosen) {
					return chosen.problem;
				}

				await settled();
				let told: string | null = null;
				await suspendWhile(async () => {
					told = await runReader(chosen.words, text);
				});
				return told;
			},
			copy: (text: string): void => {
				stdout.write(`\u001B]52;c;${Buffer.from(text).toString('base64')}\u0007`);
			},
		},
	};
}

function checkTerminal({ stdin, stdout, environment }: FullScreenOptions): void {
	if (stdin.isTTY !== true || stdout.isTTY !== true || environment['TERM'] === 'dumb') {
		throw new EngineError('usage', 'The full-screen app needs a terminal that can place its cursor.', {
			hint: 'Use the scripted commands instead: plugward --help',
		});
	}
}

/** The table of keys is large, and most users set none. */
async function checkOwnKeys(ownKeys: OwnKeys): Promise<void> {
	if (Object.keys(ownKeys).length > 0) {
		const { requireOwnKeys } = await import('./key-settings.ts');
		requireOwnKeys(ownKeys);
	}
}

/** React and the colour library of Ink look at the process's environment while they are loaded; what is started later has nothing of that. */
async function loadApp(hasStyles: boolean): Promise<{ readonly mountApp: MountApp }> {
	process.env['NODE_ENV'] ??= 'production';
	const { FORCE_COLOR } = process.env;
	process.env['FORCE_COLOR'] = hasStyles ? '1' : '0';
	try {
		return await import('./mount-app.tsx');
	} finally {
		if (FORCE_COLOR === undefined) {
			delete process.env['FORCE_COLOR'];
		} else {
			process.env['FORCE_COLOR'] = FORCE_COLOR;
		}
	}
}

/** `--color` and `--no-color` win over what the environment says. */
function withColourFlag({ environment, color }: Pick<FullScreenOptions, 'environment' | 'color'>): FullScreenOptions['environment'] {
	return color === undefined ? environment : { ...environment, NO_COLOR: color ? '' : '1', ...(color ? { FORCE_COLOR: undefined } : {}) };
}
