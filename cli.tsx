import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { isatty } from 'node:tty';
import { openCompiledCodeFolder } from './source/engine/compiled-code.ts';
import { paintSkeleton } from './source/terminal/skeleton.ts';
import type { Skeleton } from './source/terminal/skeleton.ts';

const argv = process.argv.slice(2);

// No top-level await: the launcher takes this file by `require`, which an older Node can at least parse.
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
	process.stdout.write(`${readVersion()}\n`);
} else {
	// Whoever reads our output may stop reading (`| head`), or the terminal may be gone; the operation still finishes, and its exit code
	// still counts.
	process.stdout.on('error', ignoreGoneReader);
	process.stderr.on('error', ignoreGoneReader);
	const skeleton = paintSkeleton({ argv, environment: process.env, terminal });
	if (skeleton !== null) {
		leaveOnExit(skeleton);
	}

	main(skeleton).then(setExitCode, reportCrash);
}

function terminal(): { isTTY: boolean; columns: number; descriptor: number } {
	return { isTTY: isatty(0) && isatty(1), columns: process.stdout.columns, descriptor: 1 };
}

/** Also when something ends the process before the app watches over the terminal itself. */
function leaveOnExit(skeleton: Skeleton): void {
	process.once('exit', skeleton.leave);
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.once(signal, () => {
			skeleton.leave();
			// As if nobody had listened, unless somebody else does by now.
			if (process.listenerCount(signal) === 0) {
				process.kill(process.pid, signal);
			}
		});
	}
}

async function main(skeleton: Skeleton | null): Promise<number> {
	// Before the command is loaded, else that would be compiled each time.
	const folder = openCompiledCodeFolder(process.env);
	if (folder !== null) {
		enableCompileCache(folder);
	}

	const { runProgram } = await import('./source/program.ts');
	return runProgram(argv, readVersion(), skeleton);
}

function setExitCode(code: number): void {
	process.exitCode = code;
}

function reportCrash(error: unknown): void {
	process.stderr.write(`error: plugward could not start: ${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
}

function readVersion(): string {
	// The built command lies in dist/, one folder below package.json.
	const parsed: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
	return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : 'unknown';
}

/** A closed pipe says EPIPE, a terminal that was hung up EIO. */
function ignoreGoneReader(error: Error): void {
	if (!('code' in error) || (error.code !== 'EPIPE' && error.code !== 'EIO')) {
		throw error;
	}
}
