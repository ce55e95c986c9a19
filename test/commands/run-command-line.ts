import { PassThrough } from 'node:stream';
import type { Engine, EngineOptions } from '../../source/engine/index.ts';
import { runCommandLine } from '../../source/scripted.ts';

export type Surroundings = {
	readonly engine?: Engine;
	readonly environment?: Readonly<Record<string, string>>;
	/** What stands at standard input; it ends after it. */
	readonly input?: string;
	/** True: a person sits at a terminal, and types each answer when the question is seen. */
	readonly answers?: readonly string[];
	readonly cwd?: string;
	readonly screenExitCode?: number;
	readonly interrupt?: AbortSignal;
};

export type Ran = {
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
	readonly engineOptions: EngineOptions | null;
	readonly hasOpenedScreen: boolean;
};

/** Runs plugward as a shell would, with everything outside replaced. */
export async function plugward(words: readonly string[], surroundings: Surroundings = {}): Promise<Ran> {
	const isTerminal = surroundings.answers !== undefined;
	const answers = [...(surroundings.answers ?? [])];
	const stdin = Object.assign(new PassThrough(), { isTTY: isTerminal });
	if (!isTerminal) {
		stdin.end(surroundings.input ?? '');
	}

	const written = { stdout: '', stderr: '' };
	let engineOptions: EngineOptions | null = null;
	let hasOpenedScreen = false;
	const exitCode = await runCommandLine({
		argv: words,
		version: '1.2.3',
		cwd: surroundings.cwd ?? '/',
		environment: surroundings.environment ?? { XDG_CONFIG_HOME: '/nowhere' },
		stdin,
		stdout: { isTTY: isTerminal, columns: 80, write: (text) => (written.stdout += text) },
		stderr: {
			isTTY: isTerminal,
			columns: 80,
			write: (text) => {
				written.stderr += text;
				if (text.includes('[y/N]')) {
					stdin.write(`${answers.shift() ?? ''}\n`);
				}
			},
		},
		createEngine: async (options) => {
			engineOptions = options;
			if (surroundings.engine === undefined) {
				throw new Error('The command opened the engine, which this test does not expect.');
			}

			return surroundings.engine;
		},
		examine: async (_options, failure) => ({
			checks: [{ id: 'home', state: 'fail', text: failure.message, fix: failure.hint ?? null }],
			fixed: [],
		}),
		openScreen: async () => {
			hasOpenedScreen = true;
			return surroundings.screenExitCode ?? 0;
		},
		watchForInterruption: () => ({
			signal: surroundings.interrupt ?? new AbortController().signal,
			exitCode: () => 130,
			[Symbol.dispose]: () => {},
		}),
	});
	return { exitCode, ...written, engineOptions, hasOpenedScreen };
}
