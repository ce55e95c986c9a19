import { describe, expect, it } from 'vitest';

import {
	cleanLine,
	fit,
	fitName,
	fitRight,
	formatAge,
	formatBytes,
	formatDuration,
	formatTime,
	plural,
	textWidth,
	truncate,
	wrapText,
} from '../../source/format.ts';

describe('text on cells', () => {
	it('counts wide characters twice and combined ones once', () => {
		expect(textWidth('abc')).toBe(3);
		expect(textWidth('数据')).toBe(4);
		expect(textWidth('e\u0301')).toBe(1);
		expect(textWidth('📦')).toBe(2);
		expect(textWidth('│─…●')).toBe(4);
	});

	it('cuts and pads to exact widths, never through a wide character', () => {
		expect(fit('abc', 5)).toBe('abc  ');
		expect(fit('abcdef', 4)).toBe('abc…');
		expect(fit('数据数据', 4)).toBe('数… ');
		expect([fitName('@acme/notes', 11), fitName('@acme/notes', 8), fitName('@acme/notes', 5), fitName('notes', 4)]).toEqual([
			'@acme/notes',
			'…/notes ',
			'…/no…',
			'not…',
		]);
		expect(fitRight('7', 3)).toBe('  7');
		expect(truncate('abc', 0)).toBe('');
		for (let width = 0; width < 12; width += 1) {
			expect(textWidth(fit('a数e\u0301📦 tail', width))).toBe(width);
		}
	});

	it('wraps at spaces and inside words that are too long, and loses nothing', () => {
		expect(wrapText('one two three', 7)).toEqual(['one two', 'three']);
		expect(wrapText('abcdefgh ij', 3)).toEqual(['abc', 'def', 'gh', 'ij']);
		expect(wrapText('', 10)).toEqual(['']);
		expect(wrapText('数据数据', 3)).toEqual(['数', '据', '数', '据']);
		expect(wrapText('数', 1)).toEqual(['数']);
	});

	it('puts a mark in place of what steers, hides or turns around, and takes doubtful widths out', () => {
		expect(cleanLine('a\u001B[31mb\u202Ec\u200Bd\ne️')).toBe('ab\uFFFDc\uFFFDd e');
	});
});

describe('figures', () => {
	it('writes bytes with two digits at most', () => {
		expect([0, 812, 999.6, 4200, 48_200_000, 1_500_000_000].map((bytes) => formatBytes(bytes))).toEqual([
			'0 B',
			'812 B',
			'1.0 kB',
			'4.2 kB',
			'48 MB',
			'1.5 GB',
		]);
	});

	it('writes durations', () => {
		expect([0, 412, 1400, 125_000].map((time) => formatDuration(time))).toEqual(['0 ms', '412 ms', '1.4 s', '2 min 05 s']);
	});

	it('writes ages and times, and says when they are not known', () => {
		const now = Date.parse('2026-11-20T12:00:00Z');
		expect(formatAge('2026-11-20T11:59:30Z', now)).toBe('just now');
		expect(formatAge('2026-11-20T11:00:00Z', now)).toBe('1 hour ago');
		expect(formatAge('2026-10-20T12:00:00Z', now)).toBe('1 month ago');
		expect(formatAge(null, now)).toBe('unknown');
		expect(formatAge('yesterday', now)).toBe('unknown');
		expect(formatTime('2026-11-20T12:00:00Z')).toBe('2026-11-20 12:00');
	});

	it('counts', () => {
		expect([plural(1, 'plugin'), plural(3, 'plugin'), plural(2, 'match', 'matches'), plural(1840, 'file')]).toEqual([
			'1 plugin',
			'3 plugins',
			'2 matches',
			'1,840 files',
		]);
	});
});
