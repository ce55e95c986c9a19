import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';

let registry: FakeRegistry;
let machine: Machine;

beforeAll(async () => {
	registry = await startFakeRegistry();
	machine = await openMachine(registry.url);
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

test('settings are listed, read, changed and given back, and what is no value is refused', async () => {
	const words = (parameters: readonly string[]) => machine.plugward(parameters, { environment: { COLUMNS: '80' } });
	const { stdout } = await words(['settings', 'list']);
	expect(stdout).toMatch(/display\.theme +auto +default/);
	expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
	expect((await words(['settings', 'set', 'display.theme', 'light'])).stdout).toBe('display.theme is light.\n');
	expect((await words(['settings', 'set', 'waitSeconds', '30'])).exitCode).toBe(0);
	expect((await words(['settings', 'get', 'display.theme'])).stdout).toBe('light\n');
	expect((await machine.json(['settings', 'list'])).envelope.data?.['settings']).toContainEqual(
		expect.objectContaining({ key: 'waitSeconds', value: '30', default: '10', isSet: true }),
	);
	expect((await words(['settings', 'unset', 'display.theme'])).stdout).toBe('display.theme is auto, the default.\n');
	expect((await words(['settings', 'set', 'display.colours.accent', '#ff8700'])).stdout).toBe('display.colours.accent is #ff8700.\n');
	expect((await words(['settings', 'set', 'display.colours.bad', 'pink'])).stderr).toContain('got "pink"');
	expect((await words(['settings', 'unset', 'display.colours.accent'])).stdout).toBe('display.colours.accent is nothing, the default.\n');
	expect((await words(['settings', 'set', 'sandbox.jitless', 'yes'])).stdout).toBe('sandbox.jitless is yes.\n');
	expect((await words(['settings', 'unset', 'sandbox.jitless'])).stdout).toBe('sandbox.jitless is no, the default.\n');
	for (const parameters of [
		['set', 'display.theme', 'pink'],
		['set', 'waitSeconds', '-1'],
		['set', 'display.ascii', 'true'],
		['set', 'nothing', '1'],
		['get', 'nothing'],
		['paint'],
		['set', 'waitSeconds'],
	]) {
		expect((await machine.json(['settings', ...parameters])).exitCode).toBe(2);
	}

	expect((await words(['settings', 'get', 'waitSeconds'])).stdout).toBe('30\n');
});

test('a registry is named, signed in to by a file, and forgotten; a token never stands on the command line or in the output', async () => {
	await writeFile(path.join(machine.project, 'token.txt'), 'npm_secret\n');
	expect((await machine.plugward(['registry', 'add', '@acme', registry.url])).stdout).toContain('@acme is asked of');
	expect((await machine.json(['registry', 'login', '@acme'])).exitCode).toBe(2);
	expect((await machine.plugward(['registry', 'login', '@acme', '--token-from', 'token.txt'])).stdout).toContain(
		`Signed in to ${registry.url}.`,
	);
	const { stdout } = await machine.plugward(['registry', 'list']);
	expect(stdout).toContain('signed in  yes');
	expect(stdout).toMatch(/answers +\d+ in \d+ ms/);
	expect(stdout).not.toContain('npm_secret');
	const { envelope } = await machine.json(['registry', 'list']);
	expect(envelope.data?.['registries']).toMatchObject([{ scope: null }, { scope: '@acme', hasCredentials: true }]);
	expect((await machine.plugward(['registry', 'logout', '@acme'])).exitCode).toBe(0);
	expect((await machine.plugward(['registry', 'remove', '@acme'])).exitCode).toBe(0);
	expect((await machine.json(['registry', 'remove', '@acme'])).exitCode).toBe(2);
});

test('the help tells what subcommands do and cuts no sentence at 80 columns', async () => {
	const { stdout } = await machine.plugward(['help', 'trust'], { environment: { COLUMNS: '80' } });
	expect(stdout).toContain('trust pin <name>');
	expect(stdout).toContain('Let nobody but the proven builder build it');
	expect(stdout).not.toContain('…');
	expect(stdout.split('\n').filter((line) => line.length > 80 && !line.includes('|') && !line.startsWith('  plugward'))).toEqual([]);
});

test('keys of the app are told, changed, and refused where one would mean two things', async () => {
	const words = (parameters: readonly string[]) => machine.plugward(['settings', ...parameters], { environment: { COLUMNS: '100' } });
	expect((await words(['keys'])).stdout).toMatch(/keys\.installed\.update +u +Plan the update of the selected plugin/);
	expect((await words(['get', 'keys.quit'])).stdout).toBe('q\n');
	expect((await words(['set', 'keys.quit', 'Q ctrl-q'])).stdout).toBe('keys.quit is Q ctrl-q.\n');
	expect((await words(['get', 'keys.quit'])).stdout).toBe('Q ctrl-q\n');
	expect((await words(['list'])).stdout).toMatch(/keys\.quit +Q ctrl-q +set; default q/);
	const refused = await words(['set', 'keys.installed.update', 'x']);
	expect(refused.exitCode).toBe(2);
	expect(refused.stderr.replaceAll(/\s+/g, ' ')).toContain(
		'"x" cannot be both "Plan the update of the selected plugin" (installed.update) and',
	);
	expect((await words(['get', 'keys.installed.update'])).stdout).toBe('u\n');
	expect((await words(['unset', 'keys.quit'])).stdout).toBe('keys.quit is q, the default.\n');
	expect((await words(['list'])).stdout).not.toContain('keys.quit');
});
