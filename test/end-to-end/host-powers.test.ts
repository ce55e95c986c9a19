import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';
import { servePlugin } from './plugin-packages.ts';

let registry: FakeRegistry;
let machine: Machine;

const PLUGIN = (head: string): string =>
	`${head}\nimport { definePlugin } from 'plugward/sdk';\nexport default definePlugin({ execute: () => 'ran' });\n`;
const MANIFEST = { apiVersion: 1, main: './plugin.js', tasks: { go: {} } };

function serve(name: string, head: string, more: Readonly<Record<string, unknown>> = {}): void {
	const { plugward = MANIFEST, ...rest } = more;
	registry.serve(name, '1.0.0', { type: 'module', license: 'MIT', ...rest, plugward }, { 'plugin.js': PLUGIN(head) });
}

beforeAll(async () => {
	registry = await startFakeRegistry();
	registry.serve('bar', '1.0.0', { main: 'index.js' }, { 'index.js': 'require("./lib/x");', 'lib/x.js': 'require("child_process");' });
	serve('foo', 'import "bar";', { dependencies: { bar: '1.0.0' } });
	serve('careful', 'let cp = null; try { cp = require("child_process"); } catch {}');
	serve('frank', 'import "node:child_process";', { plugward: { ...MANIFEST, worksWithout: ['child_process'] } });
	serve('machine-code', 'import "./build/a.node";');
	servePlugin(registry, ['quiet', '1.0.0'], { execute: 'return 1;' });
	registry.serve(
		'server',
		'1.0.0',
		{ bin: { server: './cli.js' } },
		{
			'cli.js': '#!/usr/bin/env node\nconst http = require("http");\nif (process.argv[2]) http.createServer(); else console.log("help");\n',
		},
	);
	registry.serve(
		'commands',
		'1.0.0',
		{ bin: { commands: './cli.js' }, dependencies: { bar: '1.0.0', starter: '1.0.0' } },
		{
			'cli.js':
				'#!/usr/bin/env node\nrequire("bar");\nconst s = require("starter");\nif (process.argv[2]) s(); else console.log("fine");\n',
		},
	);
	registry.serve('starter', '1.0.0', {}, { 'index.js': 'const cp = require("child_process");\nmodule.exports = () => cp.spawn("ls");\n' });
	registry.serve('plain', '1.0.0', {}, { 'index.js': 'const net = require("net");\nexports.sum = (a, b) => a + b;\nexports.net = net;\n' });
	machine = await openMachine(registry.url);
});

/** Without the line breaks that fit it to a terminal. */
function flat(text: string): string {
	return text.replaceAll('\n', ' ');
}

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

test('a plugin whose code needs another process is named in the plan and refused at install, with the way to the import', async () => {
	const planned = await machine.plugward(['install', 'foo', '--dry-run']);
	expect(planned.exitCode).toBe(0);
	expect(flat(planned.stderr)).toContain(
		'foo@1.0.0 cannot run in the sandbox and will not be installed: foo > bar/lib/x.js imports "child_process"',
	);
	const { envelope } = await machine.json(['install', 'foo', '--dry-run']);
	expect(envelope.data).toMatchObject({
		powers: [{ plugin: 'foo', isRefused: true, uses: [{ power: 'child_process', trail: 'foo > bar/lib/x.js', isRequired: true }] }],
	});
	for (const flags of [[], ['--yes']]) {
		const refused = await machine.plugward(['install', 'foo', ...flags]);
		expect(refused.exitCode).toBe(5);
		expect(flat(refused.stderr)).toContain('foo > bar/lib/x.js imports "child_process", which starts programs.');
		expect(flat(refused.stderr)).toContain('ask for the permission "run"');
	}

	expect((await machine.json(['install', 'quiet', 'foo', '--yes'])).envelope).toMatchObject({
		ok: false,
		error: { code: 'host-power-needed' },
	});
	expect((await machine.json(['list'])).envelope.data).toMatchObject({ generation: 0, plugins: [] });
});

test('machine code is refused too, and a plugin that can do without is installed and runs', async () => {
	const refused = await machine.plugward(['install', 'machine-code', '--yes']);
	expect(refused).toMatchObject({ exitCode: 5 });
	expect(flat(refused.stderr)).toContain('machine-code/plugin.js imports "./build/a.node", which is machine code.');
	expect(await machine.plugward(['install', 'careful', 'frank', '--yes'])).toMatchObject({ exitCode: 0 });
	for (const name of ['careful', 'frank']) {
		expect(await machine.plugward(['run', name])).toMatchObject({ exitCode: 0, stdout: 'ran\n' });
	}
});

test('a folder that needs the machine does not run and says what its author can do', async () => {
	const folder = join(machine.project, 'mine');
	await mkdir(folder);
	await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'mine', type: 'module', plugward: MANIFEST }));
	await writeFile(join(folder, 'plugin.js'), PLUGIN('import "node:net";'));
	const refused = await machine.plugward(['run', './mine']);
	expect(refused.exitCode).toBe(5);
	expect(flat(refused.stderr)).toContain('mine/plugin.js imports "node:net", which opens sockets.');
	expect(flat(refused.stderr)).toContain('plugward.worksWithout');
	expect(await machine.plugward(['run', './mine', '--anyway'])).toMatchObject({ exitCode: 0, stdout: 'ran\n' });
});

test('a plain package whose own code needs the machine is refused when it runs, unless it is run anyway', async () => {
	await machine.plugward(['install', 'plain', '--yes']);
	const refused = await machine.plugward(['run', 'plain', 'sum', '--input', '[1,2]']);
	expect(refused.exitCode).toBe(5);
	expect(flat(refused.stderr)).toContain('plain/index.js imports "net", which opens sockets.');
	expect(await machine.plugward(['run', 'plain', 'sum', '--input', '[1,2]', '--anyway'])).toMatchObject({ exitCode: 0, stdout: '3\n' });
});

test('x refuses a program whose own code needs the machine before it asks or remembers anything', async () => {
	const refused = await machine.plugward(['x', 'server']);
	expect(refused.exitCode).toBe(5);
	expect(flat(refused.stderr)).toContain('server/cli.js imports "http", which opens sockets.');
	expect(flat(refused.stderr)).toContain('--anyway');
	expect(await machine.plugward(['x', 'server', '--forget'])).toMatchObject({ exitCode: 3 });
	expect(await machine.plugward(['x', 'server', '--yes', '--anyway'])).toMatchObject({ exitCode: 0, stdout: 'help\n' });
	expect(await machine.plugward(['x', 'server', '--anyway', '--', 'now'])).toMatchObject({ exitCode: 1 });
});

test('x runs a program that only carries such a dependency, and ends it when it calls what is not there', async () => {
	expect(await machine.plugward(['x', 'commands', '--yes'])).toMatchObject({ exitCode: 0, stdout: 'fine\n' });
	const ended = await machine.plugward(['x', 'commands', '--', 'now']);
	expect(ended.exitCode).toBe(5);
	expect(flat(ended.stderr)).toContain('child_process.spawn needs the Node module "child_process"');
	expect(flat(ended.stderr)).toContain('commands > starter/index.js imports "child_process"');
});
