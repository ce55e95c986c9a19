import { describe, expect, it } from 'vitest';

import { textWidth } from '../../source/format.ts';
import { busiestDay, changeWords, downloadsText } from '../../source/download-words.ts';
import { columnChart } from '../../source/pictures/column-chart.ts';
import { shareBar, shareWords } from '../../source/pictures/share-bar.ts';
import { sizeBars } from '../../source/pictures/size-bars.ts';
import { sparkline, trendWords } from '../../source/pictures/sparkline.ts';
import { timeline, timelineLegend, timelineWords } from '../../source/pictures/timeline.ts';
import { treeLines } from '../../source/pictures/tree-lines.ts';
import type { TreeNode } from '../../source/pictures/tree-lines.ts';
import { useBar } from '../../source/pictures/use-bar.ts';
import { dressLine, PLAIN_DRESS } from '../../source/terminal/cells/dress.ts';
import { levelBadge } from '../../source/theme.ts';
import type { Line } from '../../source/theme.ts';
import { hostileText } from '../helpers/hostile-strings.ts';
import { randomFrom } from '../proofs/random.ts';

const textOf = (line: Line): string => line.map(({ text }) => text).join('');
const asciiOf = (line: Line): string => dressLine(textOf(line), { ...PLAIN_DRESS, isAscii: true });

describe('a sparkline', () => {
	it('has one sign for each number, against the largest or a given most', () => {
		expect(sparkline([0, 1, 4, 8])).toBe('▁▂▅█');
		expect(sparkline([0, 25, 100], 100)).toBe('▁▃█');
		expect(sparkline([250], 100)).toBe('█');
		expect(sparkline([])).toBe('');
	});

	it('tells the same in words', () => {
		expect(trendWords([0, 0, 10, 40], '%')).toBe('lately 0 to 40%, rising');
		expect(trendWords([40, 30, 2, 0], '%')).toBe('lately 0 to 40%, falling');
		expect(trendWords([0, 0, 0, 1], '%')).toBe('lately 0 to 1%');
		expect(trendWords([3, 3], '%')).toBe('lately 3%, steady');
		expect(trendWords([], '%')).toBe('nothing measured yet');
	});
});

describe('a chart of columns', () => {
	it('draws each number against the largest, in eighths of a cell, over as many rows as it is given', () => {
		const rows = columnChart([0, 1, 8, 16], { rows: 2, columnWidth: 1 }).map(textOf);
		expect(rows).toEqual(['   █', '▁▁██']);
		expect(columnChart([5, 16], { rows: 2, columnWidth: 2 }).map(textOf)).toEqual(['  ██', '▅▅██']);
	});

	it('tells a day of nothing from one of little by its colour, and shows what is more than nothing', () => {
		const [row] = columnChart([0, 1, 1_000_000], { rows: 1, columnWidth: 1 });
		expect(row).toEqual([
			{ text: '▁', tone: 'dim' },
			{ text: '▁', tone: 'info' },
			{ text: '█', tone: 'info' },
		]);
	});

	it('has as many different heights in ASCII', () => {
		const [row = []] = columnChart([1, 2, 3, 4, 5, 6, 7, 8], { rows: 1, columnWidth: 1 });
		expect(asciiOf(row)).toBe('_.-=+*%#');
	});
});

it.each([
	[{ lastWeek: 48, weekBefore: 40 }, ', 20% more than in the 7 days before'],
	[{ lastWeek: 40, weekBefore: 48 }, ', 17% fewer than in the 7 days before'],
	[{ lastWeek: 7, weekBefore: 7 }, ', as many as in the 7 days before'],
	[{ lastWeek: 10_001, weekBefore: 10_000 }, ', less than 1% more than in the 7 days before'],
	[{ lastWeek: 3, weekBefore: 0 }, ', none in the 7 days before'],
	[{ lastWeek: 5000, weekBefore: 2 }, ', 2,500 times as many as in the 7 days before'],
	[{ lastWeek: 0, weekBefore: 5 }, ', 100% fewer than in the 7 days before'],
	[{ lastWeek: 5, weekBefore: null }, ''],
	[{ lastWeek: 0, weekBefore: 0 }, ''],
])('the change of a week is told in words: %j', (numbers, words) => {
	expect(changeWords(numbers)).toBe(words);
});

