import { expect, test } from 'vitest';

import { failureOf, observed, pluginCode, run } from './plugin-run.ts';

const MEBIBYTE = 1024 * 1024;
const limits = { wallMilliseconds: 1500, cpuMilliseconds: 600, memoryBytes: 64 * MEBIBYTE };

test.each([
	['an endless loop', 'for (;;);'],
	['an endless chain of promises', 'for (;;) await 0;'],
	['a builtin that no isolate timeout can stop', 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);'],
	['the sort of a sparse array', 'const a = []; a[4294967294] = 1; a.sort();'],
	[
		'an error with an endless getter',
		'Promise.reject({ get stack() { for (;;); }, get message() { for (;;); } }); await new Promise(() => {});',
	],
	['a flood of output', 'for (;;) console.log("x".repeat(10000));'],
])('%s ends with the processor time', async (_, body) => {
	const seen = observed();
	const failure = await failureOf(run(pluginCode(body), { limits, observe: seen }));
	expect(failure.code).toBe('plugin-limit');
	expect(failure.exitCode).toBe(124);
	expect(seen.audit.find(({ event }) => event === 'limit-exceeded')).toBeDefined();
	expect(() => process.kill(seen.pids[0] ?? 0, 0)).toThrow('ESRCH');
});

test('a plugin that waits for nothing ends with its wall time', async () => {
	const failure = await failureOf(run(pluginCode('await new Promise(() => {});'), { limits: { ...limits, wallMilliseconds: 400 } }));
	expect(failure.code).toBe('plugin-limit');
	expect(failure.details).toMatchObject({ limit: 'wall', bound: 400 });
});

test('an endless loop while the module loads ends too', async () => {
	expect((await failureOf(run('for (;;);', { limits }))).code).toBe('plugin-limit');
});

test.each([
	['objects', 'const a = []; for (;;) a.push({ a: 1 });'],
	['a builtin that allocates by itself', 'Array(1e9).fill(1);'],
	['arrays from a length', 'Array.from({ length: 1e9 });'],
	[
		'Intl, which no isolate limit counts',
		'const a = []; for (;;) a.push(new Intl.NumberFormat("de-DE", { style: "currency", currency: "EUR" }));',
	],
	['arguments by the hundred million', 'Math.max.apply(null, Array(1e8));'],
	['capability calls that are never awaited', 'for (;;) context.env.get("X");'],
])(
	'memory taken as %s ends the plugin within its budget',
	async (_, body) => {
		const seen = observed();
		// Long limits: who computes for long lets all others go first, and gets little of a machine that is busy.
		const failure = await failureOf(
			run(pluginCode(body), { limits: { ...limits, cpuMilliseconds: 60_000, wallMilliseconds: 60_000 }, observe: seen }),
		);
		expect(failure.code).toBe('plugin-limit');
		expect(failure.details).toMatchObject({ limit: 'memory', bound: limits.memoryBytes });
		const end = seen.audit.find((event) => event.event === 'plugin-ended');
		// On a busy machine the watch may be late; then the bound that the kernel keeps is what holds.
		expect(end?.event === 'plugin-ended' ? end.peakMemoryBytes : null).toBeLessThan(limits.memoryBytes + 96 * MEBIBYTE);
	},
	120_000,
);

test.each([
	['many buffers', 'const b = []; for (;;) b.push(new Uint8Array(2 ** 20).fill(1));'],
	['one buffer that never fits', 'new Uint8Array(2 ** 30);'],
])('memory taken as %s is told as a limit, with what was measured', async (_, body) => {
	const seen = observed();
	const failure = await failureOf(run(pluginCode(body), { limits, observe: seen }));
	expect({ code: failure.code, exitCode: failure.exitCode }).toEqual({ code: 'plugin-limit', exitCode: 124 });
	expect(failure.message).toMatch(/beyond its memory of 64\.0 MiB: \d+\.\d MiB were (?:measured|in use when it asked for more)\.$/);
	const exceeded = seen.audit.find(({ event }) => event === 'limit-exceeded');
	expect(exceeded).toMatchObject({ limit: 'memory', bound: limits.memoryBytes, measured: expect.any(Number) });
	expect(seen.audit.at(-1)).toMatchObject({ event: 'plugin-ended', outcome: 'plugin-limit', exitCode: 124 });
});

test('a buffer that does not fit while the module loads is told as a limit too', async () => {
	expect((await failureOf(run('const b = new Uint8Array(2 ** 30);', { limits }))).code).toBe('plugin-limit');
});

test('a plugin that gets over a refused buffer goes on', async () => {
	const { output } = await run(pluginCode('try { new Uint8Array(2 ** 30); } catch (error) { return error.message; }'), { limits });
	expect(output).toBe('Array buffer allocation failed');
});

test.each([
	['resizable buffers', 'new ArrayBuffer(1, { maxByteLength: 2 ** 28 }).resize(2 ** 28);'],
	['shared buffers', 'new SharedArrayBuffer(1);'],
	['WebAssembly memory', 'new WebAssembly.Memory({ initial: 1 });'],
	['ten thousand timers', 'for (;;) setTimeout(() => {}, 1000);'],
])('%s are not available', async (_, body) => {
	expect((await failureOf(run(pluginCode(body)))).code).toMatch(/^plugin-(?:failed|limit)$/);
});

test('what aborts a whole process ends only the host of the plugin', async () => {
	const bodies = ['let s = "a".repeat(2 ** 28); s.split("");', 'let s = "x"; const a = []; for (;;) { s += s; a.push(s.split("")); }'];
	const failures = await Promise.all(
		bodies.map((body) => failureOf(run(pluginCode(body), { limits: { ...limits, cpuMilliseconds: 8000, wallMilliseconds: 9000 } }))),
	);
	for (const failure of failures) {
		expect(['plugin-limit', 'sandbox-breach']).toContain(failure.code);
	}
});

test('neighbours of hostile plugins go on', async () => {
	const hostile = ['for (;;);', 'Array(1e9).fill(1);', '"a".repeat(2 ** 28).split("");'].map((body) =>
		failureOf(run(pluginCode(body), { limits: { ...limits, wallMilliseconds: 1000 } })),
	);
	const honest = Array.from({ length: 3 }, (_, index) => run(pluginCode(`await new Promise((r) => setTimeout(r, 300)); return ${index};`)));
	expect((await Promise.all(honest)).map(({ output }) => output)).toEqual([0, 1, 2]);
	expect((await Promise.all(hostile)).map(({ exitCode }) => exitCode)).toEqual([124, 124, 124]);
});
