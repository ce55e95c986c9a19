import { describe, expect, it } from 'vitest';

import { textWidth } from '../../source/format.ts';
import { codeSpans } from '../../source/review/code-spans.ts';
import { renderScreen } from '../helpers/render-screen.tsx';

const SIZES = [
	[80, 24],
	[120, 40],
	[200, 60],
] as const;

describe('updates', () => {
	it.each(SIZES)('fit into %ix%i: the list, a review in all its panes, and a file', async (columns, rows) => {
		await using screen = renderScreen(columns, rows, { section: 'updates' });
		const check = (): void => {
			expect(screen.rows().length).toBe(rows - 1);
			expect(screen.rows().filter((row) => textWidth(row) > columns)).toEqual([]);
		};
		await screen.until(/2\.0\.3 -> 2\.1\.0/);
		check();
		screen.press('return');
		await screen.until('It widens no right and loses no trust');
		check();
		for (const pane of ['changelog', 'files']) {
			screen.press('tab');
			await screen.until(pane === 'files' ? 'bundle.min.js' : 'Reads links');
			check();
		}

		screen.press('j', 'j', 'return');
		await screen.until('const limit = 20;');
		expect(screen.text()).toContain('2 places');
		check();
		screen.press('n');
		check();
	});

	it('tell what moves and what holds the rest back', async () => {
		await using screen = renderScreen(120, 40, { section: 'updates' });
		await screen.until(/2 updates, 0 held back of 9 plugins/);
		await screen.until('the range ^2.0.0 does not allow 3.0.0-beta.1');
		await screen.until('same as: plugward outdated');
	});

	it('are marked with space, and only what is marked is planned', async () => {
		await using screen = renderScreen(80, 24, { section: 'updates' });
		await screen.until(/2\.0\.3 -> 2\.1\.0/);
		screen.press('space', 'space');
		await screen.until('2 marked');
		await screen.until('same as: plugward update @acme/links prettier');
		screen.press('up', 'space');
		await screen.until('1 marked');
		screen.press('u');
		await screen.until('Plan: update prettier');
		expect(screen.engine.calls).toEqual(['planUpdate prettier']);
	});

	it('show what gets worse in the list once it was reviewed', async () => {
		await using screen = renderScreen(120, 40, { section: 'updates' });
		await screen.until('prettier');
		screen.press('j', 'return');
		await screen.until('It widens rights or loses trust');
		expect(screen.text()).toContain('net:tracker.example.net:443, new');
		await screen.until('- known -> ? unknown');
		screen.press('escape');
		await screen.until('! 2 worse');
	});

	it('name the minified, and never let a changelog or a file control the terminal', async () => {
		await using screen = renderScreen(120, 40, { section: 'updates' });
		await screen.until('prettier');
		screen.press('return');
		await screen.until('minified');
		screen.press('tab', 'tab', 'j', 'return');
		await screen.until('It is minified');
		screen.press('escape', 'j', 'return');
		await screen.until('example.com');
		expect(screen.text()).not.toContain('\u001B');
	});

	it('that lose trust are applied only after the name was typed', async () => {
		await using screen = renderScreen(80, 24, { section: 'updates' });
		await screen.until('prettier');
		screen.press('j', 'u');
		await screen.until('Plan: update prettier');
		screen.press('return');
		await screen.until('type the name to go on');
		await screen.until('its level falls from known to unknown');
		screen.type('pretty');
		screen.press('return');
		await screen.until('Type prettier to go on');
		expect(screen.engine.calls).toEqual(['planUpdate prettier']);
		screen.press('ctrl-u');
		screen.type('prettier');
		screen.press('return');
		await screen.until('Generation 13 is current');
		expect(screen.engine.calls).toEqual(['planUpdate prettier', 'applyPlan update prettier']);
	});

	it('that make nothing worse are applied with a key', async () => {
		await using screen = renderScreen(80, 24, { section: 'updates' });
		await screen.until('@acme/links');
		screen.press('return');
		await screen.until('It widens no right');
		screen.press('u');
		await screen.until('Plan: update @acme/links');
		screen.press('return');
		await screen.until('Generation 13 is current');
	});

	it('say what is waited for, what failed and how to try again, and that nothing is behind', async () => {
		await using waiting = renderScreen(80, 24, { section: 'updates', stepMilliseconds: 300 });
		await waiting.until('Asking http://127.0.0.1:4873/ what is newer');
		await using offline = renderScreen(80, 24, { section: 'updates', isOffline: true });
		await offline.until('does not answer');
		offline.engine.setOffline(false);
		offline.press('R');
		await offline.until('prettier');
		offline.engine.setOffline(true);
		offline.press('R');
		await offline.until(/from just now; registry-unreachable/);
		offline.press('return');
		await offline.until('does not answer');
		await using empty = renderScreen(80, 24, { section: 'updates', isEmpty: true });
		await empty.until('Nothing is installed, so nothing is behind.');
	});
});

it('code is coloured by what it is', () => {
	const tones = (line: string, path = 'a.js'): readonly string[] => codeSpans(line, path).map(({ text, tone }) => `${tone} ${text}`);
	expect(tones("const a = 'b'; // c")).toEqual(['info const', 'plain  a = ', "good 'b'", 'plain ; ', 'dim // c']);
	expect(tones(' * the rest of a comment')).toEqual(['plain  ', 'dim * the rest of a comment']);
	expect(tones('a * b / 2')).toEqual(['plain a * b / ', 'warning 2']);
	expect(tones('{ "a": true }', 'a.json')).toEqual(['plain { ', 'good "a"', 'plain : ', 'info true', 'plain  }']);
	expect(tones('anything # at all', 'a.xyz')).toEqual(['plain anything # at all']);
	expect(
		codeSpans('x'.repeat(20_000), 'a.js')
			.map(({ text }) => text)
			.join(''),
	).toHaveLength(20_000);
});
