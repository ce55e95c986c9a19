import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildFakeApp, openTerminal } from '../helpers/pseudo-terminal.ts';
import type { BuiltApp } from '../helpers/pseudo-terminal.ts';

let app: BuiltApp;

/** Runs the app, then says whether the terminal still edits lines itself. */
const thenTellMode = (command: string): string => `${command}; case "$(stty -a)" in *-icanon*) echo raw;; *) echo cooked;; esac`;

beforeAll(async () => {
	app = await buildFakeApp();
});

afterAll(async () => {
	await app.remove();
});

/** A busy machine is slower than what is usual. */
const POLL = { timeout: 15_000 };

describe('the app in a real terminal', () => {
	it('installs by keys alone, with each permission granted by itself', async () => {
		await using terminal = openTerminal({ file: app.file });
		await terminal.until('9 plugins');
		terminal.send('i');
		await terminal.until('leave field');
		terminal.send('doctor');
		await terminal.until(/1 match for "doctor"/);
		terminal.send('\r');
		await terminal.until('i install');
		terminal.send('i');
		await terminal.until('1 decision open');

		// Enter may not apply while something is undecided.
		terminal.send('\r');
		await terminal.until('decide about link-doctor first');
		terminal.send(' j ');
		await terminal.until('ready to apply   1 of 2 permissions granted');
		await terminal.until("same as: plugward install link-doctor --yes --allow 'link-doctor=net:api.exam");
		terminal.send('\r');
		await terminal.until('Why do you accept this?');
		terminal.send('\r');
		await terminal.until('Generation 13 is current');
		expect(terminal.text()).toContain('[x] link-doctor may use net:api.example.com:443');
		expect(terminal.text()).toContain('[ ] link-doctor was denied fs.read:$project/logs/**');
		terminal.send('1');
		await terminal.until('10 plugins');
		expect(terminal.text()).toContain('link-doctor');
	});

	it('explains a level, and endorses a version after showing what would be signed', async () => {
		await using terminal = openTerminal({ file: app.file, columns: 80, rows: 24 });
		await terminal.until('9 plugins');
		terminal.send('6');
		await terminal.until('Trust, least proven first');
		terminal.send('/log-summary\r');
		await terminal.until('matching "log-summary"');
		terminal.send('w');
		await terminal.until('counts as ? unknown');
		terminal.send('e');
		await terminal.until('Endorse log-summary@1.4.2');
		terminal.send('read it\r');
		await terminal.until('This is signed with your own key');
		await terminal.until('same as: plugward trust endorse log-summary@1.4.2 --notes');
		terminal.send('\r');
		await terminal.until('Signed about log-summary@1.4.2');
	});

	it('rolls back from the history, after showing what that means', async () => {
		await using terminal = openTerminal({ file: app.file, columns: 120, rows: 40 });
		await terminal.until('9 plugins');
		terminal.send('5');
		await terminal.until('* current');
		terminal.send('jr');
		await terminal.until('Plan: rollback 11');
		await terminal.until('generation 12 -> 11');
		terminal.send('y');
		await terminal.until('Generation 11 is current');
		terminal.send('5');
		await terminal.until(/11 \* current/);
	});

	it('takes many keys that arrive in one write as many keys', async () => {
		await using terminal = openTerminal({ file: app.file, argument: { extraPlugins: 100 } });
		await terminal.until('1 of 109');
		terminal.send('j'.repeat(50));
		await terminal.until('51 of 109');
		terminal.send('\u001B[A'.repeat(20));
		await terminal.until('31 of 109');
	});

	it.each([false, true])(
		'gives the terminal back as it was when the user quits (a terminal that answers nothing: %s)',
		async (isSilent) => {
			await using terminal = openTerminal({ file: app.file, isSilent, shell: (command) => `echo before; ${thenTellMode(command)}` });
			await terminal.until('9 plugins');
			expect(terminal.isAlternateScreen()).toBe(true);
			expect(terminal.text()).not.toContain('before');
			terminal.send('q');
			await terminal.until('cooked');
			expect(terminal.isAlternateScreen()).toBe(false);
			expect(terminal.isCursorHidden()).toBe(false);
			expect(terminal.rows().slice(0, 3)).toEqual(['before', 'left with 0', 'cooked']);
		},
	);

	it.each(['render', 'uncaught'])('gives the terminal back and tells the error on the normal screen after a crash (%s)', async (crash) => {
		await using terminal = openTerminal({ file: app.file, argument: { crash }, shell: thenTellMode });
		await terminal.until(/^failed: [^]*\ncooked/m);
		expect(terminal.isAlternateScreen()).toBe(false);
		expect(terminal.isCursorHidden()).toBe(false);
	});

	it.each(['SIGTERM', 'SIGHUP'])('gives the terminal back when it is ended from outside (%s)', async (signal) => {
		await using terminal = openTerminal({ file: app.file });
		await terminal.until('9 plugins');
		terminal.kill(signal);
		await terminal.exited;
		await expect.poll(() => terminal.isAlternateScreen(), POLL).toBe(false);
		expect(terminal.isCursorHidden()).toBe(false);
		expect(terminal.received()).toContain('\u001B[?2004l');
	});

	it('finishes what runs when the connection breaks, and puts it on record', async () => {
		const folder = await mkdtemp(join(tmpdir(), 'plugward-lost-'));
		try {
			const jobsFile = join(folder, 'jobs');
			await using terminal = openTerminal({ file: app.file, argument: { stepMilliseconds: 300, jobsFile } });
			await terminal.until('9 plugins');
			terminal.send('x');
			await terminal.until('1 to remove');
			terminal.send('y');
			await terminal.until('Running');
			terminal.kill('SIGHUP');
			expect(await terminal.exited).toBe(0);
			const jobs = (await readFile(jobsFile, 'utf8'))
				.trim()
				.split('\n')
				.map((line) => JSON.parse(line));
			expect(jobs).toMatchObject([
				{ status: 'running', title: 'Apply: remove @acme/links', command: 'remove @acme/links --yes', endedAt: null },
				{ status: 'done', sentences: ['Generation 13 is current (was 12).'], isSeen: false },
			]);
		} finally {
			await rm(folder, { recursive: true });
		}
	});

	it.each(['kill', 'abort'])('has the terminal restored from outside when it dies without a chance to do so (%s)', async (crash) => {
		// The settings of the user come back, and not some defaults: here, no echo.
		const shell = (command: string): string => `stty -echo; ${command}; sleep 1; ${thenTellMode('stty -a | grep -o -e -echo | head -1')}`;
		await using terminal = openTerminal({ file: app.file, argument: { crash }, shell });
		await terminal.until(/plugward ended without warning[^]*-echo\ncooked/);
		expect(terminal.isAlternateScreen()).toBe(false);
		expect(terminal.isCursorHidden()).toBe(false);
		expect(terminal.received()).toContain('\u001B[?2004l');
	});

	it('shows the cursor in its text field, at the place of the next character', async () => {
		await using terminal = openTerminal({ file: app.file });
		await terminal.until('9 plugins');
		terminal.send('2/');
		await terminal.until('leave field');
		terminal.send('数ab\u001B[D');
		await terminal.until('数ab');
		await expect.poll(() => terminal.cursor(), POLL).toEqual({ column: 12, row: 1 });
		expect(terminal.isCursorHidden()).toBe(false);
		terminal.send('\u001B');
		await terminal.until('q quit');
		await expect.poll(() => terminal.isCursorHidden(), POLL).toBe(true);
	});

	it('comes back after a stop and fg', async () => {
		await using terminal = openTerminal({
			file: app.file,
			shell: (command) => `set -m; ${command}; echo stopped; sleep 0.2; fg; echo done`,
		});
		await terminal.until('9 plugins');
		terminal.send('jj\u001A');
		// What is typed while the shell has the terminal is the shell's.
		await expect.poll(() => terminal.received(), POLL).toContain('stopped');
		await expect.poll(() => terminal.received().split('\u001B[?1049h'), POLL).toHaveLength(3);
		await terminal.until(/3 of 9/);
		terminal.send('j');
		await terminal.until('4 of 9');
		expect(terminal.isAlternateScreen()).toBe(true);
		terminal.send('q');
		await terminal.until('done');
		expect(terminal.received()).toContain('stopped');
	});

	it('cancels with Ctrl-C once and leaves with Ctrl-C twice', async () => {
		await using terminal = openTerminal({ file: app.file, argument: { stepMilliseconds: 60_000 } });
		await terminal.until('9 plugins');
		terminal.send('U');
		await terminal.until('Running');
		terminal.send('\u0003');
		await terminal.until('nothing has changed');
		terminal.send('\u0003');
		await terminal.until('Press Ctrl-C again to leave');
		terminal.send('\u0003');
		await terminal.until('left with 130');
	});

	it('is silent when nothing happens', async () => {
		await using terminal = openTerminal({ file: app.file });
		await terminal.until('9 plugins');
		terminal.send('j');
		await terminal.until('2 of 9');
		const pause = async (milliseconds: number): Promise<number> => {
			await new Promise((resolve) => {
				setTimeout(resolve, milliseconds);
			});
			return terminal.received().length;
		};
		// On a busy machine what the move has to draw takes a while.
		let before = 0;
		for (let now = await pause(300); now !== before; now = await pause(300)) {
			before = now;
		}

		expect(await pause(400)).toBe(before);
	});

	it('ends a storm of resizes with a correct screen that never fills the last row', async () => {
		await using terminal = openTerminal({ file: app.file });
		await terminal.until('9 plugins');
		for (let step = 0; step < 10; step += 1) {
			terminal.resize(60 + step * 7, 12 + step * 2);
		}

		terminal.resize(100, 30);
		await terminal.until(/gen 12/);
		await terminal.until(/╰─+╯╰─+╯/);
		expect(terminal.rows().at(-1)).toBe('');
		expect(terminal.rows().filter((row) => row.includes('[1 Inst'))).toHaveLength(1);
		terminal.resize(30, 8);
		await terminal.until('Too small: 30x8');
	});

	it('sends no colour and no other emphasis under NO_COLOR, and still marks what is selected', async () => {
		await using terminal = openTerminal({ file: app.file, environment: { NO_COLOR: '1' } });
		await terminal.until('q quit');
		// oxlint-disable-next-line no-control-regex
		expect(terminal.received()).not.toMatch(/\u001B\[[\d;]*m/);
		expect(terminal.text()).toContain('> @acme/links');
		expect(terminal.text()).toContain('[1 Inst');
	});

	it('takes NO_COLOR and --no-color for the whole screen, whatever else is set', async () => {
		for (const argument of [{ color: false }, {}]) {
			const environment = 'color' in argument ? { COLORTERM: 'truecolor' } : { NO_COLOR: '1', FORCE_COLOR: '3' };
			await using terminal = openTerminal({ file: app.file, argument, environment });
			await terminal.until('q quit');
			// oxlint-disable-next-line no-control-regex
			expect(terminal.received()).not.toMatch(/\u001B\[[\d;]*m/);
		}
	});

	it('takes colours of the user, in as many bits as the terminal has', async () => {
		const display = { theme: 'dark' as const, colours: { accent: '#ff8700' } };
		await using whole = openTerminal({ file: app.file, argument: { display }, environment: { FORCE_COLOR: '3' } });
		await whole.until('9 plugins');
		await expect.poll(() => whole.received()).toContain('1;38;2;255;135;0m');
		await using few = openTerminal({ file: app.file, argument: { display }, environment: { FORCE_COLOR: '1' } });
		await few.until('9 plugins');
		expect(few.received()).not.toContain('38;');
	});

	it('refuses with a sentence when its output is no terminal', async () => {
		await using terminal = openTerminal({ file: app.file, shell: (command) => `${command} | cat` });
		await terminal.until('failed: The full-screen app needs a terminal');
		expect(terminal.received()).not.toContain('\u001B');
	});

	it('asks the terminal for its ground, and takes colours that can be read there', async () => {
		await using light = openTerminal({ file: app.file, ground: '#ffffff', environment: { FORCE_COLOR: '1' } });
		await light.until('9 plugins');
		await expect.poll(() => light.received(), POLL).toContain('1;34m');
		await using rich = openTerminal({ file: app.file, ground: '#ffffff' });
		await rich.until('9 plugins');
		await expect.poll(() => rich.received(), POLL).toContain('1;38;5;24m');
		await using whole = openTerminal({ file: app.file, ground: '#ffffff', environment: { COLORTERM: 'truecolor' } });
		await whole.until('9 plugins');
		await expect.poll(() => whole.received(), POLL).toContain('1;38;2;0;95;135m');
		await using dark = openTerminal({ file: app.file, ground: '#000000' });
		await dark.until('9 plugins');
		dark.send('j');
		await dark.until('2 of 9');
		expect(dark.received()).not.toContain('1;34m');
	});

	it('draws with ASCII alone when asked', async () => {
		await using terminal = openTerminal({ file: app.file, argument: { display: { ascii: true } } });
		await terminal.until('9 plugins');
		expect(terminal.text()).toMatch(/^\+- Installed -+/m);
		expect(terminal.text()).toMatch(/^[ -~\n\u4E00-\u9FFF]*$/);
	});

	it('moves through a long list for a few hundred bytes a key, and less on a slow line', async () => {
		for (const lowBandwidth of [false, true]) {
			await using terminal = openTerminal({
				file: app.file,
				columns: 120,
				rows: 40,
				argument: { extraPlugins: 2000, display: { lowBandwidth } },
			});
			await terminal.until(/1 of 2,?009/);
			terminal.send('j'.repeat(11));
			await terminal.until('12 of 2');
			// Also after the window has become narrower, before which Ink erases what it drew.
			for (const [columns, first] of [
				[120, 13],
				[110, 18],
			] as const) {
				terminal.resize(columns, 40);
				await terminal.until(`${first - 1} of 2`);
				await sleep(400);
				const before = terminal.received().length;
				for (let key = first; key < first + 5; key += 1) {
					terminal.send('j');
					await terminal.until(`${key} of 2`);
				}

				expect((terminal.received().length - before) / 5).toBeLessThan(400);
			}
		}
	});
});
