import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const DIST = path.resolve(import.meta.dirname, '../../dist');

export type Result = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

/** One `plugward` that runs now, with what it said so far. */
export type RunningCommand = {
	readonly child: ChildProcess;
	readonly output: { readonly stdout: string; readonly stderr: string };
	/** Resolves when it has ended; the exit code is null when a signal ended it. */
	readonly ended: Promise<Result>;
};

export type Call = {
	/** Laid over the clean environment; `undefined` removes a variable. */
	readonly environment?: Readonly<Record<string, string | undefined>>;
	/** What is piped into standard input; without it there is none. */
	readonly input?: string;
};

/** A user's machine of its own: home, settings, npm configuration and project, and the built command in it. */
export type Machine = AsyncDisposable & {
	readonly folder: string;
	readonly home: string;
	readonly project: string;
	readonly plugward: (parameters: readonly string[], call?: Call) => Promise<Result>;
	readonly start: (parameters: readonly string[], call?: Call) => RunningCommand;
	/** Adds `--json` and parses what stands on standard output, which must be one document. */
	readonly json: (parameters: readonly string[], call?: Call) => Promise<Result & { readonly envelope: Envelope }>;
};

export type Failure = { readonly code: string; readonly message: string; readonly hint: string | null; readonly details: unknown };

export type Envelope = {
	readonly schema: string;
	readonly command: string | null;
	readonly ok: boolean;
	readonly data?: Readonly<Record<string, unknown>>;
	readonly error?: Failure;
	readonly warnings: readonly { readonly code: string; readonly text: string }[];
};

/** A file of `dist/`, for instance `plugward.cjs`. Throws, saying what to do, when it was not built. */
export function builtFile(name: string): string {
	const file = path.join(DIST, name);
	if (!existsSync(file)) {
		throw new Error(`${file} is missing: these tests run the built command. Build it first: npm run build`);
	}

	return file;
}

export async function openMachine(registry: string, npmConfiguration: readonly string[] = []): Promise<Machine> {
	const command = builtFile('plugward.cjs');
	const folder = await mkdtemp(path.join(tmpdir(), 'plugward-end-to-end-'));
	const [home, project, npmrc] = [path.join(folder, 'home'), path.join(folder, 'project'), path.join(folder, 'npmrc')];
	await mkdir(project);
	await writeFile(npmrc, [`registry=${registry}`, 'fetch-retries=0', ...npmConfiguration, ''].join('\n'), { mode: 0o600 });
	const start = (parameters: readonly string[], call: Call = {}): RunningCommand =>
		startProgram([command, ...parameters], {
			cwd: project,
			input: call.input,
			environment: { ...cleanEnvironment(folder), ...call.environment },
		});
	const plugward = (parameters: readonly string[], call?: Call) => start(parameters, call).ended;
	return {
		folder,
		home,
		project,
		start,
		plugward,
		json: async (parameters, call) => {
			const result = await plugward([...parameters, '--json'], call);
			const envelope: Envelope = JSON.parse(result.stdout);
			return { ...result, envelope };
		},
		// What was left running by a test may still write while it comes to its end.
		[Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 10 }),
	};
}

/** Nothing of the machine that runs the tests: no settings, no npm configuration, no terminal, no CI. */
export function cleanEnvironment(folder: string): Readonly<Record<string, string>> {
	return {
		PATH: '/usr/local/bin:/usr/bin:/bin',
		HOME: folder,
		TMPDIR: tmpdir(),
		PLUGWARD_HOME: path.join(folder, 'home'),
		XDG_CONFIG_HOME: path.join(folder, 'config'),
		XDG_DATA_HOME: path.join(folder, 'data'),
		XDG_STATE_HOME: path.join(folder, 'state'),
		XDG_CACHE_HOME: path.join(folder, 'cache'),
		NPM_CONFIG_USERCONFIG: path.join(folder, 'npmrc'),
		NPM_CONFIG_GLOBALCONFIG: path.join(folder, 'no-global-npmrc'),
	};
}

/** Runs a program with this node. */
export function startProgram(
	words: readonly string[],
	{ cwd, environment, input }: { readonly cwd: string; readonly environment: NodeJS.ProcessEnv; readonly input?: string | undefined },
): RunningCommand {
	const child = spawn(process.execPath, words, { cwd, env: environment, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
	child.stdin?.end(input);
	const output = { stdout: '', stderr: '' };
	child.stdout?.setEncoding('utf8').on('data', (text: string) => {
		output.stdout += text;
	});
	child.stderr?.setEncoding('utf8').on('data', (text: string) => {
		output.stderr += text;
	});
	const { promise, resolve, reject } = Promise.withResolvers<Result>();
	child.once('error', reject);
	child.once('close', (exitCode) => resolve({ exitCode, ...output }));
	return { child, output, ended: promise };
}
