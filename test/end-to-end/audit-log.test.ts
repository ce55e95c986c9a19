import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';
import { servePlugin } from './plugin-packages.ts';

let registry: FakeRegistry;
let machine: Machine;

beforeAll(async () => {
	registry = await startFakeRegistry();
	servePlugin(registry, ['reader', '1.0.0'], {
		execute: "if (input.buffer) { return new Uint8Array(2 ** 30).length; } return await context.env.get('TOKEN');",
		permissions: [{ type: 'env', name: 'TOKEN', reason: 'To sign in' }],
	});
	machine = await openMachine(registry.url);
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

test('what a shell did is shown, verified, exported, and a change by hand is found', async () => {
	expect((await machine.plugward(['install', 'reader', '--yes'])).exitCode).toBe(0);
	expect((await machine.plugward(['run', 'reader', 'go'])).exitCode).toBe(126);
	const limited = await machine.plugward(['run', 'reader', 'go', '--input', '{"buffer":true}']);
	expect(limited.exitCode).toBe(124);
	expect(limited.stderr).toContain('reader was stopped: it went beyond its memory of 64.0 MiB:');

	const shown = await machine.json(['audit-log', 'show', '--plugin', 'reader']);
	expect(shown.envelope.data).toMatchObject({
		matched: 6,
		records: [
			{ event: 'plugin-started' },
			{ event: 'permission-denied', details: { permission: 'env:TOKEN' } },
			{ event: 'plugin-ended', details: { outcome: 'plugin-denied', exitCode: 126 } },
			{ event: 'plugin-started' },
			{ event: 'limit-exceeded', details: { limit: 'memory', bound: 67_108_864 } },
			{ event: 'plugin-ended', details: { outcome: 'plugin-limit', exitCode: 124 } },
		],
	});
	const denials = await machine.plugward(['audit-log', 'show', '--event', 'permission-denied']);
	expect(denials.stdout).toContain('permission-denied  reader: env:TOKEN (not-granted)');

	expect(await machine.plugward(['audit-log', 'verify', '--quiet'])).toMatchObject({ exitCode: 0, stderr: '' });
	expect((await machine.plugward(['audit-log', 'export', 'copy.jsonl'])).exitCode).toBe(0);
	const log = path.join(machine.home, 'state', 'audit.jsonl');
	const text = await readFile(log, 'utf8');
	expect(await readFile(path.join(machine.project, 'copy.jsonl'), 'utf8')).toBe(text);
	expect((await machine.plugward(['audit-log', 'export', '-'])).stdout).toBe(text);

	await writeFile(log, text.replace('"permission":"env:TOKEN"', '"permission":"env:OTHER"'));
	const broken = await machine.plugward(['audit-log', 'verify']);
	expect(broken.exitCode).toBe(5);
	expect(broken.stderr).toContain('The audit log is broken at line 4: it continues from');
	expect((await machine.plugward(['audit-log', 'verify', 'copy.jsonl'])).exitCode).toBe(0);
});
