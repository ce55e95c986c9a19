import { describe, expect, it } from 'vitest';

import { askTerminal, groundOfEnvironment } from '../../source/terminal/index.ts';
import type { TerminalFacts } from '../../source/terminal/index.ts';

function answers(...sequences: readonly string[]): readonly TerminalFacts[] {
	const heard: TerminalFacts[] = [];
	const questions = askTerminal((facts) => heard.push(facts));
	sequences.forEach(questions.onAnswer);
	return heard;
}

describe('asking a terminal about itself', () => {
	it.each([
		['\u001B]11;rgb:ffff/ffff/ffff\u001B\\', 'light'],
		['\u001B]11;rgb:fdf6/f6e3/e300\u0007', 'light'],
		['\u001B]11;rgb:0/0/0\u0007', 'dark'],
		['\u001B]11;rgba:1e1e/1e1e/2e2e/ffff\u0007', 'dark'],
		// Full blue is bright as a number and dark to the eye.
		['\u001B]11;rgb:00/00/ff\u0007', 'dark'],
	])('takes %j for a %s ground', (sequence, ground) => {
		expect(answers(sequence)).toEqual([{ ground, canSynchronise: false }]);
	});

	it.each([
		['\u001B[?2026;2$y', true],
		['\u001B[?2026;1$y', true],
		['\u001B[?2026;0$y', false],
		['\u001B[?2026;4$y', false],
	])('reads %j', (sequence, canSynchronise) => {
		expect(answers(sequence)).toEqual([{ ground: null, canSynchronise }]);
	});

	it('keeps what it knows when more comes, and knows the last answer', async () => {
		const heard: TerminalFacts[] = [];
		const questions = askTerminal((facts) => heard.push(facts));
		questions.onAnswer('\u001B]11;rgb:ff/ff/ff\u0007');
		questions.onAnswer('\u001B[?2026;2$y');
		questions.onAnswer('\u001B[?62;22c');
		await questions.answered;
		expect(heard.at(-1)).toEqual({ ground: 'light', canSynchronise: true });
	});

	it('is not misled by answers to what it did not ask', () => {
		expect(answers('\u001B]10;rgb:ff/ff/ff\u0007', '\u001B[12;40R', '\u001B[?1;2c')).toEqual([]);
	});

	it('knows the ground from the environment where the terminal says it there', () => {
		expect(groundOfEnvironment({ COLORFGBG: '0;15' })).toBe('light');
		expect(groundOfEnvironment({ COLORFGBG: '15;default;0' })).toBe('dark');
		expect(groundOfEnvironment({ COLORFGBG: 'default' })).toBeNull();
		expect(groundOfEnvironment({})).toBeNull();
	});
});
