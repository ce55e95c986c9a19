import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeBubblewrap, type FakeBubblewrap } from '../helpers/fake-bubblewrap.ts';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { openTemporaryEngine } from '../helpers/temporary-engine.ts';
import { type Call, type Machine, openMachine } from './command.ts';

const NO_REGISTRY = 'http://127.0.0.1:9/';
const PLUGIN = 'export default { execute: () => "ran" };';

let registry: FakeRegistry;
let machine: Machine;
let bubblewrap: FakeBubblewrap;

beforeAll(async () => {
	registry = await startFakeRegistry();
	registry.serve('hello', '1.0.0', { bin: { hello: './cli.js' } }, { 'cli.js': 'console.log("hello");\n' });
	machine = await openMachine(registry.url);
	bubblewrap = await fakeBubblewrap('recording');
	await writeFolder(join(machine.project, 'mine'));
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await bubblewrap[Symbol.asyncDispose]();
	await registry.close();
});

async function writeFolder(folder: string): Promise<void> {
	await mkdir(folder, { recursive: true });
	const plugward = { apiVersion: 1, main: './plugin.js', tasks: { go: {} } };
	await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'mine', version: '1.0.0', type: 'module', plugward }));
	await writeFile(join(folder, 'plugin.js'), PLUGIN);
	await writeFile(join(folder, 'a.test.js'), 'import { test } from "node:test";\ntest("a", () => {});\n');
}

const withWall = (): Call => ({ environment: { PATH: `${bubblewrap.folder}:/usr/bin:/bin` } });

/** Hosts that were started in it since. */
async function hostsSince(before: number): Promise<number> {
	return (await bubblewrap.calls()).slice(before).filter((words) => words.includes('--permission')).length;
}

test.each([
	['run', ['run', './mine', '--strict']],
	['x', ['x', 'hello', '--yes', '--strict']],
	['test', ['test', './mine', '--strict']],
])('%s --strict starts nothing where bubblewrap is missing, and starts it inside where it is', async (_, words) => {
	const refused = await machine.plugward(words);
	expect(refused.exitCode).toBe(125);
	expect(refused.stderr.replaceAll('\n', ' ')).toContain('want bubblewrap around each plugin, and there is no bwrap in PATH');
	expect(refused.stderr).toContain('without --strict');
	const before = (await bubblewrap.calls()).length;
	expect((await machine.plugward(words, withWall())).exitCode).toBe(0);
	expect(await hostsSince(before)).toBeGreaterThanOrEqual(1);
});

test('bubblewrap is used without being asked for, and --jitless reaches the process of the plugin', async () => {
	const before = (await bubblewrap.calls()).length;
	expect(await machine.plugward(['run', './mine', '--jitless'], withWall())).toMatchObject({ exitCode: 0, stdout: 'ran\n' });
	const host = (await bubblewrap.calls()).slice(before).find((words) => words.includes('--permission')) ?? [];
	expect(host).toContain('--jitless');
});

test('settings and policy ask for walls as the flags do, and a project can only ask for more', async () => {
	const configuration = join(machine.folder, 'configuration');
	await mkdir(join(configuration, 'plugward'), { recursive: true });
	const environment = { XDG_CONFIG_HOME: configuration };
	await writeFile(join(configuration, 'plugward/settings.json'), JSON.stringify({ sandbox: { strict: true } }));
	expect((await machine.plugward(['run', './mine'], { environment })).exitCode).toBe(125);
	await writeFile(join(configuration, 'plugward/settings.json'), '{}');
	expect((await machine.plugward(['run', './mine'], { environment })).exitCode).toBe(0);
	await writeFile(join(configuration, 'plugward/trust-policy.json'), JSON.stringify({ version: 1, sandbox: { strict: true } }));
	expect((await machine.plugward(['run', './mine'], { environment })).exitCode).toBe(125);
	await writeFile(join(machine.project, 'plugward-policy.json'), JSON.stringify({ version: 1, sandbox: { strict: false, jitless: true } }));
	expect((await machine.plugward(['run', './mine'], { environment })).exitCode).toBe(125);
	const checked = await machine.plugward(['policy', 'check'], { environment });
	expect(checked.stdout.replaceAll(/\s+/g, ' ')).toContain(
		'Plugins run only with bubblewrap around them, and V8 makes no machine code for them.',
	);
	await writeFile(join(machine.project, 'plugward-policy.json'), JSON.stringify({ version: 1 }));
});

test('the doctor tells of each wall whether it stands, and why one does not', async () => {
	const { stdout } = await machine.plugward(['doctor', '--offline']);
	const lines = stdout.replaceAll(/\n {5,}/g, ' ');
	expect(lines).toMatch(/ok sandbox-isolate: on: .*isolated-vm \d/);
	expect(lines).toMatch(/ok sandbox-permission-model: on: no files, sockets/);
	expect(lines).toMatch(/ok sandbox-debugger: on: no signal opens node's debugger/);
	expect(lines).toMatch(/ok sandbox-bubblewrap: off: no namespaces around plugins: there is no bwrap in PATH/);
	expect(lines).toMatch(/ok sandbox-seccomp: off: /);
	const strict = await machine.json(['doctor', '--offline', '--strict']);
	expect(strict.exitCode).toBe(1);
	expect(strict.envelope.data?.['checks']).toContainEqual(expect.objectContaining({ id: 'sandbox-bubblewrap', state: 'fail' }));
	const { envelope } = await machine.json(['doctor', '--offline', '--strict'], withWall());
	expect(envelope.data?.['checks']).toContainEqual(
		expect.objectContaining({ id: 'sandbox-bubblewrap', state: 'ok', text: expect.stringContaining('bubblewrap 0.11.0') }),
	);
});

test('plugins that stay are walled in by the same rules', async () => {
	await using strict = await openTemporaryEngine(NO_REGISTRY, { sandbox: { strict: true, jitless: false } });
	await writeFolder(join(strict.project, 'mine'));
	const target = join(strict.project, 'mine');
	await expect(strict.engine.runtime.start({ target, allow: [] }, strict.call)).rejects.toMatchObject({ code: 'sandbox-unavailable' });
	const before = (await bubblewrap.calls()).length;
	const environment = { HOME: strict.folder, PATH: `${bubblewrap.folder}:/usr/bin:/bin` };
	await using temporary = await openTemporaryEngine(NO_REGISTRY, { environment, sandbox: { strict: true, jitless: true } });
	const { engine, call } = temporary;
	await engine.runtime.start({ target, allow: [] }, call);
	expect((await engine.runtime.call({ plugin: 'mine', task: 'go', input: {} }, call)).output).toBe('ran');
	expect(await hostsSince(before)).toBeGreaterThanOrEqual(1);
	expect((await bubblewrap.calls()).at(-1)).toContain('--jitless');
});
