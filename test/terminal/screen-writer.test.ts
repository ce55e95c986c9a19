import { EventEmitter } from 'node:events';

import xterm from '@xterm/headless';
import { describe, expect, it } from 'vitest';

import { textWidth } from '../../source/format.ts';
import { dressOf, ScreenWriter } from '../../source/terminal/index.ts';
import type { ScreenWriterOptions } from '../../source/terminal/index.ts';
import { pick, randomFrom } from '../proofs/random.ts';

const ESC = '\u001B[';

/** A terminal's output that is a model of its screen. */
class ModelOutput extends EventEmitter {
	readonly isTTY = true;
	readonly terminal: InstanceType<typeof xterm.Terminal>;
	written = '';
	writes = 0;

	constructor(columns: number, rows: number) {
		super();
		// As a terminal in raw mode whose output is still processed: a line feed begins a line.
		this.terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
	}

	get columns(): number {
		return this.terminal.cols;
	}

	get rows(): number {
		return this.terminal.rows;
	}

	write(text: string): boolean {
		this.written += text;
		this.writes += 1;
		this.terminal.write(text);
		return true;
	}

	resize(columns: number, rows: number): void {
		this.terminal.resize(columns, rows);
		this.emit('resize');
	}

	/** Every cell with its text and its look, after all that was written is shown. */
	async cells(): Promise<readonly string[]> {
		await new Promise<void>((resolve) => {
			this.terminal.write('', resolve);
		});
		const buffer = this.terminal.buffer.active;
		return Array.from({ length: this.rows }, (_, row) => {
			const line = buffer.getLine(buffer.baseY + row);
			return Array.from({ length: this.columns }, (__, column) => {
				const cell = line?.getCell(column);
				const text = cell?.getChars() ?? '';
				const look = [cell?.isBold(), cell?.isDim(), cell?.isInverse(), cell?.isUnderline(), cell?.getFgColor(), cell?.getBgColor()];
				// The terminal's own colour is -1 for a written cell, and an erased cell has none.
				return cell?.getWidth() === 0 ? '' : `${text === '' ? ' ' : text}${blankLook(text) ? blankOf(look) : look.map(Number).join()}`;
			}).join('|');
		});
	}

	/** The rows as text, right-trimmed. */
	async text(): Promise<readonly string[]> {
		await this.cells();
		const buffer = this.terminal.buffer.active;
		return Array.from({ length: this.rows }, (_, row) => buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '');
	}
}

const blankLook = (text: string): boolean => text === '' || text === ' ';
const blankOf = ([, , inverse, underline, foreground, background]: readonly (number | undefined)[]): string =>
	[inverse, underline, inverse === 0 && underline === 0 ? 'any' : foreground, background].map(String).join();

/** Writes frames exactly as Ink 8 does without incremental rendering. */
function createInk(write: (text: string) => void) {
	let count = 0;
	let cursor: { x: number; y: number } | null = null;
	return {
		frame(lines: readonly string[], place: { x: number; y: number } | null = null): void {
			const text = `${lines.join('\n')}\n`;
			const down = cursor === null ? 0 : count - 1 - cursor.y;
			const back = cursor === null ? '' : `${ESC}?25l${down > 0 ? `${ESC}${down}B` : ''}${ESC}1G`;
			const erase = Array.from({ length: count }, (_, index) => `${ESC}2K${index < count - 1 ? `${ESC}1A` : ''}`).join('');
			count = lines.length + 1;
			const up = place === null ? 0 : count - 1 - place.y;
			const suffix = place === null ? '' : `${up > 0 ? `${ESC}${up}A` : ''}${ESC}${place.x + 1}G${ESC}?25h`;
			cursor = place;
			write(`${ESC}?2026h`);
			write(`${back}${erase}${erase === '' ? '' : `${ESC}G`}${text}${suffix}`);
			write(`${ESC}?2026l`);
		},
		/** Before it draws for a narrower window, outside of any frame. */
		erase(): void {
			write(`${Array.from({ length: count }, (_, index) => `${ESC}2K${index < count - 1 ? `${ESC}1A` : ''}`).join('')}${ESC}G`);
			count = 0;
			cursor = null;
		},
		cleared(lines: readonly string[]): void {
			count = lines.length + 1;
			cursor = null;
			write(`${ESC}?2026h`);
			write(`${ESC}1;1H${ESC}J${lines.join('\n')}\n`);
			write(`${ESC}?2026l`);
		},
	};
}

/** A whole number from 0 to below `limit`. */
const below = (random: () => number, limit: number): number => Math.floor(random() * limit);

