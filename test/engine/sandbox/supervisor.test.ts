import { expect, test } from 'vitest';

import { failureOf } from './plugin-run.ts';
import { call, moduleCode, NEVER, recorded, setupOf, supervisor } from './supervised.ts';

const COUNTER = moduleCode(
	`execute: async ({ input }) => { count += 1; return { count, input, pid: ready }; }, initialize() { ready = true; }`,
	'let count = 0, ready = false;',
);

test('a plugin that stays keeps its memory from call to call, and initialize runs before the first', async () => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const live = await runtime.start(setupOf('counter', COUNTER, { seen }), NEVER);
	expect(await call(live, 'a')).toEqual({ count: 1, input: 'a', pid: true });
	expect(await call(live, 'b')).toEqual({ count: 2, input: 'b', pid: true });
	await runtime.stop('counter', 'done');
	expect(seen.transitions.map(({ to }) => to)).toEqual(['starting', 'initializing', 'ready', 'draining', 'stopping', 'stopped']);
	expect(seen.audit.map(({ event }) => event)).toEqual(['plugin-started', 'plugin-ended']);
	expect(seen.audit.at(-1)).toMatchObject({ outcome: 'ok', exitCode: 0 });
});

test('more calls than the window wait, and none is lost', async () => {
	await using runtime = supervisor();
	const code = moduleCode(
		'execute: async ({ input }) => { now += 1; most = Math.max(most, now); await new Promise((r) => setTimeout(r, 1)); now -= 1; return [input, most]; }',
		'let now = 0, most = 0;',
	);
	const live = await runtime.start(setupOf('busy', code), NEVER);
	const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => call(live, index)));
	expect(answers.map((answer) => (answer as [number])[0])).toEqual(Array.from({ length: 200 }, (_, index) => index));
	expect(Math.max(...answers.map((answer) => (answer as [number, number])[1]))).toBe(8);
});

test('a call that takes too long ends the plugin, which is started again; what waited is answered', async () => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const code = moduleCode('execute: async ({ input }) => { if (input === "hang") await new Promise(() => {}); return input; }');
	const limits = { wallMilliseconds: 500, cpuMilliseconds: 500, memoryBytes: 64 * 1024 * 1024 };
	const live = await runtime.start(setupOf('slow', code, { seen, limits }), NEVER);
	const failure = await failureOf(call(live, 'hang'));
	expect(failure.code).toBe('plugin-limit');
	expect(await call(live, 'next')).toBe('next');
	expect(live.figures.restarts).toBe(1);
	expect(seen.audit.map(({ event }) => event)).toEqual(['plugin-started', 'limit-exceeded', 'plugin-ended', 'plugin-started']);
});

test('a host that is killed in the middle of a call fails that call, and the plugin comes back', async () => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const code = moduleCode('execute: async ({ input }) => { if (input === "hang") await new Promise(() => {}); return input; }');
	const live = await runtime.start(setupOf('victim', code, { seen }), NEVER);
	const pending = failureOf(call(live, 'hang'));
	process.kill(live.incarnation?.pid ?? 0, 'SIGKILL');
	expect((await pending).code).toBe('sandbox-breach');
	expect(await call(live, 'again')).toBe('again');
	expect(seen.audit.map(({ event }) => event)).toContain('sandbox-breach');
});

test('an isolate that hangs while nothing was asked of it is found by its heartbeat or its processor time', async () => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const code = moduleCode(
		'execute: async ({ input }) => { setTimeout(() => { Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1); }, 10); return input; }',
	);
	const live = await runtime.start(setupOf('sleeper', code, { seen }), NEVER);
	await call(live, 1);
	await expect.poll(() => seen.audit.find(({ event }) => event === 'limit-exceeded'), { timeout: 15_000 }).toBeDefined();
	await expect.poll(() => live.lifecycle.phase, { timeout: 5000 }).toBe('ready');
});