it('downloads are counted in words, and the latest of the busiest days is named', () => {
	expect([downloadsText(0), downloadsText(1), downloadsText(1_234_567)]).toEqual(['0 downloads', '1 download', '1,234,567 downloads']);
	const day = (name: string, downloads: number) => ({ day: name, downloads });
	expect(busiestDay({ days: [day('a', 2), day('b', 9), day('c', 9), day('d', 1)] })).toBe('c: 9');
	expect(busiestDay({ days: [day('a', 0)] })).toBeNull();
});

it('a bar of use shows what is more than nothing, and never more than all', () => {
	expect([useBar(50, 100, 4), useBar(500, 100, 4), useBar(1, 1000, 4), useBar(0, 10, 2)]).toEqual(['██░░', '████', '█░░░', '░░']);
});

describe('a bar of shares', () => {
	const shares = (counts: readonly number[]) =>
		(['core', 'verified', 'trusted', 'known', 'unknown'] as const).map((level, index) => ({
			badge: levelBadge(level),
			count: counts[index] ?? 0,
		}));

	it('is made of the signs of its parts, as many as their share', () => {
		expect(textOf(shareBar(shares([5, 0, 0, 5, 0]), 12))).toBe('[*****-----]');
		expect(textOf(shareBar(shares([1, 0, 0, 0, 999]), 12))).toBe('[*?????????]');
	});

	it('has exactly its width and a cell for each part, whatever the numbers are', () => {
		const random = randomFrom(3);
		for (let round = 0; round < 500; round += 1) {
			const counts = Array.from({ length: 5 }, () => Math.floor(random() ** 4 * 5000));
			const line = shareBar(shares(counts), 20);
			expect(textWidth(textOf(line)), String(counts)).toBe(counts.every((count) => count === 0) ? 0 : 20);
			expect(line).toHaveLength(line.length === 0 ? 0 : counts.filter((count) => count > 0).length + 2);
			expect(line.every(({ text }) => text !== '')).toBe(true);
		}
	});

	it('is nothing for nothing or without room, and tells the same in words', () => {
		expect(shareBar(shares([]), 20)).toEqual([]);
		expect(shareBar(shares([1, 1, 1, 1, 1]), 6)).toEqual([]);
		expect(shareWords(shares([3, 0, 0, 7, 0]))).toBe('3 of 10 core, 7 of 10 known');
	});
});

describe('a drawn tree', () => {
	const node = (id: string, ...children: readonly string[]): readonly [string, TreeNode] => [id, { id, label: id, note: '', children }];

	it('draws each branch once and says where it hangs again; a ring ends', () => {
		const nodes = new Map([node('root', 'a', 'b'), node('a', 'c'), node('b', 'a'), node('c', 'd'), node('d', 'c')]);
		expect(treeLines(nodes, 'root', { width: 40, most: 99 }).map(textOf)).toEqual([
			'├─ a',
			'│  └─ c',
			'│     └─ d',
			'│        └─ c  (above)',
			'└─ b',
			'   └─ a  (above)',
		]);
	});

	it('reads as levels where it is heard, and as ASCII', () => {
		const nodes = new Map([node('root', 'a', 'b'), node('a', 'c'), node('b'), node('c')]);
		expect(treeLines(nodes, 'root', { width: 40, most: 99, isSpoken: true }).map(textOf)).toEqual([
			'level 1: a',
			'level 2: c',
			'level 1: b',
		]);
		expect(treeLines(nodes, 'root', { width: 40, most: 99 }).map(asciiOf)).toEqual(['+- a', '|  +- c', '+- b']);
	});

	it('stops at its most lines and says how many are left', () => {
		const nodes = new Map([node('root', ...Array.from({ length: 30 }, (_, index) => `n${index}`))]);
		for (const index of Array.from({ length: 30 }).keys()) {
			nodes.set(...node(`n${index}`));
		}

		const lines = treeLines(nodes, 'root', { width: 40, most: 10 }).map(textOf);
		expect(lines).toHaveLength(10);
		expect(lines.at(-1)).toBe('... and 21 more lines');
	});

	it('keeps to its width whatever the names are and however deep it goes', () => {
		const random = randomFrom(5);
		const nodes = new Map<string, TreeNode>();
		for (let index = 0; index < 60; index += 1) {
			nodes.set(String(index), { id: String(index), label: hostileText(random), note: hostileText(random), children: [String(index + 1)] });
		}

		for (const width of [30, 76, 116]) {
			for (const line of treeLines(nodes, '0', { width, most: 99 })) {
				expect(textWidth(textOf(line)), JSON.stringify(textOf(line))).toBeLessThanOrEqual(width);
			}
		}
	});
});