const WORDS: readonly [string, ...string[]] = [
	'plugward',
	'a',
	'log-summary 1.2.0',
	'漢字',
	'かな',
	'한국',
	'─────',
	'│',
	'…',
	'█▇▅',
	'naïve',
	'→ ←',
	'    ',
];
const STYLES: readonly [readonly [string, string], ...(readonly [string, string])[]] = [
	['', ''],
	[`${ESC}1m`, `${ESC}22m`],
	[`${ESC}2m`, `${ESC}22m`],
	[`${ESC}36m`, `${ESC}39m`],
	[`${ESC}38;5;120m`, `${ESC}39m`],
	[`${ESC}44m`, `${ESC}49m`],
	[`${ESC}7m`, `${ESC}27m`],
	[`${ESC}4m`, `${ESC}24m`],
	[`${ESC}1m${ESC}31m`, `${ESC}39m${ESC}22m`],
];

function randomLine(random: () => number, columns: number): string {
	let line = '';
	let width = 0;
	for (;;) {
		const word = pick(random, WORDS);
		const [open, close] = pick(random, STYLES);
		width += textWidth(word) + 1;
		if (width > columns || below(random, 8) === 0) {
			return line;
		}

		line += `${open}${word}${close} `;
	}
}

function open(columns: number, rows: number, options: ScreenWriterOptions = {}) {
	const output = new ModelOutput(columns, rows);
	const writer = new ScreenWriter(output, options);
	writer.write(`${ESC}?1049h`);
	return { output, writer, ink: createInk((text) => writer.write(text)) };
}

