import { expect, test } from 'vitest';

import { bundle, failureOf, folderOf, observed, outputOf, pluginCode, run } from './plugin-run.ts';

const typed = {
	apiVersion: 1,
	main: './plugin.js',
	tasks: {
		go: {
			description: '',
			input: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
			output: { type: 'object', required: ['greeting'] },
		},
	},
	permissions: [],
	limits: { wallMilliseconds: 1, cpuMilliseconds: 1, memoryBytes: 1 },
} as const;

test('a plugin gets its task and input and its result comes back as JSON', async () => {
	expect(await outputOf('return { task, doubled: input.numbers.map((n) => n * 2) };', { input: { numbers: [1, 2] } })).toEqual({
		task: 'go',
		doubled: [2, 4],
	});
});

test('input and output are checked against the declared schemas', async () => {
	expect((await run(pluginCode('return { greeting: "hi " + input.name };'), { manifest: typed, input: { name: 'Ada' } })).output).toEqual({
		greeting: 'hi Ada',
	});
	const badInput = await failureOf(run(pluginCode('return {};'), { manifest: typed, input: { name: 7 } }));
	expect(badInput.code).toBe('usage');
	expect(badInput.message).toContain('/name must be string');
	const badOutput = await failureOf(run(pluginCode('return {};'), { manifest: typed, input: { name: 'Ada' } }));
	expect(badOutput.code).toBe('plugin-failed');
	expect(badOutput.message).toContain('greeting');
});

test('a schema cannot wave everything through by calling itself asynchronous', async () => {
	const tasks = { go: { description: '', input: { $async: true, type: 'string' }, output: {} } };
	expect((await failureOf(run(pluginCode('return 1;'), { manifest: { ...typed, tasks }, input: 7 }))).code).toMatch(
		/^(?:usage|plugin-failed)$/,
	);
});

test('a schema whose pattern never ends costs the plugin its time and nobody else', async () => {
	const tasks = { go: { description: '', input: { type: 'string', pattern: '^(a+)+$' }, output: {} } };
	const failure = await failureOf(
		run(pluginCode('return 1;'), {
			manifest: { ...typed, tasks },
			input: `${'a'.repeat(40)}!`,
			limits: { wallMilliseconds: 1000, cpuMilliseconds: 500, memoryBytes: 64 * 1024 * 1024 },
		}),
	);
	expect(failure.code).toBe('plugin-limit');
});

test('what a plugin throws is told without its control characters', async () => {
	const failure = await failureOf(run(pluginCode(String.raw`throw new Error('no \u001b[31mluck\u001b[0m');`)));
	expect(failure.code).toBe('plugin-failed');
	expect(failure.exitCode).toBe(1);
	expect(failure.message).toContain('failed: no luck');
});

test.each([
	['a rejected promise nobody handles', 'Promise.reject(new Error("lost")); await new Promise(() => {});', 'lost'],
	['an error in a timer', 'setTimeout(() => { throw new Error("late"); }, 1); await new Promise(() => {});', 'late'],
	['a result that is not JSON', 'return () => 1;', 'not JSON'],
	['a result too large for one message', 'return "x".repeat(5_000_000);', 'characters'],
	['process.exit', 'process.exit(0);', 'not available'],
])('%s is a failure of the plugin', async (_, body, words) => {
	const failure = await failureOf(run(pluginCode(body)));
	expect(failure.code).toBe('plugin-failed');
	expect(failure.message).toContain(words);
});

test('a script that is not a plugin says what was expected', async () => {
	const failure = await failureOf(run('var plugwardBundle = { entry: { default: 5 } };'));
	expect(failure.code).toBe('plugin-failed');
	expect(failure.message).toContain('definePlugin');
});

test('a task that is not declared is not found', async () => {
	expect((await failureOf(run(pluginCode(''), { task: 'stop' }))).code).toBe('task-not-found');
	expect((await failureOf(run(pluginCode(''), { task: 'toString' }))).code).toBe('task-not-found');
});

