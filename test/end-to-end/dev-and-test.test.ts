import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine, type RunningCommand } from './command.ts';

let registry: FakeRegistry;
let machine: Machine;

beforeAll(async () => {
	registry = await startFakeRegistry();
	machine = await openMachine(registry.url);
	await mkdir(path.join(machine.project, 'mine/deep'), { recursive: true });
	const plugward = { apiVersion: 1, main: './plugin.js', tasks: { go: {} }, permissions: [] };
	await write('package.json', JSON.stringify({ name: '@a/mine', version: '1.0.0', type: 'module', plugward }));
	await write('word.js', "export const word = 'first';\n");
	await write('plugin.js', "import { word } from './word.js';\nexport default { execute: () => word };\n");
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

function write(name: string, text: string): Promise<void> {
	return writeFile(path.join(machine.project, 'mine', name), text);
}

async function until(command: RunningCommand, text: string): Promise<void> {
	for (let round = 0; round < 400 && !command.output.stderr.includes(text); round += 1) {
		await new Promise((resolve) => {
			setTimeout(resolve, 25);
		});
	}

	expect(command.output.stderr).toContain(text);
}

test('test runs the tests of a folder in the sandbox, without rights, and fails when one does', async () => {
	await write(
		'deep/word.test.js',
		`import assert from 'node:assert/strict';
		import { describe, it, test, beforeEach } from 'node:test';
		import { word } from '../word.js';
		let count = 0;
		test('the word', async () => { await null; assert.equal(word, 'first'); });
		describe('a suite', () => {
			beforeEach(() => { count += 1; });
			it('runs its hooks', () => assert.equal(count, 1));
			it('has the outside only as it is stood in for', async () => { await assert.rejects(() => fetch('https://example.com/'), { code: 'ERR_PERMISSION_DENIED' }); });
			it.skip('is left out', () => assert.fail());
			it('is to be written');
		});
		test('subtests', async (t) => { await t.test('inner', () => {}); });`,
	);
	const passed = await machine.plugward(['test', './mine']);
	expect(passed.stdout).toContain('ok the word\n  ok a suite > runs its hooks\n');
	expect(passed.stdout).toContain('skip a suite > is left out\n  todo a suite > is to be written\n  ok subtests > inner\n  ok subtests\n');
	expect(passed.stdout).toContain('@a/mine 1.0.0: 5 passed, 0 failed, 2 skipped.');
	expect(passed.exitCode).toBe(0);
	await write(
		'bad.test.js',
		"import assert from 'node:assert';\nimport { test } from 'node:test';\ntest('wrong', () => assert.equal(1, 2));\n",
	);
	await write('broken.test.js', "throw new Error('while it loads');\n");
	const failed = await machine.json(['test', './mine']);
	expect(failed.exitCode).toBe(1);
	expect(failed.envelope).toMatchObject({
		ok: false,
		error: { code: 'plugin-failed', message: '2 tests of 9 failed.' },
		data: {
			failed: 2,
			files: [
				{ file: 'bad.test.js', tests: [{ name: 'wrong', state: 'failed', message: expect.stringContaining('AssertionError') }] },
				{ file: 'broken.test.js', problem: expect.stringContaining('while it loads') },
				{ file: 'deep/word.test.js', problem: null },
			],
		},
	});
	const one = await machine.plugward(['test', './mine', 'word']);
	expect(one.exitCode).toBe(0);
	expect((await machine.plugward(['test', './mine', 'nothing'])).exitCode).toBe(2);
	expect((await machine.plugward(['test', '@a/mine'])).exitCode).toBe(2);
});

test('dev runs a task again after each change, through an error too, and ends when it is interrupted', async () => {
	const command = machine.start(['dev', './mine', 'go']);
	await until(command, '-- run 1');
	expect(command.output.stderr).toContain('"first"');
	await write('word.js', "export const word = 'second';\n");
	await until(command, '"second"');
	await until(command, 'after word.js');
	await write('word.js', 'export const word = ;\n');
	await until(command, 'cannot be bundled');
	await write('word.js', "export const word = 'third';\n");
	await until(command, '"third"');
	command.child.kill('SIGINT');
	const { exitCode } = await command.ended;
	// That is how it is meant to end.
	expect(exitCode).toBe(0);
	expect((await machine.plugward(['dev', '@a/mine'])).exitCode).toBe(2);
});
