/**
 * Makes single system calls of the built command fail (EIO, ENOSPC) or kills it at them, one after the other, by strace, and requires
 * a whole home each time. Needs strace and the right to trace.
 * Run: npm run proof:inject -- [every N-th call]
 */
import { ok } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtFile, cleanEnvironment, openMachine } from '../end-to-end/command.ts';
import { startFakeRegistry } from '../helpers/fake-registry.ts';
import { serveSmallPackages } from './small-packages.ts';
import { requireWholeHome } from './whole-home.ts';

export type InjectReport = {
	/** Calls of each kind that the operation makes below its home, and how many of them were tried. */
	readonly calls: Readonly<Record<string, { readonly made: number; readonly tried: number }>>;
	readonly before: number;
	readonly after: number;
	/** Exit codes of the runs that were not killed. */
	readonly exitCodes: Readonly<Record<string, number>>;
};

/** What changes a home. `openat` counts only when it creates. */
const CALLS = [
	'openat',
	'write',
	'pwrite64',
	'writev',
	'rename',
	'link',
	'linkat',
	'mkdir',
	'fsync',
	'unlink',
	'ftruncate',
	'fchmod',
] as const;
const MISHAPS = ['error=ENOSPC', 'error=EIO', 'signal=KILL'] as const;

/** Why it cannot run here, or null. */
export function whyNoInjection(): string | null {
	const { status, error } = spawnSync('strace', ['-e', 'trace=none', '-e', 'inject=getppid:error=EPERM', 'true']);
	return error !== undefined ? 'strace is not installed' : status === 0 ? null : 'tracing is not permitted here';
}

type Scene = { readonly folder: string; readonly home: string };

/** `words`: the command without `plugward`; it starts with one package installed at generation 2. `every`: each how many-th call is tried. */
export async function injectInto(
	words: readonly string[],
	{ every, first = 0 }: { readonly every: number; readonly first?: number },
): Promise<InjectReport> {
	await using registry = await startFakeRegistry();
	serveSmallPackages(registry);
	await using machine = await openMachine(registry.url);
	for (const spec of ['red@1.0.0', 'green@1.0.0']) {
		const { exitCode, stderr } = await machine.plugward(['install', spec, '--yes']);
		ok(exitCode === 0, stderr);
	}

	const calls: Record<string, { made: number; tried: number }> = {};
	const exitCodes: Record<string, number> = {};
	const counts = { before: 0, after: 0 };
	for (const call of CALLS) {
		const places = await callsOf(call, words, machine.folder);
		let tried = 0;
		for (let index = first % every; index < places.length; index += every) {
			const mishap = MISHAPS[Math.floor(index / every) % MISHAPS.length] ?? 'signal=KILL';
			for (const one of every === 1 ? MISHAPS : [mishap]) {
				const { outcome, exitCode } = await tryOne(words, {
					machine: machine.folder,
					call,
					place: places[index] ?? 1,
					mishap: one,
				});
				counts[outcome] += 1;
				exitCodes[String(exitCode)] = (exitCodes[String(exitCode)] ?? 0) + 1;
				tried += 1;
			}
		}

		calls[call] = { made: places.length, tried };
	}

	return { calls, ...counts, exitCodes };
}

/** Runs in a copy of the machine: each run starts from the same home. */
async function inCopy<T>(machine: string, work: (scene: Scene) => Promise<T>): Promise<T> {
	const folder = await mkdtemp(join(tmpdir(), 'plugward-inject-'));
	try {
		// With `-a` what is one file on disk stays one.
		ok(spawnSync('cp', ['-a', `${machine}/.`, folder]).status === 0, 'the home is copied');
		return await work({ folder, home: join(folder, 'home') });
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

function trace(scene: Scene, options: readonly string[], words: readonly string[]): Promise<number | null> {
	return exitCodeOf('strace', ['-f', '-qq', ...options, process.execPath, builtFile('plugward.cjs'), ...words], scene);
}

function runPlainly(scene: Scene, words: readonly string[]): Promise<number | null> {
	return exitCodeOf(process.execPath, [builtFile('plugward.cjs'), ...words], scene);
}

function exitCodeOf(program: string, words: readonly string[], { folder }: Scene): Promise<number | null> {
	// One thread for files, so that the same call has the same number in each run.
	const env = { ...cleanEnvironment(folder), UV_THREADPOOL_SIZE: '1' };
	const child = spawn(program, words, { cwd: folder, env, stdio: 'ignore' });
	return new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', resolve);
	});
}

/** Which of the calls of this kind concern the home. strace counts them for each thread, from 1. */
async function callsOf(call: string, words: readonly string[], machine: string): Promise<readonly number[]> {
	return inCopy(machine, async (scene) => {
		const log = join(scene.folder, 'trace');
		await trace(scene, ['-y', '-o', log, '-e', `trace=${call}`], words);
		const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line.includes(`${call}(`));
		const counts = new Map<string, number>();
		const places = new Set<number>();
		for (const line of lines) {
			const thread = line.split(' ', 1)[0] ?? '';
			const place = (counts.get(thread) ?? 0) + 1;
			counts.set(thread, place);
			if (concernsHome(line, { call, home: scene.home })) {
				places.add(place);
			}
		}

		return [...places].toSorted((a, b) => a - b);
	});
}

function concernsHome(line: string, { call, home }: { readonly call: string; readonly home: string }): boolean {
	return line.includes(`${home}/`) && (call !== 'openat' || line.includes('O_CREAT'));
}

type Trial = {
	readonly machine: string;
	readonly call: string;
	readonly place: number;
	readonly mishap: string;
};

async function tryOne(
	words: readonly string[],
	{ machine, call, place, mishap }: Trial,
): Promise<{ readonly outcome: 'before' | 'after'; readonly exitCode: number | null }> {
	return inCopy(machine, async (scene) => {
		const exitCode = await trace(scene, ['-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:${mishap}:when=${place}`], words);
		try {
			const { current, generations } = await requireWholeHome(scene.home);
			ok(current <= 3, 'no more than one generation was made');
			ok(generations.includes(2), 'the generation before is there');
			const next = await runPlainly(scene, ['install', 'blue@1.1.0', '--yes']);
			ok(next === 0, `the next install exits with ${next}`);
			const verified = await runPlainly(scene, ['verify']);
			ok(verified === 0, `verify exits with ${verified}`);
			return { outcome: current === 2 ? 'before' : 'after', exitCode };
		} catch (error) {
			throw new Error(`${mishap} at ${call} number ${place} of ${words.join(' ')} (exit ${exitCode})`, { cause: error });
		}
	});
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
	const reason = whyNoInjection();
	if (reason !== null) {
		console.log(`Not run: ${reason}.`);
	} else {
		const every = Number(process.argv[2] ?? '1');
		for (const words of [
			['install', 'blue@2.0.0', '--yes'],
			['rollback', '1', '--yes'],
			['remove', 'green', '--yes'],
			['gc', '--keep', '1', '--yes'],
		]) {
			console.log(words.join(' '), JSON.stringify(await injectInto(words, { every })));
		}
	}
}
