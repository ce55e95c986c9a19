import { describe, expect, it } from 'vitest';

import { textWidth } from '../../source/format.ts';
import { SECTION_LIST } from '../../source/sections.ts';
import { renderScreen } from '../helpers/render-screen.tsx';

const SIZES = [
	[80, 24],
	[120, 40],
	[200, 60],
	[60, 15],
	[40, 10],
] as const;

describe('every screen at every size', () => {
	for (const [columns, rows] of SIZES) {
		it(`stays inside ${columns}x${rows} with its last row free`, async () => {
			await using screen = renderScreen(columns, rows);
			await screen.until('> @acme');
			const check = (): void => {
				expect(screen.rows().length).toBe(rows - 1);
				for (const row of screen.rows()) {
					expect(textWidth(row)).toBeLessThanOrEqual(columns);
				}
			};
			check();
			for (const { key, title, short } of SECTION_LIST) {
				screen.press(key);
				await screen.until(new RegExp(`\\[${key} (${title}|${short})`));
				check();
			}

			screen.press('1', 'return');
			await screen.until('Overview');
			for (let tab = 0; tab < 8; tab += 1) {
				screen.press('tab');
				await screen.until(/\[\w+\]/);
				check();
			}

			screen.press('?');
			await screen.until('Keys (plugward');
			check();
		});
	}

	it('says so when the terminal is too small for anything', async () => {
		await using screen = renderScreen(39, 9);
		await screen.until('Too small: 39x9, at least 40x10');
	});
});

describe('the installed screen', () => {
	it('shows what is installed, what has an update and how far it is proven', async () => {
		await using screen = renderScreen(80, 24);
		await screen.until(/9 plugins.*2 updates/);
		expect(screen.text()).toMatch(/@acme\/links +2\.0\.3 -> 2\.1\.0 +\+ verified +2 +1 of 2/);
		expect(screen.text()).toContain('* core 1   + verified 2   = trusted 1   - known 3   ? unknown 2');
	});

	it('neutralises names that try to control the terminal', async () => {
		await using screen = renderScreen(120, 40);
		await screen.until('hostile-name');
		expect(screen.text()).not.toContain('\u202E');
		expect(screen.text()).not.toContain('\u001B');
	});

	it('says why a key does nothing', async () => {
		await using screen = renderScreen(80, 24);
		await screen.until('log-summary');
		screen.press('j', 'u');
		await screen.until('Not now: log-summary has no update within ^1.4.2.');
		expect(screen.engine.calls).toEqual([]);
	});

	it('filters while typing and clears with Escape', async () => {
		await using screen = renderScreen(80, 24);
		await screen.until('log-summary');
		screen.press('/');
		screen.type('update');
		await screen.until('1 of 2');
		screen.press('return');
		await screen.until('matching "update"');
		screen.press('escape');
		await screen.until('1 of 9');
	});

	it('says what to do when nothing is installed', async () => {
		await using screen = renderScreen(80, 24, { isEmpty: true });
		await screen.until('Welcome');
		screen.press('escape');
		await screen.until('Nothing is installed yet.');
		await screen.until('Press i to search');
	});

	it('keeps the selection on its plugin when the list changes', async () => {
		await using screen = renderScreen(80, 24);
		await screen.until('prettier');
		screen.press('j', 'j', 'j', 'j');
		await screen.until('> prettier');
		screen.press('/');
		screen.type('r');
		await screen.until('> prettier');
	});
});

describe('browsing', () => {
	it('says when only packages seen before are found', async () => {
		await using screen = renderScreen(120, 40, { hasNoSearch: true, section: 'browse' });
		await screen.until('This registry has no search: only packages seen before are found.');
	});

	it('shows cause, next step and retry when the registry is away, and works again after R', async () => {
		await using screen = renderScreen(80, 24, { isOffline: true, section: 'browse' });
		await screen.until('does not answer');
		expect(screen.text()).toContain('connect ECONNREFUSED');
		expect(screen.text()).toContain('press R');
		screen.engine.setOffline(false);
		screen.press('R');
		await screen.until('7 matches');
	});

	it('searches after a pause in typing', async () => {
		await using screen = renderScreen(80, 24, { section: 'browse' });
		await screen.until('7 matches');
		screen.press('/');
		screen.type('doctor');
		await screen.until('1 match for "doctor"');
	});

	it('offers what was typed by its exact name, also several with ranges, where the search does not know them', async () => {
		await using screen = renderScreen(80, 24, { section: 'browse', hasNoSearch: true });
		await screen.until('7 matches');
		screen.press('/');
		screen.type('eslint@9 @acme/other');
		await screen.until('ask the registry for exactly this');
		screen.press('return', 'i');
		await screen.until('1 decision open');
		expect(screen.engine.calls).toEqual(['planInstall eslint@9 @acme/other']);
	});
});

