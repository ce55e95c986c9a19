import { expect, test } from 'vitest';

import { parsePermission } from '../../../source/engine/permission.ts';
import { judgeMessage } from '../../../source/engine/sandbox/index.ts';

function judge(sender: readonly string[], receiver: readonly string[], topic = 'found'): string {
	const verdict = judgeMessage({
		from: { plugin: '@a/reader', grants: sender.map(parsePermission) },
		to: { plugin: 'writer', grants: receiver.map(parsePermission) },
		topic,
	});
	return verdict.isAllowed ? 'allowed' : verdict.text;
}

test('a message goes when both sides named the other', () => {
	expect(judge(['message.send:writer/found'], ['message.receive:@a/reader/found'])).toBe('allowed');
	expect(judge(['message.send:writer/*'], ['message.receive:@a/reader/*'])).toBe('allowed');
});

test.each([
	[
		[],
		['message.receive:@a/reader/found'],
		'@a/reader may not send "found" to writer: message.send:writer/found was not granted to @a/reader.',
	],
	[
		['message.send:writer/found'],
		[],
		'writer does not take "found" from @a/reader: message.receive:@a/reader/found was not granted to writer.',
	],
	[['message.send:writer/other'], ['message.receive:@a/reader/*'], '@a/reader may not send'],
	[['message.send:other/found'], ['message.receive:@a/reader/*'], '@a/reader may not send'],
	[['message.receive:writer/found'], ['message.receive:@a/reader/*'], '@a/reader may not send'],
	[['message.send:writer/*'], ['message.receive:@b/reader/*'], 'writer does not take'],
	[['message.send:writer/*'], ['message.send:@a/reader/*'], 'writer does not take'],
])('%j to %j is refused', (sender, receiver, text) => {
	expect(judge(sender, receiver)).toContain(text);
});
