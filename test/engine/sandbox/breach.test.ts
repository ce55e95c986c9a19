import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { encodeFrame, FrameBreach, FrameReader, TO_CORE } from '../../../source/engine/sandbox/frames.ts';
import { linkTo } from '../../../source/engine/sandbox/host-link.ts';
import { startHost } from '../../../source/engine/sandbox/host-process.ts';
import { PluginConnection } from '../../../source/engine/sandbox/plugin-connection.ts';
import { PluginEndedError } from '../../../source/engine/sandbox/plugin-end.ts';
import { guestScriptsPath, hostProgramPath, isolateBinaryPath } from '../../../source/engine/sandbox/programs.ts';
import { failureOf, folderOf, observed, outputOf, pluginCode, run } from './plugin-run.ts';

const LIMITS = { wallMilliseconds: 5000, cpuMilliseconds: 5000, memoryBytes: 64 * 1024 * 1024 };

/** What a host is started with. */
async function hostFiles(): Promise<readonly string[]> {
	const program = await hostProgramPath();
	return [program, isolateBinaryPath(), guestScriptsPath(program)];
}

/** A host program of the attacker's: what a plugin could send if it had broken out of its isolate. */
async function endOf(script: string): Promise<unknown> {
	await using folder = await folderOf({
		'host.cjs': `const channel = new (require('node:net').Socket)({ fd: 3, readable: true, writable: true });
			const frame = (kind, id, payload, flags = 0) => { const body = Buffer.from(payload); const head = Buffer.alloc(12); head.writeUInt32LE(8 + body.length, 0); head[4] = kind; head[5] = flags; head.writeUInt32LE(id, 8); return Buffer.concat([head, body]); };
			const hello = frame(16, 0, '{"protocol":4}'), armed = frame(17, 0, ''), ready = frame(18, 0, '{"methods":[]}');
			const send = (...frames) => channel.write(Buffer.concat(frames));
			channel.resume(); setInterval(() => {}, 1000);
			${script}`,
	});
	let connection: PluginConnection | null = null;
	try {
		connection = await PluginConnection.start({
			load: { kind: 'plugin', heapMegabytes: 16, turnMilliseconds: 1000, permissions: [], checksSchemas: false },
			code: '',
			limits: LIMITS,
			takeHost: async (signal) => linkTo(await startHost({ hostProgram: join(folder.path, 'host.cjs'), signal })),
			isLongLived: true,
			signal: new AbortController().signal,
			onStart: () => undefined,
			onCapability: () => new Promise(() => undefined),
			onQuestion: () => new Promise(() => undefined),
			onLog: () => undefined,
		});
		return await connection.call({ method: 'execute', task: 'go', input: 'null', inputSchema: null, outputSchema: null });
	} catch (error) {
		return error instanceof PluginEndedError ? error.end : error;
	} finally {
		await connection?.[Symbol.asyncDispose]();
	}
}

test.each([
	['a kind that does not exist', 'send(frame(99, 0, ""));'],
	['a flag that does not exist', 'send(frame(16, 0, "{}", 1));'],
	['a frame that is too long', 'const head = Buffer.alloc(12); head.writeUInt32LE(0xffffffff, 0); channel.write(head);'],
	['a frame that is too short', 'channel.write(Buffer.from([1, 0, 0, 0, 1]));'],
	['another protocol', 'send(frame(16, 0, \'{"protocol":1}\'));'],
	['a hello that is not JSON', 'send(frame(16, 0, "hello"));'],
	['a second hello', 'send(hello, hello);'],
	['ready before the code was sent', 'send(hello, ready);'],
	['a result nobody waits for', 'send(hello, armed, ready, frame(19, 77, "1"));'],
	['an error for a call that does not exist', 'send(hello, armed, ready, frame(20, 77, \'{"reason":"thrown","detail":""}\'));'],
	['a failure of an unknown kind', 'send(hello, armed, ready, frame(20, 1, \'{"reason":"joke","detail":""}\'));'],
	['a capability call without arguments', 'send(hello, armed, ready, frame(21, 1, \'{"operation":"env.get"}\'));'],
	['a capability id used twice', 'const c = frame(21, 1, \'{"operation":"env.get","args":{}}\'); send(hello, armed, ready, c, c);'],
	[
		'more capability calls than the window',
		'send(hello, armed, ready, ...Array.from({ length: 9 }, (_, i) => frame(21, i + 1, \'{"operation":"env.get","args":{}}\')));',
	],
	['a capability call before anything was loaded', 'send(hello, frame(21, 1, \'{"operation":"env.get","args":{}}\'));'],
	['an answer to a heartbeat that was not sent', 'send(hello, armed, ready, frame(23, 7, \'{"heapBytes":1,"cpuMilliseconds":1}\'));'],
	['a second word before it was asked anything', 'send(hello, frame(18, 0, "{}"));'],
	['a log line to a stream that does not exist', 'send(hello, armed, ready, frame(22, 0, \'{"stream":"tty","text":""}\'));'],
	['an exit by itself', 'process.exit(0);'],
	['a death by its own hand', 'process.kill(process.pid, "SIGABRT");'],
])('%s is a breach', async (_, script) => {
	expect(await endOf(script)).toMatchObject({ type: 'breach' });
});

