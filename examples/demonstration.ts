import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startMirror } from '../registry-mirror/index.ts';
import { readUpstream } from '../source/engine/registry/index.ts';
import { publishExamples } from './publish-examples.ts';
import { writeSampleLogs } from './sample-logs.ts';

export type CommandResult = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

/** A running registry with the example plugins, a home and a project folder, and the plugward command set up for them. */
export type Demonstration = AsyncDisposable & {
	readonly folder: string;
	/** Where a user of it works, and what is set there. */
	readonly cwd: string;
	readonly environment: NodeJS.ProcessEnv;
	/** Runs one scripted command to its end. */
	readonly plugward: (parameters: readonly string[]) => Promise<CommandResult>;
	/** Runs a scripted command until it is disposed of, which interrupts it. */
	readonly keepRunning: (parameters: readonly string[]) => AsyncDisposable;
	/** The registry goes away, and stays away. */
	readonly closeRegistry: () => Promise<void>;
	/** Opens the full-screen app in this terminal; resolves with its exit code. */
	readonly openApp: () => Promise<number>;
};

/** Beside the bundled program. */
const COMMAND = join(import.meta.dirname, 'plugward.cjs');

/** `folder` holds the registry, which stays for the next time; `home` is where the command installs. */
export async function openDemonstration(options: {
	readonly folder: string;
	readonly home: string;
	/** The built command. */
	readonly command?: string;
}): Promise<Demonstration> {
	const { folder, home, command = COMMAND } = options;
	const token = randomBytes(32).toString('base64url');
	const project = join(folder, 'project');
	await using begun = new AsyncDisposableStack();
	const mirror = await startMirror({
		folder: join(folder, 'mirror'),
		host: '127.0.0.1',
		port: 0,
		token,
		upstream: { ...(await readUpstream({ cwd: process.cwd(), environment: process.env })), offline: false },
		localScopes: ['@examples/*'],
	});
	// A registry that nobody closes would keep the process of a failed start alive.
	begun.defer(() => mirror.close());
	await writeSampleLogs(join(project, 'logs'));
	await publishExamples({ registry: mirror.url, token });
	const configuration = join(folder, 'npmrc');
	await writeFile(configuration, `registry=${mirror.url}\n${mirror.url.replace(/^https?:/, '')}:_authToken=${token}\n`, { mode: 0o600 });
	const settings = join(folder, 'config');
	await mkdir(join(settings, 'plugward'), { recursive: true, mode: 0o700 });
	// Published a moment ago, so the usual three days of waiting would hide them.
	await writeFile(join(settings, 'plugward', 'trust-policy.json'), JSON.stringify({ version: 1, ageExempt: ['@examples/*'] }), {
		mode: 0o600,
	});
	const environment = {
		...withoutNpmConfiguration(process.env),
		PLUGWARD_HOME: home,
		XDG_CONFIG_HOME: settings,
		NPM_CONFIG_USERCONFIG: configuration,
		NPM_CONFIG_GLOBALCONFIG: join(folder, 'no-global-npmrc'),
	};
	const surroundings = { command, cwd: project, environment };
	const ready = begun.move();
	return {
		folder,
		cwd: project,
		environment,
		plugward: (parameters) => runCommand(parameters, surroundings),
		keepRunning: (parameters) => keepRunning(parameters, surroundings),
		closeRegistry: () => ready.disposeAsync(),
		openApp: () => runInTerminal([], surroundings),
		[Symbol.asyncDispose]: () => ready.disposeAsync(),
	};
}

/** What npm's environment says of registries is for the mirror's upstream; the command talks to the mirror alone. */
function withoutNpmConfiguration(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^npm_config_/i.test(name)));
}

type Surroundings = { readonly command: string; readonly cwd: string; readonly environment: NodeJS.ProcessEnv };

async function runCommand(parameters: readonly string[], { command, cwd, environment }: Surroundings): Promise<CommandResult> {
	const child = spawn(process.execPath, [command, ...parameters], { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
	const output = { stdout: '', stderr: '' };
	for (const name of ['stdout', 'stderr'] as const) {
		child[name].setEncoding('utf8').on('data', (text: string) => {
			output[name] += text;
		});
	}

	return { exitCode: await exitOf(child), ...output };
}

function keepRunning(parameters: readonly string[], { command, cwd, environment }: Surroundings): AsyncDisposable {
	const child = spawn(process.execPath, [command, ...parameters], { cwd, env: environment, stdio: 'ignore' });
	const ended = exitOf(child);
	return {
		async [Symbol.asyncDispose]() {
			child.kill('SIGINT');
			await ended;
		},
	};
}

async function runInTerminal(parameters: readonly string[], { command, cwd, environment }: Surroundings): Promise<number> {
	return exitOf(spawn(process.execPath, [command, ...parameters], { cwd, env: environment, stdio: 'inherit' }));
}

async function exitOf(child: ReturnType<typeof spawn>): Promise<number> {
	const { promise, resolve, reject } = Promise.withResolvers<number>();
	child.once('error', reject);
	child.once('close', (code) => resolve(code ?? 1));
	// The app in the foreground gets the terminal's Ctrl-C itself; this process only waits for it.
	const ignore = (): void => {};
	process.on('SIGINT', ignore);
	try {
		return await promise;
	} finally {
		process.off('SIGINT', ignore);
	}
}
