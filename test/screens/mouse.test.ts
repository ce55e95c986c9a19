import { describe, expect, it } from 'vitest';

import { topPage } from '../../source/select.ts';
import type { State } from '../../source/state.ts';
import { renderScreen } from '../helpers/render-screen.tsx';
import type { RenderedScreen } from '../helpers/render-screen.tsx';

const paneOf = (state: State): string => {
	const page = topPage(state);
	return page?.type === 'review' ? page.pane : 'no review';
};

/** The review of the first update. */
async function openReview(columns: number, rows: number): Promise<RenderedScreen> {
	const screen = renderScreen(columns, rows, { section: 'updates' });
	await screen.until(/> .*@acme\/links/);
	screen.press('return');
	await screen.until('It widens no right');
	return screen;
}

describe('the mouse in a review', () => {
	it('gives the keys to the pane that is clicked, and selects the file that is', async () => {
		await using screen = await openReview(120, 40);
		expect(paneOf(screen.state())).toBe('facts');
		screen.click('Fixed');
		await expect.poll(() => paneOf(screen.state())).toBe('changelog');
		screen.click('index.js');
		expect(paneOf(screen.state())).toBe('files');
		await screen.until(/> .*index\.js/);
		screen.click('index.js', 2);
		await screen.until('@@ line');
	});

	it('scrolls the pane that it is over, and leaves the keys where they are', async () => {
		await using screen = await openReview(120, 12);
		screen.wheel('It widens no right', 'down');
		await expect.poll(() => screen.text()).not.toContain('It widens no right');
		screen.wheel('Fixed', 'down');
		await screen.until('4-5 of 5');
		screen.wheel('bundle.min.js', 'down');
		await screen.until('4 of 4');
		expect(paneOf(screen.state())).toBe('files');
		screen.press('tab');
		expect(paneOf(screen.state())).toBe('facts');
		screen.point('\u001B[<64;5;4M\u001B[<64;5;4M');
		await expect.poll(() => screen.rows()[2]).toContain('It widens no right');
	});

	it('takes its tabs on a narrow screen', async () => {
		await using screen = await openReview(80, 24);
		screen.click('Changelog (');
		await screen.until('[Changelog (');
		screen.click('Files (');
		await screen.until('[Files (');
		screen.click('Then and now');
		await screen.until('[Then and now]');
	});
});

describe('the mouse on the last line', () => {
	it('does what the key would do that is clicked, also a key of the user', async () => {
		await using screen = renderScreen(120, 40, { ownKeys: { 'installed.open': 'O' } });
		await screen.until('> @acme');
		screen.click('O open');
		await screen.until('[Overview]');
		screen.click('next tab');
		await screen.until('[Readme]');
		screen.click('Esc back');
		await screen.until('9 plugins');
		screen.click('q quit');
		expect(screen.left()).toBe(0);
	});

	it('does nothing between two hints', async () => {
		await using screen = renderScreen(120, 40);
		await screen.until('> @acme');
		const row = screen.rows().length;
		const gap = (screen.rows().at(-1) ?? '').indexOf('   ') + 2;
		screen.point(`\u001B[<0;${gap};${row}M\u001B[<0;${gap};${row}m`);
		expect(screen.state().pages).toEqual([]);
		expect(screen.state().notice).toBeNull();
	});

	it('shows the operation that runs where the line above tells of it', async () => {
		await using screen = renderScreen(80, 24, { stepMilliseconds: 60_000 });
		await screen.until('2 updates');
		screen.press('U');
		await screen.until('Running');
		screen.press('escape');
		await screen.until('4 shows it');
		screen.click('4 shows it');
		await screen.until(/\[4 Act/);
	});
});

describe('the mouse in a form', () => {
	it('puts the cursor into the field that is clicked, and takes or leaves the form by its buttons', async () => {
		await using screen = renderScreen(80, 24, { section: 'run' });
		await screen.until('@acme/links');
		screen.press('return');
		await screen.until('> file *');
		screen.click('timeout');
		await screen.until('> timeout');
		screen.click('go on ]');
		await screen.until('file is needed.');
		screen.click('5 Hist');
		expect(topPage(screen.state())?.type).toBe('form');
		screen.click('leave ]');
		await screen.until('What runs');
	});

	it('has no buttons where there is no room for them, and the last line still takes and leaves it', async () => {
		await using screen = renderScreen(80, 13, { section: 'run' });
		await screen.until('@acme/links');
		screen.press('return');
		await screen.until('> file *');
		expect(screen.text()).not.toContain('go on ]');
		screen.click('Enter go on');
		await screen.until('file is needed.');
		screen.click('Esc leave');
		await screen.until('Run a task');
	});
});

describe('the mouse elsewhere', () => {
	it('scrolls the details over which the wheel is, and the list over which it is', async () => {
		await using screen = renderScreen(120, 16, { section: 'trust' });
		await screen.until('nosy-notes');
		screen.wheel('nosy-notes', 'down');
		await screen.until('4 of 9');
		await screen.until(/of \d+, J K/);
		const details = Object.keys(screen.state().scrolls).length;
		screen.wheel('J K', 'down');
		screen.point('\u001B[<65;100;8M');
		await expect.poll(() => Object.keys(screen.state().scrolls).length).toBe(details + 1);
		expect(screen.text()).toContain('4 of 9');
	});

	it('decides in a plan by a click on the word, and a wheel over the word still scrolls', async () => {
		await using screen = renderScreen(120, 40, { section: 'browse' });
		await screen.until('link-doctor');
		screen.click('link-doctor');
		screen.press('i');
		await screen.until('( ) accept');
		screen.click(') accept');
		await screen.until('(x) accept');
		screen.click(') deny');
		await screen.until('(x) deny');
	});

	it('starts the search in its field, and leaves it for the result that is clicked', async () => {
		await using screen = renderScreen(120, 40, { section: 'browse' });
		await screen.until('link-doctor');
		screen.click('press / to search');
		await screen.until('leave field');
		screen.type('markdown');
		await screen.until('matches for');
		screen.click('markdown-link-check', 2);
		await screen.until('[Overview]');
	});

	it('opens by a second click what Enter opens, whichever key the user gave that', async () => {
		await using screen = renderScreen(120, 40, { ownKeys: { open: 'O', 'palette.run-command': 'alt-r' } });
		await screen.until('> @acme');
		screen.click('prettier ', 2);
		await screen.until('prettier 3.6.2');
		expect(topPage(screen.state())).toMatchObject({ type: 'plugin', name: 'prettier' });
		screen.press(':');
		await screen.until('what to do');
		screen.type('history of');
		await screen.until('1 of');
		screen.click('History of generations', 2);
		await screen.until('* current');
	});

	it('begins with what the welcome says by a click on it', async () => {
		await using screen = renderScreen(80, 24, { isEmpty: true });
		await screen.until('Welcome to plugward');
		screen.click('See whether this machine is ready');
		await screen.until(/\[9 Doc/);
	});
});
