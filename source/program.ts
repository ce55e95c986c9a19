import { watchForInterruption } from './interruption.ts';
import { runCommandLine } from './scripted.ts';

/** Runs the words after `plugward` with this process's terminal and environment. Resolves to the exit code. */
export async function runProgram(argv: readonly string[], version: string): Promise<number> {
	const { stdin, stdout, stderr, env: environment } = process;
	return runCommandLine({
		argv,
		version,
		cwd: process.cwd(),
		environment,
		stdin,
		stdout,
		stderr,
		createEngine: async (options) => (await import('./engine/index.ts')).createEngine(options),
		examine: async (...failed) => (await import('./engine/index.ts')).examine(...failed),
		openScreen: async (engine) => {
			const { runFullScreen } = await import('./full-screen.tsx');
			const { exitCode } = await runFullScreen({ engine, environment, stdin, stdout, version });
			return exitCode;
		},
		watchForInterruption,
	});
}
