import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildFakeApp, openTerminal } from '../helpers/pseudo-terminal.ts';
import type { BuiltApp, PseudoTerminal } from '../helpers/pseudo-terminal.ts';

let app: BuiltApp;

beforeAll(async () => {
	app = await buildFakeApp();
});

afterAll(async () => {
	await app.remove();
});

/** A terminal with the app in it that types lines and waits for what is told after them. */
function open(argument: Readonly<Record<string, unknown>> = {}) {
	const terminal = openTerminal({ file: app.file, columns: 200, rows: 60, argument: { isScreenReader: true, ...argument } });
	return {
		terminal,
		/** Types a line and resolves to everything said from then on, once that holds `until`. */
		say: async (line: string, until: RegExp | string): Promise<string> => {
			const start = terminal.received().length;
			terminal.send(`${line}\r`);
			await expect.poll(() => terminal.received().slice(start).replaceAll('\r\n', '\n'), { timeout: 10_000 }).toMatch(until);
			return terminal.received().slice(start).replaceAll('\r\n', '\n');
		},
	};
}

const started = (terminal: PseudoTerminal): Promise<void> => terminal.until('9. hostile-name');

describe('the app in lines of text', () => {
	it('moves no cursor, uses no other screen and no colour: not one escape sequence in a whole session', async () => {
		const { terminal, say } = open({ isHostile: false });
		await using _ = terminal;
		await started(terminal);
		await say('?', /\d+\. Quit \(q\)/);
		await say('history', /History: 4 generations.*the current one is 12/);
		await say('runtime', /Runtime/);
		await say('trust', /Trust/);
		await say('doctor', /Doctor/);
		await say('settings', /Settings/);
		await say('installed', /Installed: 9 plugins/);
		await say('quit', 'left with 0');
		// oxlint-disable-next-line no-control-regex
		expect(/[\u0000-\u0009\u000B\u000C\u000E-\u001F\u007F-\u009F]/.exec(terminal.received())?.[0]).toBeUndefined();
		expect(terminal.isAlternateScreen()).toBe(false);
	}, 30_000);

	it('reads a numbered list with its columns named, and everything about the chosen item', async () => {
		const { terminal, say } = open();
		await using _ = terminal;
		await started(terminal);
		const read = terminal.received();
		expect(read).toContain('Installed: 9 plugins, 89 packages, 48 MB; 2 updates; 1 of 9 core, 2 of 9 verified');
		expect(read).toContain('Each line: name, version, level');
		expect(read).toMatch(/2\. log-summary, 1\.4\.2, = trusted/);
		expect(await say('2', /2 of 9: log-summary/)).not.toContain('1 of 9');
		expect(await say('detail', /Asked for/)).toContain('Level, = trusted');
		expect(await say('10', /The list has 9/)).toContain('"?" for what can be done');
		expect(await say('nonsense words', /is no number, key or word/)).toContain('guide');
	}, 30_000);

	it('tells files with their sizes and the downloads in words, and lists nothing beside a text', async () => {
		const { terminal, say } = open();
		await using _ = terminal;
		await started(terminal);
		await say('1', /1 of 9: @acme\/links/);
		await say('', /Version, 3\.0\.0/);
		for (const tab of ['readme', 'versions', 'permissions', 'provenance', 'dependencies']) {
			await say(']', `, ${tab}.\n`);
		}

		const files = await say(']', /5\. package\.json/);
		expect(files).toContain('@acme/links, files: 5 files, 184 kB; packed 61 kB, 33% of it. The largest first.');
		expect(files).toMatch(/^1\. lib\/check\.js, 120 kB, 65%$/m);
		const stats = await say(']', /Published, 30 versions[^]*2026, /);
		expect(stats).toContain('Last 7 days, 48,000 downloads, 20% more than in the 7 days before');
		expect(stats).toMatch(/^Day by day, 2026-10-21, 2026-11-19$/m);
		expect(stats).not.toMatch(/^1\. /m);
		expect(stats).not.toMatch(/[\u2500-\u25FF]/);
	}, 30_000);

	it('plans, asks, installs and undoes by numbers and keys, and tells each step once', async () => {
		const { terminal, say } = open({ stepMilliseconds: 30 });
		await using _ = terminal;
		await started(terminal);
		await say('1', /1 of 9: @acme\/links/);
		const plan = await say('u', /This plan[^]*\d+\. /);
		expect(plan).toMatch(/update/i);
		const actions = await say('?', /\d+\. Apply the plan/);
		const [, number = ''] = /(\d+)\. Apply the plan/.exec(actions) ?? [];
		const applied = await say(number, /: done\./);
		expect(applied.match(/^switch .*: running$/gm)?.length ?? 0).toBeLessThanOrEqual(1);
		expect(applied).toContain('This operation');
		expect(applied).toMatch(/Generation 13/i);
	}, 30_000);

	it('asks for what to search and lists what is found; "more" goes on', async () => {
		const { terminal, say } = open({ extraPlugins: 30 });
		await using _ = terminal;
		await terminal.until('20 of 39');
		expect(await say('more', /39\. plain-package/)).toMatch(/21\. /);
		await say('browse', /Browse/);
		await say('/', /Type what to search for/);
		expect(await say('markdown', /1\. .*\n2\. /)).toContain('markdown-link-check');
		await say('back', /\n/);
	}, 30_000);

	it('fills a form field by field', async () => {
		const { terminal, say } = open();
		await using _ = terminal;
		await started(terminal);
		await say('1', /1 of 9/);
		await say('r', /Field 1 of \d|\d\. @acme/);
		if (!terminal.text().includes('Field 1 of')) {
			await say('', /Field 1 of/);
		}

		const asked = await say('notes.md', /Field 2 of|This operation/);
		expect(asked).not.toContain('Not taken');
		await say('esc', /\n/);
	}, 30_000);

	it('reads an update pane by pane: what differs, the changelog, the files with what changed in them, and one of them', async () => {
		const { terminal, say } = open();
		await using _ = terminal;
		await started(terminal);
		await say('updates', /2\. .*prettier/);
		await say('1', /1 of 2/);
		const facts = await say('', /Scripts and dependencies\n/);
		expect(facts).toContain('This update @acme/links, facts.');
		expect(facts).toContain('It widens no right and loses no trust against 2.0.3.');
		expect(facts).toContain('Version, 2.0.3 -> 2.1.0');
		expect(facts).toContain('Level, + verified, as before');
		expect(await say('tab', /Is faster/)).toContain('This update @acme/links, changelog.');
		const files = await say('tab', /4\. /);
		expect(files).toMatch(/3\. \^ index\.js, \+2 -1, 2\.1 kB/);
		expect(files).toMatch(/4\. - old\.js, \+0 -40, gone/);
		await say('3', /3 of 4/);
		expect(await say('', /@@ line/)).toContain('This difference @acme/links: index.js.');
		await say('back', /files\./);
	}, 30_000);

	it('reads why there is no solution before what would solve it, and tries what is chosen', async () => {
		const { terminal, say } = open();
		await using _ = terminal;
		await started(terminal);
		await say('browse', /clash-a/);
		await say('/', /Type what to search for/);
		await say('clash-a', /1\. clash-a/);
		await say('1', /1 of 1/);
		const conflict = await say('i', /2\. Leave out clash-b/);
		expect(conflict).toMatch(
			/This conflict[^]*Why there is no solution[^]*So clash-a and clash-b 3 exclude each other\.[^]*1\. Ask for clash-a 1\.9\.0/,
		);
		await say('1', /1 of 2/);
		await say('', /This plan/);
	}, 30_000);

	it('goes by the keys of the user, writes ASCII alone when asked, and ends with its input', async () => {
		const { terminal, say } = open({ ownKeys: { quit: 'Q' }, display: { ascii: true }, isHostile: true });
		await using _ = terminal;
		await terminal.until('9. hostile-name');
		expect(await say('?', /Quit/)).toContain('Quit (Q)');
		// oxlint-disable-next-line no-control-regex
		expect(/[^\n\r -~]/.exec(terminal.received())?.[0]).toBeUndefined();
		terminal.send('\u0004');
		await terminal.until('left with 0');
	}, 30_000);
});
