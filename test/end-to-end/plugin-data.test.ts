import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';
import { servePlugin } from './plugin-packages.ts';

const KEEP =
	"await context.storage.set('name', 'value'); await context.fs.writeFile('$data/a.txt', '12345').catch(() => null); return null;";

let registry: FakeRegistry;
let machine: Machine;

beforeAll(async () => {
	registry = await startFakeRegistry();
	machine = await openMachine(registry.url);
	const permissions = [{ type: 'fs', path: '$data/**', access: 'write', reason: 'To keep it' }];
	servePlugin(registry, ['keeper', '1.0.0'], { execute: KEEP, permissions });
	await mkdir(path.join(machine.project, 'mine'));
	const plugward = { apiVersion: 1, main: './plugin.js', tasks: { go: {} } };
	await writeFile(
		path.join(machine.project, 'mine', 'package.json'),
		JSON.stringify({ name: 'keeper', version: '2.0.0', type: 'module', plugward }),
	);
	await writeFile(path.join(machine.project, 'mine', 'plugin.js'), `export default { async execute(_, context) { ${KEEP} } };\n`);
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

test('data shows what plugins keep; removing one keeps it and says where; purge asks and removes that alone', async () => {
	expect((await machine.plugward(['data', 'list'])).stdout).toBe('No plugin keeps anything in this home.\n');
	await machine.plugward(['install', 'keeper', '--yes', '--allow', 'fs.write:$data/**']);
	expect((await machine.plugward(['run', 'keeper'])).exitCode).toBe(0);
	expect((await machine.plugward(['run', './mine'])).exitCode).toBe(0);
	const folder = path.join(machine.project, 'mine');
	const list = await machine.json(['data', 'list']);
	expect(list.envelope.data).toMatchObject({
		plugins: [
			{ owner: folder, isInstalled: false, keyCount: 1, fileCount: 0 },
			{ owner: 'keeper', folderName: 'keeper', isInstalled: true, keyCount: 1, fileCount: 1, filesBytes: 5 },
		],
	});
	expect((await machine.plugward(['data', 'show', 'keeper'])).stdout).toMatch(
		/^keeper keeps 1 key \(11 B\), 1 file \(5 B\), below data\/keeper\.\n/,
	);
	expect((await machine.json(['data', 'show', './mine'])).envelope.data).toMatchObject({
		plugins: [{ values: [{ key: 'name', bytes: 11 }] }],
	});
	const removed = await machine.plugward(['remove', 'keeper', '--yes']);
	expect(removed.stdout).toMatch(/What keeper kept stays below\s+data\/keeper:/);
	expect(removed.stdout.replaceAll('\n', ' ')).toContain('plugward data purge keeper');
	const asked = await machine.plugward(['data', 'purge', 'keeper']);
	expect([asked.exitCode, asked.stderr]).toEqual([
		9,
		expect.stringContaining('Nobody agreed to remove what keeper keeps: 1 key (11 B), 1 file (5 B).'),
	]);
	expect((await machine.plugward(['data', 'purge', 'keeper', '--yes'])).stdout).toBe(
		'Removed what keeper kept: 1 key (11 B), 1 file (5 B).\n',
	);
	expect((await machine.json(['data', 'list'])).envelope.data).toMatchObject({ plugins: [{ owner: folder }] });
	const again = await machine.plugward(['data', 'purge', 'keeper', '--yes']);
	expect([again.exitCode, again.stderr]).toEqual([2, expect.stringContaining('keeper keeps nothing in this home.')]);
	expect((await machine.plugward(['data', 'purge', '../..', '--yes'])).exitCode).toBe(2);
	expect((await machine.plugward(['audit-log', 'show'])).stdout).toContain('plugin-data-purged');
});

test('what a plugin keeps is not removed while it runs', async () => {
	const core = machine.start(['start', './mine']);
	await expect.poll(() => core.output.stderr, { timeout: 10_000 }).toContain('runs, version 2.0.0');
	await machine.plugward(['run', './mine']);
	const busy = await machine.plugward(['data', 'purge', './mine', '--yes']);
	expect([busy.exitCode, busy.stderr]).toEqual([8, expect.stringContaining('./mine runs now.')]);
	core.child.kill('SIGTERM');
	await core.ended;
	expect((await machine.plugward(['data', 'purge', './mine', '--yes'])).exitCode).toBe(0);
});
