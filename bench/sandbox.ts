/**
 * What running a plugin costs: starts, round trips, memory, reloads, and how soon an offender is dead; beside `node -e`, a bare worker
 * thread and, where its package is at hand, deno. Usage: node bench/sandbox.ts [rounds]
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { LivePlugin, PluginSetup } from '../source/engine/sandbox/index.ts';
import { call, moduleCode, NEVER, recorded, setupOf, supervisor } from '../test/engine/sandbox/supervised.ts';
import { rivals } from './sandbox/rivals.ts';

const rounds = Number(process.argv[2] ?? 20);
const MEBIBYTE = 1024 * 1024;
const ECHO = moduleCode('handleMessage: ({ data }) => data, getState: () => 1, restoreState() {},');

type Row = { readonly what: string; readonly measured: number; readonly unit: string; readonly goal: number | null };
const rows: Row[] = [];

function add(what: string, measured: number, unit: string, goal: number | null = null): void {
	rows.push({ what, measured: Math.round(measured * 1000) / 1000, unit, goal });
	process.stderr.write(`${what}: ${measured.toFixed(2)} ${unit}\n`);
}

await measureStarts();
await measureRoundTrips();
await measureBus();
await measureReloads();
await measureMemory();
await measureOffenders();
await measureRivals();
await report();

async function measureStarts(): Promise<void> {
	for (const [name, pool, goal] of [
		['cold start, no pool', 0, 120],
		['cold start, from the pool', 1, 20],
	] as const) {
		await using runtime = supervisor(recorded(), pool);
		const times: number[] = [];
		for (let round = 0; round <= rounds; round += 1) {
			await runtime.prepare();
			const startedAt = performance.now();
			const live = await runtime.start(setupOf('echo', ECHO), NEVER);
			await call(live, 1);
			times.push(performance.now() - startedAt);
			await runtime.stop('echo', 'done');
		}

		// The first brings everything into memory.
		add(`${name}, to the first answer, p50`, quantile(times.slice(1), 0.5), 'ms');
		add(`${name}, to the first answer, p95`, quantile(times.slice(1), 0.95), 'ms', goal);
	}
}

async function measureRoundTrips(): Promise<void> {
	await using runtime = supervisor();
	const live = await runtime.start(setupOf('echo', ECHO), NEVER);
	for (const [name, bytes, goal] of [
		['100 B', 100, 0.5],
		['10 KB', 10_000, 1],
	] as const) {
		const times = await timesOf(3000, () => call(live, 'x'.repeat(bytes)));
		add(`round trip ${name}, p50`, quantile(times, 0.5), 'ms');
		add(`round trip ${name}, p99`, quantile(times, 0.99), 'ms', goal);
	}

	const startedAt = performance.now();
	await Promise.all(Array.from({ length: 900 }, () => call(live, 'x'.repeat(100))));
	add('calls a second, 100 B, window of 8', 900_000 / (performance.now() - startedAt), '/s');
}

/** Through the core each time: it decides, and puts the sender's name on the message. */
async function measureBus(): Promise<void> {
	await using runtime = supervisor();
	const messages = { send: [{ to: 'receiver', topic: 'note' }], receive: [] };
	const asking = moduleCode('execute: async ({ input }, { messages }) => messages.request("receiver", "note", input),');
	await runtime.start(setupOf('receiver', ECHO, { more: { messages: { send: [], receive: [{ from: 'sender', topic: 'note' }] } } }), NEVER);
	const sender = await runtime.start(setupOf('sender', asking, { more: { messages } }), NEVER);
	const both = await timesOf(2000, () => call(sender, 'x'.repeat(100)));
	const own = await timesOf(2000, () => runtime.send('receiver', { topic: 'note', data: 'x'.repeat(100) }));
	// Core to A to core to B and all the way back, less core to B and back, is A to B and back.
	add('plugin to plugin and back, p50', quantile(both, 0.5) - quantile(own, 0.5), 'ms');
	add('plugin to plugin, one way, p99 (half of the p99 there and back)', quantile(both, 0.99) / 2, 'ms', 1);
}

async function measureReloads(): Promise<void> {
	await using runtime = supervisor(recorded(), 2);
	await runtime.prepare();
	const live = await runtime.start(setupOf('echo', ECHO), NEVER);
	const times: number[] = [];
	for (let round = 0; round < rounds * 2; round += 1) {
		await runtime.prepare();
		const startedAt = performance.now();
		await live.reload(setupOf('echo', ECHO), NEVER);
		times.push(performance.now() - startedAt);
		await call(live, 1);
	}

	add('hot reload with state, p50', quantile(times, 0.5), 'ms');
	add('hot reload with state, p95', quantile(times, 0.95), 'ms', 100);
}

