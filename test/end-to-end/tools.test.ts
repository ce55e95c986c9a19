import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';

let registry: FakeRegistry;
let machine: Machine;

const CLI = `#!/usr/bin/env node
const fs = require('fs');
const words = process.argv.slice(2);
if (words[0] === 'read') {
	console.log(fs.readFileSync(words[1], 'utf8').trim());
} else {
	process.stdin.setEncoding('utf8').on('data', (text) => process.stdout.write(text.toUpperCase())).on('end', () => {
		console.error(words.join(' '));
		process.exitCode = 7;
	});
}
`;

beforeAll(async () => {
	registry = await startFakeRegistry();
	registry.serve('shout', '1.0.0', { bin: { shout: './cli.js', other: './cli.js' } }, { 'cli.js': CLI });
	registry.serve('nothing', '1.0.0', {}, { 'index.js': '' });
	machine = await openMachine(registry.url);
	await writeFile(join(machine.project, 'note.txt'), 'secret\n');
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

test('x runs the program of a package with its streams and its exit code, and installs nothing', async () => {
	const refused = await machine.plugward(['x', 'shout', '--', 'a']);
	expect(refused.exitCode).toBe(9);
	expect(refused.stderr).toContain('--yes');
	const ran = await machine.plugward(['x', 'shout', '--yes', '--', 'a', '--json'], { input: 'hey' });
	expect(ran).toMatchObject({ exitCode: 7, stdout: 'HEY' });
	expect(ran.stderr).toContain('a --json\n');
	const { envelope } = await machine.json(['x', 'shout@1.0.0'], { input: 'again' });
	expect(envelope).toMatchObject({ ok: true, data: { plugin: 'shout', bin: 'shout', exitCode: 7, stdout: 'AGAIN', stderr: '\n' } });
	expect((await machine.json(['list'])).envelope.data).toMatchObject({ generation: 0, plugins: [] });
});

test('what a tool was granted is remembered for its version, told, and taken back', async () => {
	const file = 'note.txt';
	await machine.plugward(['x', 'shout', '--yes', '--', 'read', file]);
	const denied = await machine.plugward(['x', 'shout', '--', 'read', file]);
	expect(denied.exitCode).toBe(1);
	expect(denied.stderr).toContain("--allow 'fs.read:$project/note.txt'");
	const allow = ['--allow', 'fs.read:$project/*.txt'];
	expect(await machine.plugward(['x', 'shout', '--once', ...allow, '--', 'read', file])).toMatchObject({ exitCode: 0, stdout: 'secret\n' });
	expect((await machine.plugward(['x', 'shout', '--', 'read', file])).exitCode).toBe(1);
	expect((await machine.plugward(['x', 'shout', ...allow, '--', 'read', file])).exitCode).toBe(0);
	expect((await machine.plugward(['x', 'shout', '--', 'read', file])).stdout).toBe('secret\n');
	const { envelope } = await machine.json(['permissions', 'explain', 'shout', 'fs.read:$project/note.txt']);
	expect(envelope.data).toMatchObject({ plugin: 'shout', version: '1.0.0', generation: null, answers: [{ isGranted: true }] });
	expect((await machine.plugward(['x', 'shout', '--forget'])).stdout).toContain('Forgot shout 1.0.0');
	expect((await machine.plugward(['x', 'shout', '--', 'read', file])).exitCode).toBe(9);
	const { stdout } = await machine.plugward(['audit-log', 'show', '--no-color', '--last', '100']);
	expect(stdout).toMatch(/ packages-kept +x shout@1\.0\.0\n/);
	expect(stdout).toMatch(/ permission-granted +shout: fs\.read:\$project\/\*\.txt for one run\n/);
	expect(stdout).toMatch(/ permission-granted +shout: fs\.read:\$project\/\*\.txt for plugward x\n/);
	expect(stdout).toMatch(/ permission-used +shout: fs\.read:\$project\/\*\.txt\n/);
	expect(stdout).not.toMatch(/undefined|entries-repaired/);
	const log = await machine.json([
		'audit-log',
		'show',
		'--plugin',
		'shout',
		'--event',
		'permission-granted',
		'--event',
		'permission-revoked',
	]);
	expect(((log.envelope.data ?? {})['records'] as readonly { readonly details: object }[]).map(({ details }) => details)).toMatchObject([
		{ scope: 'run' },
		{ scope: 'tool' },
		{ scope: 'tool' },
	]);
});

test('x says what is wrong with a package that has no program, or not that one', async () => {
	expect(await machine.plugward(['x', 'nothing', '--yes'])).toMatchObject({ exitCode: 127 });
	const wrong = await machine.plugward(['x', 'shout', '--bin', 'third', '--yes']);
	expect(wrong.exitCode).toBe(127);
	expect(wrong.stderr).toContain('--bin: shout, other');
	expect((await machine.plugward(['x', 'missing-package', '--yes'])).exitCode).toBe(3);
});

test('a tool runs offline once it ran', async () => {
	await machine.plugward(['x', 'shout@1.0.0', '--yes'], { input: '' });
	expect((await machine.plugward(['x', 'shout@1.0.0', '--offline'], { input: 'off' })).stdout).toBe('OFF');
});
