import { expect, test } from 'vitest';
import { changelogBetween } from '../../../../source/engine/operations/updates/changelog-between.ts';
import { diffLines, hunksOf } from '../../../../source/engine/operations/updates/line-diff.ts';
import { randomFrom } from '../../../proofs/random.ts';

function commonLines(from: readonly string[], to: readonly string[]): number {
	let row = Array.from({ length: to.length + 1 }, () => 0);
	for (const left of from) {
		const next = [0];
		for (const [index, right] of to.entries()) {
			next.push(left === right ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
		}

		row = next;
	}

	return row.at(-1) ?? 0;
}

test('every difference gives both texts back and keeps as many lines as possible', () => {
	const random = randomFrom(7);
	const text = (): string[] => Array.from({ length: Math.floor(random() * 14) }, () => 'abcd'[Math.floor(random() * 4)] ?? '');
	for (let round = 0; round < 2000; round += 1) {
		const [from, to] = [text(), text()];
		const lines = diffLines(from, to);
		expect(lines.filter(({ type }) => type !== 'added').map((line) => line.text)).toEqual(from);
		expect(lines.filter(({ type }) => type !== 'removed').map((line) => line.text)).toEqual(to);
		expect(lines.filter(({ type }) => type === 'same')).toHaveLength(commonLines(from, to));
	}
});

test('beyond the limit the difference is still right', () => {
	const lines = diffLines(
		Array.from({ length: 3000 }, (_, index) => `old ${index}`),
		Array.from({ length: 3000 }, (_, index) => `new ${index}`),
	);
	expect(lines).toHaveLength(6000);
});

test('hunks keep three lines around changes, join near ones and know their line numbers', () => {
	const from = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`);
	const to = from.map((line, index) => ([9, 13, 30].includes(index) ? `${line} changed` : line));
	const hunks = hunksOf(diffLines(from, to));
	expect(hunks.map(({ fromLine, toLine, lines }) => [fromLine, toLine, lines.length])).toEqual([
		[7, 7, 13],
		[28, 28, 8],
	]);
});

test.each([
	['## [2.0.0] - 2026-01-02\nnew\n## [1.0.0]\nold', ['2.0.0']],
	['v2.0.0 / 2026-01-02\n==================\n\n  * new\n\nv1.5.0\n===\n* mid\n\n1.0.0\n===\n', ['2.0.0', '1.5.0']],
	['# app@2.0.0\n\nnew', ['2.0.0']],
	['**3.0.0**\ntoo new\n**2.0.0**\nnew', ['2.0.0']],
	['Since 1.2.0 of node this works\n## Unreleased\n- x', []],
])('a changelog gives the parts between two versions (%#)', (text, versions) => {
	expect(changelogBetween(text, { from: '1.0.0', to: '2.0.0' }).map(({ version }) => version)).toEqual(versions);
});
