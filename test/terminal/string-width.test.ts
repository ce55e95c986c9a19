import { describe, expect, it } from 'vitest';

import { stringWidth } from '../../source/terminal/string-width.ts';

describe('the width that the layout measures with', () => {
	it.each([
		['', 0],
		['abc', 3],
		['\u001B[1;36mabc\u001B[m', 3],
		['╭─ …→█', 6],
		['数字', 4],
		['e\u0301', 1],
		['\u001B]8;;https://example.com\u0007link\u001B]8;;\u0007', 4],
		['📦 box', 6],
	])('of %j is %i', (text, width) => {
		expect(stringWidth(text)).toBe(width);
	});
});
