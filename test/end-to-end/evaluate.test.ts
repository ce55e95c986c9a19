import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';

let registry: FakeRegistry;
let machine: Machine;

beforeAll(async () => {
	registry = await startFakeRegistry();
	registry.serve('paint', '1.0.0', { license: 'MIT' }, { 'index.js': 'module.exports = (text) => text;' });
	registry.serve(
		'paint',
		'2.0.0',
		{ license: 'MIT', dependencies: { brush: '1.0.0' } },
		{ 'lib/a.js': "\n\nconst go = require('child_' + 'process');\ngo.exec('npm publish');\n" },
	);
	registry.serve('brush', '1.0.0', { license: 'MIT' }, { 'index.js': "fetch('https://example.com')" });
	machine = await openMachine(registry.url);
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

test('a stranger reads the worst first, with places, then what the code can do and what to type next', async () => {
	const { exitCode, stdout, stderr } = await machine.plugward(['evaluate', 'paint', '--against', '1.0.0'], {
		environment: { COLUMNS: '80' },
	});
	expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
	const lines = stdout.split('\n');
	const order = [
		'paint 2.0.0',
		'Danger: look before you install',
		'Caution: know why',
		'Compared with paint 1.0.0',
		'What the code can do',
		'Measured',
		'Proven',
	];
	const found = order.map((start) => lines.findIndex((line) => line.startsWith(start)));
	expect(found).toEqual(found.toSorted((a, b) => a - b));
	expect(found).not.toContain(-1);
	expect(stdout).toContain(
		'  ! Code that was made unreadable on purpose.\n      lib/a.js:3:12 the name child_process put together from pieces\n',
	);
	expect(stdout).toContain('  ! It publishes packages, as a worm does.\n      lib/a.js:4:1 npm publish\n');
	expect(stdout).toContain('brush: index.js:1 fetch');
	expect(stdout).toContain('Other versions  plugward info paint --versions');
	expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test('--json has stable codes, and nothing was installed', async () => {
	const { envelope } = await machine.json(['evaluate', 'paint@2']);
	expect(envelope).toMatchObject({ command: 'evaluate', ok: true, data: { name: 'paint', version: '2.0.0', difference: null } });
	const facts = envelope.data?.['facts'] as readonly { readonly code: string; readonly severity: string }[];
	expect(facts.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
		'danger obfuscated',
		'danger self-publish',
		'note dependency-added',
	]);
	expect((await machine.json(['list'])).envelope.data).toMatchObject({ generation: 0 });
});

test('--fail-on exits 5 with the data, and only for what is that bad', async () => {
	const { exitCode, envelope } = await machine.json(['evaluate', 'paint@2', '--fail-on', 'danger']);
	expect({ exitCode, code: envelope.error?.code, name: envelope.data?.['name'] }).toEqual({
		exitCode: 5,
		code: 'verification-failed',
		name: 'paint',
	});
	expect((await machine.plugward(['evaluate', 'paint@1.0.0', '--fail-on', 'danger'])).exitCode).toBe(0);
	const wrong = await machine.plugward(['evaluate', 'paint', '--fail-on', 'bad']);
	expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--fail-on expects danger, caution or note, got "bad".') });
});

test('works offline once it was asked, with advisories from a file below the current folder', async () => {
	await writeFile(
		path.join(machine.project, 'osv.json'),
		JSON.stringify({
			id: 'GHSA-1',
			summary: 'Bad paint',
			affected: [{ package: { ecosystem: 'npm', name: 'brush' }, versions: ['1.0.0'] }],
		}),
	);
	const { exitCode, stdout } = await machine.plugward(['evaluate', 'paint@2', '--offline', '--advisories', 'osv.json']);
	expect(exitCode).toBe(0);
	expect(stdout).toContain('brush@1.0.0: GHSA-1 (severity unknown): Bad paint. No version is known to be free of it.');
});

test('the plan of an update says in one line what it starts to use', async () => {
	expect((await machine.plugward(['install', 'paint@1.0.0', '--yes'])).exitCode).toBe(0);
	const { exitCode, stdout } = await machine.plugward(['install', 'paint@2.0.0', '--dry-run']);
	expect(exitCode).toBe(0);
	expect(stdout).toContain('     2.0.0 starts to use: obfuscated (lib/a.js:3), self-publish (lib/a.js:4), process (lib/a.js:3)\n');
});
