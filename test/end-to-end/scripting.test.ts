import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';
import { servePlugin } from './plugin-packages.ts';

// oxlint-disable-next-line no-control-regex
const ESCAPE = /\u001B/;
const GREET = "context.log.info('greeting'); return { text: `Hello ${input.name}` };";
const READ = { type: 'fs', path: '$project/names/**', access: 'read', reason: 'To read whom to greet' };
const CHANGE_FIELDS = [
	'outcome',
	'command',
	'fromGeneration',
	'toGeneration',
	'changes',
	'permissions',
	'powers',
	'requirements',
	'packages',
	'fetchedBytes',
	'fetchedCount',
];

let registry: FakeRegistry;
let machine: Machine;

beforeAll(async () => {
	registry = await startFakeRegistry({ search: true });
	registry.serve('part', '1.0.0');
	servePlugin(registry, ['greeter', '1.0.0'], { execute: GREET, permissions: [READ], manifest: { dependencies: { part: '^1.0.0' } } });
	machine = await openMachine(registry.url);
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

/** Runs with `--json`; the command must succeed, say nothing on standard error, and give exactly these fields. */
async function dataOf(parameters: readonly string[], fields: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
	const { exitCode, stdout, stderr, envelope } = await machine.json(parameters);
	expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
	expect(stdout).not.toMatch(ESCAPE);
	expect(Object.keys(envelope)).toEqual(['schema', 'command', 'ok', 'data', 'warnings']);
	expect(envelope).toMatchObject({ schema: 'plugward/v1', command: parameters[0], ok: true });
	// This registry signs nothing, which a plan with something new warns of.
	expect(envelope.warnings.filter(({ text }) => !text.startsWith('Nothing proves who built'))).toEqual([]);
	const data = envelope.data ?? {};
	expect(Object.keys(data).toSorted()).toEqual(fields.toSorted());
	return data;
}

// One story, each chapter on what the one before left: as a script would go through them.
describe('a script that reads --json', () => {
	test('searches', async () => {
		const data = await dataOf(['search', 'greeter'], ['query', 'hits', 'total', 'from', 'source', 'notice']);
		expect(data).toMatchObject({
			query: 'greeter',
			total: 1,
			source: 'registry',
			hits: [{ name: 'greeter', version: '1.0.0', installed: null }],
		});
	});

	test('asks about one package', async () => {
		const { exitCode, envelope } = await machine.json(['info', 'greeter']);
		expect(exitCode).toBe(0);
		expect(envelope.data).toMatchObject({
			name: 'greeter',
			version: '1.0.0',
			license: 'MIT',
			dependencies: { part: '^1.0.0' },
			installed: null,
		});
		const { stdout } = await machine.plugward(['info', 'greeter', '--json=name,license']);
		expect(JSON.parse(stdout)).toMatchObject({ ok: true, data: { name: 'greeter', license: 'MIT' } });
		expect(stdout).not.toContain('dependencies');
	});

	test('resolves without a home', async () => {
		const data = await dataOf(
			['resolve', 'greeter'],
			['roots', 'packages', 'packageCount', 'warnings', 'solveMilliseconds', 'loadMilliseconds'],
		);
		expect(data).toMatchObject({ packageCount: 2, roots: [{ name: 'greeter', version: '1.0.0' }] });
	});

	test('looks at a plan: nothing changes, and --exit-code tells that something would', async () => {
		const data = await dataOf(['install', 'greeter', '--dry-run'], CHANGE_FIELDS);
		expect(data).toMatchObject({
			outcome: 'planned',
			toGeneration: null,
			changes: [{ type: 'add', name: 'greeter', isRoot: true }, { name: 'part' }],
		});
		expect((await machine.plugward(['install', 'greeter', '--dry-run', '--exit-code'])).exitCode).toBe(10);
		expect((await machine.json(['list'])).envelope.data).toMatchObject({ generation: 0, plugins: [] });
	});

	test('installs, and what nobody granted is denied by name', async () => {
		const data = await dataOf(['install', 'greeter', '--yes'], CHANGE_FIELDS);
		expect(data).toMatchObject({
			outcome: 'applied',
			fromGeneration: 0,
			toGeneration: 1,
			permissions: [
				{
					plugin: 'greeter',
					permission: 'fs.read:$project/names/**',
					answer: 'deny',
					reason: 'To read whom to greet',
					flag: "--allow 'greeter=fs.read:$project/names/**'",
				},
			],
		});
	});

	test('grants by the flag that it was told, and installing again changes nothing', async () => {
		const parameters = ['install', 'greeter', '--yes', '--allow', 'greeter=fs.read:$project/names/**'];
		expect(await dataOf(parameters, CHANGE_FIELDS)).toMatchObject({
			outcome: 'applied',
			toGeneration: 2,
			permissions: [{ answer: 'accept' }],
		});
		expect(await dataOf(parameters, CHANGE_FIELDS)).toMatchObject({
			outcome: 'unchanged',
			fromGeneration: 2,
			toGeneration: 2,
			changes: [],
		});
	});

	test('lists, whole or only some fields', async () => {
		const data = await dataOf(['list'], ['generation', 'plugins', 'packageCount', 'storeBytes', 'overrides']);
		expect(data).toMatchObject({
			generation: 2,
			packageCount: 2,
			plugins: [{ name: 'greeter', version: '1.0.0', tasks: ['go'], grants: [{ permission: 'fs.read:$project/names/**' }] }],
		});
		const { stdout } = await machine.plugward(['list', '--json=name,version']);
		expect(JSON.parse(stdout)).toMatchObject({ data: { generation: 2, plugins: [{ name: 'greeter', version: '1.0.0' }] } });
		expect(stdout).not.toContain('grants');
	});

	test('runs a task with input from a flag, a file and standard input', async () => {
		await writeFile(path.join(machine.project, 'input.json'), '{"name":"file"}');
		const data = await dataOf(
			['run', 'greeter', 'go', '--input', '{"name":"flag"}'],
			['plugin', 'version', 'task', 'level', 'runtime', 'output', 'milliseconds', 'peakMemoryBytes', 'denied'],
		);
		expect(data).toMatchObject({ plugin: 'greeter', task: 'go', output: { text: 'Hello flag' }, denied: [] });
		const fromFile = await machine.plugward(['run', 'greeter', '--input', '@input.json']);
		expect(fromFile).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Hello file') });
		const piped = await machine.plugward(['run', 'greeter', '--input', '-'], { input: '{"name":"pipe"}' });
		expect(piped).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Hello pipe') });
		// What a plugin logs is no result.
		expect(piped.stdout).not.toContain('greeting');
		expect(piped.stderr).toContain('greeter: greeting');
	});

	test('updates within the range, carries the grant over, and goes back without the registry', async () => {
		servePlugin(registry, ['greeter', '1.1.0'], { execute: 'return { text: `Good day ${input.name}` };', permissions: [READ] });
		expect((await machine.plugward(['update'])).exitCode).toBe(9);
		const data = await dataOf(['update', '--yes'], CHANGE_FIELDS);
		expect(data).toMatchObject({
			outcome: 'applied',
			toGeneration: 3,
			changes: [
				{ type: 'update', name: 'greeter', from: '1.0.0', to: '1.1.0' },
				{ type: 'remove', name: 'part' },
			],
			permissions: [{ novelty: 'carried-over', answer: 'accept' }],
		});
		expect(await dataOf(['rollback', '--yes', '--offline'], CHANGE_FIELDS)).toMatchObject({
			outcome: 'applied',
			fromGeneration: 3,
			toGeneration: 2,
		});
		expect((await machine.json(['run', 'greeter', '--input', '{"name":"again"}'])).envelope.data).toMatchObject({
			version: '1.0.0',
			output: { text: 'Hello again' },
		});
	});

	test('reads the history, newest first', async () => {
		const { generations } = await dataOf(['history'], ['generations']);
		expect(generations).toMatchObject([
			{ number: 3, isCurrent: false, pluginCount: 1, packageCount: 1 },
			{ number: 2, isCurrent: true, pluginCount: 1, packageCount: 2 },
			{ number: 1, isCurrent: false },
		]);
	});

	test('verifies what is installed', async () => {
		const data = await dataOf(
			['verify'],
			['generation', 'packagesChecked', 'filesChecked', 'bytesChecked', 'findings', 'packages', 'repaired'],
		);
		expect(data).toMatchObject({
			generation: 2,
			packagesChecked: 2,
			findings: [],
			packages: [{ id: 'greeter@1.0.0' }, { id: 'part@1.0.0' }],
		});
	});

	test('follows an operation line by line with --events; the last line is the result', async () => {
		servePlugin(registry, ['counter', '1.0.0'], { execute: 'return 1;' });
		const { exitCode, stdout, stderr } = await machine.plugward(['install', 'counter', '--yes', '--events']);
		expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
		const lines = stdout
			.trimEnd()
			.split('\n')
			.map((line): Readonly<Record<string, unknown>> => JSON.parse(line));
		expect(lines.map(({ v, seq }) => ({ v, seq }))).toEqual(lines.map((_, index) => ({ v: 1, seq: index + 1 })));
		expect(lines.map(({ event, step }) => `${String(event)} ${String(step ?? '')}`.trim())).toEqual(
			expect.arrayContaining([
				'step-started resolve',
				'step-finished fetch',
				'fetch-progress',
				'step-started switch',
				'step-finished switch',
			]),
		);
		expect(lines.at(-1)).toMatchObject({
			event: 'result',
			schema: 'plugward/v1',
			command: 'install',
			ok: true,
			data: { outcome: 'applied' },
		});
		// No host names, no tokens, no absolute paths of the home.
		expect(stdout).not.toContain(machine.folder);
	});

	test('gets a failure as the last event too', async () => {
		const { exitCode, stdout } = await machine.plugward(['install', 'nowhere-to-be-found', '--yes', '--events']);
		expect(exitCode).toBe(3);
		expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
			event: 'result',
			ok: false,
			error: { code: 'package-not-found' },
		});
	});

	test('removes, and what only it needed goes along', async () => {
		expect(await dataOf(['remove', 'greeter', '--yes'], [...CHANGE_FIELDS, 'kept'])).toMatchObject({
			outcome: 'applied',
			changes: [
				{ type: 'remove', name: 'greeter' },
				{ type: 'remove', name: 'part' },
			],
		});
		expect((await machine.json(['list'])).envelope.data).toMatchObject({ plugins: [{ name: 'counter' }] });
	});
});