describe('the screen writer', () => {
	it.each([1, 2, 3, 4])('shows thousands of random frames exactly as they look without it (seed %i)', async (seed) => {
		const random = randomFrom(seed);
		const [columns, rows] = [20 + below(random, 40), 6 + below(random, 8)];
		const ours = open(columns, rows);
		const plain = new ModelOutput(columns, rows);
		const plainInk = createInk((text) => plain.write(text));
		plain.write(`${ESC}?1049h${ESC}H`);
		let lines = Array.from({ length: rows - 1 }, () => randomLine(random, columns));
		for (let frame = 0; frame < 600; frame += 1) {
			// Mostly a few lines change, as when a cursor moves; sometimes all do, and the height too.
			lines =
				below(random, 10) === 0
					? Array.from({ length: 1 + below(random, rows - 1) }, () => randomLine(random, columns))
					: lines.map((line) => (below(random, 4) === 0 ? randomLine(random, columns) : line));
			const place = below(random, 3) === 0 ? { x: below(random, columns), y: below(random, lines.length) } : null;
			ours.ink.frame(lines, place);
			plainInk.frame(lines, place);
			const [shown, wanted] = [await ours.output.cells(), await plain.cells()];
			if (shown.some((row, index) => row !== wanted[index])) {
				expect(shown, `frame ${frame}`).toEqual(wanted);
			}

			if (place !== null) {
				expect([ours.output.terminal.buffer.active.cursorX, ours.output.terminal.buffer.active.cursorY]).toEqual([place.x, place.y]);
			}
		}

		expect(ours.output.written.length).toBeLessThan(plain.written.length / 2);
	});

	it('sends a few bytes when a cursor moves in a list, and nothing when nothing changed', () => {
		const { output, ink } = open(80, 24);
		const list = (selected: number): readonly string[] =>
			Array.from({ length: 20 }, (_, row) => (row === selected ? `${ESC}7m> plugin ${row}${ESC}27m` : `  plugin ${row}`));
		ink.frame(list(3));
		output.written = '';
		ink.frame(list(4));
		expect(output.written.length).toBeLessThan(80);
		output.written = '';
		ink.frame(list(4));
		expect(output.written).toBe('');
	});

	it('places what follows a character of doubtful width where it belongs, whatever the terminal thinks of it', async () => {
		const { output, ink } = open(40, 6);
		// This model takes the box for one cell; the frame was laid out with two.
		ink.frame(['📦 parcel   │', 'plain       │']);
		await output.text();
		const border = [0, 1].map((row) => output.terminal.buffer.active.getLine(row)?.getCell(12)?.getChars());
		expect(border).toEqual(['│', '│']);
		ink.frame(['📦 parcels  │', 'plain       │']);
		ink.frame(['> 📦 parcel │', 'plain       │']);
		ink.frame(['no parcel   │', 'plain       │']);
		expect((await output.text()).slice(0, 2)).toEqual(['no parcel   │', 'plain       │']);
	});

	it('draws everything again after a change of size, also while Ink still draws for the size before', async () => {
		const { output, ink } = open(40, 8);
		ink.frame(['a line that is as long as forty columns', 'second']);
		output.resize(20, 5);
		ink.frame(['a line that is as long as forty columns', 'second', 'x']);
		ink.cleared(['short', 'second']);
		await expect.poll(async () => (await output.text()).slice(0, 3)).toEqual(['short', 'second', '']);
		output.resize(60, 10);
		ink.cleared(['wide again', 'second']);
		await expect.poll(async () => (await output.text()).slice(0, 2)).toEqual(['wide again', 'second']);
	});

	it('goes on with cells after the window has become narrower', async () => {
		const { output, ink } = open(40, 6);
		ink.frame(['a row of the list', 'another row of it']);
		output.written = '';
		output.writes = 0;
		output.resize(30, 6);
		ink.erase();
		ink.frame(['a row of the list', 'another row of it']);
		await expect.poll(() => output.writes).toBe(1);
		expect((await output.text()).slice(0, 2)).toEqual(['a row of the list', 'another row of it']);
		expect(output.written).not.toContain(`${ESC}2K`);
		output.written = '';
		ink.frame(['a row of the list', 'another one of it']);
		expect(output.written).toBe(`${ESC}2;9Hone`);
	});

	it('lets a frame through as it is when it holds something else than text and colours, and every frame after it', async () => {
		const { output, ink } = open(40, 6);
		ink.frame(['one', 'two']);
		ink.frame(['see \u001B]8;;https://example.com\u0007here\u001B]8;;\u0007', 'two']);
		ink.frame(['three', 'four', 'five']);
		expect((await output.text()).slice(0, 3)).toEqual(['three', 'four', 'five']);
		expect(output.written).toContain(']8;;https://example.com');
	});

	it('shows the last of many frames once per interval when the line is slow', async () => {
		const { output, ink } = open(40, 6, { frameMilliseconds: () => 20 });
		for (let count = 0; count <= 100; count += 1) {
			ink.frame([`count ${count}`]);
		}

		await expect.poll(async () => (await output.text())[0]).toBe('count 100');
		expect(output.writes).toBeLessThan(5);
	});

	it('draws all of a window once when its size changes, and while it is dragged only now and then', async () => {
		const { output, ink } = open(40, 6);
		ink.frame(['one', 'two']);
		output.writes = 0;
		output.resize(39, 6);
		ink.frame(['still of 40', 'two']);
		ink.frame(['at 39', 'two']);
		await expect.poll(async () => (await output.text())[0]).toBe('at 39');
		expect(output.writes).toBe(1);
		for (let columns = 38; columns >= 20; columns -= 1) {
			output.resize(columns, 6);
			ink.frame([`at ${columns}`, 'two']);
		}

		await expect.poll(async () => (await output.text()).slice(0, 2)).toEqual(['at 20', 'two']);
		expect(output.writes).toBe(2);
	});

	it('holds frames back for the terminal only where the terminal can do that', () => {
		const { output, writer, ink } = open(40, 6);
		ink.frame(['one']);
		expect(output.written).not.toContain('?2026');
		writer.synchronise();
		output.written = '';
		ink.frame(['a'.repeat(20), 'b'.repeat(20)]);
		expect(output.written.startsWith(`${ESC}?2026h`)).toBe(true);
		expect(output.written.endsWith(`${ESC}?2026l`)).toBe(true);
	});

	it('sends a few cells without the marks of a frame, which would be longer', () => {
		const { output, writer, ink } = open(40, 6);
		ink.frame(['one', 'two |']);
		writer.synchronise();
		output.written = '';
		ink.frame(['one', 'two /']);
		expect(output.written).toBe(`${ESC}2;5H/`);
	});

	it('draws a column that changes in one colour after the other, not row by row', async () => {
		const { output, ink } = open(40, 6);
		const row = (done: string, count: string) => `${ESC}32m${done}${ESC}39m---- and then ${ESC}2m${count}${ESC}22m`;
		ink.frame([row('==', '11'), row('==', '22'), row('==', '33')]);
		output.written = '';
		const next = [row('=#', '14'), row('=#', '25'), row('=#', '36')];
		ink.frame(next);
		// oxlint-disable-next-line no-control-regex
		expect(output.written.match(/\u001B\[[\d;]*m/g)).toEqual([`${ESC}2m`, `${ESC}0;32m`, `${ESC}m`]);
		expect((await output.text()).slice(0, 3)).toEqual(['=#---- and then 14', '=#---- and then 25', '=#---- and then 36']);
	});

	it('changes the look of what is on the screen: ASCII signs, and colours for a light ground', async () => {
		const { output, writer, ink } = open(40, 6);
		ink.frame(['╭─ Installed ─╮', `│ ${ESC}33munknown${ESC}39m…    │`]);
		writer.dressAs(dressOf({ isAscii: true, palette: 'light', own: {} }, { ground: null, bits: 4 }));
		expect((await output.text()).slice(0, 2)).toEqual(['+- Installed -+', '| unknown~    |']);
		expect(output.terminal.buffer.active.getLine(1)?.getCell(3)?.getFgColor()).toBe(5);
	});
});
