import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';
import { servePlugin } from './plugin-packages.ts';

const TELL_LOADED = path.resolve(import.meta.dirname, '../helpers/tell-loaded.cjs');
/** What node loads to find and read files. */
const TO_START = ['fs', 'module', 'os', 'path', 'url', 'util'];
/** And to write to a pipe, to read a command line, and small files. */
const TO_READ = [
	...TO_START,
	'net',
	'stream',
	'stream/promises',
	'string_decoder',
	'tty',
	'diagnostics_channel',
	'fs/promises',
	'process',
	'timers',
	'timers/promises',
	'vm',
];
/** And to check what is read against its digests. */
const TO_CHECK = [...TO_READ, 'crypto'];

let registry: FakeRegistry;
let machine: Machine;

beforeAll(async () => {
	registry = await startFakeRegistry();
	servePlugin(registry, ['greeter', '1.0.0'], { execute: 'return 1;' });
	machine = await openMachine(registry.url);
	expect((await machine.plugward(['install', 'greeter', '--yes'])).exitCode).toBe(0);
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

// What is loaded is what a start takes: each of these has come in before with an import that looked harmless.
describe('what a command loads before it has answered', () => {
	test.each([
		{ words: ['--version'], files: ['cli.cjs'], kilobytes: 15, builtins: TO_START },
		{ words: ['--help'], files: ['cli.cjs', 'program.cjs'], kilobytes: 700, builtins: TO_READ },
		{ words: ['list', '--json=?'], files: ['cli.cjs', 'program.cjs'], kilobytes: 700, builtins: TO_READ },
		{ words: ['history', '--json'], files: ['cli.cjs', 'program.cjs'], kilobytes: 700, builtins: TO_CHECK },
		// The checksums of the metadata are those of zlib.
		{ words: ['list', '--json'], files: ['cli.cjs', 'known.cjs', 'program.cjs'], kilobytes: 780, builtins: [...TO_CHECK, 'zlib'] },
		{ words: ['list'], files: ['cli.cjs', 'known.cjs', 'program.cjs'], kilobytes: 780, builtins: [...TO_CHECK, 'zlib'] },
	])('is little for $words', async ({ words, files, kilobytes, builtins }) => {
		const loaded = await loadedBy(words);
		expect(loaded.files.map((file) => path.basename(file)).toSorted()).toEqual([...files, 'plugward.cjs'].toSorted());
		expect(loaded.builtins.filter((name) => !builtins.includes(name))).toEqual([]);
		expect((await sizeOf(loaded.files)) / 1000).toBeLessThan(kilobytes);
	});
});

type Loaded = { readonly builtins: readonly string[]; readonly files: readonly string[] };

async function loadedBy(words: readonly string[]): Promise<Loaded> {
	const told = path.join(machine.folder, 'loaded.json');
	const environment = { NODE_OPTIONS: `--require=${TELL_LOADED}`, PLUGWARD_TEST_LOADED: told };
	const { exitCode, stderr } = await machine.plugward(words, { environment });
	expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
	return JSON.parse(await readFile(told, 'utf8'));
}

async function sizeOf(files: readonly string[]): Promise<number> {
	const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
	return sizes.reduce((sum, size) => sum + size, 0);
}
