import { describe, expect, it } from 'vitest';

import { SECTION_LIST, titleLabels } from '../../source/sections.ts';

const textAt = (columns: number, right = 'gen 12'): string => {
	const { brand, labels } = titleLabels({ columns, current: 'browse', right, badges: { installed: ' (2)' } });
	return brand + labels.map(({ text }) => text).join('');
};

describe('the title bar', () => {
	it('shows every section with its key at 80 columns, beside the generation', () => {
		const text = textAt(80);
		for (const { key, short } of SECTION_LIST) {
			expect(text).toContain(`${key} ${short}`);
		}

		expect(text.length + ' gen 12 '.length).toBeLessThanOrEqual(80);
	});

	it('takes long names, spaces and badges where they fit, and numbers alone where nothing else does', () => {
		expect(textAt(200)).toMatch(/^ plugward {2}1 Installed \(2\) \[2 Browse\] /);
		expect(textAt(40)).toMatch(/^ 1\[2 Browse\]/);
	});

	it.each([40, 60, 80, 100, 120, 200])('moves nothing when another section becomes the current one (%i columns)', (columns) => {
		const starts = SECTION_LIST.map(({ section }) => {
			const { brand, labels } = titleLabels({ columns, current: section, right: '', badges: {} });
			return brand.length + labels.reduce((sum, { text }) => sum + text.length, 0);
		});
		expect(Math.max(...starts) - Math.min(...starts)).toBeLessThanOrEqual(columns < 80 ? 10 : 1);
	});

	it('gives each section a key of its own', () => {
		expect(new Set(SECTION_LIST.map(({ key }) => key)).size).toBe(SECTION_LIST.length);
	});
});
