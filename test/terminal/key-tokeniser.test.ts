import { describe, expect, it } from 'vitest';

import { createKeyTokeniser } from '../../source/terminal/index.ts';
import type { Token } from '../../source/terminal/index.ts';

function keysOf(tokens: readonly Token[]): readonly string[] {
	return tokens.flatMap((token) => (token.type === 'key' ? [token.sequence] : []));
}

describe('the key tokeniser', () => {
	it('takes keys that arrive together apart', () => {
		expect(keysOf(createKeyTokeniser().push('jjjj\r'))).toEqual(['j', 'j', 'j', 'j', '\r']);
		expect(keysOf(createKeyTokeniser().push('\u007F\u007F\u001B[A\u001B[Bx\u0003'))).toEqual([
			'\u007F',
			'\u007F',
			'\u001B[A',
			'\u001B[B',
			'x',
			'\u0003',
		]);
	});

	it('puts a sequence together wherever it was split', () => {
		for (const sequence of ['\u001B[1;5C', '\u001BOP', '\u001B[3~', '\u001B[200~two words\u001B[201~', '\u001B[<0;10;20M']) {
			for (let at = 1; at < sequence.length; at += 1) {
				const tokeniser = createKeyTokeniser();
				const whole = createKeyTokeniser().push(sequence);
				expect([...tokeniser.push(sequence.slice(0, at)), ...tokeniser.push(sequence.slice(at))]).toEqual(whole);
				expect(tokeniser.isWaiting()).toBe(false);
			}
		}
	});

	it('waits after a lone escape and calls it the Escape key when nothing follows', () => {
		const tokeniser = createKeyTokeniser();
		expect(tokeniser.push('\u001B')).toEqual([]);
		expect(tokeniser.isWaiting()).toBe(true);
		expect(keysOf(tokeniser.flush())).toEqual(['\u001B']);
		expect(tokeniser.isWaiting()).toBe(false);
	});

	it('drops half a sequence when the rest never comes', () => {
		const tokeniser = createKeyTokeniser();
		tokeniser.push('\u001B[1;');
		expect(tokeniser.flush()).toEqual([]);
		expect(keysOf(tokeniser.push('j'))).toEqual(['j']);
	});

	it('takes Escape and an arrow in one portion for two keys', () => {
		expect(keysOf(createKeyTokeniser().push('\u001B\u001B[B'))).toEqual(['\u001B', '\u001B[B']);
	});

	it('keeps a letter with Alt together', () => {
		expect(keysOf(createKeyTokeniser().push('\u001Bb'))).toEqual(['\u001Bb']);
	});

	it('keeps what a reader counts as one character together', () => {
		expect(keysOf(createKeyTokeniser().push('a👩‍👩‍👧é数'))).toEqual(['a', '👩‍👩‍👧', 'é', '数']);
	});

	it('delivers a paste whole, with its newlines, and waits for its end as long as it takes', () => {
		const tokeniser = createKeyTokeniser();
		expect(tokeniser.push('\u001B[200~one\nq')).toEqual([]);
		// No timeout may cut a paste into keys.
		expect(tokeniser.isWaiting()).toBe(false);
		expect(tokeniser.push('uit\u001B[201~j')).toEqual([
			{ type: 'paste', text: 'one\nquit' },
			{ type: 'key', sequence: 'j' },
		]);
	});

	it('peels mouse reports off', () => {
		expect(createKeyTokeniser().push('j\u001B[<64;10;20Mk')).toEqual([
			{ type: 'key', sequence: 'j' },
			{ type: 'mouse', report: { button: 64, column: 10, row: 20, pressed: true } },
			{ type: 'key', sequence: 'k' },
		]);
		expect(createKeyTokeniser().push('\u001B[M !"j')).toEqual([
			{ type: 'mouse', report: { button: 0, column: 1, row: 2, pressed: true } },
			{ type: 'key', sequence: 'j' },
		]);
	});

	it('takes no answer of the terminal for keys', () => {
		const answers = [
			'\u001B[?62;4c',
			'\u001B[12;40R',
			'\u001B]11;rgb:0000/0000/0000\u0007',
			'\u001B]11;rgb:ffff/ffff/ffff\u001B\\',
			'\u001BP1+r\u001B\\',
			'\u001B[I',
			'\u001B[O',
		];
		for (const answer of answers) {
			expect(keysOf(createKeyTokeniser().push(`${answer}j`))).toEqual(['j']);
		}
	});
});
