import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { ControlConnection, type ControlledCore, NobodyThere, serveControl } from '../../../source/engine/control/index.ts';
import { encodeMessage } from '../../../source/engine/control/frames.ts';
import { EngineError } from '../../../source/engine/errors.ts';

const NEVER = new AbortController().signal;
const HELLO = { hello: { pid: 7, startedAt: '2026-11-21T10:00:00.000Z', command: 'start' }, version: 1 };

let folder: string;
let path: string;
let servers: AsyncDisposable[];

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'plugward-control-'));
	path = join(folder, '7.sock');
	servers = [];
});

afterEach(async () => {
	await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
	await rm(folder, { recursive: true });
});

async function serve(perform: ControlledCore['perform']): Promise<void> {
	servers.push(await serveControl(path, { startedAt: HELLO.hello.startedAt, command: 'start', perform }));
}

async function pretend(greet: (socket: Socket) => void): Promise<void> {
	const server: Server = createServer(greet);
	server.listen(path);
	await once(server, 'listening');
	servers.push({
		[Symbol.asyncDispose]: async () => {
			server.close();
		},
	});
}

async function codeOf(work: Promise<unknown>): Promise<string> {
	return work.then(
		() => 'no error',
		(error: unknown) => (error instanceof EngineError ? `${error.code}: ${error.message}` : String(error)),
	);
}

const open = (): Promise<ControlConnection> => ControlConnection.open(path, { pid: 7, signal: NEVER });

test('a request is answered, with an error of the engine as with a result', async () => {
	await serve(async (request) => {
		if (request.call === 'list') {
			return [1];
		}

		throw new EngineError('plugin-busy', 'It has enough to do.', { hint: 'Wait.' });
	});
	using connection = await open();
	expect(connection.hello).toEqual({ pid: process.pid, startedAt: HELLO.hello.startedAt, command: 'start' });
	expect(await connection.request({ call: 'list' }, { signal: NEVER })).toEqual([1]);
	await expect(connection.request({ call: 'reload', plugin: 'a' }, { signal: NEVER })).rejects.toMatchObject({
		code: 'plugin-busy',
		message: 'It has enough to do.',
		hint: 'Wait.',
	});
});

test('a cancelled request is cancelled on the other side too, and so is one whose sender is gone', async () => {
	const seen: string[] = [];
	await serve(async (request, { signal }) => {
		await once(signal, 'abort');
		seen.push(`${request.call} ${request.id}`);
		return null;
	});
	const first = await open();
	const controller = new AbortController();
	const pending = codeOf(first.request({ call: 'list' }, { signal: controller.signal }));
	await new Promise(setImmediate);
	controller.abort(new EngineError('cancelled', 'Enough.'));
	expect(await pending).toBe('cancelled: Enough.');
	await expect.poll(() => seen).toEqual(['list 1']);
	const other = codeOf(first.request({ call: 'reload', plugin: 'a' }, { signal: NEVER }));
	await new Promise((resolve) => {
		setTimeout(resolve, 50);
	});
	first[Symbol.dispose]();
	expect(await other).toContain('core-unreachable');
	await expect.poll(() => seen).toEqual(['list 1', 'reload 2']);
});

test('lines are told while a request goes on', async () => {
	await serve(async (_, { tell }) => {
		await tell([{ text: 'one' }]);
		await tell([{ text: 'two' }]);
		return null;
	});
	using connection = await open();
	const told: unknown[] = [];
	await connection.request(
		{ call: 'follow', plugin: null, level: 'log', filter: '', last: 10 },
		{ signal: NEVER, onLines: (lines) => void told.push(lines) },
	);
	expect(told).toEqual([[{ text: 'one' }], [{ text: 'two' }]]);
});

test.each([
	['what is no request', (socket: Socket) => socket.write(encodeMessage({ id: 1, call: 'eval', code: '1' }))],
	['a message that is too long', (socket: Socket) => socket.write(Buffer.from([0xff, 0xff, 0xff, 0x7f]))],
	['an id twice', (socket: Socket) => [1, 1].map((id) => socket.write(encodeMessage({ id, call: 'list' })))],
	[
		'too many requests at once',
		(socket: Socket) => Array.from({ length: 17 }, (_, id) => socket.write(encodeMessage({ id: id + 1, call: 'list' }))),
	],
])('whoever sends %s is hung up on, and others are not', async (_, send) => {
	await serve((request, { signal }) => (request.call === 'list' ? once(signal, 'abort') : Promise.resolve(null)));
	using good = await open();
	const bad = connect(path);
	bad.resume();
	send(bad);
	await once(bad, 'close');
	expect(await good.request({ call: 'reload', plugin: 'a' }, { signal: NEVER })).toBeNull();
});

test('nobody there is told apart from somebody who says nothing, something else, or another version', async () => {
	await expect(open()).rejects.toBeInstanceOf(NobodyThere);
	await pretend((socket) => void socket.end(encodeMessage({ ...HELLO, version: 2 })));
	expect(await codeOf(open())).toContain("core-unreachable: Process 7 speaks version 2 of the protocol of plugward's sockets, expected 1.");
	await servers.pop()?.[Symbol.asyncDispose]();
	await pretend((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
	expect(await codeOf(open())).toContain('core-unreachable: Process 7, which keeps plugins running in this home, sent a message of');
	await servers.pop()?.[Symbol.asyncDispose]();
	await pretend((socket) => void socket.on('error', () => undefined));
	expect(await codeOf(open())).toBe('core-unreachable: Process 7, which keeps plugins running in this home, does not answer.');
});

test('waiting for a greeting can be cancelled', async () => {
	await pretend((socket) => void socket.on('error', () => undefined));
	const controller = new AbortController();
	const pending = codeOf(ControlConnection.open(path, { pid: 7, signal: controller.signal }));
	controller.abort(new EngineError('cancelled', 'Enough.'));
	expect(await pending).toBe('cancelled: Enough.');
});
