import { readFileSync, writeSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepCompiled } from './source/compiled-program.ts';
import { openCompiledCodeFolder } from './source/engine/compiled-code.ts';
import { paintSkeleton } from './source/terminal/skeleton.ts';
import type { Skeleton } from './source/terminal/skeleton.ts';

const argv = process.argv.slice(2);
/** That of `disk-full`. */
const UNWRITTEN_EXIT_CODE = 8;
let isUnwritten = false;

// No top-level await: the launcher takes this file by `require`, which an older Node can at least parse.
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
	printAtOnce(`${readVersion()}\n`);
} else {
	// Whoever reads our output may stop reading (`| head`), or the terminal may be gone; the operation still finishes, and its exit code
	// still counts.
	process.stdout.on('error', tellUnwritten);
	// What standard error cannot take, nothing else can tell.
	process.stderr.on('error', () => undefined);
	const skeleton = paintSkeleton({ argv, environment: process.env, terminal });
	if (skeleton !== null) {
		leaveOnExit(skeleton);
	}

	// Should nothing be left to wait for before there is a result, that is no success.
	process.exitCode = 1;
	main(skeleton).then(setExitCode, reportCrash);
}

/** Node's streams take longer to load than all else that tells the version. */
function printAtOnce(text: string): void {
	try {
		writeSync(1, text);
	} catch {
		// A full pipe, or nobody at its other end: that is for the streams.
		process.stdout.on('error', tellUnwritten);
		process.stdout.write(text);
	}
}

function terminal(): { isTTY: boolean; columns: number; descriptor: number } {
	const { isatty } = process.getBuiltinModule('node:tty');
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
		keepCompiled({ folder, own: dirname(fileURLToPath(import.meta.url)), word: startedWord() });
	}

	const { runProgram } = await import('./source/program.ts');
	return runProgram(argv, readVersion(), skeleton);
}

/** The command as it was typed, if it is one. */
function startedWord(): string {
	const [word = ''] = argv;
	return /^[a-z-]{1,20}$/.test(word) && !word.startsWith('-') ? word : 'app';
}

function setExitCode(code: number): void {
	process.exitCode = isUnwritten ? UNWRITTEN_EXIT_CODE : code;
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

/** A closed pipe says EPIPE, a terminal that was hung up EIO; what comes after a failed write fails because of that one. */
function tellUnwritten(error: NodeJS.ErrnoException): void {
	if (isUnwritten || error.code === 'EPIPE' || error.code === 'EIO') {
		return;
	}

	isUnwritten = true;
	process.exitCode = UNWRITTEN_EXIT_CODE;
	process.stderr.write(`error: The result cannot be written to standard output (${error.code ?? error.message}).\n`);
	process.stderr.write('hint: What was done stays done; look at it again with: plugward list, plugward history\n');
}