test('initialize runs before the first call and shutdown after the last', async () => {
	const seen = observed();
	await run(
		pluginCode(
			'console.log("execute");',
			'initialize: async (context) => context.log.info("initialize"), shutdown: (why) => console.warn(why)',
		),
		{
			observe: seen,
		},
	).catch((error: unknown) => seen.output.push(String(error)));
	expect(seen.output.slice(0, 2)).toEqual(['log: initialize', 'log: execute']);
});

test('shutdown is called once there is a result, and a shutdown that hangs is cut off', async () => {
	const seen = observed();
	const { output } = await run(pluginCode('return 1;', 'shutdown: async (why) => { console.log(why); await new Promise(() => {}); }'), {
		observe: seen,
	});
	expect(output).toBe(1);
	expect(seen.output).toEqual(['log: finished']);
});

test('log lines arrive with their stream, formatted and stripped', async () => {
	const seen = observed();
	await outputOf(
		String.raw`console.log('%s is %d', 'a', 1, { b: [2] }); context.log.warn('\u001b[2Jclean'); console.error(new Error('x').message); return 1;`,
		{
			observe: seen,
		},
	);
	expect(seen.output).toEqual(['log: a is 1 { b: [ 2 ] }', 'warn: \uFFFDclean', 'error: x']);
});

test('a plugin has the common web globals', async () => {
	const body = `
		const url = new URL('https://user@example.com:8080/a/../b?x=1&y=%20#h');
		url.searchParams.append('z', 'ü');
		const controller = new AbortController();
		let fired = 0;
		controller.signal.addEventListener('abort', () => { fired += 1; });
		controller.abort();
		const ticks = [];
		await new Promise((resolve) => { setTimeout(() => { ticks.push(2); resolve(); }, 5); queueMicrotask(() => ticks.push(1)); });
		const clone = structuredClone({ when: new Date(0), map: new Map([[1, { deep: true }]]), bytes: new Uint8Array([1, 2]) });
		const bytes = crypto.getRandomValues(new Uint8Array(32));
		return {
			href: url.href, port: url.port, fired, ticks,
			clone: [clone.when.getTime(), clone.map.get(1).deep, clone.bytes.length],
			text: new TextDecoder().decode(new TextEncoder().encode('grüß 😀')),
			split: (() => { const d = new TextDecoder(); return d.decode(new Uint8Array([0xf0, 0x9f]), { stream: true }) + d.decode(new Uint8Array([0x98, 0x80])); })(),
			broken: new TextDecoder().decode(new Uint8Array([0xff, 0x61, 0xe2, 0x82])),
			base64: [btoa('hi'), atob('aGk=')],
			random: new Set(bytes).size > 8, uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/.test(crypto.randomUUID()),
			buffer: Buffer.from('grüß').toString('hex') + Buffer.concat([Buffer.from('YQ==', 'base64'), Buffer.from([98])]).toString(),
			number: Buffer.from([1, 2, 3, 4]).readUInt32BE(0),
		};`;
	expect(await outputOf(body)).toEqual({
		href: 'https://user@example.com:8080/b?x=1&y=+&z=%C3%BC#h',
		port: '8080',
		fired: 1,
		ticks: [1, 2],
		clone: [0, true, 2],
		text: 'grüß 😀',
		split: '😀',
		broken: '\uFFFDa\uFFFD',
		base64: ['aGk=', 'hi'],
		random: true,
		uuid: true,
		buffer: '6772c3bcc39fab',
		number: 0x01_02_03_04,
	});
});

test('of a plain package the task is an export and an array holds the arguments', async () => {
	await using folder = await folderOf({
		'adder/package.json': '{"name":"adder","main":"index.js"}',
		'adder/index.js': 'module.exports = (a, b) => a + b; module.exports.shout = (text) => text.toUpperCase();',
	});
	const { code } = await bundle(folder.path, { adder: {} });
	const plain = { kind: 'plain', manifest: null } as const;
	expect((await run(code, { ...plain, task: 'default', input: [1, 2] })).output).toBe(3);
	expect((await run(code, { ...plain, task: 'shout', input: 'hi' })).output).toBe('HI');
	const failure = await failureOf(run(code, { ...plain, task: 'constructor', input: 'hi' }));
	expect(failure.code).toBe('task-not-found');
	expect(failure.message).toContain('default, shout');
});

