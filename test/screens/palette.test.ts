import { describe, expect, it } from 'vitest';

import { rankOf } from '../../source/palette.ts';
import { textWidth } from '../../source/format.ts';
import { renderScreen } from '../helpers/render-screen.tsx';

describe('the palette of commands', () => {
	it('finds what belongs to another screen by its name, before what only has the letters', async () => {
		await using screen = renderScreen(120, 40);
		await screen.until('> @acme');
		screen.press(':');
		await screen.until('Commands');
		for (const letter of 'roll') {
			screen.press(letter);
		}

		await screen.until(/> r +- History: Plan the way back/);
	});

	it.each([
		[80, 24],
		[120, 40],
		[200, 60],
	])('shows every command with its key and the scripted one (%ix%i)', async (columns, rows) => {
		await using screen = renderScreen(columns, rows);
		await screen.until('> @acme');
		screen.press(':');
		await screen.until('Commands');
		expect(screen.text()).toMatch(/u +Plan the update .*update @acme\/links/);
		expect(screen.rows()).toHaveLength(rows - 1);
		expect(screen.rows().filter((row) => textWidth(row) > columns)).toEqual([]);
	});

	it('finds by a part or by letters, and does what is selected on the screen under it', async () => {
		await using screen = renderScreen(120, 40);
		await screen.until('> @acme');
		screen.press('ctrl-p');
		screen.type('removal');
		await screen.until('plugward remove @acme/links');
		screen.press('return');
		await screen.until('1 to remove');
		expect(screen.engine.calls).toEqual(['planRemove @acme/links']);
	});

	it('says why one cannot be used now, and does not', async () => {
		await using screen = renderScreen(120, 40);
		await screen.until('> @acme');
		screen.press('j', ':');
		screen.type('plan the update of the sel');
		await screen.until('Not now: log-summary has no update within ^1.4.2.');
		screen.press('return');
		await screen.until('9 plugins');
		await screen.until('Not now: log-summary');
		expect(screen.engine.calls).toEqual([]);
	});

	it('leads to the screen that a command belongs to', async () => {
		await using screen = renderScreen(120, 40);
		await screen.until('> @acme');
		screen.press(':');
		screen.type('roll back');
		screen.type('');
		screen.press('ctrl-u');
		screen.type('way back to the selected generation');
		await screen.until('it belongs to History, key 5');
		screen.press('return');
		await screen.until('[5 History]');
	});

	it('is left with Escape, and says when nothing matches', async () => {
		await using screen = renderScreen(80, 24);
		await screen.until('> @acme');
		screen.press(':');
		screen.type('zzzzqq');
		await screen.until('No command says that');
		screen.press('return', 'escape');
		await screen.until('9 plugins');
	});
});

it('whole words rank before letters, and letters strewn over a sentence do not count', () => {
	expect(rankOf('Plan the update', 'update')).toBeGreaterThan(rankOf('Plan the update', 'plup'));
	expect(rankOf('Plan the update', 'plup')).toBeGreaterThan(0);
	expect(rankOf('Plan the update', 'lnhea')).toBe(0);
	expect(rankOf('Plan the update', 'x')).toBe(0);
});
