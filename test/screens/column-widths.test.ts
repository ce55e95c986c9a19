import { expect, test } from 'vitest';

import { shareCells, widestOf } from '../../source/screens/column-widths.ts';

test.each([
	[40, [10, 20], [10, 20]],
	[30, [10, 20], [10, 20]],
	[29, [10, 20], [10, 19]],
	[20, [4, 40, 30], [4, 8, 8]],
	[21, [4, 40, 30], [4, 9, 8]],
	[0, [4, 4], [0, 0]],
	[-3, [4], [0]],
	[10, [], []],
])('in %i cells columns that wish for %j get %j', (room, wishes, widths) => {
	expect(shareCells(room, wishes)).toEqual(widths);
});

test('no sharing takes more than there is, or gives more than was wished for', () => {
	for (let room = 0; room <= 60; room += 1) {
		for (const wishes of [
			[1, 2, 3],
			[20, 1, 20],
			[7, 7, 7, 7],
			[0, 50],
		]) {
			const widths = shareCells(room, wishes);
			expect(widths.reduce((sum, width) => sum + width, 0)).toBe(
				Math.min(
					room,
					wishes.reduce((sum, wish) => sum + wish, 0),
				),
			);
			expect(widths.every((width, index) => width <= (wishes[index] ?? 0))).toBe(true);
		}
	}
});

test('a column wishes for its longest text or its header, up to a bound', () => {
	expect(widestOf(['a', 'abcd'], { header: 'NAME IT', most: 20 })).toBe(7);
	expect(widestOf(['a', 'abcdefgh'], { header: 'NAME IT', most: 20 })).toBe(8);
	expect(widestOf(['abcdefgh'], { most: 5 })).toBe(5);
	expect(widestOf(['漢字', 'abc'], { most: 9 })).toBe(4);
	expect(widestOf([], { most: 5 })).toBe(0);
});
