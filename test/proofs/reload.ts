/**
 * Reloads one plugin again and again while calls and messages come without a pause, and counts: none may be lost, answered twice or out of
 * order, and neither the core nor the plugin may grow. Usage: node test/proofs/reload.ts [reloads]
 */
import { readdirSync, readFileSync } from 'node:fs';
import { getHeapSpaceStatistics } from 'node:v8';

import type { LivePlugin } from '../../source/engine/sandbox/index.ts';
import { call, moduleCode, NEVER, setupOf, supervisor } from '../engine/sandbox/supervised.ts';

const CODE = moduleCode(
	'execute: async ({ input }) => { calls += 1; return [input, calls]; }, handleMessage: async ({ data }) => { notes += 1; return [data, notes]; }, getState: () => ({ calls, notes }), restoreState: (state) => { ({ calls, notes } = state); }',
	'let calls = 0, notes = 0;',
);

export type ReloadReport = {
	readonly reloads: number;
	readonly calls: number;
	readonly messages: number;
	/** Calls and messages that failed, or whose answer was not the next one. */
	readonly lost: number;
	readonly p50Milliseconds: number;
	readonly p95Milliseconds: number;
	readonly longestWaitMilliseconds: number;
	/** Resident memory of this process in MB: after a tenth of the reloads, and at the end. */
	readonly coreMegabytes: readonly [number, number];
	/** How much of that V8 keeps for new objects, which grows with how many are made in a second, up to 48, and holds nothing. */
	readonly youngMegabytes: readonly [number, number];
	/** The same of the plugin's process, which is another after each reload. */
	readonly pluginMegabytes: readonly [number, number];
	/** The heap of this process after a collection, in MB with two digits, at each fifth of the reloads: a leak would show as a slope. */
	readonly heapMegabytes: readonly number[];
	/** File descriptors of this process. */
	readonly descriptors: readonly [number, number];
};

export async function proveReload(reloads: number): Promise<ReloadReport> {
	await using runtime = supervisor(undefined, 2);
	await runtime.prepare();
	const live = await runtime.start(setupOf('counter', CODE), NEVER);
	const over = new AbortController();
	const count = { calls: 0, messages: 0, lost: 0, longest: 0 };
	const loads = [
		keepAsking(over.signal, count, async (index) => {
			count.calls += 1;
			return isNext(await call(live, index), index, count.calls);
		}),
		keepAsking(over.signal, count, async (index) => {
			count.messages += 1;
			return isNext(await runtime.send('counter', { topic: 'note', data: index }), index, count.messages);
		}),
	];
	const times: number[] = [];
	const heap: number[] = [];
	let early = measure(live);
	for (let reload = 1; reload <= reloads; reload += 1) {
		const startedAt = performance.now();
		await live.reload(setupOf('counter', CODE, { version: `1.0.${reload}` }), NEVER);
		times.push(performance.now() - startedAt);
		if (reload === Math.ceil(reloads / 10)) {
			early = measure(live);
		}

		if (reload % Math.ceil(reloads / 5) === 0) {
			globalThis.gc?.();
			heap.push(Math.round(process.memoryUsage().heapUsed / 10_000) / 100);
		}
	}

	over.abort();
	await Promise.all(loads);
	const late = measure(live);
	const sorted = times.toSorted((a, b) => a - b);
	return {
		reloads,
		calls: count.calls,
		messages: count.messages,
		lost: count.lost,
		p50Milliseconds: quantile(sorted, 0.5),
		p95Milliseconds: quantile(sorted, 0.95),
		longestWaitMilliseconds: Math.round(count.longest),
		coreMegabytes: [early.core, late.core],
		youngMegabytes: [early.young, late.young],
		pluginMegabytes: [early.plugin, late.plugin],
		heapMegabytes: heap,
		descriptors: [early.descriptors, late.descriptors],
	};
}

/** One after the other, so that each answer must be the next in line. */
async function keepAsking(
	signal: AbortSignal,
	count: { lost: number; longest: number },
	ask: (index: number) => Promise<boolean>,
): Promise<void> {
	for (let index = 0; !signal.aborted; index += 1) {
		const startedAt = performance.now();
		const isRight = await ask(index).catch(() => false);
		count.longest = Math.max(count.longest, performance.now() - startedAt);
		count.lost += isRight ? 0 : 1;
		// Leaves the processor to the reload now and then.
		await new Promise((resolve) => {
			setTimeout(resolve, 1);
		});
	}
}

function isNext(answer: unknown, index: number, number: number): boolean {
	return JSON.stringify(answer) === JSON.stringify([index, number]);
}

function measure(live: LivePlugin) {
	globalThis.gc?.();
	return {
		core: residentMegabytes('self'),
		young: youngMegabytes(),
		plugin: residentMegabytes(String(live.incarnation?.pid)),
		descriptors: readdirSync('/proc/self/fd').length,
	};
}

function youngMegabytes(): number {
	const spaces = getHeapSpaceStatistics().filter(({ space_name: name }) => name === 'new_space' || name === 'new_large_object_space');
	return Math.round(spaces.reduce((sum, space) => sum + space.physical_space_size, 0) / 1e6);
}

function residentMegabytes(process: string): number {
	return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${process}/status`, 'utf8'))?.[1] ?? 0) / 1000);
}

function quantile(sorted: readonly number[], share: number): number {
	return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
}

if (process.argv[1] === import.meta.filename) {
	const report = await proveReload(Number(process.argv[2] ?? 1000));
	process.stdout.write(`${JSON.stringify(report, null, '\t')}\n`);
	process.exitCode = report.lost === 0 ? 0 : 1;
}
