import { expect, it } from 'vitest';

import { textWidth } from '../../source/format.ts';
import { renderScreen } from '../helpers/render-screen.tsx';

const SIZES = [
	[80, 24],
	[120, 40],
] as const;

it.each(SIZES)('switches, undoes and does again from the history at %ix%i', async (columns, rows) => {
	await using screen = renderScreen(columns, rows, { section: 'history' });
	await screen.until('12 * current');
	screen.press('j', 's');
	await screen.until('Plan: switch 11');
	screen.press('return');
	await screen.until('Generation 11 is current');
	screen.press('escape', 'z');
	await screen.until('Plan: undo 11');
	screen.press('escape', 'Z');
	await screen.until('Plan: redo');
	expect(screen.engine.calls.filter((call) => call.startsWith('plan'))).toEqual(['planSwitch 11', 'planUndo 11', 'planRedo']);
});

it('compares the selected generation with the current one', async () => {
	await using screen = renderScreen(80, 24, { section: 'history' });
	await screen.until('12 * current');
	screen.press('d');
	await screen.until('Not now: it is the current generation.');
	screen.press('j', 'd');
	await screen.until('Generation 11 -> 12');
	for (const words of ['prettier', '^7.0.0 -> 7.8.6', 'net:api.example.com:443 granted', 'yaml held', 'left-pad enabled']) {
		expect(screen.text()).toContain(words);
	}

	expect(screen.text()).toContain('same as: plugward diff 11');
});

it('keeps a generation, shows it, and lets it go with the same key', async () => {
	await using screen = renderScreen(80, 24, { section: 'history' });
	await screen.until('12 * current');
	screen.press('j', 'j', 'm');
	await screen.until('Generation 10 is kept: no collection removes it.');
	screen.press('escape');
	await screen.until(/10 +kept/);
	screen.press('m');
	await screen.until('Generation 10 is no longer kept.');
	expect(screen.engine.calls).toEqual(['keep 10', 'release 10']);
});

it('shows what a collection would remove before it removes anything', async () => {
	await using screen = renderScreen(80, 24, { section: 'history' });
	await screen.until('12 * current');
	screen.press('c');
	await screen.until('Would remove 1 generation (9), 4 packages');
	expect(screen.text()).toContain('x remove these');
	expect(screen.engine.calls).toEqual(['collect dry']);
	screen.press('x');
	await screen.until('Removed 1 generation (9), 4 packages');
	screen.press('x');
	await screen.until('Not now: there is nothing found to remove.');
	expect(screen.engine.calls).toEqual(['collect dry', 'collect now']);
	for (const row of screen.rows()) {
		expect(textWidth(row)).toBeLessThanOrEqual(80);
	}
});

it('pins, holds and disables the selected plugin by a plan that says what it means', async () => {
	await using screen = renderScreen(80, 24);
	await screen.until('> @acme/links');
	const marks = [
		['p', 'pin', '@acme/links stays at exactly the installed version.'],
		['h', 'hold', '@acme/links is left alone by updates.'],
		['d', 'disable', '@acme/links stays installed and does not run.'],
	] as const;
	for (const [key, mark, words] of marks) {
		screen.press(key);
		await screen.until(`Plan: ${mark} @acme/links`);
		await screen.until(words);
		screen.press('escape');
		await screen.until('> @acme/links');
	}

	expect(screen.engine.calls).toEqual(marks.map(([, mark]) => `planMark ${mark} @acme/links`));
});
