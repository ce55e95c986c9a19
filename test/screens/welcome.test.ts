import { describe, expect, it } from 'vitest';

import { renderScreen } from '../helpers/render-screen.tsx';

describe('an empty home', () => {
	for (const [columns, rows] of [
		[80, 24],
		[120, 40],
	] as const) {
		it(`opens at ${columns}x${rows} with what this is, three things to do with their keys, and what the registry serves`, async () => {
			await using screen = renderScreen(columns, rows, { isEmpty: true });
			await screen.until('Welcome to plugward');
			await screen.until('It can be searched.');
			const text = screen.text();
			expect(text).toMatch(/i {2}Find something to install/);
			expect(text).toMatch(/9 {2}See whether this machine is ready/);
			expect(text).toMatch(/\? {2}Learn the keys/);
			expect(text).toMatch(/Registry +http:\/\/127\.0\.0\.1:4873\//);
			expect(text).toContain('It signs nothing');
			expect(text).toMatch(/i find something +9 is it ready.*Esc close/);
		});
	}

	it('leads to the search by its key, and comes back as long as nothing is installed', async () => {
		await using screen = renderScreen(80, 24, { isEmpty: true });
		await screen.until('Welcome to plugward');
		screen.press('i');
		await screen.until('leave field');
		screen.press('escape', '1');
		await screen.until('Welcome to plugward');
	});

	it('goes away for good with Escape', async () => {
		await using screen = renderScreen(80, 24, { isEmpty: true });
		await screen.until('Welcome to plugward');
		screen.press('escape');
		await screen.until('Nothing is installed yet.');
		expect(screen.text()).not.toContain('Welcome');
		expect(screen.state().isWelcomeClosed).toBe(true);
	});

	it('is not greeted any more once something is installed', async () => {
		await using screen = renderScreen(80, 24, { isEmpty: true });
		await screen.until('Welcome to plugward');
		screen.press('i');
		screen.type('doctor');
		await screen.until('1 match for');
		screen.press('return', 'i');
		await screen.until('1 decision open');
		screen.press('space', 'return');
		await screen.until('Why do you accept this?');
		screen.press('return');
		await screen.until('Generation 1 is current');
		screen.press('1');
		await screen.until('1 of 1');
	});

	it('comes again by its key and by its name, over whatever is shown, and goes by its own key', async () => {
		await using screen = renderScreen(80, 24, { section: 'history' });
		await screen.until('* current');
		screen.press('H');
		await screen.until('Welcome to plugward');
		await screen.until('It can be searched.');
		expect(screen.text()).toContain('Esc closes this.');
		screen.press('H', 'escape');
		await screen.until('* current');
		screen.press(':');
		screen.type('welcome');
		await screen.until(/> H +The welcome/);
		screen.press('return');
		await screen.until('Welcome to plugward');
		screen.press('9');
		await screen.until(/\[9 Doc/);
	});

	it('tells on 80 columns and 24 rows, without scrolling, how it comes again', async () => {
		await using screen = renderScreen(80, 24, { isEmpty: true });
		await screen.until('It can be searched.');
		expect(screen.text()).toContain('with Esc; H brings it again.');
	});
});
