import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';

let registry: FakeRegistry;
let machine: Machine;
let folder: string;

beforeAll(async () => {
	registry = await startFakeRegistry();
	machine = await openMachine(registry.url);
	folder = path.join(machine.folder, 'own-cache');
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

test('what a start has run is kept compiled, and each kind of start adds to it once', async () => {
	await start('list');
	expect(await wordsKept()).toEqual(['list']);
	await start('list');
	await start('history');
	expect(await wordsKept()).toEqual(['list', 'history']);
});

test('what is kept and cannot be used is compiled anew', async () => {
	await start('list');
	const [file = ''] = await filesKept();
	const whole = await readFile(file);
	for (const spoilt of [
		Buffer.alloc(0),
		Buffer.from('list\n'),
		whole.subarray(0, whole.length / 2),
		Buffer.from(`list\n${'x'.repeat(5000)}`),
	]) {
		await writeFile(file, spoilt);
		await start('list');
	}

	expect((await readFile(file)).length).toBeGreaterThan(100_000);
});

async function start(word: string): Promise<void> {
	const { exitCode, stderr } = await machine.plugward([word, '--json'], { environment: { XDG_CACHE_HOME: folder } });
	expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
}

async function filesKept(): Promise<readonly string[]> {
	const compiled = path.join(folder, 'plugward', 'compiled');
	return (await readdir(compiled)).filter((name) => name.startsWith('program.cjs-')).map((name) => path.join(compiled, name));
}

async function wordsKept(): Promise<readonly string[]> {
	const files = await filesKept();
	expect(files).toHaveLength(1);
	const bytes = await readFile(files[0] ?? '');
	return bytes.toString('latin1', 0, bytes.indexOf('\n')).split(' ');
}
