import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';
import { servePlugin } from './plugin-packages.ts';

let registry: FakeRegistry;
let machine: Machine;

const RUN_TOOL = ['x', 'hail', '--yes'];
const RUN_PLUGIN = ['run', 'greeter', 'greet'];

beforeAll(async () => {
	registry = await startFakeRegistry();
	registry.serve('hail', '1.0.0', { bin: { hail: './cli.js' } }, { 'cli.js': "console.log('hail');" });
	servePlugin(registry, ['greeter', '1.0.0'], { tasks: ['greet'], execute: "return 'greeted';" });
});

afterAll(() => registry.close());

beforeEach(async () => {
	machine = await openMachine(registry.url);
	await machine.plugward(RUN_TOOL);
	expect((await machine.plugward(['install', 'greeter', '--yes'])).stderr).not.toContain('error:');
	return () => machine[Symbol.asyncDispose]();
});

async function bundles(): Promise<readonly string[]> {
	const folder = path.join(machine.home, 'bundles');
	return (await readdir(folder)).map((name) => path.join(folder, name));
}

async function lose(folder: string): Promise<void> {
	await rm(path.join(machine.home, folder), { recursive: true });
}

test('a home whose bundles were deleted by hand makes them again, without a word', async () => {
	const count = (await bundles()).length;
	await lose('bundles');
	expect(await machine.plugward(RUN_TOOL)).toMatchObject({ exitCode: 0, stdout: 'hail\n', stderr: '' });
	expect((await machine.json(RUN_PLUGIN)).envelope).toMatchObject({ ok: true, data: { output: 'greeted' }, warnings: [] });
	expect(await bundles()).toHaveLength(count);
});

test.each([
	['changed by one byte', (file: string) => writeFile(file, 'x', { flag: 'a' })],
	['cut to nothing', (file: string) => writeFile(file, '')],
	['another program', (file: string) => writeFile(file, JSON.stringify({ code: 'globalThis.stolen = true' }))],
	['a folder', async (file: string) => rm(file).then(() => mkdir(path.join(file, 'deep'), { recursive: true }))],
])('a bundle that is %s is made again and never run, which is told once', async (_, damage) => {
	for (const file of await bundles()) {
		await damage(file);
	}

	const tool = await machine.plugward(RUN_TOOL);
	expect(tool).toMatchObject({ exitCode: 0, stdout: 'hail\n' });
	expect(tool.stderr).toContain('The bundle of hail@1.0.0 was damaged, and was made again.');
	const first = (await machine.json(RUN_PLUGIN)).envelope;
	expect(first).toMatchObject({ ok: true, warnings: [{ code: 'bundle-remade' }] });
	expect(await machine.plugward(RUN_TOOL)).toMatchObject({ exitCode: 0, stdout: 'hail\n', stderr: '' });
	expect((await machine.json(RUN_PLUGIN)).envelope.warnings).toEqual([]);
});

test('a bundle that cannot be made again says what to type, and that helps', async () => {
	await lose('bundles');
	const packages = path.join(machine.home, 'store/packages');
	for (const entry of await readdir(packages)) {
		const tree = path.join(packages, entry, 'tree');
		for (const file of (await readdir(tree)).filter((name) => name.endsWith('.js'))) {
			await rm(path.join(tree, file));
		}
	}

	const plugin = await machine.plugward(RUN_PLUGIN);
	expect(plugin.exitCode).toBe(5);
	expect(plugin.stderr).toMatch(/greeter@1\.0\.0 is not as it was installed: .*\nhint: Fetch it again: plugward verify --repair\n/);
	const tool = await machine.plugward(RUN_TOOL);
	expect(tool.exitCode).toBe(5);
	expect(tool.stderr).toMatch(/hail@1\.0\.0 is not .*\nhint: Remove it, so that it is fetched again: plugward cache clean\n/);
	await machine.plugward(['verify', '--repair']);
	await machine.plugward(['cache', 'clean']);
	expect((await machine.plugward(RUN_PLUGIN)).exitCode).toBe(0);
	expect(await machine.plugward(RUN_TOOL)).toMatchObject({ exitCode: 0, stdout: 'hail\n' });
});

test.each(['cache', 'store/packages', 'store/files', 'store/staging', 'state/journal', 'state/jobs'])(
	'a tool runs and a plugin is installed in a home whose folder %s was deleted by hand',
	async (folder) => {
		await lose(folder);
		expect(await machine.plugward(RUN_TOOL)).toMatchObject({ exitCode: 0, stdout: 'hail\n' });
		await machine.plugward(['verify', '--repair']);
		expect((await machine.plugward(['install', 'hail', '--yes'])).exitCode).toBe(0);
		expect((await machine.plugward(RUN_PLUGIN)).exitCode).toBe(0);
	},
);