describe('a command without a terminal', () => {
	test('writes no escape codes, and --color or FORCE_COLOR ask for them', async () => {
		const codes = async (parameters: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
			ESCAPE.test((await machine.plugward(parameters, { environment })).stdout);
		expect(await codes(['list'])).toBe(false);
		expect(await codes(['list'], { FORCE_COLOR: '1' })).toBe(true);
		expect(await codes(['list'], { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
		expect(await codes(['list', '--color'], { NO_COLOR: '1' })).toBe(true);
		expect(await codes(['list', '--json'], { FORCE_COLOR: '1' })).toBe(false);
	});

	test('never opens the screen: without a command it prints the help on standard error and ends with 2', async () => {
		const { exitCode, stdout, stderr } = await machine.plugward([]);
		expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
		expect(stderr).toContain('plugward <command>');
		expect(stderr).not.toMatch(ESCAPE);
	});

	test('tells its version and its help on standard output', async () => {
		const { version }: { readonly version: string } = JSON.parse(
			await readFile(path.join(import.meta.dirname, '../../package.json'), 'utf8'),
		);
		expect(await machine.plugward(['--version'])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
		const help = await machine.plugward(['help', 'install']);
		expect(help).toMatchObject({ exitCode: 0, stderr: '' });
		expect(help.stdout).toContain('--accept-young');
	});
});

test('a plugin in a folder runs without any registry', async () => {
	const folder = path.join(machine.project, 'mine');
	const { manifest } = servePlugin(registry, ['mine', '0.1.0'], { execute: '' });
	await mkdir(folder);
	await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
	await writeFile(
		path.join(folder, 'plugin.js'),
		"import { definePlugin } from 'plugward/sdk';\nexport default definePlugin({ execute: ({ input }) => ({ doubled: input.value * 2 }) });\n",
	);
	const { exitCode, envelope } = await machine.json(['run', './mine', '--input', '{"value":21}', '--offline']);
	expect({ exitCode, data: envelope.data }).toMatchObject({
		exitCode: 0,
		data: { plugin: 'mine', level: 'unknown', output: { doubled: 42 } },
	});
});
