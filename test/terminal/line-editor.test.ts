import { describe, expect, it } from 'vitest';

import { EMPTY_LINE, editLine, insertText, lineOf, lineText } from '../../source/terminal/index.ts';
import type { LineEditor } from '../../source/terminal/index.ts';

function press(line: LineEditor, ...keys: readonly string[]): LineEditor {
	return keys.reduce((current, key) => editLine(current, key) ?? current, line);
}

/** The text with the cursor shown as `|`. */
function shown(line: LineEditor): string {
	return `${line.before}|${line.after}`;
}

describe('the line editor', () => {
	it('types, moves and deletes like a shell', () => {
		expect(shown(press(EMPTY_LINE, 'a', 'b', 'space', 'c'))).toBe('ab c|');
		expect(shown(press(lineOf('abc'), 'left', 'left', 'x'))).toBe('ax|bc');
		expect(shown(press(lineOf('abc'), 'home', 'delete'))).toBe('|bc');
		expect(shown(press(lineOf('abc'), 'ctrl-a', 'right', 'backspace'))).toBe('|bc');
		expect(shown(press(lineOf('abc'), 'ctrl-a', 'ctrl-e'))).toBe('abc|');
	});

	it('moves and cuts by words', () => {
		expect(shown(press(lineOf('one two  three'), 'alt-b', 'alt-b'))).toBe('one |two  three');
		expect(shown(press(lineOf('one two'), 'home', 'alt-f'))).toBe('one| two');
		expect(shown(press(lineOf('one two '), 'ctrl-w'))).toBe('one |');
		expect(shown(press(lineOf('one two'), 'home', 'alt-d'))).toBe('| two');
	});

	it('puts back what was cut', () => {
		expect(shown(press(lineOf('one two'), 'ctrl-w', 'home', 'ctrl-y'))).toBe('two|one ');
		expect(shown(press(lineOf('one two'), 'alt-b', 'ctrl-k', 'ctrl-a', 'ctrl-y'))).toBe('two|one ');
		expect(shown(press(lineOf('one two'), 'alt-b', 'ctrl-u', 'end', 'ctrl-y'))).toBe('twoone |');
	});

	it('never splits what a reader sees as one character', () => {
		expect(shown(press(lineOf('a👩‍👩‍👧'), 'backspace'))).toBe('a|');
		expect(shown(press(lineOf('e\u0301x'), 'left', 'left', 'delete'))).toBe('|x');
		expect(shown(press(lineOf('数据'), 'left'))).toBe('数|据');
	});

	it('leaves keys alone that edit nothing', () => {
		for (const key of ['return', 'escape', 'tab', 'up', 'ctrl-c', 'pagedown']) {
			expect(editLine(lineOf('abc'), key)).toBeNull();
		}
	});

	it('takes a paste on one line and without escapes', () => {
		expect(lineText(insertText(lineOf('a '), 'one\ntwo\u001B[31m\u0007'))).toBe('a one two');
	});
});
