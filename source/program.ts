import type { Output } from './commands/surroundings.ts';
import { watchForInterruption } from './interruption.ts';
import { runCommandLine } from './scripted.ts';
import type { Skeleton } from './terminal/skeleton.ts';

/**
 * Runs the words after `plugward` with this process's terminal and environment. Resolves to the exit code. `skeleton` is what was painted
 * already, in the expectation that the full-screen app comes.
 */
export async function runProgram(argv: readonly string[], version: string, skeleton: Skeleton | null): Promise<number> {
	const { stdin, env: environment } = process;
	const [stdout, stderr] = [afterSkeleton(process.stdout, skeleton), afterSkeleton(process.stderr, skeleton)];
	return runCommandLine({
		argv,
		version,
		cwd: process.cwd(),
		environment,
		stdin,
		stdout,
		stderr,
		writeBytes: (stream, bytes) =>
			new Promise((resolve) => {
				process[stream].write(bytes, (error) => resolve(error === null || error === undefined));
			}),
		createEngine: async (options) => (await import('./engine/index.ts')).createEngine(options),
		examine: async (...failed) => (await import('./engine/index.ts')).examine(...failed),
		openScreen: async (engine, choices, settings) => {
			if (choices.display.screenReader) {
				const { runScreenReader } = await import('./screen-reader/index.ts');
				const { section = 'installed', ownKeys, display } = choices;
				return await runScreenReader({
					engine,
					section,
					ownKeys,
					settings,
					isAscii: display.ascii,
					version,
					stdin,
					write: (text) => stdout.write(text),
				});
			}

			const { runFullScreen } = await import('./full-screen.tsx');
			const { openScreenMemory } = await import('./screen-memory.ts');
			const { exitCode } = await runFullScreen({
				engine,
				environment,
				stdin,
				stdout: process.stdout,
				version,
				...choices,
				settings,
				memory: openScreenMemory({ environment, homePath: engine.homePath }),
				skeleton,
			});
			return exitCode;
		},
		watchForInterruption,
	});
}

/** What is printed belongs on the normal screen, so the skeleton goes first. */
function afterSkeleton(output: NodeJS.WriteStream, skeleton: Skeleton | null): Output {
	return {
		isTTY: output.isTTY,
		columns: output.columns,
		write: (text) => {
			skeleton?.leave();
			return output.write(text);
		},
	};
}
