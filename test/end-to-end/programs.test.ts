import { appendFile, chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine } from './command.ts';
import { servePlugin } from './plugin-packages.ts';

let registry: FakeRegistry;
let machine: Machine;
let environment: Record<string, string>;

beforeAll(async () => {
	registry = await startFakeRegistry();
	servePlugin(registry, ['caller', '1.0.0'], {
		execute: "return (await context.exec('greet', [String(input)])).stdout;",
		permissions: [{ type: 'run', program: 'greet', args: ['*'], reason: 'To greet' }],
	});
	servePlugin(registry, ['sheller', '1.0.0'], {
		execute: 'return 1;',
		permissions: [{ type: 'run', program: 'sh', args: ['**'], reason: 'To do anything' }],
	});
	machine = await openMachine(registry.url);
	const bin = path.join(machine.folder, 'bin');
	await mkdir(bin);
	await writeFile(path.join(bin, 'greet'), '#!/bin/sh\necho "hello $1"\n');
	await chmod(path.join(bin, 'greet'), 0o755);
	environment = { PATH: `${bin}:/usr/bin:/bin` };
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

test('a program is granted with a warning, pinned to its bytes, and denied once they change', async () => {
	const install = await machine.plugward(['install', 'caller', '--allow', 'caller=run:greet *', '--yes'], { environment });
	expect(install.exitCode).toBe(0);
	expect(install.stdout.replaceAll(/\s+/g, ' ')).toContain('The program runs outside of the sandbox, with all your rights');
	const first = await machine.plugward(['run', 'caller', '--input', '"you"'], { environment });
	expect(first.stdout).toBe('hello you\n');
	const explained = await machine.json(['permissions', 'explain', 'caller', 'run:greet x'], { environment });
	expect(explained.envelope.data).toMatchObject({
		answers: [{ isGranted: true, text: expect.stringContaining('outside of the sandbox') }],
	});
	await appendFile(path.join(machine.folder, 'bin/greet'), '# more\n');
	const changed = await machine.plugward(['run', 'caller', '--input', '"you"'], { environment });
	expect(changed.exitCode).toBe(126);
	expect(changed.stderr).toContain('is not the file that was granted');
	const log = await machine.json(['audit-log', 'show', '--event', 'command-started'], { environment });
	expect(log.envelope.data).toMatchObject({ matched: 1, records: [{ plugin: 'caller', details: { args: ['you'] } }] });
});

test('an interpreter is never granted to a plugin below core, and a program that is not here is none', async () => {
	const install = await machine.plugward(['install', 'sheller', '--allow', 'sheller=run:sh **', '--yes'], { environment });
	expect(install.exitCode).toBe(5);
	expect(install.stderr).toContain('only a plugin of level core can be granted it');
	const run = await machine.plugward(['run', 'caller', '--allow', 'run:nowhere-to-be-found'], { environment });
	expect(run.exitCode).toBe(2);
	expect(run.stderr).toContain('The program nowhere-to-be-found is not here');
});
