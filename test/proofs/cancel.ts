/**
 * Cancels real operations at random moments and measures how long each takes to give up.
 * Run: npm run proof:cancel -- [rounds] [seed]
 */
import { ok } from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEngine, type Engine, EngineError } from '../../source/engine/index.ts';
import { startFakeRegistry } from '../helpers/fake-registry.ts';
import { randomFrom } from './random.ts';
import { requireWholeHome } from './whole-home.ts';

const [rounds = '40', seed = '1'] = process.argv.slice(2);
const PACKAGES = 12;
const random = randomFrom(Number(seed));
const folder = await mkdtemp(join(tmpdir(), 'plugward-cancel-'));
await using registry = await startFakeRegistry();
// Large enough to be cancelled in the middle: 12 packages of 400 files and one file of 6 MB each.
const names = Array.from({ length: PACKAGES }, (_, i) => `big-${i}`);
for (const name of names) {
	const files = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`lib/${i}.js`, `// ${name} ${i}\n`.repeat(50)]));
	registry.serve(name, '1.0.0', {}, { ...files, 'data.txt': `${name}\n`.repeat(800_000) });
}

const userConfig = join(folder, 'npmrc');
await writeFile(userConfig, `registry=${registry.url}\n`, { mode: 0o600 });
const open = async (home: string): Promise<Engine> =>
	createEngine({
		home: join(folder, home),
		registry: null,
		offline: false,
		cwd: folder,
		environment: { HOME: folder, NPM_CONFIG_USERCONFIG: userConfig, NPM_CONFIG_GLOBALCONFIG: join(folder, 'none') },
		waitMilliseconds: 5000,
		command: 'cancel',
	});

type Work = (engine: Engine, signal: AbortSignal) => Promise<unknown>;
const onEvent = () => undefined;
const install: Work = async (engine, signal) => {
	const call = { signal, onEvent };
	await engine.applyPlan(await engine.planInstall(names, call), { ...call, decisions: [] });
};
const WORKS: Readonly<Record<string, Work>> = {
	verify: async (engine, signal) => engine.verify([], { signal, onEvent }),
	'verify of the cache': async (engine, signal) => engine.verifyCache({ signal, onEvent }),
	'plan of an update': async (engine, signal) => engine.planUpdate([], { signal, onEvent, toLatest: true }),
	rollback: async (engine, signal) => engine.planRollback(1, { signal, onEvent }),
	list: async (engine, signal) => engine.list({ signal, onEvent }),
	gc: async (engine, signal) => engine.collectGarbage({ newest: 99, olderThanDays: null, isDryRun: true }, { signal, onEvent }),
	'export of an archive': async (engine, signal) =>
		engine.exportHome({ file: join(folder, `export-${(exports += 1)}.tar`), generation: null, all: false }, { signal, onEvent }),
	'export of node_modules': async (engine, signal) => engine.exportNodeModules(join(folder, `tree-${(exports += 1)}`), { signal, onEvent }),
	doctor: async (engine, signal) => engine.doctor({ signal, onEvent, fix: false }),
};
let exports = 0;

/** Milliseconds from the abort to the refusal, or null when the work was done before. */
async function cancelOnce(engine: Engine, work: Work, afterMilliseconds: number): Promise<number | null> {
	const controller = new AbortController();
	let abortedAt = 0;
	const running = work(engine, controller.signal).then(
		() => null,
		(error: unknown) => error,
	);
	await Promise.race([sleep(afterMilliseconds), running]);
	abortedAt = performance.now();
	controller.abort();
	const failure = await running;
	const milliseconds = performance.now() - abortedAt;
	if (failure === null) {
		return null;
	}

	ok(failure instanceof EngineError && failure.code === 'cancelled', `expected cancelled, got ${String(failure)}`);
	return milliseconds;
}

function summaryOf(times: readonly number[]): object {
	const sorted = times.toSorted((a, b) => a - b);
	const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
	return { cancelled: times.length, median: at(0.5), p95: at(0.95), longest: at(1) };
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
	const started = performance.now();
	await work();
	return performance.now() - started;
}

try {
	const never = new AbortController().signal;
	const whole = await open('whole');
	const installMilliseconds = await timeOf(() => install(whole, never));
	const times = new Map<string, { readonly whole: number; readonly cancelled: number[] }>([
		['install', { whole: installMilliseconds, cancelled: [] }],
	]);
	for (let round = 0; round < Number(rounds); round += 1) {
		const engine = await open(`cancelled-${round}`);
		const took = await cancelOnce(engine, install, random() * installMilliseconds);
		await engine[Symbol.asyncDispose]();
		await requireWholeHome(join(folder, `cancelled-${round}`));
		await rm(join(folder, `cancelled-${round}`), { recursive: true });
		times.get('install')?.cancelled.push(...(took === null ? [] : [took]));
	}

	for (const [name, work] of Object.entries(WORKS)) {
		const wholeMilliseconds = await timeOf(() => work(whole, never));
		const cancelled: number[] = [];
		for (let round = 0; round < Number(rounds); round += 1) {
			const took = await cancelOnce(whole, work, random() * wholeMilliseconds);
			cancelled.push(...(took === null ? [] : [took]));
		}

		times.set(name, { whole: wholeMilliseconds, cancelled });
	}

	await whole[Symbol.asyncDispose]();
	// Milliseconds from the abort to the refusal, and how long the whole takes when nobody cancels it.
	console.table(
		Object.fromEntries(
			Array.from(times, ([name, { whole: all, cancelled }]) => [name, { whole: Math.round(all), ...summaryOf(cancelled) }]),
		),
	);
} finally {
	await rm(folder, { recursive: true, force: true });
}