async function measureMemory(): Promise<void> {
	for (const [name, level, count, each, all] of [
		['own process', 'unknown', 50, 15, 700],
		['shared process', 'verified', 200, 3, null],
	] as const) {
		await using runtime = supervisor();
		const lives: LivePlugin[] = [];
		for (let index = 0; index < count; index += 1) {
			lives.push(await runtime.start(setupOf(`echo-${index}`, ECHO, { level }), NEVER));
		}

		const answers = await Promise.all(lives.map((live, index) => call(live, index)));
		if (JSON.stringify(answers) !== JSON.stringify(lives.map((_, index) => index))) {
			throw new Error(`not all of ${count} answered`);
		}

		await sleep(1000);
		const pids = [...new Set(lives.map(({ incarnation }) => incarnation?.pid ?? 0))];
		const megabytes = pids.reduce((sum, pid) => sum + proportionalKilobytes(pid), 0) / 1000;
		add(`idle, ${count} plugins in ${pids.length} ${name}${pids.length === 1 ? '' : 'es'}: each`, megabytes / count, 'MB PSS', each);
		add(`idle, ${count} plugins in ${pids.length} ${name}${pids.length === 1 ? '' : 'es'}: all`, megabytes, 'MB PSS', all);
	}
}

async function measureOffenders(): Promise<void> {
	const limits = { wallMilliseconds: 1000, cpuMilliseconds: 500, memoryBytes: 48 * MEBIBYTE };
	const late: number[] = [];
	for (const body of ['for (;;);', 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);', 'await new Promise(() => {});']) {
		late.push(...(await repeat(5, async () => (await offend(body, limits)).milliseconds)));
	}

	add('offender dead after its wall deadline, slowest', Math.max(...late) - limits.wallMilliseconds, 'ms', 1000);
	const over: number[] = [];
	for (const body of [
		'const a = []; for (;;) a.push(new Array(1000).fill({}));',
		'Array.from({ length: 1e9 });',
		'const a = []; for (;;) a.push(new Intl.NumberFormat("de"));',
	]) {
		over.push(
			...(await repeat(5, async () => (await offend(body, { ...limits, cpuMilliseconds: 8000, wallMilliseconds: 8000 })).peakBytes)),
		);
	}

	add('memory above the budget of 48 MiB, most', (Math.max(...over) - limits.memoryBytes) / 1e6, 'MB', 25);
}

async function offend(body: string, limits: PluginSetup['limits']): Promise<{ readonly milliseconds: number; readonly peakBytes: number }> {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const live = await runtime.start(setupOf('offender', moduleCode(`execute: async () => { ${body} },`), { limits, seen }), NEVER);
	const startedAt = performance.now();
	await call(live, 0).catch(() => undefined);
	const milliseconds = performance.now() - startedAt;
	while (!seen.audit.some(({ event }) => event === 'plugin-ended')) {
		await sleep(5);
	}

	const ended = seen.audit.find((line) => line.event === 'plugin-ended');
	return { milliseconds, peakBytes: ended?.event === 'plugin-ended' ? (ended.peakMemoryBytes ?? 0) : 0 };
}

async function measureRivals(): Promise<void> {
	for (const { name, start } of rivals()) {
		const starts: number[] = [];
		for (let round = 0; round < rounds; round += 1) {
			const startedAt = performance.now();
			const rival = await start();
			await rival.ask('1');
			starts.push(performance.now() - startedAt);
			await rival.end();
		}

		add(`rival ${name}: start to the first answer, p50`, quantile(starts, 0.5), 'ms');
		add(`rival ${name}: start to the first answer, p95`, quantile(starts, 0.95), 'ms');
		const rival = await start();
		for (const [size, bytes] of [
			['100 B', 100],
			['10 KB', 10_000],
		] as const) {
			const times = await timesOf(2000, () => rival.ask('x'.repeat(bytes)));
			add(`rival ${name}: round trip ${size}, p50`, quantile(times, 0.5), 'ms');
			add(`rival ${name}: round trip ${size}, p99`, quantile(times, 0.99), 'ms');
		}

		await rival.end();
	}
}

async function timesOf(count: number, work: () => Promise<unknown>): Promise<readonly number[]> {
	const times: number[] = [];
	for (let index = 0; index < count + 200; index += 1) {
		const startedAt = performance.now();
		await work();
		times.push(performance.now() - startedAt);
	}

	return times.slice(200);
}

async function repeat(count: number, work: () => Promise<number>): Promise<readonly number[]> {
	const results: number[] = [];
	for (let index = 0; index < count; index += 1) {
		results.push(await work());
	}

	return results;
}

function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Memory shared with other processes counts in parts. */
function proportionalKilobytes(pid: number): number {
	return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
}

async function report(): Promise<void> {
	const lines = rows.map(({ what, measured, unit, goal }) => {
		const verdict = goal === null ? '' : `goal ${goal}${measured <= goal ? '' : '  MISSED'}`;
		return `${what.padEnd(66)} ${measured.toFixed(2).padStart(10)} ${unit.padEnd(7)} ${verdict}`;
	});
	process.stdout.write(`${lines.join('\n')}\n`);
	await writeFile(
		join(import.meta.dirname, 'results', 'sandbox.json'),
		`${JSON.stringify({ node: process.version, rounds, rows }, null, '\t')}\n`,
	);
}
