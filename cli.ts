import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { openCompiledCodeFolder } from './source/engine/compiled-code.ts';

const argv = process.argv.slice(2);

// No top-level await: the launcher takes this file by `require`, which an older Node can at least parse.
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
	process.stdout.write(`${readVersion()}\n`);
} else {
	// Whoever reads our output may stop reading (`| head`); the operation still finishes, and its exit code still counts.
	process.stdout.on('error', ignoreClosedPipe);
	process.stderr.on('error', ignoreClosedPipe);
	main().then(setExitCode, reportCrash);
}

async function main(): Promise<number> {
	// Before the command is loaded, else that would be compiled each time.
	const folder = openCompiledCodeFolder(process.env);
	if (folder !== null) {
		enableCompileCache(folder);
	}

	const { runProgram } = await import('./source/program.ts');
	return runProgram(argv, readVersion());
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

function ignoreClosedPipe(error: Error): void {
	if (!('code' in error) || error.code !== 'EPIPE') {
		throw error;
	}
}
