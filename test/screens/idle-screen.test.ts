import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildFakeApp, openTerminal } from '../helpers/pseudo-terminal.ts';
import type { BuiltApp } from '../helpers/pseudo-terminal.ts';

let app: BuiltApp;

beforeAll(async () => {
	app = await buildFakeApp();
});

afterAll(async () => {
	await app.remove();
});

/** Hundredths of a second of processor time of all its threads, as Linux counts them. */
function ticksOf(pid: number): number {
	// Behind the name, which may hold anything.
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
		.replace(/^.*\) /, '')
		.split(' ');
	return Number(fields[11]) + Number(fields[12]);
}

describe.runIf(process.platform === 'linux')('an app that nobody touches', () => {
	it.each(['1', '4', '6'])('sends no byte and takes no processor time (screen %s)', async (key) => {
		await using terminal = openTerminal({ file: app.file, columns: 120, rows: 40 });
		await terminal.until('9 plugins');
		terminal.send(key);
		// What is done once after a start or a change of screens is over.
		await sleep(2500);
		const [sent, ticks] = [terminal.received().length, ticksOf(terminal.pid)];
		await sleep(3000);
		expect(terminal.received().length - sent).toBe(0);
		// One of them may be another process's that was interrupted in its name.
		expect(ticksOf(terminal.pid) - ticks).toBeLessThanOrEqual(1);
	});
});
