import { expect, test } from 'vitest';

import { ControlBreach, encodeMessage, MAXIMUM_REQUEST_BYTES, MessageReader } from '../../../source/engine/control/frames.ts';
import { parseAnswer, parseHello, parsePlugins, parseRequest } from '../../../source/engine/control/messages.ts';

const LIST = { id: 1, call: 'list' };

test('messages come out whole, however they were cut on the way', () => {
	const bytes = Buffer.concat([encodeMessage({ a: 'é' }), encodeMessage(LIST)]);
	for (let size = 1; size <= bytes.length; size += 1) {
		const reader = new MessageReader(1000);
		const seen: unknown[] = [];
		for (let from = 0; from < bytes.length; from += size) {
			seen.push(...reader.push(bytes.subarray(from, from + size)));
		}

		expect(seen).toEqual([{ a: 'é' }, LIST]);
	}
});

test.each([
	['longer than it may be', Buffer.from([0xff, 0xff, 0xff, 0x7f])],
	['empty', Buffer.from([0, 0, 0, 0])],
	['not JSON', Buffer.from([2, 0, 0, 0, 0x7b, 0x7b])],
	['not UTF-8', Buffer.from([3, 0, 0, 0, 0x22, 0xff, 0x22])],
])('a message that is %s is a breach', (_, bytes) => {
	expect(() => new MessageReader(MAXIMUM_REQUEST_BYTES).push(bytes)).toThrow(ControlBreach);
});

test.each([
	['no object', 'list'],
	['an unknown call', { id: 1, call: 'eval' }],
	['no id', { call: 'list' }],
	['a negative id', { id: -1, call: 'list' }],
	['a field too many', { ...LIST, and: 'more' }],
	['a limit that is no number', { id: 1, call: 'set-limits', plugin: 'a', limits: { memoryBytes: '1' } }],
	['a limit that does not exist', { id: 1, call: 'set-limits', plugin: 'a', limits: { heap: 1 } }],
	['more lines than there are', { id: 1, call: 'logs', plugin: null, level: 'log', filter: '', last: 1e9 }],
	['an empty name', { id: 1, call: 'reload', plugin: '' }],
])('a request with %s is refused', (_, message) => {
	expect(() => parseRequest(message)).toThrow(ControlBreach);
});

test('answers are held to their form as requests are', () => {
	expect(() => parseHello({ hello: { pid: 1 }, version: 1 })).toThrow(ControlBreach);
	expect(() => parseAnswer({ id: 1, error: { code: 'no-such-code', message: '', hint: null } })).toThrow(ControlBreach);
	expect(() => parsePlugins([{ plugin: 'a' }])).toThrow(ControlBreach);
	expect(parseAnswer({ id: 1, result: null })).toEqual({ id: 1, result: null });
});
