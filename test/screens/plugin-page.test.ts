import { describe, expect, it, vi } from 'vitest';

import { sampleDownloads } from '../helpers/fake-downloads.ts';
import { lineWords } from '../helpers/line-words.ts';
import { readmeDocument } from '../../source/screens/documents/readme-document.ts';
import { renderScreen, type RenderedScreen } from '../helpers/render-screen.tsx';

async function openTab(screen: RenderedScreen, title: string): Promise<void> {
	for (let presses = 0; presses < 8; presses += 1) {
		const page = screen.state().pages.at(-1);
		if (page?.type === 'plugin' && page.tab === title.toLowerCase()) {
			break;
		}

		screen.press('tab');
	}

	await screen.until(`[${title}]`);
}

async function openStats(screen: RenderedScreen): Promise<void> {
	await screen.until('> @acme');
	screen.press('return');
	await openTab(screen, 'Stats');
}

async function openFound(columns: number, rows: number): Promise<RenderedScreen> {
	const screen = renderScreen(columns, rows, { section: 'browse' });
	await screen.until('7 matches');
	screen.press('/');
	screen.type('doctor');
	await screen.until('1 match for');
	screen.press('return', 'return');
	await screen.until('[Overview]');
	return screen;
}

describe('the page of a plugin', () => {
	it('names all of its tabs on 80 columns', async () => {
		await using screen = renderScreen(80, 24);
		await screen.until('> @acme');
		screen.press('return');
		await screen.until('[Overview] Readme Versions Permissions Provenance Dependencies Files Stats');
		await openTab(screen, 'Files');
		expect(screen.text()).toContain('Overview Readme Versions Permissions Provenance Dependencies [Files] Stats');
	});

	it('says on a narrow screen which tab it is, and which one comes next', async () => {
		await using screen = renderScreen(60, 20);
		await screen.until('> @acme');
		screen.press('return');
		await screen.until('[Overview]  1 of 8, Tab: Readme');
	});

	it('shows the readme of what is installed out of its own bytes, without what could control the terminal', async () => {
		await using screen = renderScreen(80, 24);
		await screen.until('> @acme');
		screen.press('return');
		await openTab(screen, 'Readme');
		await screen.until('from verified bytes');
		expect(screen.text()).toContain('Checks every link, *quickly*.\uFFFD \uFFFDevil');
		expect(screen.text()).not.toContain('stolen');
		expect(screen.text()).not.toContain('\u202E');
	});

	it('lists its files with their sizes, and opens one with the numbers of its lines', async () => {
		await using screen = renderScreen(80, 24);
		await screen.until('> @acme');
		screen.press('return');
		await openTab(screen, 'Files');
		await screen.until('5 files of 2.0.3');
		const sorted = screen.rows().filter((line) => /\d (?:k?B) +[<\d]/.test(line));
		expect(sorted.map((line) => /[\w./]+/.exec(line)?.[0])).toEqual([
			'lib/check.js',
			'index.js',
			'picture.png',
			'README.md',
			'package.json',
		]);
		expect(screen.text()).toContain('5 files, 184 kB; packed 61 kB, 33% of it. The largest first.');
		expect(screen.text()).toMatch(/> lib\/check\.js +120 kB +65% {2}█{14} *│/);
		expect(screen.text()).toMatch(/ {2}package\.json +900 B +<1% {2}█░{13} *│/);
		screen.press('j', 'return');
		await screen.until('1  // index.js');
		expect(screen.text()).toContain('2  const answer = 42;');
		expect(screen.text()).toContain('3  red');
		screen.press('escape', 'j', 'return');
		await screen.until('It is no text, so its bytes are not shown.');
	});

	it('lists files by path when it is told to, and stays at the one that was selected', async () => {
		await using screen = renderScreen(120, 40);
		await screen.until('> @acme');
		screen.press('return');
		await openTab(screen, 'Files');
		await screen.until('The largest first.');
		screen.press('S');
		await screen.until('By path.');
		const listed = screen.rows().filter((line) => /\d (?:k?B) +[<\d]/.test(line));
		expect(listed.map((line) => /[\w./]+/.exec(line)?.[0])).toEqual([
			'README.md',
			'index.js',
			'lib/check.js',
			'package.json',
			'picture.png',
		]);
		expect(screen.text()).toMatch(/> README\.md/);
		screen.press('j', 'S');
		await screen.until('The largest first.');
		expect(screen.text()).toMatch(/> index\.js/);
		screen.press('tab', 'S');
		await screen.until('Not now: no files are listed.');
	});

	it('shows what came with it by size and as a tree before what it declares, each with the version it is about', async () => {
		await using screen = renderScreen(120, 40);
		await screen.until('> @acme');
		screen.press('return');
		await openTab(screen, 'Dependencies');
		await screen.until('What needs what');
		const order = ['Installed with 2.0.3: ', 'What needs what', '3.0.0-beta.1 declares '].map((words) => screen.text().indexOf(words));
		expect(order).not.toContain(-1);
		expect(order).toEqual(order.toSorted((left, right) => left - right));
		expect(screen.text()).toMatch(/undici 7\.3\.0 +[\d.]+ MB +█/);
		expect(screen.text()).toMatch(/├─ undici 7\.3\.0/);
	});

	it('tells releases and sizes by kind', async () => {
		await using screen = renderScreen(120, 40);
		await screen.until('> @acme');
		screen.press('return');
		await openTab(screen, 'Stats');
		await screen.until('30 versions, 1 of them deprecated');
		expect(screen.text()).toMatch(/Pace +mostly 17 days between two/);
		expect(screen.text()).toMatch(/2026 +█+░* +\d+/);
		expect(screen.text()).toMatch(/\.js +█+░+ +168 kB/);
	});

	it.each([
		[80, 24],
		[120, 40],
	])(
		'draws the downloads of a month day by day on %i columns, with the first and the last day and the change of a week',
		async (columns, rows) => {
			await using screen = renderScreen(columns, rows);
			await openStats(screen);
			await screen.until('Last 7 days  48,000 downloads, 20% more than in the 7 days before');
			const lines = screen.rows();
			const under = lines.findIndex((line) => line.includes('Day by day'));
			const [from, to] = [lines[under]?.indexOf('2026-10-21') ?? 0, (lines[under]?.indexOf('2026-11-19') ?? 0) + 10];
			const drawn = lines[under - 1]?.slice(from, to) ?? '';
			expect(drawn).toMatch(/^▃▃[▃▄▅▆▇]+█+▆▆████████████▇▇$/);
			expect(drawn).toHaveLength(60);
			expect(lines[under - 3]?.slice(from, to)).toMatch(/^ {32}▂▂▃▃▄▄▃▃▂▂ {4}▅▅▇▇██▇▇▅▅ {4}$/);
			expect(screen.text()).toMatch(/30 days +116,000 downloads, most on 2026-11-15: 9,000/);
			expect(screen.text()).toContain('Counted by   registry.test; nobody here can check that');
			expect(screen.text()).not.toContain('Today');
		},
	);

	it('says that today is not over', async () => {
		const told = sampleDownloads(Date.parse('2026-11-21T12:00:00Z'));
		await using screen = renderScreen(80, 24, { downloads: told });
		await openStats(screen);
		await screen.until('Today        is one of them and goes on');
	});

	it('says in words why there are no downloads to be seen, and asks again when it is told to', async () => {
		const why = 'registry.test serves no numbers of downloads.';
		await using screen = renderScreen(80, 24, { downloads: { type: 'untold', reason: 'not-served', why } });
		await openStats(screen);
		await screen.until(why);
		expect(screen.engine.calls.filter((call) => call.startsWith('downloads'))).toEqual(['downloads @acme/links']);
		screen.press('R');
		await vi.waitFor(() => {
			expect(screen.engine.calls).toContain('downloads @acme/links, fresh');
		});
	});

	it('asks for no downloads before they are looked at', async () => {
		await using screen = renderScreen(80, 24);
		await screen.until('> @acme');
		screen.press('return');
		await openTab(screen, 'Files');
		await screen.until('5 files of 2.0.3');
		expect(screen.engine.calls).toEqual([]);
	});

	it('fetches what is not installed only when it is asked to, and then tells files, rights and proof', async () => {
		await using screen = await openFound(80, 24);
		await openTab(screen, 'Readme');
		await screen.until('As the registry tells it; its bytes were not fetched');
		await openTab(screen, 'Files');
		await screen.until('has not been fetched, so nobody here has seen what is in');
		expect(screen.text()).toContain('Press f to fetch and prove it.');
		expect(screen.engine.calls).toEqual([]);
		screen.press('f');
		await screen.until('5 files of 2.1.0');
		await openTab(screen, 'Permissions');
		await screen.until('What 2.1.0 asks for. It is not installed, so nothing is granted.');
		await openTab(screen, 'Provenance');
		await screen.until('What is proven about 2.1.0, which is not installed.');
		screen.press('f');
		await screen.until('Not now: it was fetched and proven already.');
	});

	it('opens one of its versions alone', async () => {
		await using screen = renderScreen(80, 24);
		await screen.until('> @acme');
		screen.press('return');
		await openTab(screen, 'Versions');
		await screen.until('30 versions');
		screen.press('j', 'return');
		await screen.until('same as: plugward info @acme/links@2.29.0');
	});

	it('says on Provenance and Permissions when they are about another version than the page', async () => {
		await using screen = renderScreen(80, 24);
		await screen.until('> @acme');
		screen.press('return');
		await openTab(screen, 'Provenance');
		await screen.until('Of 2.0.3, which is installed; this page is about 3.0.0-beta.1.');
	});
});

