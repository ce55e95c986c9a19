import { afterAll, beforeAll, expect, test } from 'vitest';

import { type AppMachine, openAppMachine } from './app-machine.ts';

let machine: AppMachine;

beforeAll(async () => {
	machine = await openAppMachine();
}, 60_000);

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
});

test('the second start opens where the first was left: section, filter and room for the details; a flag wins over the section', async () => {
	{
		await using terminal = machine.open({ columns: 120, rows: 40 });
		await terminal.until('2 plugins');
		terminal.send('6');
		await terminal.until('Trust, least proven first');
		const side = terminal.text().indexOf('╮╭─ Why');
		terminal.send('<<');
		await terminal.until('╮╭─ Why');
		terminal.send('/table\r');
		await terminal.until('matching "table"');
		expect(side).toBeGreaterThan(0);
		terminal.send('q');
		expect(await terminal.exited).toBe(0);
	}

	{
		await using terminal = machine.open({ columns: 120, rows: 40 });
		await terminal.until('matching "table"');
		await terminal.until('[6 Trust]');
		// 42 percent at first, and twice five more.
		const row = terminal.rows().find((line) => line.includes('╮╭─ Why')) ?? '';
		expect(row.length - row.indexOf('╭─ Why')).toBe(62);
		terminal.send('\u001B');
		await terminal.until(/Trust, least proven first ─/);
		terminal.send('q');
		await terminal.exited;
	}

	await using terminal = machine.open({ columns: 120, rows: 40, words: ['--screen', 'history'] });
	await terminal.until('[5 History]');
	terminal.send('q');
	await terminal.exited;
});