test('start and end are in the audit log with what the run has used', async () => {
	const seen = observed();
	const result = await run(pluginCode('return 1;'), { observe: seen });
	expect(seen.audit.map(({ event }) => event)).toEqual(['plugin-started', 'plugin-ended']);
	expect(seen.audit[1]).toMatchObject({ plugin: 'probe', version: '1.0.0', outcome: 'ok', pid: seen.pids[0] });
	expect(result.peakMemoryBytes).toBeLessThan(64 * 1024 * 1024);
});

test('a cancelled run kills the host and says so', async () => {
	const controller = new AbortController();
	const seen = observed();
	const pending = failureOf(run(pluginCode('console.log("on"); for (;;);'), { signal: controller.signal, observe: seen }));
	await expect.poll(() => seen.output.length).toBe(1);
	controller.abort();
	expect((await pending).code).toBe('cancelled');
	expect(() => process.kill(seen.pids[0] ?? 0, 0)).toThrow('ESRCH');
});

test('a cancelled task sees its signal and may come to an end; one that does not is killed', async () => {
	const cancel = async (body: string): Promise<readonly string[]> => {
		const controller = new AbortController();
		const seen = observed();
		const pending = failureOf(run(pluginCode(body), { signal: controller.signal, observe: seen }));
		await expect.poll(() => seen.output.length).toBe(1);
		controller.abort();
		expect((await pending).code).toBe('cancelled');
		expect(seen.audit.at(-1)).toMatchObject({ event: 'plugin-ended', outcome: 'cancelled' });
		expect(() => process.kill(seen.pids[0] ?? 0, 0)).toThrow('ESRCH');
		return seen.output;
	};
	const waiting =
		'console.log("on"); await new Promise((resolve) => context.signal.addEventListener("abort", resolve)); console.log("tidied up");';
	expect(await cancel(`${waiting} return 1;`)).toEqual(['log: on', 'log: tidied up']);
	expect(await cancel(`${waiting} throw new Error("gone");`)).toEqual(['log: on', 'log: tidied up']);
	expect(await cancel('console.log("on"); await new Promise(() => {});')).toEqual(['log: on']);
});

test('how far a task has come is told, the newest and the last of it for certain, and nothing else than that', async () => {
	const told: unknown[] = [];
	const body = `for (let i = 0; i <= 1000; i += 1) context.progress(i / 1000, 'step ' + i + '\\u001B[2J');
		context.progress(7); context.progress('half', 'x'.repeat(500)); return 1;`;
	await run(pluginCode(body), { onProgress: (progress) => told.push(progress) });
	expect(told[0]).toEqual({ fraction: 0, text: 'step 0\uFFFD' });
	expect(told.at(-1)).toEqual({ fraction: null, text: 'x'.repeat(200) });
	expect(told.length).toBeLessThan(20);
});

test('an audit log that cannot be written stops the run', async () => {
	const failure = await failureOf(
		(async () => {
			const { runPlugin } = await import('../../../source/engine/sandbox/index.ts');
			await runPlugin({
				plugin: 'probe',
				version: '1.0.0',
				code: pluginCode('await context.env.get("SECRET").catch(() => 0); return "went on";'),
				kind: 'plugin',
				task: 'go',
				input: null,
				manifest: { ...typed, tasks: { go: { description: '', input: {}, output: {} } } },
				grants: [],
				requested: [],
				limits: { wallMilliseconds: 5000, cpuMilliseconds: 5000, memoryBytes: 64 * 1024 * 1024 },
				roots: { project: '/tmp', data: null },
				forbiddenPaths: [],
				environment: {},
				signal: new AbortController().signal,
				onOutput: () => undefined,
				audit: (event) => {
					if (event.event === 'permission-denied') {
						throw new Error('disk full');
					}
				},
			});
		})(),
	);
	expect(failure.code).toBe('internal');
});