describe('bars of size', () => {
	it('draws the largest against each other and sums up the rest', () => {
		const sizes = [
			{ name: 'small', bytes: 1000 },
			{ name: 'large', bytes: 4_000_000 },
			{ name: 'half', bytes: 2_000_000 },
			{ name: 'unknown', bytes: null },
		];
		const lines = sizeBars(sizes, { width: 60, most: 2 }).map(textOf);
		expect(lines).toHaveLength(3);
		expect(lines[0]).toMatch(/^large +4\.0 MB █{20}$/);
		expect(lines[1]).toMatch(/^half +2\.0 MB █{10}░{10}$/);
		expect(lines[2]).toMatch(/^1 more +1\.0 kB$/);
		expect(asciiOf(sizeBars(sizes, { width: 60, most: 2 })[1] ?? [])).toMatch(/^half +2\.0 MB #{10}_{10}$/);
	});

	it('keeps to its width', () => {
		const random = randomFrom(8);
		const sizes = Array.from({ length: 20 }, () => ({ name: hostileText(random), bytes: Math.floor(random() * 1e9) }));
		for (const width of [20, 40, 77, 200]) {
			for (const line of sizeBars(sizes, { width, most: 9 })) {
				expect(textWidth(textOf(line))).toBeLessThanOrEqual(width);
			}
		}
	});
});

describe('the timeline of generations', () => {
	const now = Date.parse('2026-11-20T12:00:00Z');
	const moment = (number: number, daysAgo: number, marks: { isCurrent?: boolean; isKept?: boolean } = {}) => ({
		number,
		createdAt: new Date(now - daysAgo * 86_400_000).toISOString(),
		isCurrent: false,
		isKept: false,
		...marks,
	});

	it('draws the oldest left, the current one filled, a kept one square, long pauses as long lines', () => {
		const moments = [moment(4, 1, { isCurrent: true }), moment(3, 1.5), moment(2, 30, { isKept: true }), moment(1, 31)];
		expect(textOf(timeline(moments, { width: 60, now }))).toBe('1 ○──■─────○─● 4, 1 d');
		expect(asciiOf(timeline(moments, { width: 60, now }))).toBe('1 o--#-----o-* 4, 1 d');
		expect(asciiOf(timelineLegend(moments, now))).toBe('4 generations, the oldest made 1 month ago   * current   # kept   o other');
		expect(textOf(timelineLegend([{ ...moment(1, 0), isCurrent: true }], now))).toBe('1 generation, the oldest made just now   ● current');
		expect(timelineLegend([], now)).toEqual([]);
		expect(timelineWords([moment(1, 0)], now)).toBe('1 generation, the oldest is 1, made just now');
		expect(timelineWords(moments, now)).toBe('4 generations, the oldest is 1, made 1 month ago; the current one is 4; 1 kept');
	});

	it('shows the newest of more than fit, and keeps to its width', () => {
		const moments = Array.from({ length: 300 }, (_, index) => moment(index + 1, 300 - index));
		for (const width of [30, 78, 118]) {
			const line = textOf(timeline(moments, { width, now }));
			expect(textWidth(line)).toBeLessThanOrEqual(width);
			expect(line).toMatch(/^\.\.\. \d+ ○.*○ 300, 1 d$/);
		}
	});

	it('is nothing without a generation', () => {
		expect(timeline([], { width: 50, now })).toEqual([]);
		expect(timelineWords([], now)).toBe('no generation yet');
	});
});
