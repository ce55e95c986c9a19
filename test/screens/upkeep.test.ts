import { describe, expect, it } from 'vitest';

import { textWidth } from '../../source/format.ts';
import { renderScreen } from '../helpers/render-screen.tsx';

const SIZES = [
	[80, 24],
	[120, 40],
	[200, 60],
] as const;

describe('the doctor', () => {
	it.each(SIZES)('shows what is wrong first, with its cause and what to do (%ix%i)', async (columns, rows) => {
		await using screen = renderScreen(columns, rows, { section: 'doctor' });
		await screen.until(/! FAILS +home-journal/);
		await screen.until('Put it right: plugward doctor --fix');
		expect(screen.text()).toMatch(/2 things to look at/);
		expect(screen.rows().filter((row) => textWidth(row) > columns)).toEqual([]);
		expect(screen.rows()).toHaveLength(rows - 1);
	});

	it('puts right only after a word, tells what, and looks again', async () => {
		await using screen = renderScreen(80, 24, { section: 'doctor' });
		await screen.until('home-journal');
		screen.press('f');
		await screen.until('plugward doctor --fix');
		expect(screen.engine.calls).toEqual(['doctor']);
		screen.press('return');
		await screen.until('Put right: the operation that was interrupted is undone');
		screen.press('9');
		await screen.until(/1 thing to look at/);
		screen.press('/');
		screen.type('node');
		screen.press('return');
		await screen.until('Doctor matching "node"');
	});
});

describe('the settings', () => {
	it.each(SIZES)('show value, default and where each comes from, and the registries (%ix%i)', async (columns, rows) => {
		await using screen = renderScreen(columns, rows, { section: 'settings' });
		await screen.until(/registry @acme +npm\.a.*\* ! no answer/);
		expect(screen.text()).toMatch(/waitSeconds +10 +default/);
		expect(screen.rows().filter((row) => textWidth(row) > columns)).toEqual([]);
		expect(screen.rows()).toHaveLength(rows - 1);
	});

	it('are changed in place, and what is no value stays with its reason', async () => {
		await using screen = renderScreen(80, 24, { section: 'settings' });
		await screen.until('waitSeconds');
		screen.press('j', 'return');
		await screen.until('Setting: waitSeconds');
		screen.press('ctrl-u');
		screen.type('soon');
		screen.press('return');
		await screen.until('waitSeconds is a number, not "soon".');
		screen.press('ctrl-u');
		screen.type('30');
		await screen.until('same as: plugward settings set waitSeconds 30');
		screen.press('return');
		await screen.until('waitSeconds is 30.');
		await screen.until(/waitSeconds +30 +set/);
		screen.press('d');
		await screen.until(/waitSeconds +10 +default/);
		screen.press('d');
		await screen.until('Not now: it is the default already.');
	});

	it('take the next value with space, and the app wears the theme at once', async () => {
		await using screen = renderScreen(120, 40, { section: 'settings' });
		await screen.until('display.theme');
		screen.press('j', 'j');
		await screen.until('How it looks');
		screen.press('space');
		await screen.until(/display\.theme is \w+\./);
		await expect.poll(() => screen.dresses().at(-1)?.theme).not.toBe('auto');
	});

	it('name a registry, and sign in with a token that is never drawn', async () => {
		await using screen = renderScreen(80, 24, { section: 'settings' });
		await screen.until('registry @acme');
		screen.press('a');
		screen.type('@team');
		screen.press('tab');
		screen.type('https://r.example/');
		await screen.until('same as: plugward registry add @team https://r.example/');
		screen.press('return');
		await screen.until('registry @team');
		screen.press('G', 's');
		await screen.until('Sign in to the registry of @team');
		screen.type('npm_secret');
		await screen.until('**********');
		expect(screen.text()).not.toContain('npm_secret');
		expect(screen.text()).toContain('registry login @team --token-from FILE');
		screen.press('return');
		await screen.until('Signed in to https://r.example/.');
		screen.press('S');
		await screen.until('The token still holds at the registry');
		screen.press('return');
		await screen.until('Signed out of https://r.example/');
		expect(screen.engine.calls).toEqual(['registry set @team https://r.example/', 'registry login @team', 'registry logout @team']);
		expect(JSON.stringify(screen.state())).not.toContain('npm_secret');
	});

	it('list every key of every screen', async () => {
		await using screen = renderScreen(80, 24, { section: 'settings' });
		await screen.until('waitSeconds');
		screen.press('b');
		await screen.until('Every key');
		screen.press('G');
		await screen.until('Draw the screen again');
	});
});
