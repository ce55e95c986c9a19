import { expect, test } from 'vitest';

import { failureOf } from './plugin-run.ts';
import { call, moduleCode, NEVER, recorded, setupOf, supervisor } from './supervised.ts';

const route = { send: [{ to: 'receiver', topic: 'note' }], receive: [] };
const received = { send: [], receive: [{ from: 'sender', topic: 'note' }] };
const SENDING = 'message.send:receiver/note';
const TAKING = 'message.receive:sender/note';
const SENDER = moduleCode(
	'execute: async ({ input }, { messages }) => { try { return await messages[input.how ?? "request"](input.to ?? "receiver", input.topic ?? "note", input.data, input.options); } catch (error) { return error.code; } }',
);
const ECHO = moduleCode(
	'handleMessage: (message) => { all.push(message.data); return message; }, execute: async () => all',
	'const all = [];',
);

test('a request is answered by the other plugin, which is told who sent it', async () => {
	await using runtime = supervisor();
	const sender = await runtime.start(setupOf('sender', SENDER, { more: { messages: route } }), NEVER);
	await runtime.start(setupOf('receiver', ECHO, { more: { messages: received } }), NEVER);
	expect(await call(sender, { data: { from: 'somebody else', text: 'hello' } })).toEqual({
		version: 1,
		from: 'sender',
		topic: 'note',
		data: { from: 'somebody else', text: 'hello' },
	});
	expect(await runtime.send('receiver', { topic: 'from-outside', data: 1 })).toEqual({
		version: 1,
		from: null,
		topic: 'from-outside',
		data: 1,
	});
});

test.each([
	['the sender does not declare it', { send: [], receive: [] }, received, 'not-declared-by-sender', SENDING],
	['the receiver does not declare it', route, { send: [], receive: [] }, 'not-declared-by-receiver', TAKING],
	[
		'the receiver declares it from another',
		route,
		{ send: [], receive: [{ from: 'other', topic: 'note' }] },
		'not-declared-by-receiver',
		TAKING,
	],
])('a message is denied when %s, and the denial is on record once', async (_, send, receive, rule, permission) => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const sender = await runtime.start(setupOf('sender', SENDER, { seen, more: { messages: send } }), NEVER);
	const receiver = await runtime.start(setupOf('receiver', ECHO, { more: { messages: receive } }), NEVER);
	expect([await call(sender, { data: 1 }), await call(sender, { data: 2 })]).toEqual(['ERR_PERMISSION_DENIED', 'ERR_PERMISSION_DENIED']);
	expect(seen.audit.filter(({ event }) => event === 'permission-denied')).toMatchObject([{ rule, permission }]);
	expect(sender.figures.denied).toBe(2);
	expect(await call(receiver, 0)).toEqual([]);
});

test.each([
	['sender', 'not-granted-to-sender', SENDING],
	['receiver', 'not-granted-to-receiver', TAKING],
])('a message that was declared is denied when the user did not grant it to the %s', async (side, rule, permission) => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const ungranted = { seen, grants: [] };
	const sender = await runtime.start(
		setupOf('sender', SENDER, { more: { messages: route }, ...(side === 'sender' ? ungranted : { seen }) }),
		NEVER,
	);
	await runtime.start(setupOf('receiver', ECHO, { more: { messages: received }, ...(side === 'receiver' ? ungranted : {}) }), NEVER);
	expect(await call(sender, { data: 1 })).toBe('ERR_PERMISSION_DENIED');
	expect(seen.audit.filter(({ event }) => event === 'permission-denied')).toMatchObject([{ plugin: 'sender', rule, permission }]);
});

test('a grant for messages is on record when it is first used, and ends when it is revoked while both run', async () => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const sender = await runtime.start(setupOf('sender', SENDER, { seen, more: { messages: route } }), NEVER);
	const receiver = await runtime.start(setupOf('receiver', ECHO, { seen, more: { messages: received } }), NEVER);
	await call(sender, { data: 1 });
	await call(sender, { data: 2 });
	const used = seen.audit.filter(({ event }) => event === 'permission-used');
	expect(used).toMatchObject([
		{ plugin: 'sender', permission: SENDING },
		{ plugin: 'receiver', permission: TAKING },
	]);
	expect(receiver.revoke({ type: 'message', direction: 'receive', plugin: 'sender', topic: 'note', reason: '' })).toBe(true);
	expect(await call(sender, { data: 3 })).toBe('ERR_PERMISSION_DENIED');
	expect(await call(receiver, 0)).toEqual([1, 2]);
});

