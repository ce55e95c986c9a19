import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { textWidth } from '../../source/format.ts';
import { HOSTILE_LEFT } from '../helpers/hostile-strings.ts';
import { buildFakeApp, openTerminal } from '../helpers/pseudo-terminal.ts';
import type { BuiltApp } from '../helpers/pseudo-terminal.ts';
import { renderScreen } from '../helpers/render-screen.tsx';

const SECTION_KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'] as const;
/** From the first item of a list: its page with all tabs, the keys, the palette and the help. */
const WALK = ['return', 'tab', 'tab', 'tab', 'tab', 'tab', 'escape', '?', 'escape', ':', 'escape'] as const;
const OURS =
	// oxlint-disable-next-line no-control-regex
	/\u001B\[(?:B[\b]{1,3}|[\d;]*[mHCKJGAB]|\?(?:25|1049|2004|2026)[hl]|\?2026\$p|>?\d*[qu]|>?c)|\u001B\]11;\?(?:\u0007|\u001B\\)/g;

describe.each([
	[80, 24],
	[120, 40],
	[200, 60],
] as const)('with wide and hostile names and texts everywhere (%ix%i)', (columns, rows) => {
	it('every row of every screen has its width and its borders', async () => {
		await using screen = renderScreen(columns, rows, { isHostile: true });
		await screen.until('9 plugins');
		for (const section of SECTION_KEYS) {
			for (const key of [section, ...(section === '2' ? ['escape'] : []), ...WALK]) {
				screen.press(key);
				await sleep(15);
				for (const row of screen.rows()) {
					const where = `${section} ${key}: ${JSON.stringify(row)}`;
					expect(HOSTILE_LEFT.exec(row)?.[0], where).toBeUndefined();
					expect(textWidth(row), where).toBeLessThanOrEqual(columns);
					if (/^[│╭╰]/.test(row)) {
						expect(textWidth(row), where).toBe(columns);
						expect(row, where).toMatch(/[│╮╯]$/);
					}
				}
			}

			// Whatever was opened on the way is left again.
			screen.press('escape', 'escape', 'escape');
		}
	}, 60_000);
});

describe('in a terminal', () => {
	let app: BuiltApp;

	beforeAll(async () => {
		app = await buildFakeApp();
	});

	afterAll(async () => {
		await app.remove();
	});

	it('writes nothing but ASCII and its own codes with --ascii, on any screen', async () => {
		await using terminal = openTerminal({ file: app.file, columns: 100, argument: { display: { ascii: true }, isHostile: true } });
		await terminal.until('9 plugins');
		for (const section of SECTION_KEYS) {
			terminal.send(section);
			await sleep(60);
			for (const key of ['\r', '\t', '\t', '\t', '\t', '\u001B', '?', '\u001B', '\u001B', '\u001B']) {
				terminal.send(key);
				await sleep(key === '\u001B' ? 70 : 25);
			}
		}

		const written = terminal.received();
		expect(written).toContain('??');
		// oxlint-disable-next-line no-control-regex
		expect(/[^\u0000-\u007F]/.exec(written)?.[0]).toBeUndefined();
		// oxlint-disable-next-line no-control-regex
		expect(/[\u0000-\u0009\u000B\u000C\u000E-\u001F\u007F][^]{0,12}/.exec(written.replaceAll(OURS, ''))?.[0]).toBeUndefined();
	}, 60_000);

	it('keeps its borders in their column in a terminal that joins nothing', async () => {
		await using terminal = openTerminal({ file: app.file, columns: 100, rows: 30, argument: { isHostile: true } });
		await terminal.until('9 plugins');
		for (const section of SECTION_KEYS) {
			terminal.send(section);
			await sleep(120);
			const framed = terminal.rows().filter((row) => /^[│╭╰]/.test(row));
			expect(framed.length, terminal.text()).toBeGreaterThan(4);
			for (const row of framed) {
				expect(row, `${section}\n${terminal.text()}`).toMatch(/[│╮╯]$/);
			}

			terminal.send('\u001B\u001B');
			await sleep(60);
		}
	}, 60_000);
});
