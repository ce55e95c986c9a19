import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';

let registry: FakeRegistry;
let machine: Machine;

beforeAll(async () => {
	registry = await startFakeRegistry();
	registry.serve('paint', '1.0.0', { license: 'MIT' }, { 'index.js': "module.exports = 'red';\n" });
	registry.serve(
		'paint',
		'1.1.0',
		{ license: 'MIT', scripts: { postinstall: 'node x.js' } },
		{
			'index.js': "module.exports = fetch('https://example.com');\n",
			'CHANGELOG.md': '## 1.1.0\n\n- Asks the network.\n',
			'm.js': `var a='${'x'.repeat(3000)}'`,
		},
	);
	machine = await openMachine(registry.url);
	await machine.plugward(['install', 'paint@1.0.0', '--yes', '--accept-trust', 'unknown']);
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

test('a stranger reads what gets worse first, then both versions, the changelog, the files and what to type', async () => {
	const { exitCode, stdout, stderr } = await machine.plugward(['review', 'paint@1.1.0'], { environment: { COLUMNS: '80' } });
	expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
	const lines = stdout.split('\n');
	const order = [
		'paint 1.0.0 -> 1.1.0',
		'It widens rights',
		'Version',
		'Rights, then and now',
		'Proof, then and now',
		'Changelog',
		'4 files differ',
	];
	const found = order.map((start) => lines.findIndex((line) => line.startsWith(start)));
	expect(found).toEqual(found.toSorted((a, b) => a - b));
	expect(found).not.toContain(-1);
	expect(stdout).toContain('! Its code starts to use net: index.js:1 fetch.');
	expect(stdout).toContain('  - Asks the network.');
	expect(stdout).toMatch(/\+ m\.js +minified/);
	expect(stdout).toContain('plugward review paint@1.1.0 --file CHANGELOG.md');
	expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test('one file is shown line by line; --json has stable words; --exit-code tells a script', async () => {
	const { stdout } = await machine.plugward(['review', 'paint@1.1.0', '--file', 'index.js']);
	expect(stdout).toContain("1 - module.exports = 'red';");
	expect(stdout).toContain("1 + module.exports = fetch('https://example.com');");
	const { envelope, exitCode } = await machine.json(['review', 'paint@1.1.0', '--exit-code']);
	expect(exitCode).toBe(10);
	expect(envelope.data?.['widenings']).toMatchObject([
		{ code: 'capability', isGrave: true },
		{ code: 'install-script', isGrave: false },
	]);
	expect((await machine.json(['review', 'paint@1.1.0', '--file', 'none.js'])).exitCode).toBe(2);
	expect((await machine.json(['review', 'other'])).exitCode).toBe(3);
});

test('a range and a tag may be named, and what they came to is told', async () => {
	const { stdout } = await machine.plugward(['review', 'paint@1']);
	expect(stdout).toContain('paint 1.0.0 -> 1.1.0\npaint@1 is 1.1.0 now.');
	expect(stdout).toContain('plugward review paint@1.1.0 --file');
	expect((await machine.json(['review', 'paint@latest'])).envelope.data?.['to']).toMatchObject({ version: '1.1.0' });
	const { envelope } = await machine.json(['review', 'paint@1.0']);
	expect(envelope.error).toMatchObject({
		code: 'no-matching-version',
		message: 'paint@1.0 is 1.0.0, which is installed, so there is nothing to review.',
	});
	expect((await machine.json(['review', 'paint@7'])).envelope.error).toMatchObject({
		message: 'No version of paint matches "7"; the newest is 1.1.0.',
	});
});
