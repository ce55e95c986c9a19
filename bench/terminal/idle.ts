import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import type { BenchPlace } from './place.ts';
import { openSession } from './session.ts';
import type { Measure } from './table.ts';

const IDLE_MILLISECONDS = 10_000;
/** Of `/proc`: Linux counts a process's time in hundredths of a second. */
const TICK_MILLISECONDS = 10;

/** Nothing happens for ten seconds; then the window is made larger and smaller as when a pane of tmux is. */
export async function measureIdle(place: BenchPlace): Promise<readonly Measure[]> {
	await using session = openSession(place.plugward());
	await session.until(place.firstPlugin);
	// What is done once after the start is over.
	await session.quiet(2000);
	const [bytes, ticks] = [session.bytes(), ticksOf(session.pid)];
	await sleep(IDLE_MILLISECONDS);
	const idle = { bytes: session.bytes() - bytes, milliseconds: (ticksOf(session.pid) - ticks) * TICK_MILLISECONDS };
	const beforeResize = session.bytes();
	const [columns, rows] = [120, 40];
	const steps = 20;
	for (let step = 1; step <= steps; step += 1) {
		const drawn = session.next(500);
		session.resize(columns - (step % 2) * 10, rows - (step % 3));
		await drawn;
		await session.quiet(200);
	}

	const storm = session.bytes();
	for (let step = 1; step <= 50; step += 1) {
		session.resize(columns - (step % 40), rows);
		await sleep(5);
	}

	session.resize(columns, rows);
	await session.quiet(400);
	const row = (what: string, unit: Measure['unit'], value: number): Measure => ({ what, program: 'plugward', unit, values: [value] });
	return [
		{ ...row('bytes in 10 s without a key', 'B', idle.bytes), goal: { most: 0, isRatio: false } },
		{ ...row('processor time in 10 s without a key', 'ms', idle.milliseconds), goal: { most: TICK_MILLISECONDS, isRatio: false } },
		row('bytes a change of size', 'B', (storm - beforeResize) / steps),
		row('bytes of 51 changes of size in a quarter of a second', 'B', session.bytes() - storm),
	];
}

function ticksOf(pid: number): number {
	// Behind the name, which may hold anything.
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
		.replace(/^.*\) /, '')
		.split(' ');
	return Number(fields[11]) + Number(fields[12]);
}
