import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import process from 'node:process';
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
	const compiled = openCompiledCodeFolder(process.env);
	if (compiled !== null) {
		enableCompileCache(compiled);
	}

	const [{ runCommandLine }, { watchForInterruption }] = await Promise.all([
		import('./source/scripted.ts'),
		import('./source/interruption.ts'),
	]);
	const { stdin, stdout, stderr, env: environment } = process;
	return runCommandLine({
		argv,
		version: readVersion(),
		cwd: process.cwd(),
		environment,
		stdin,
		stdout,
		stderr,
		createEngine: async (options) => (await import('./source/engine/index.ts')).createEngine(options),
		examine: async (...failed) => (await import('./source/engine/index.ts')).examine(...failed),
		openScreen: async (engine) => {
			const { runFullScreen } = await import('./source/full-screen.tsx');
			const { exitCode } = await runFullScreen({ engine, environment, stdin, stdout, version: readVersion() });
			return exitCode;
		},
		watchForInterruption,
	});
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
