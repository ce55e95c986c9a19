import { cleanup, render } from 'ink-testing-library';
import { useState } from 'react';
import { useInput } from 'ink';
import { afterEach, describe, expect, it } from 'vitest';

import { LineRow } from '../../source/screens/parts/line-row.tsx';
import { Pane } from '../../source/screens/parts/pane.tsx';
import { TextField, visiblePart } from '../../source/screens/parts/text-field.tsx';
import { WindowedList, nextOffset } from '../../source/screens/parts/windowed-list.tsx';
import { EMPTY_LINE, editLine, keyName, lineOf } from '../../source/terminal/index.ts';
import { span } from '../../source/theme.ts';

afterEach(cleanup);

describe('a windowed list', () => {
	it('asks only for the rows that are visible', () => {
		const asked = new Set<number>();
		const rowAt = (index: number) => {
			asked.add(index);
			return [span(`item ${index}`)];
		};
		const { lastFrame, rerender } = render(<WindowedList count={10_000} selectedIndex={0} rows={5} width={20} rowAt={rowAt} />);
		expect(
			lastFrame()
				?.split('\n')
				.map((row) => row.trim()),
		).toEqual(['> item 0', 'item 1', 'item 2', 'item 3', 'item 4']);
		expect(asked.size).toBe(5);
		rerender(<WindowedList count={10_000} selectedIndex={9_999} rows={5} width={20} rowAt={rowAt} />);
		expect(lastFrame()).toContain('> item 9999');
		expect(asked.size).toBe(10);
	});

	it('moves half a page when the selection leaves it, and not before', () => {
		expect(nextOffset({ offset: 0, selectedIndex: 9, count: 100, rows: 10 })).toBe(0);
		expect(nextOffset({ offset: 0, selectedIndex: 10, count: 100, rows: 10 })).toBe(6);
		expect(nextOffset({ offset: 50, selectedIndex: 49, count: 100, rows: 10 })).toBe(44);
		expect(nextOffset({ offset: 95, selectedIndex: 99, count: 100, rows: 10 })).toBe(90);
		expect(nextOffset({ offset: 7, selectedIndex: -1, count: 0, rows: 10 })).toBe(0);
	});

	it('keeps the selection visible for every selection from every offset', () => {
		for (let offset = 0; offset < 12; offset += 1) {
			for (let selectedIndex = 0; selectedIndex < 12; selectedIndex += 1) {
				const next = nextOffset({ offset, selectedIndex, count: 12, rows: 5 });
				expect(next).toBeLessThanOrEqual(selectedIndex);
				expect(next + 5).toBeGreaterThan(selectedIndex);
				expect(next).toBeLessThanOrEqual(7);
			}
		}
	});
});

describe('a row', () => {
	it('marks the selected one by a sign, not by colour alone', () => {
		const { lastFrame } = render(<LineRow line={[span('name', 'strong'), span(' 1.0.0', 'dim')]} width={20} isSelected />);
		expect(lastFrame()).toContain('> name 1.0.0');
	});
});

describe('a pane', () => {
	it('carries its name and position in the border', () => {
		const { lastFrame } = render(
			<Pane title="Installed" info="3 of 9" columns={40} rows={4}>
				<LineRow line={[span('row')]} width={36} />
			</Pane>,
		);
		const [top = '', ...rest] = (lastFrame() ?? '').split('\n');
		expect(top).toMatch(/^╭─ Installed ─+ 3 of 9 ╮$/);
		expect(top.length).toBe(40);
		expect(rest).toHaveLength(3);
	});

	it('drops what does not fit instead of breaking the border', () => {
		const { lastFrame } = render(
			<Pane title="A very long title that cannot fit" info="3 of 9" columns={20} rows={3}>
				<LineRow line={[]} width={16} />
			</Pane>,
		);
		expect(lastFrame()?.split('\n')[0]).toHaveLength(20);
	});
});

function Field() {
	const [line, setLine] = useState(EMPTY_LINE);
	useInput((input, key) => {
		const name = keyName(input, key);
		if (name !== null) {
			setLine((current) => editLine(current, name) ?? current);
		}
	});
	return <TextField line={line} placeholder="type here" width={30} isFocused column={0} row={0} />;
}

describe('a text field', () => {
	it('shows its placeholder, then what was typed', async () => {
		const { lastFrame, stdin } = render(<Field />);
		expect(lastFrame()).toContain('type here');
		await new Promise(setImmediate);
		for (const key of ['l', 'i', 'n', 'x', '\u007F', 'k']) {
			stdin.write(key);
		}

		await expect.poll(() => lastFrame()).toContain('link');
		stdin.write('\u0017');
		await expect.poll(() => lastFrame()).toContain('type here');
	});

	it('scrolls to the cursor when the text is longer than the field', () => {
		expect(visiblePart(lineOf('abcdefghij'), 5)).toEqual({ text: 'fghij', cursor: 5 });
		expect(visiblePart({ before: 'ab', after: 'cdefghij', cut: '' }, 5)).toEqual({ text: 'abcde', cursor: 2 });
		expect(visiblePart(lineOf('数据数据'), 5)).toEqual({ text: '数据', cursor: 4 });
	});
});
