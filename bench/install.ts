/**
 * Installs from a warm mirror on loopback, plugward beside npm, interleaved: every run starts with an empty client (no cache, no home),
 * so that both fetch, verify and unpack everything. Usage: npm run bench:install -- [rounds]
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureCommand, type Measured } from './measure-command.ts';
import { report, type Row } from './report.ts';

const SETS: readonly (readonly string[])[] = [
	['eslint@9', 'prettier'],
	['@babel/core@7', 'jest@29'],
];
const ROUNDS = Number(process.argv[2] ?? 5);
const ROOT = join(import.meta.dirname, '..');

type Client = {
	readonly name: string;
	readonly install: (specs: readonly string[], registry: string, folder: string) => Promise<Measured>;
};

const CLIENTS: readonly Client[] = [
	{
		name: 'npm',
		async install(specs, registry, folder) {
			await writeFile(join(folder, 'package.json'), '{"name":"bench","version":"1.0.0","private":true}');
			const flags = [
				'--no-audit',
				'--no-fund',
				'--ignore-scripts',
				'--loglevel=error',
				'--cache',
				join(folder, 'cache'),
				'--registry',
				registry,
			];
			return measureCommand(['npm', 'install', ...flags, ...specs], { cwd: folder, environment: plainEnvironment(folder) });
		},
	},
	{
		name: 'plugward',
		install: (specs, registry, folder) =>
			measureCommand(
				[
					process.execPath,
					join(ROOT, 'dist/plugward.cjs'),
					'install',
					...specs,
					'--yes',
					'--quiet',
					'--home',
					join(folder, 'home'),
					'--registry',
					registry,
				],
				{ cwd: folder, environment: plainEnvironment(folder) },
			),
	},
];

const folder = await mkdtemp(join(tmpdir(), 'plugward-bench-'));
try {
	const { registry, stop } = await startMirror(join(folder, 'mirror'));
	try {
		await report(await measureAll(registry), { against: 'npm', file: join(import.meta.dirname, 'results', 'install.json') });
	} finally {
		stop();
	}
} finally {
	await rm(folder, { recursive: true, force: true });
}

async function measureAll(registry: string): Promise<readonly Row[]> {
	const rows: Row[] = [];
	for (const specs of SETS) {
		const runs = new Map(CLIENTS.map(({ name }) => [name, [] as Measured[]]));
		// Round 0 fills the mirror and is not counted.
		for (let round = 0; round <= ROUNDS; round += 1) {
			for (const { name, install } of CLIENTS) {
				const measured = await inFreshFolder((fresh) => install(specs, registry, fresh));
				if (round > 0) {
					runs.get(name)?.push(measured);
				}
			}
		}

		rows.push(...CLIENTS.map(({ name }) => ({ set: specs.join(' '), tool: name, runs: runs.get(name) ?? [] })));
	}

	return rows;
}

async function inFreshFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
	const fresh = await mkdtemp(join(folder, 'run-'));
	try {
		return await work(fresh);
	} finally {
		await rm(fresh, { recursive: true, force: true });
	}
}

function plainEnvironment(home: string): NodeJS.ProcessEnv {
	return { PATH: process.env['PATH'], HOME: home, TMPDIR: tmpdir(), CI: 'true' };
}

/** The mirror runs in a process of its own, as it does for a team, pulling through from the registry npm is configured with. */
async function startMirror(storage: string): Promise<{ readonly registry: string; readonly stop: () => void }> {
	await mkdir(storage, { recursive: true });
	const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
	const parameters = ['--folder', storage, '--port', '0', '--open', '--upstream', upstream];
	const child = spawn(process.execPath, [join(ROOT, 'dist/mirror.js'), ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
	let said = '';
	for await (const chunk of child.stdout) {
		said += String(chunk);
		const url = /https?:\/\/\S+/.exec(said);
		if (url !== null) {
			child.stdout.resume();
			return { registry: url[0], stop: () => child.kill('SIGTERM') };
		}
	}

	throw new Error(`The mirror did not start: ${said}`);
}
