import { expect, test } from 'vitest';

import { failureOf } from './plugin-run.ts';
import { call, moduleCode, NEVER, recorded, setupOf, supervisor, type SetupOptions } from './supervised.ts';

function counter(step: number, more = ''): string {
	return moduleCode(
		`execute: async () => { count += ${step}; return count; }, getState: () => ({ count }), restoreState: (state, version) => { count = state.count; from = version; }, ${more}`,
		'let count = 0, from = null;',
	);
}

const next = (code: string, options: SetupOptions = {}) => setupOf('counter', code, { version: '2.0.0', ...options });

test('the new version goes on with the state of the old one', async () => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const live = await runtime.start(setupOf('counter', counter(1), { seen }), NEVER);
	await call(live, 0);
	expect(await call(live, 0)).toBe(2);
	await live.reload(next(counter(10), { seen }), NEVER);
	expect(await call(live, 0)).toBe(12);
	expect(live.setup.version).toBe('2.0.0');
	// The old one is ended while the new one works already.
	await expect
		.poll(() => seen.audit.map(({ event }) => event))
		.toEqual(['plugin-started', 'plugin-started', 'plugin-reloaded', 'plugin-ended']);
	expect(seen.audit[2]).toMatchObject({ from: '1.0.0', version: '2.0.0', outcome: 'ok' });
	expect(seen.transitions.map(({ to }) => to)).toEqual(['starting', 'initializing', 'ready', 'reloading', 'ready']);
});

test.each<[string, string, SetupOptions]>([
	['does not load', 'throw new Error("no");', {}],
	['is no plugin', 'var plugwardBundle = {};', {}],
	['fails to initialize', counter(1, 'initialize() { throw new Error("no"); },'), {}],
	['refuses the state', moduleCode('restoreState() { throw new Error("no"); }'), {}],
	['hangs while it takes the state', moduleCode('restoreState() { return new Promise(() => {}); }'), {}],
	['reads another version of the state only', counter(1), { more: { state: { version: 3, readsFrom: 2 } } }],
	[
		'dies while it loads',
		'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);',
		{ limits: { wallMilliseconds: 300, cpuMilliseconds: 300, memoryBytes: 64e6 } },
	],
])('a new version that %s leaves the old one as it was', async (_, code, options) => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const live = await runtime.start(setupOf('counter', counter(1), { seen }), NEVER);
	expect(await call(live, 0)).toBe(1);
	const pid = live.incarnation?.pid;
	await failureOf(live.reload(next(code, { seen, ...options }), NEVER));
	expect(await call(live, 0)).toBe(2);
	expect([live.setup.version, live.incarnation?.pid, live.lifecycle.phase]).toEqual(['1.0.0', pid, 'ready']);
	expect(seen.audit.find(({ event }) => event === 'plugin-reloaded')).toMatchObject({ version: '2.0.0' });
	expect(seen.audit.find(({ event }) => event === 'plugin-reloaded')).not.toMatchObject({ outcome: 'ok' });
});

test('a state that is too large to hand over refuses the reload', async () => {
	await using runtime = supervisor();
	const live = await runtime.start(setupOf('counter', moduleCode('getState: () => "x".repeat(1024 * 1024)')), NEVER);
	const failure = await failureOf(live.reload(next(counter(1)), NEVER));
	expect(failure.code).toBe('reload-refused');
	expect(failure.message).toContain('at most 1048576');
});

test('calls that come during a reload are answered, and in their order', async () => {
	await using runtime = supervisor();
	const live = await runtime.start(setupOf('counter', counter(1)), NEVER);
	const answers: Promise<unknown>[] = [];
	const over = new AbortController();
	const load = (async () => {
		while (!over.signal.aborted) {
			const answer = call(live, 0);
			// Whoever waits below hears of a failure.
			answer.catch(() => undefined);
			answers.push(answer);
			await new Promise((resolve) => setTimeout(resolve, 1));
		}
	})();
	for (let round = 0; round < 5; round += 1) {
		await live.reload(next(counter(1)), NEVER);
	}

	over.abort();
	await load;
	expect(await Promise.all(answers)).toEqual(answers.map((_, index) => index + 1));
});

test('a host killed during its reload brings the old version back', async () => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const live = await runtime.start(setupOf('counter', counter(1), { seen }), NEVER);
	const pending = failureOf(live.reload(next(counter(1), { seen }), NEVER));
	process.kill(live.incarnation?.pid ?? 0, 'SIGKILL');
	await pending;
	await expect.poll(() => live.lifecycle.phase).toBe('ready');
	expect(live.setup.version).toBe('1.0.0');
	expect(await call(live, 0)).toBe(1);
});

test('the new host killed during a reload leaves the old version as it was', async () => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const live = await runtime.start(setupOf('counter', counter(1), { seen }), NEVER);
	await call(live, 0);
	const slow = moduleCode('initialize: () => new Promise((resolve) => setTimeout(resolve, 5000))');
	const pending = failureOf(live.reload(next(slow, { seen }), NEVER));
	await expect.poll(() => seen.audit.filter(({ event }) => event === 'plugin-started').length).toBe(2);
	const started = seen.audit.findLast(({ event }) => event === 'plugin-started');
	process.kill(started !== undefined && 'pid' in started ? started.pid : 0, 'SIGKILL');
	expect((await pending).code).toBe('sandbox-breach');
	expect(await call(live, 0)).toBe(2);
});
