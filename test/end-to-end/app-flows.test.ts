import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { PseudoTerminal } from '../helpers/pseudo-terminal.ts';
import { openAppMachine } from './app-machine.ts';
import type { AppMachine } from './app-machine.ts';
import { servePlugin } from './plugin-packages.ts';

const ENTER = '\r';
const ESCAPE = '\u001B';
const TAB = '\t';

let app: AppMachine;

beforeAll(async () => {
	app = await openAppMachine();
	servePlugin(app.registry, ['ticker', '1.0.0'], { execute: 'return null;', tasks: ['tick'], stays: true });
	const installed = await app.machine.plugward(['install', 'ticker', '--yes']);
	expect(installed).toMatchObject({ exitCode: 0 });
	servePlugin(app.registry, ['table', '1.1.0'], { execute: 'return [1];', tasks: ['draw', 'print'] });
}, 60_000);

afterAll(async () => {
	await app[Symbol.asyncDispose]();
});

/** In each size the same keys lead to the same end. */
describe.each([
	[80, 24],
	[120, 40],
	[200, 60],
])('in a terminal of %ix%i', (columns, rows) => {
	let opened = 0;
	// Each begins where nothing is remembered of how another left.
	const open = (): PseudoTerminal => {
		opened += 1;
		return app.open({ columns, rows, environment: { XDG_STATE_HOME: join(app.machine.folder, `state-${columns}-${opened}`) } });
	};

	async function leave(terminal: PseudoTerminal): Promise<void> {
		expect(terminal.rows()).toHaveLength(rows);
		// The last row stays free: a character in its last cell would scroll some terminals.
		expect(terminal.rows().at(-1)).toBe('');
		terminal.send('q');
		expect(await terminal.exited).toBe(0);
	}

	it('finds a plugin, shows it, installs it with one right granted, and takes that back', async () => {
		await using terminal = open();
		await terminal.until('q quit');
		terminal.send('2');
		await terminal.until('notes');
		// All in one write: what is typed goes to the field, Enter leaves it, Enter opens the page.
		terminal.send(`/notes${ENTER}`);
		await terminal.until(/1 match[^]*i install/);
		terminal.send(ENTER);
		await terminal.until('Overview');
		terminal.send('i');
		await terminal.until('Space accept/deny');
		expect(terminal.text()).toMatch(/> \[ \] deny +notes +net:api\.example\.com:443/);
		terminal.send(' ');
		await terminal.until(/> \[x\] accept/);
		expect(terminal.text()).toContain('same as: plugward install notes --yes --allow');
		terminal.send(ENTER);
		await terminal.until('Why do you accept this?');
		terminal.send(`for the notes of the team${ENTER}`);
		await terminal.until('z undo');
		expect(terminal.text()).toContain('[x] notes may use net:api.example.com:443');
		terminal.send('z');
		await terminal.until('Enter apply');
		expect(terminal.text()).toMatch(/- remove +notes|- +notes/);
		terminal.send(ENTER);
		await terminal.until(/is current \(was/);
		terminal.send('1');
		await terminal.until(/of 3 /);
		expect(terminal.text()).not.toContain('notes');
		await leave(terminal);
	});

	it('reviews an update, sees what differs in a file, applies it, and rolls back in the history', async () => {
		await using terminal = open();
		await terminal.until('q quit');
		terminal.send('3');
		await terminal.until('Enter review');
		terminal.send(ENTER);
		await terminal.until('u plan update');
		await terminal.until(/1\.0\.0 -> 1\.1\.0/);
		terminal.send(`${TAB}${TAB}`);
		await terminal.until('Enter open file');
		terminal.send(`j${ENTER}`);
		await terminal.until('n next place');
		await terminal.until(/2 - export default[^]*2 \+ export default/);
		terminal.send(ESCAPE);
		await terminal.until('Enter open file');
		terminal.send('u');
		await terminal.until('Enter apply');
		terminal.send(ENTER);
		await terminal.until(/is current \(was \d+\)/);
		const before = Number(/Generation (\d+) is current \(was (\d+)\)/.exec(terminal.text())?.[2]);
		terminal.send('5');
		await terminal.until('m keep');
		const newest = Number(/> +(\d+) \*/.exec(terminal.text())?.[1]);
		terminal.send('j'.repeat(newest - before));
		await terminal.until(new RegExp(`> +${before} `));
		terminal.send('r');
		await terminal.until('Enter apply');
		expect(terminal.text()).toMatch(/1\.1\.0 -> 1\.0\.0/);
		terminal.send(ENTER);
		await terminal.until(/is current \(was/);
		await leave(terminal);
	});

	it('searches while it is typed, with facets, and says so when nothing answers', async () => {
		await using terminal = open();
		await terminal.until('q quit');
		terminal.send('2/tab');
		await terminal.until(/1 match for "tab"/);
		terminal.send('\u0015license:MIT echo');
		await terminal.until(/1 match for "license:MIT echo"[^]*echo/);
		terminal.send('\u0015nothing-has-this-name');
		await terminal.until(/(?:no|0) match/i);
		terminal.send(ESCAPE);
		await terminal.until('/ search');
		await leave(terminal);
	});

	it('runs a task with what was typed, and shows what came of it', async () => {
		await using terminal = open();
		await terminal.until('q quit');
		terminal.send('7/say');
		await terminal.until(/1 of 1/);
		terminal.send(ENTER);
		await terminal.until('Enter choose');
		terminal.send(ENTER);
		await terminal.until('Enter go on');
		// With what clears the field, and at once: the schema of the task may still be on its way.
		terminal.send('\u0015"a word"');
		await terminal.until('"a word"');
		terminal.send(ENTER);
		await terminal.until(/Done in [^]*Result[^]*"a word"/);
		await leave(terminal);
	});

	it('starts a plugin that stays, and kills its process only after asking', async () => {
		await using terminal = open();
		await terminal.until('q quit');
		terminal.send('8');
		await terminal.until('press n');
		terminal.send('n');
		await terminal.until(/ticker[^]*ready/);
		terminal.send('j');
		await terminal.until('x kill');
		terminal.send('x');
		await terminal.until('Enter do it');
		terminal.send(ENTER);
		await terminal.until(/ticker[^]*(?:killed|crashed|quarantine|stopped)/);
		await leave(terminal);
	});

	it('shows what the doctor finds, and changes a setting in place', async () => {
		await using terminal = open();
		await terminal.until('q quit');
		terminal.send('9');
		await terminal.until(/node +Node 26/);
		terminal.send('0');
		await terminal.until('waitSeconds');
		terminal.send('/reduced');
		await terminal.until('1 of 1');
		terminal.send(ENTER);
		await terminal.until('Space next value');
		terminal.send(' ');
		await terminal.until('display.reducedMotion is yes.');
		terminal.send('d');
		await terminal.until('display.reducedMotion is no, the default.');
		await leave(terminal);
	});

	it('takes keys that arrive in one write one by one, each on what the one before left', async () => {
		await using terminal = open();
		await terminal.until('1 of 3');
		terminal.send('jj');
		await terminal.until('3 of 3');
		terminal.send('kkkjj');
		await terminal.until('3 of 3');
		terminal.send('gjjkG/tab');
		await terminal.until('1 of 1');
		await terminal.until('table');
		terminal.send(`${ESCAPE}[Ajj`);
		await leaveField(terminal);
		await leave(terminal);
	});

	it('takes clicks and the wheel only while the mouse is on', async () => {
		await using terminal = open();
		await terminal.until('1 of 3');
		const place = (text: string): { readonly column: number; readonly row: number } => {
			const row = terminal.rows().findIndex((line) => line.includes(text));
			return { row: row + 1, column: (terminal.rows()[row]?.indexOf(text) ?? 0) + 1 };
		};
		const click = (text: string, times = 1): void => {
			const { column, row } = place(text);
			terminal.send(`${ESCAPE}[<0;${column};${row}M${ESCAPE}[<0;${column};${row}m`.repeat(times));
		};
		expect(terminal.received()).not.toContain(`${ESCAPE}[?1000h`);
		terminal.send('M');
		await terminal.until('display.mouse is yes.');
		await expect.poll(() => terminal.received()).toContain(`${ESCAPE}[?1000h${ESCAPE}[?1006h`);
		click('ticker   ');
		await terminal.until('3 of 3');
		terminal.send(`${ESCAPE}[<64;5;8M`);
		await terminal.until('1 of 3');
		click('table   ', 2);
		await terminal.until('[Overview]');
		click('Versions');
		await terminal.until('[Versions]');
		click('7 Run');
		await terminal.until(/\[7 Run\]/);
		terminal.send('M');
		await terminal.until('display.mouse is no, the default.');
		await expect
			.poll(() => terminal.received().lastIndexOf(`${ESCAPE}[?1000l`))
			.toBeGreaterThan(terminal.received().lastIndexOf(`${ESCAPE}[?1000h`));
		await leave(terminal);
	});

	it('says when there is no room, and is whole again when there is', async () => {
		await using terminal = open();
		await terminal.until('1 of 3');
		terminal.send('j');
		await terminal.until('2 of 3');
		terminal.resize(38, 8);
		await terminal.until('Too small: 38x8, at least 40x10');
		terminal.resize(40, 10);
		await terminal.until(/> table/);
		expect(terminal.rows().every((row) => row.length <= 40)).toBe(true);
		terminal.resize(columns, rows);
		await terminal.until(/2 of 3[^]*q quit/);
		await leave(terminal);
	});
});

/** The field still has what was typed into it. */
async function leaveField(terminal: PseudoTerminal): Promise<void> {
	await terminal.until('tabjj');
	terminal.send(ESCAPE);
	await terminal.until('of 3');
}