test('five crashes put a plugin into quarantine, which only a release ends', async () => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const live = await runtime.start(setupOf('crasher', moduleCode(''), { seen }), NEVER);
	for (let round = 0; round < 5; round += 1) {
		await expect.poll(() => live.lifecycle.phase).toBe('ready');
		process.kill(live.incarnation?.pid ?? 0, 'SIGKILL');
		await expect.poll(() => live.lifecycle.crashes.length).toBe(round + 1);
	}

	await expect.poll(() => seen.audit.at(-1)?.event).toBe('plugin-quarantined');
	expect((await failureOf(call(live, 1))).code).toBe('plugin-quarantined');
	expect((await failureOf(runtime.start(setupOf('crasher', moduleCode('')), NEVER))).code).toBe('plugin-quarantined');
});

test('code that fails to load says so and is tried again in vain', async () => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const failure = await failureOf(runtime.start(setupOf('broken', 'throw new Error("no good");', { seen }), NEVER));
	expect(failure).toMatchObject({ code: 'plugin-failed' });
	expect(failure.message).toContain('no good');
	await expect.poll(() => seen.audit.at(-1)?.event, { timeout: 10_000 }).toBe('plugin-quarantined');
});

test('getCapabilities may offer fewer tasks than are declared, and no others', async () => {
	await using runtime = supervisor();
	const live = await runtime.start(setupOf('few', moduleCode('getCapabilities: () => ["go"]')), NEVER);
	expect(await call(live, 1)).toBe(1);
	expect((await failureOf(call(live, 1, 'other'))).code).toBe('task-not-found');
	const greedy = failureOf(runtime.start(setupOf('greedy', moduleCode('getCapabilities: () => ["rule-the-world"]')), NEVER));
	expect((await greedy).message).toContain('getCapabilities of greedy names more');
});

test('a call can be cancelled by itself; the plugin sees its signal and goes on', async () => {
	await using runtime = supervisor();
	const code = moduleCode(
		'execute: async ({ input }, { signal }) => { if (input !== "wait") return aborted; await new Promise((r) => signal.addEventListener("abort", r)); aborted += 1; }',
		'let aborted = 0;',
	);
	const live = await runtime.start(setupOf('patient', code), NEVER);
	const controller = new AbortController();
	const pending = failureOf(live.call({ task: 'go', input: 'wait', signal: controller.signal }));
	const other = failureOf(live.call({ task: 'go', input: 'wait', signal: NEVER }));
	controller.abort();
	expect((await pending).code).toBe('cancelled');
	expect(await call(live, 'ask')).toBe(1);
	await runtime.kill('patient');
	expect((await other).code).toBe('plugin-not-running');
});

test('what is thrown outside of any call is a line of output and hurts no call', async () => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const code = moduleCode('execute: async ({ input }) => { setTimeout(() => { throw new Error("late"); }, 5); return input; }');
	const live = await runtime.start(setupOf('late', code, { seen }), NEVER);
	expect(await call(live, 1)).toBe(1);
	await expect.poll(() => seen.output.join()).toContain('outside of any call: late');
	expect(await call(live, 2)).toBe(2);
});

test('a grant can be revoked while the plugin runs', async () => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const code = moduleCode('execute: (_, { env }) => env.get("GREETING").catch((error) => error.code)');
	const live = await runtime.start(setupOf('reader', code, { seen, allow: ['env:GREETING'] }), NEVER);
	expect(await call(live, 1)).toBe('hello');
	expect(live.revoke({ type: 'env', name: 'GREETING', reason: '' })).toBe(true);
	expect(await call(live, 1)).toBe('ERR_PERMISSION_DENIED');
	expect(live.figures.denied).toBe(1);
	expect(seen.audit.slice(-2)).toMatchObject([{ event: 'permission-revoked', permission: 'env:GREETING' }, { event: 'permission-denied' }]);
});

test('limits can be lowered while the plugin runs', async () => {
	await using runtime = supervisor();
	const code = moduleCode('execute: async ({ input }) => { if (input === "hang") await new Promise(() => {}); return input; }');
	const live = await runtime.start(setupOf('bounded', code), NEVER);
	live.setLimits({ wallMilliseconds: 200, cpuMilliseconds: 200, memoryBytes: 64 * 1024 * 1024 });
	expect((await failureOf(call(live, 'hang'))).details).toMatchObject({ limit: 'wall', bound: 200 });
});
