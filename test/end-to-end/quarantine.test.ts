import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Machine, openMachine } from './command.ts';

let machine: Machine;

beforeAll(async () => {
	machine = await openMachine('http://127.0.0.1:9/');
});

afterAll(() => machine[Symbol.asyncDispose]());

test('quarantine lists what crashed too often, doctor warns of it, and release ends it', async () => {
	expect((await machine.plugward(['quarantine', 'list'])).stdout).toBe('No plugin is in quarantine.\n');
	await mkdir(join(machine.home, 'state'), { recursive: true, mode: 0o700 });
	const entry = { plugin: 'crasher', version: '1.0.0', crashes: 5, at: '2026-11-21T10:00:00.000Z' };
	await writeFile(join(machine.home, 'state', 'quarantine.json'), JSON.stringify({ format: 1, quarantined: [entry] }));
	expect((await machine.plugward(['quarantine', 'list'])).stdout).toBe(
		'crasher 1.0.0: 5 crashes within ten minutes, since 2026-11-21T10:00:00.000Z\n',
	);
	expect((await machine.plugward(['doctor'])).stdout).toContain('In quarantine after crashing too often: crasher@1.0.0.');
	const { envelope } = await machine.json(['quarantine', 'release', 'crasher']);
	expect(envelope.data).toEqual({ type: 'released', plugins: [entry] });
	const again = await machine.plugward(['quarantine', 'release', 'crasher']);
	expect([again.exitCode, again.stderr]).toEqual([2, expect.stringContaining('crasher is not in quarantine.')]);
	expect((await machine.plugward(['audit-log', 'show'])).stdout).toContain('quarantine-released');
});
