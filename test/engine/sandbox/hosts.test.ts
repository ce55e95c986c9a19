import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { HostPool } from '../../../source/engine/sandbox/supervisor/host-pool.ts';
import { failureOf } from './plugin-run.ts';
import { call, moduleCode, NEVER, recorded, setupOf, supervisor } from './supervised.ts';

test('hosts of the pool wait, are given away once, and are replaced', async () => {
	await using pool = new HostPool(2);
	await pool.fill();
	expect(pool.waiting).toBe(2);
	const [first, second, third] = [await pool.take(NEVER), await pool.take(NEVER), await pool.take(NEVER)];
	expect(new Set([first.pid, second.pid, third.pid]).size).toBe(3);
	await expect.poll(() => pool.waiting, { timeout: 5000 }).toBe(2);
	for (const link of [first, second, third]) {
		link.end({ isHanging: false });
		await link.gone();
	}
});

test('a host that died while it waited is not given to anybody', async () => {
	await using pool = new HostPool(1);
	await pool.fill();
	const [waiting] = children();
	process.kill(waiting ?? 0, 'SIGKILL');
	// Gone for the system, and so for the pool.
	await expect.poll(() => existsSync(`/proc/${waiting}`)).toBe(false);
	const link = await pool.take(NEVER);
	expect(link.pid).not.toBe(waiting);
	link.end({ isHanging: false });
	await link.gone();
});

test('a plugin that computes for long steps behind the core; one that does not keeps its place', async () => {
	await using runtime = supervisor();
	const [modest, greedy] = [
		await runtime.start(setupOf('modest', moduleCode('')), NEVER),
		await runtime.start(setupOf('greedy', moduleCode('execute: async () => { for (;;); }')), NEVER),
	];
	const niceness = ({ incarnation }: typeof modest): number => {
		const fields = readFileSync(`/proc/${incarnation?.pid}/stat`, 'latin1').replace(/^.*\) /s, '');
		return Number(fields.split(' ')[16]);
	};
	const before = niceness(modest);
	const killed = failureOf(call(greedy, 0));
	await expect.poll(() => niceness(greedy), { timeout: 9000, interval: 5 }).toBeGreaterThanOrEqual(Math.max(10, before));
	expect(await call(modest, 1)).toBe(1);
	expect(niceness(modest)).toBe(before);
	await runtime.kill('greedy');
	await killed;
});

test('nothing of the pool is left after it is closed', async () => {
	const pool = new HostPool(2);
	await pool.fill();
	expect(children()).toHaveLength(2);
	await pool[Symbol.asyncDispose]();
	expect(children()).toEqual([]);
});

test('plugins of verified level share a process, an isolate each; others never do', async () => {
	await using runtime = supervisor();
	const code = moduleCode('execute: async () => { globalThis.mark = (globalThis.mark ?? 0) + 1; return mark; }');
	const [a, b, c] = await Promise.all([
		runtime.start(setupOf('a', code, { level: 'verified' }), NEVER),
		runtime.start(setupOf('b', code, { level: 'core' }), NEVER),
		runtime.start(setupOf('c', code, { level: 'trusted' }), NEVER),
	]);
	expect(a.incarnation?.pid).toBe(b.incarnation?.pid);
	expect(c.incarnation?.pid).not.toBe(a.incarnation?.pid);
	expect([a.isShared, b.isShared, c.isShared]).toEqual([true, true, false]);
	expect([await call(a, 0), await call(a, 0), await call(b, 0)]).toEqual([1, 2, 1]);
	await runtime.stop('a', 'done');
	expect(await call(b, 0)).toBe(2);
});

test('what hangs in a shared process ends it, and those who were in it come back alone', async () => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const limits = { wallMilliseconds: 400, cpuMilliseconds: 400, memoryBytes: 64 * 1024 * 1024 };
	const code = moduleCode(
		'execute: async ({ input }) => { if (input === "hang") Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1); return input; }',
	);
	const guilty = await runtime.start(setupOf('guilty', code, { level: 'verified', limits, seen }), NEVER);
	const neighbour = await runtime.start(setupOf('neighbour', code, { level: 'verified', seen }), NEVER);
	const pid = guilty.incarnation?.pid;
	expect((await failureOf(call(guilty, 'hang'))).code).toBe('plugin-limit');
	expect(await call(neighbour, 'here')).toBe('here');
	expect(await call(guilty, 'here too')).toBe('here too');
	expect([guilty.isShared, neighbour.isShared]).toEqual([false, false]);
	await expect.poll(() => isAlive(pid ?? 0)).toBe(false);
});

test('nothing is left two seconds after the core was killed, with its plugins busy, shared, idle and in the pool', async () => {
	const helper = join(import.meta.dirname, 'doomed-core.ts');
	const core = spawn(process.execPath, [helper], { stdio: ['ignore', 'pipe', 'inherit'] });
	const pids = await new Promise<readonly number[]>((resolve) => {
		core.stdout.once('data', (text: Buffer) => resolve(JSON.parse(text.toString()) as readonly number[]));
	});
	expect(pids.length).toBeGreaterThanOrEqual(5);
	expect(pids.every((pid) => isAlive(pid))).toBe(true);
	core.kill('SIGKILL');
	await expect.poll(() => pids.filter((pid) => isAlive(pid)), { timeout: 2000 }).toEqual([]);
}, 30_000);

test('a core that runs plugins does not open the debugger when it is sent SIGUSR1', async () => {
	await using runtime = supervisor();
	const live = await runtime.start(setupOf('quiet', moduleCode('')), NEVER);
	expect(process.listenerCount('SIGUSR1')).toBeGreaterThan(0);
	process.kill(process.pid, 'SIGUSR1');
	expect(await call(live, 1)).toBe(1);
	const { url } = await import('node:inspector');
	expect(url()).toBeUndefined();
});

/** Processes that this one started and that live, except for node's own helpers. */
test('a question that nobody answers holds up no neighbour in a shared process; who asked it moves out with its state', async () => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const never = Promise.withResolvers<readonly []>();
	const asking = moduleCode(
		'execute: async ({ input }) => { if (input === "count") return count; count += 1; try { return fs.readdirSync("/plugward-package/node_modules/own"); } catch (error) { return error.code; } }, getState: () => count, restoreState: (state) => { count = state; }',
		'let count = 0; const fs = plugwardModule("fs");',
	);
	const files = { names: ['own'], list: () => never.promise, read: async () => new Uint8Array(0) };
	const slow = await runtime.start(setupOf('slow', asking, { seen, level: 'core', files }), NEVER);
	const neighbour = await runtime.start(setupOf('neighbour', moduleCode(''), { level: 'core' }), NEVER);
	expect([slow.isShared, neighbour.isShared, slow.incarnation?.pid === neighbour.incarnation?.pid]).toEqual([true, true, true]);
	const asked = call(slow, 'ask');
	expect(await call(neighbour, 'still here')).toBe('still here');
	expect(await asked).toBe('EAGAIN');
	await expect.poll(() => slow.isShared).toBe(false);
	expect(await call(slow, 'count')).toBe(1);
	expect([neighbour.isShared, neighbour.lifecycle.crashes, slow.lifecycle.crashes]).toEqual([true, [], []]);
	const pending = failureOf(call(slow, 'ask'));
	expect(await call(neighbour, 'and now too')).toBe('and now too');
	await runtime.kill('slow');
	expect((await pending).code).toBe('plugin-not-running');
});

function children(): readonly number[] {
	const pids = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
	return pids.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('sandbox-host'));
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		// What was killed and not yet collected is no more.
		return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
	} catch {
		return false;
	}
}
