import { EventEmitter } from 'node:events';

import xterm from '@xterm/headless';
import { expect, it } from 'vitest';

import { cleanLine, fit, fitRight, textWidth, truncate, wrapText } from '../../source/format.ts';
import { ScreenWriter } from '../../source/terminal/index.ts';
import { hostileText } from '../helpers/hostile-strings.ts';
import { randomFrom } from '../proofs/random.ts';

const COLUMNS = 60;
const ROWS = 20;
/** What the writer and Ink use: styles, places, erasing, modes of the screen. */
// oxlint-disable-next-line no-control-regex
const OURS = /\u001B\[B[\b]{1,3}|\u001B\[(?:[\d;]*[mHCK]|\d*[JG]|\?(?:25|1049|2026)[hl])|\r\n/g;

class Output extends EventEmitter {
	readonly isTTY = true;
	readonly columns = COLUMNS;
	readonly rows = ROWS;
	readonly terminal = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
	written = '';

	write(text: string): boolean {
		this.written += text;
		this.terminal.write(text);
		return true;
	}

	/** What stands in a column of each row, after everything that was written is shown. */
	async column(at: number): Promise<readonly string[]> {
		await new Promise<void>((resolve) => {
			this.terminal.write('', resolve);
		});
		const buffer = this.terminal.buffer.active;
		return Array.from(
			{ length: ROWS },
			(_, row) =>
				buffer
					.getLine(buffer.baseY + row)
					?.getCell(at)
					?.getChars() ?? '',
		);
	}
}

/** As Ink writes a frame after the terminal changed its size: all of it. */
function writeFrame(writer: ScreenWriter, lines: readonly string[]): void {
	for (const part of ['\u001B[?2026h', `\u001B[1;1H\u001B[J${lines.join('\n')}`, '\u001B[?2026l']) {
		writer.write(part);
	}
}

it('rows of hostile text stay within their borders, and no control reaches the terminal but our own', async () => {
	const random = randomFrom(20_261_121);
	const output = new Output();
	const writer = new ScreenWriter(output);
	writer.write('\u001B[?1049h');
	for (let round = 0; round < 150; round += 1) {
		const rows = Array.from({ length: ROWS - 1 }, () => `\u2502${fit(cleanLine(hostileText(random, 20)), COLUMNS - 10)}\u2502end`);
		writeFrame(writer, rows);
		expect((await output.column(COLUMNS - 9)).slice(0, ROWS - 1), JSON.stringify(rows)).toEqual(rows.map(() => '\u2502'));
		expect((await output.column(0)).slice(0, ROWS - 1)).toEqual(rows.map(() => '\u2502'));
	}

	// oxlint-disable-next-line no-control-regex
	expect(output.written.replaceAll(OURS, '')).not.toMatch(/[\u0000-\u001F\u007F-\u009F]/);
	writer.destroy();
	output.terminal.dispose();
});

it('cutting, padding and wrapping keep to the width whatever the text is', () => {
	const random = randomFrom(9);
	for (let round = 0; round < 3000; round += 1) {
		const text = cleanLine(hostileText(random, 20));
		const width = Math.floor(random() * 30);
		expect(textWidth(fit(text, width)), JSON.stringify(text)).toBe(width);
		expect(textWidth(fitRight(text, width)), JSON.stringify(text)).toBe(width);
		expect(textWidth(truncate(text, width))).toBeLessThanOrEqual(width);
		for (const line of wrapText(text, Math.max(2, width))) {
			expect(textWidth(line), JSON.stringify({ text, width })).toBeLessThanOrEqual(Math.max(2, width));
		}
	}
});
