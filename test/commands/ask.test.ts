import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { askYesNo } from '../../source/commands/ask.ts';

const never = new AbortController().signal;

describe('a question', () => {
	it.each([
		['y', true],
		['Yes', true],
		['', false],
		['n', false],
		['yep', false],
	])('answered with "%s" is %s', async (answer, expected) => {
		const { stdin, stderr } = terminal((input) => input.write(`${answer}\n`));
		expect(await askYesNo('Apply?', { stdin, stderr, signal: never })).toBe(expected);
	});

	it('throws away what was typed before it was seen', async () => {
		const { stdin, stderr, rawModes } = terminal((input) => input.write('n\n'));
		stdin.write('y\ny\ny');
		expect(await askYesNo('Apply?', { stdin, stderr, signal: never })).toBe(false);
		expect(rawModes).toEqual([true, false]);
	});

	it('is answered with no when the input ends', async () => {
		const { stdin, stderr } = terminal((input) => input.end());
		expect(await askYesNo('Apply?', { stdin, stderr, signal: never })).toBe(false);
		expect(await askYesNo('And this?', { stdin, stderr, signal: never }), 'nor is anybody there for the next').toBe(false);
	});

	it('ends when the operation is cancelled', async () => {
		const controller = new AbortController();
		const { stdin, stderr } = terminal(() => controller.abort());
		await expect(askYesNo('Apply?', { stdin, stderr, signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
	});

	it('takes a Ctrl-C among what was typed before for what it is', async () => {
		const { stdin, stderr } = terminal(() => {});
		const asked = askYesNo('Apply?', { stdin, stderr, signal: never });
		await delay(1);
		stdin.write('\u0003');
		await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
	});
});

function terminal(onQuestion: (stdin: PassThrough) => void) {
	const rawModes: boolean[] = [];
	const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (isRaw: boolean) => rawModes.push(isRaw) });
	const stderr = { write: () => setImmediate(() => onQuestion(stdin)) };
	return { stdin, stderr, rawModes };
}