test('messages of one pair arrive in the order they were sent, through a reload of the receiver too', async () => {
	await using runtime = supervisor();
	const burst = moduleCode(
		'execute: async (_, { messages }) => { const sent = []; for (let i = 0; i < 500; i += 1) sent.push(messages.send("receiver", "note", i)); await Promise.all(sent); return sent.length; }',
	);
	const keeping = moduleCode(
		'handleMessage: ({ data }) => { all.push(data); }, execute: async () => all, getState: () => all, restoreState: (state) => { all.push(...state); }',
		'const all = [];',
	);
	const sender = await runtime.start(setupOf('sender', burst, { more: { messages: route } }), NEVER);
	const receiver = await runtime.start(setupOf('receiver', keeping, { more: { messages: received } }), NEVER);
	const sending = call(sender, 0);
	// Whoever waits below hears of a failure.
	sending.catch(() => undefined);
	await receiver.reload(setupOf('receiver', keeping, { more: { messages: received } }), NEVER);
	await sending;
	expect(await call(receiver, 0)).toEqual(Array.from({ length: 500 }, (_, index) => index));
});

test('a request that nobody answers in time fails at its deadline, and neither side is hurt', async () => {
	await using runtime = supervisor();
	const sender = await runtime.start(setupOf('sender', SENDER, { more: { messages: route } }), NEVER);
	const receiver = await runtime.start(
		setupOf('receiver', moduleCode('handleMessage: () => new Promise(() => {})'), { more: { messages: received } }),
		NEVER,
	);
	expect(await call(sender, { options: { timeoutMilliseconds: 50 } })).toBe('ERR_TIMEOUT');
	expect(await call(receiver, 'still here')).toBe('still here');
});

test('what the receiver throws does not reach the sender', async () => {
	await using runtime = supervisor();
	const sender = await runtime.start(
		setupOf('sender', moduleCode('execute: (_, { messages }) => messages.request("receiver", "note").catch((error) => error.message)'), {
			more: { messages: route },
		}),
		NEVER,
	);
	await runtime.start(
		setupOf('receiver', moduleCode('handleMessage() { throw new Error("a secret of the receiver"); }'), { more: { messages: received } }),
		NEVER,
	);
	expect(await call(sender, 0)).toBe('receiver failed to answer.');
});

test('a message to a plugin that does not run is refused', async () => {
	await using runtime = supervisor();
	const sender = await runtime.start(setupOf('sender', SENDER, { more: { messages: route } }), NEVER);
	expect(await call(sender, {})).toBe('ERR_NOT_RUNNING');
	expect(await call(sender, { topic: 'Not a topic' })).toBe('ERR_INVALID_ARGUMENT');
	expect((await failureOf(runtime.send('receiver', { topic: 'note', data: 1 }))).code).toBe('plugin-not-running');
});

test('a full queue makes the sender wait and loses nothing', async () => {
	await using runtime = supervisor();
	const code = moduleCode(
		'handleMessage: async () => { gate ??= new Promise((resolve) => { setTimeout(resolve, 1000); }); await gate; handled += 1; }, execute: async () => handled',
		'let handled = 0, gate = null;',
	);
	const flood = moduleCode(
		'execute: async (_, { messages }) => { const sent = []; for (let i = 0; i < 1500; i += 1) sent.push(messages.send("receiver", "note", i)); await Promise.all(sent); return sent.length; }',
	);
	const sender = await runtime.start(setupOf('sender', flood, { more: { messages: route } }), NEVER);
	const receiver = await runtime.start(setupOf('receiver', code, { more: { messages: received } }), NEVER);
	const sending = call(sender, 0);
	// Whoever waits below hears of a failure.
	sending.catch(() => undefined);
	await expect.poll(() => receiver.figures.waiting, { timeout: 10_000 }).toBe(1000);
	// Eight are being handled, a thousand wait, and the window of the sender is full: nothing moves until the gate opens.
	expect(receiver.lifecycle.inFlight).toBe(8);
	expect((await failureOf(call(receiver, 0))).code).toBe('plugin-busy');
	expect(await sending).toBe(1500);
	await expect.poll(() => call(receiver, 0)).toBe(1500);
});
