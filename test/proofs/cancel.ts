/**
 * Cancels real installs and verifications at random moments and measures how long each takes to give up.
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
const verify: Work = async (engine, signal) => engine.verify([], { signal, onEvent });

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

try {
	const whole = await open('whole');
	const started = performance.now();
	await install(whole, new AbortController().signal);
	const installMilliseconds = performance.now() - started;
	const verifyStarted = performance.now();
	await verify(whole, new AbortController().signal);
	const verifyMilliseconds = performance.now() - verifyStarted;
	const times = { install: [] as number[], verify: [] as number[] };
	for (let round = 0; round < Number(rounds); round += 1) {
		const engine = await open(`cancelled-${round}`);
		const took = await cancelOnce(engine, install, random() * installMilliseconds);
		await engine[Symbol.asyncDispose]();
		await requireWholeHome(join(folder, `cancelled-${round}`));
		await rm(join(folder, `cancelled-${round}`), { recursive: true });
		times.install.push(...(took === null ? [] : [took]));
		const verified = await cancelOnce(whole, verify, random() * verifyMilliseconds);
		times.verify.push(...(verified === null ? [] : [verified]));
	}

	await whole[Symbol.asyncDispose]();
	console.log(
		JSON.stringify(
			{ installMilliseconds: Math.round(installMilliseconds), install: summaryOf(times.install), verify: summaryOf(times.verify) },
			null,
			'\t',
		),
	);
} finally {
	await rm(folder, { recursive: true, force: true });
}
