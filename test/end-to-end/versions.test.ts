import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';
import { installedState } from './home-state.ts';

let registry: FakeRegistry;
let machine: Machine;
let other: Machine;

beforeAll(async () => {
	registry = await startFakeRegistry();
	registry.serve('host', '1.0.0');
	registry.serve('host', '2.0.0');
	registry.serve('plugin', '1.0.0', { dependencies: { part: '^1.0.0' }, peerDependencies: { host: '^1.0.0' } });
	registry.serve('plugin', '2.0.0', { dependencies: { part: '^1.0.0' }, peerDependencies: { host: '^2.0.0' } });
	registry.serve('part', '1.0.0');
	registry.serve('part', '1.1.0');
	registry.setTime('part', '1.1.0', '2024-06-01T00:00:00.000Z');
	machine = await openMachine(registry.url);
	other = await openMachine(registry.url);
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await other[Symbol.asyncDispose]();
	await registry.close();
});

const AT_80 = { environment: { COLUMNS: '80' } };

function expectWithin80(text: string): void {
	expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
}

describe('who asked for what', () => {
	test('an empty home says so, with exit 3 and the command to type', async () => {
		const { exitCode, stderr } = await machine.plugward(['why', 'part']);
		expect(exitCode).toBe(3);
		expect(stderr).toContain('part is not installed: nothing is installed yet.');
		expect(stderr).toContain('plugward explain part');
	});

	test('explain tells what would come, as the registry was then, and changes nothing', async () => {
		const { exitCode, stdout } = await machine.plugward(['explain', 'plugin@1', '--as-of', '2024-01-01'], AT_80);
		expect(exitCode).toBe(0);
		expect(stdout).toContain('It can be had. As of 2024-01-01 00:00 UTC.');
		expect(stdout).toMatch(/\+ {2}part +1\.0\.0/);
		expectWithin80(stdout);
		expect((await machine.json(['list'])).envelope.data).toMatchObject({ generation: 0 });
		expect((await machine.plugward(['explain', 'plugin', '--as-of', '2999-01-01'])).exitCode).toBe(2);
	});

	test('installs as of a date; why shows the tree, outdated what keeps it', async () => {
		const installed = await machine.plugward(['install', 'plugin@1', 'host@1', '--as-of', '2024-01-01', '--yes']);
		expect(installed.exitCode).toBe(0);
		expect((await machine.json(['history'])).envelope.data).toMatchObject({
			generations: [{ command: 'install plugin@1 host@1 --as-of 2024-01-01' }],
		});
		const why = await machine.plugward(['why', 'part'], AT_80);
		expect(why.stdout).toBe(
			['part 1.0.0  latest is 1.1.0', '  plugin 1.0.0  you asked for 1', '    part 1.0.0  by ^1.0.0, up to 1.1.0', ''].join('\n'),
		);
		const outdated = await machine.plugward(['outdated', '--exit-code'], AT_80);
		expect(outdated.exitCode).toBe(10);
		expect(outdated.stdout).toMatch(/host +1\.0\.0 +1\.0\.0 +2\.0\.0/);
		expect(outdated.stdout).toContain('you asked for 1; plugin 1.0.0 wants ^1.0.0 beside it');
		expectWithin80(outdated.stdout);
		const { exitCode, envelope } = await machine.json(['outdated', '--offline']);
		expect(exitCode).toBe(0);
		expect(envelope.data).toMatchObject({
			checkedCount: 2,
			metadataFrom: expect.any(String),
			plugins: [{ name: 'host' }, { name: 'plugin' }],
		});
	});

	test('a request without a solution exits 6, has its data, and a suggestion typed into the shell does it', async () => {
		const { exitCode, envelope } = await machine.json(['explain', 'host@2']);
		expect(exitCode).toBe(6);
		expect(envelope).toMatchObject({ ok: false, error: { code: 'no-solution' }, data: { isSolvable: false } });
		const nothing = await machine.json(['explain', 'host@77']);
		expect(nothing.envelope.error).toMatchObject({ code: 'no-matching-version', hint: 'See its versions: plugward info host --versions' });
		const { stdout } = await machine.plugward(['explain', 'host@2'], AT_80);
		expectWithin80(stdout);
		const command = /^ {4}plugward (install host@2 'plugin@.*')$/m.exec(stdout)?.[1] ?? 'no such suggestion';
		const words = command.split(' ').map((word) => word.replaceAll("'", ''));
		expect((await machine.plugward([...words, '--dry-run', '--exit-code'])).exitCode).toBe(10);
	});
});

describe('overrides and locks', () => {
	test('an override is remembered, listed and ended', async () => {
		expect((await machine.plugward(['update', '--yes'])).exitCode).toBe(0);
		const set = await machine.json(['override', 'plugin@^1.0.0>part=1.0.0', '--yes']);
		expect(set.envelope.data).toMatchObject({ outcome: 'applied', changes: [{ type: 'downgrade', name: 'part', to: '1.0.0' }] });
		expect((await machine.plugward(['list'])).stdout).toContain('Overridden: plugin@^1.0.0>part=1.0.0');
		expect((await machine.plugward(['why', 'part'])).stdout).toContain('! overridden: plugin@^1.0.0>part=1.0.0');
		expect((await machine.plugward(['update', '--dry-run', '--exit-code'])).exitCode).toBe(0);
		expect((await machine.plugward(['override', 'part'])).exitCode).toBe(2);
	});

	test('a lock installs the same elsewhere, byte for byte, and refuses what it does not hold', async () => {
		const written = await machine.json(['lock']);
		expect(written.envelope.data).toMatchObject({
			file: path.join(machine.project, 'plugward-lock.json'),
			packageCount: 3,
			unchanged: false,
		});
		const text = await readFile(path.join(machine.project, 'plugward-lock.json'), 'utf8');
		expect((await machine.plugward(['lock', '-'])).stdout).toBe(text);
		expect(text).not.toContain(new URL(registry.url).host);
		expect(text).not.toContain(machine.folder);

		const file = path.join(other.project, 'plugward-lock.json');
		expect((await other.plugward(['install', '--frozen', '--yes'])).exitCode).toBe(2);
		await writeFile(file, text);
		const refused = await other.plugward(['install', 'host@2', '--frozen', '--yes']);
		expect(refused).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('plugward-lock.json holds host 1.0.0') });
		expect((await other.plugward(['install', '--frozen', '--override', 'a=1'])).exitCode).toBe(2);
		expect((await other.plugward(['install', 'plugin', '--lock', file])).exitCode).toBe(2);
		expect(await other.json(['install', '--frozen', '--yes'])).toMatchObject({ exitCode: 0, envelope: { data: { outcome: 'applied' } } });
		expect((await other.plugward(['lock', '-'])).stdout).toBe(text);
		expect(await readFile(file, 'utf8')).toBe(text);
	});

	test('a lock that was tampered with changes nothing', async () => {
		const before = await installedState(other.home);
		const lock = await readFile(path.join(machine.project, 'plugward-lock.json'), 'utf8');
		await writeFile(path.join(other.project, 'evil.json'), lock.replaceAll('part@1.0.0', 'host@1.0.0'));
		const { exitCode, envelope } = await other.json(['install', '--frozen', '--lock', 'evil.json', '--yes']);
		expect({ exitCode, code: envelope.error?.code }).toEqual({ exitCode: 2, code: 'lock-invalid' });
		expect(await installedState(other.home)).toEqual(before);
	});
});