describe('a readme', () => {
	it('shows headings, lists, code and the words of links', () => {
		const text = [
			'# Title',
			'',
			'',
			'[![badge](https://x/y.svg)](https://x)',
			'See [the **docs**](https://x).',
			'- one `two`',
			'```js',
			'const a = 1; // b',
			'```',
		].join('\n');
		expect(readmeDocument(text, 40).map(lineWords)).toEqual(['Title', '', 'See the docs.', '- one two', '', '  const a = 1; // b', '']);
	});

	it('joins what its author broke for another width, and cuts nothing of what one may want to type', () => {
		const text = [
			'One sentence',
			'in two lines.',
			'',
			'- an item',
			'  of two lines',
			'- another',
			'',
			'```sh',
			`plugward run ${'x'.repeat(30)} check`,
			'```',
		].join('\n');
		expect(readmeDocument(text, 30).map(lineWords)).toEqual([
			'One sentence in two lines.',
			'',
			'- an item of two lines',
			'- another',
			'',
			'  plugward run',
			`    ${'x'.repeat(26)}`,
			`    ${'x'.repeat(4)} check`,
			'',
		]);
	});

	it('takes a hostile line of marks without waiting', () => {
		const lines = readmeDocument('['.repeat(200_000), 80);
		expect(lines).toHaveLength(2500);
	});
});