test('frames survive any cut, and what is not one throws', () => {
	const bytes = Buffer.concat([
		encodeFrame(TO_CORE.log, 0, 'ü'),
		encodeFrame(TO_CORE.result, 7, ''),
		encodeFrame(TO_CORE.ready, 0, 'x'.repeat(100)),
	]);
	for (let size = 1; size < bytes.length; size += 1) {
		const reader = new FrameReader({ maximumBytes: 1000, kinds: TO_CORE });
		const frames = [];
		for (let at = 0; at < bytes.length; at += size) {
			frames.push(...reader.push(bytes.subarray(at, at + size)));
		}

		expect(frames.map(({ kind, id, payload }) => [kind, id, Buffer.from(payload).toString()])).toEqual([
			[TO_CORE.log, 0, 'ü'],
			[TO_CORE.result, 7, ''],
			[TO_CORE.ready, 0, 'x'.repeat(100)],
		]);
	}

	expect(() => new FrameReader({ maximumBytes: 10, kinds: TO_CORE }).push(encodeFrame(TO_CORE.log, 0, 'longer'))).toThrow(FrameBreach);
});

test('a host whose walls do not stand kills itself before it says hello', async () => {
	const child = spawn(process.execPath, await hostFiles(), {
		env: {},
		cwd: '/',
		stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
	});
	let said = 0;
	(child.stdio[3] as NodeJS.ReadableStream).on('data', (part: Buffer) => {
		said += part.length;
	});
	const signal = await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)));
	expect(signal).toBe('SIGKILL');
	expect(said).toBe(0);
});

test('a host dies when the core is gone', async () => {
	const script = `
		const { spawn } = require('node:child_process');
		const child = spawn(process.execPath, ['--permission', '--allow-addons', ...process.argv.slice(1).map((path) => '--allow-fs-read=' + path), '--no-node-snapshot', ...process.argv.slice(1), 'threads'], { env: {}, cwd: '/', detached: true, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
		child.stdio[3].once('data', () => { console.log(child.pid); process.kill(process.pid, 'SIGKILL'); });`;
	let printed = '';
	try {
		printed = execFileSync(process.execPath, ['-e', script, ...(await hostFiles())], {
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
		});
	} catch (error) {
		printed = String((error as { readonly stdout?: unknown }).stdout);
	}

	const pid = Number(printed.trim());
	expect(pid).toBeGreaterThan(0);
	await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
});

test.each([
	['the prelude is out of reach', 'return typeof guest + typeof $0 + typeof module;', 'undefinedundefinedundefined'],
	['no function leads to the host realm', 'return new fetch.constructor("return typeof process.binding")();', 'undefined'],
	[
		"constructors of the bridge are the guest's own",
		'return [setTimeout, structuredClone, plugwardModule, context.fs.readFile].every((f) => f.constructor === Function && Object.getPrototypeOf(f.constructor) === Function.prototype);',
		true,
	],
	['import() finds nothing', 'return import("node:fs").then(() => "found", () => "nothing");', 'nothing'],
	['call sites show no host frames', 'Error.prepareStackTrace = (e, sites) => sites; return typeof new Error().stack;', 'string'],
	[
		'a poisoned JSON confuses only the plugin',
		'JSON.stringify = () => "[1]"; JSON.parse = () => ({ evil: true }); return { mine: 1 };',
		{ mine: 1 },
	],
	['__proto__ in a result does not reach a prototype', 'return JSON.parse(\'{"__proto__":{"polluted":true},"a":1}\');', { a: 1 }],
])('%s', async (_, body, expected) => {
	expect(await outputOf(body)).toEqual(expected);
	expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

test('what a plugin throws at the core as a hostile object stays in its process', async () => {
	for (const body of [
		'throw new Proxy({}, { get() { for (;;); } });',
		'throw { get message() { for (;;); } };',
		'throw { toString() { for (;;); } };',
	]) {
		const failure = await failureOf(run(pluginCode(body), { limits: { ...LIMITS, cpuMilliseconds: 500 } }));
		expect(['plugin-failed', 'plugin-limit']).toContain(failure.code);
	}
});

test('a breach is in the audit log', async () => {
	const seen = observed();
	const pending = failureOf(run(pluginCode('console.log("on"); await new Promise(() => {});'), { observe: seen }));
	await expect.poll(() => seen.output.length).toBe(1);
	process.kill(seen.pids[0] ?? 0, 'SIGSEGV');
	expect((await pending).code).toBe('sandbox-breach');
	expect(seen.audit.map(({ event }) => event)).toEqual(['plugin-started', 'sandbox-breach', 'plugin-ended']);
});

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
