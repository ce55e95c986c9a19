import { describe, expect, it } from 'vitest';
import { isSingleCells } from '../../../source/format.ts';
import { isDoubtful, parseRow } from '../../../source/terminal/cells/row.ts';

describe('a row of the screen', () => {
	it('takes no character for a single cell that terminals disagree about', () => {
		const single = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code)).filter((sign) => isSingleCells(sign));
		expect(single.length).toBeGreaterThan(1500);
		expect(single.filter((sign) => isDoubtful(sign))).toEqual([]);
	});

	it('has the same cells where a wide character makes it look at each', () => {
		const plain = parseRow('│ \u001B[1mone\u001B[m → two ');
		const wide = parseRow('│ \u001B[1mone\u001B[m → two 漢');
		expect(plain?.texts).toEqual('│ one → two'.split(''));
		expect(wide?.texts).toEqual(['│', ...' one → two 漢'.split(''), '']);
		expect(wide?.styles.slice(0, 11)).toEqual(plain?.styles);
		expect(plain?.firstDoubtful).toBe(Infinity);
	});
});