describe('a plan', () => {
	it('starts with everything denied and does not apply before it is decided', async () => {
		await using screen = renderScreen(80, 24, { section: 'browse' });
		await screen.until('link-doctor');
		screen.press('j', 'i');
		await screen.until('1 decision open');
		expect(screen.text()).toMatch(/\[ \] deny +link-doctor +net:api\.example\.com:443/);
		screen.press('y');
		await screen.until('Not now: decide about link-doctor first.');
		expect(screen.engine.calls).toEqual(['planInstall link-doctor']);
		screen.press('d', 'return');
		expect(screen.engine.calls).toEqual(['planInstall link-doctor']);
		screen.press('a');
		await screen.until('ready to apply');
		await screen.until('same as: plugward install link-doctor --yes --accept-trust unknown');
		screen.press('return');
		await screen.until('Why do you accept this?');
		expect(screen.text()).toContain('You accept that link-doctor is unknown only.');
		screen.type('read it');
		await screen.until('> reason (optional)  read it');
		screen.press('return');
		await screen.until('Generation 13 is current');
		expect(screen.engine.lastDecisions().filter(({ reason }) => reason === 'read it')).toHaveLength(1);
		expect(screen.engine.lastDecisions().map((decision) => decision.answer)).toEqual(['deny', 'deny', 'accept']);
	});

	it('tells a warning of the plan in as many columns as there are', async () => {
		await using screen = renderScreen(80, 24, { section: 'browse' });
		const { planInstall } = screen.engine;
		const text = 'acme-markdown 1.0.0 is deprecated: use acme-md';
		const notices = [{ severity: 'warning', text }] as const;
		const warned: typeof planInstall = async (...asked) => ({ ...(await planInstall(...asked)), requirements: [], notices });
		Object.assign(screen.engine, { planInstall: warned });
		await screen.until('link-doctor');
		screen.press('j', 'i');
		await screen.until(`+ ready to apply   ! ${text}`);
	});

	it('copies the scripted command that does the same', async () => {
		await using screen = renderScreen(80, 24, { section: 'browse' });
		await screen.until('link-doctor');
		screen.press('j', 'i');
		await screen.until('1 decision open');
		screen.press('c');
		expect(screen.copied()).toEqual(['plugward install link-doctor --yes']);
	});

	it('changes nothing when it is left', async () => {
		await using screen = renderScreen(80, 24);
		await screen.until('@acme/links');
		screen.press('x');
		await screen.until('1 to remove');
		screen.press('escape');
		await screen.until('9 plugins');
		expect(screen.engine.calls).toEqual(['planRemove @acme/links']);
	});

	it('can be undone from its result', async () => {
		await using screen = renderScreen(80, 24);
		await screen.until('@acme/links');
		screen.press('x');
		await screen.until('1 to remove');
		screen.press('y');
		await screen.until('Generation 13 is current');
		screen.press('z');
		await screen.until('generation 13 -> 12');
		screen.press('y');
		await screen.until('Generation 12 is current');
		screen.press('1');
		await screen.until('9 plugins');
	});
});

describe('a conflict', () => {
	it('is told in sentences with suggestions that can be taken', async () => {
		await using screen = renderScreen(120, 40, { section: 'browse' });
		await screen.until('clash-a');
		screen.press('j', 'j', 'j', 'i');
		await screen.until('Why there is no solution');
		expect(screen.text()).toContain('clash-a and clash-b 3 exclude each');
		expect(screen.text()).toContain('plugward install clash-a@1.9.0');
		screen.press('return');
		await screen.until('1 decision open');
		expect(screen.engine.calls).toEqual(['planInstall clash-a', 'planInstall clash-a@1.9.0']);
	});
});

describe('running a task', () => {
	it('asks for the fields of its schema and shows output, result and what was refused', async () => {
		await using screen = renderScreen(80, 40, { section: 'run' });
		await screen.until('@acme/links');
		screen.press('return');
		await screen.until('file *');
		screen.press('return');
		await screen.until('file is needed.');
		screen.type('README.md');
		screen.press('tab', 'ctrl-u');
		screen.type('soon');
		screen.press('return');
		await screen.until('timeout is a number, not "soon".');
		screen.press('ctrl-u', '5', 'return');
		await screen.until('Refused while it ran');
		expect(screen.engine.calls).toEqual(['runTask @acme/links check {"file":"README.md","timeout":5,"strict":false}']);
		expect(screen.text()).toContain('"checked": 2');
		expect(screen.text()).toContain('--allow net:tracker.example.net');
		expect(screen.text()).toContain('red from a plugin');
	});
});

describe('operations', () => {
	it('go on in the background and tell when the plan is ready', async () => {
		await using screen = renderScreen(80, 24, { stepMilliseconds: 60 });
		await screen.until('2 updates');
		screen.press('U');
		await screen.until('Running');
		screen.press('escape');
		await screen.until('9 plugins');
		await screen.until('The plan is ready: press 4, then Enter, to review it.');
		screen.press('4', 'return');
		await screen.until('2 to update');
	});

	it('are cancelled by the first Ctrl-C', async () => {
		await using screen = renderScreen(80, 24, { stepMilliseconds: 60_000 });
		await screen.until('2 updates');
		screen.press('U');
		await screen.until('Running');
		screen.press('ctrl-c');
		await screen.until('nothing has changed');
		expect(screen.left()).toBeNull();
	});

	it('show findings of a verification with both values', async () => {
		await using screen = renderScreen(120, 40, { section: 'trust' });
		await screen.until('nosy-notes');
		screen.press('V');
		await screen.until('1 finding');
		expect(screen.text()).toContain('expected sha512-aaaa, got sha512-bbbb');
	});
});

describe('trust and history', () => {
	it('lists the least proven first and gives the reasons as a checklist', async () => {
		await using screen = renderScreen(120, 40, { section: 'trust' });
		await screen.until('nosy-notes');
		screen.press('j');
		await screen.until('[x] The bytes have the sha512');
		expect(screen.text()).toContain('[ ] Provenance unavailable');
		expect(screen.text()).toContain('same as: plugward trust audit');
	});

	it('tells what going back to a generation undoes', async () => {
		await using screen = renderScreen(120, 40, { section: 'history' });
		await screen.until('* current');
		screen.press('j', 'j');
		await screen.until('Going back to it (r) undoes 2 generations');
		screen.press('k', 'k', 'r');
		await screen.until('Not now: it is the current generation.');
	});
});
