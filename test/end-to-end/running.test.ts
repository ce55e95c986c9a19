import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeRegistry, startFakeRegistry } from '../helpers/fake-registry.ts';
import { type Machine, openMachine, type RunningCommand } from './command.ts';
import { servePlugin } from './plugin-packages.ts';

let registry: FakeRegistry;
let machine: Machine;

beforeEach(async () => {
	registry = await startFakeRegistry();
	machine = await openMachine(registry.url);
	await mkdir(path.join(machine.project, 'ticker'));
	const plugward = { apiVersion: 1, main: './plugin.js', tasks: { go: {} }, permissions: [] };
	await writeFile(
		path.join(machine.project, 'ticker', 'package.json'),
		JSON.stringify({ name: 'ticker', version: '1.0.0', type: 'module', plugward }),
	);
	await writeFile(
		path.join(machine.project, 'ticker', 'plugin.js'),
		"export default { initialize: () => { console.log('hello'); console.warn('watch out \\u001B[31m'); }, execute: () => 1 };\n",
	);
});

afterEach(async () => {
	await machine[Symbol.asyncDispose]();
	await registry.close();
});

async function until(command: RunningCommand, stream: 'stdout' | 'stderr', text: string): Promise<void> {
	await expect.poll(() => command.output[stream], { timeout: 10_000 }).toContain(text);
}

test('start keeps plugins running; ps, logs, limits, reload and stop reach them from another process', async () => {
	expect((await machine.plugward(['ps'])).stdout).toContain('No plugin runs in this home.');
	for (const words of [
		['logs', '--follow'],
		['stop', 'ticker'],
		['reload', 'ticker'],
		['limits', 'ticker'],
		['start', 'ticker', '--join'],
	]) {
		const { exitCode, stderr } = await machine.plugward(words);
		expect([words[0], exitCode, stderr]).toEqual([
			words[0],
			3,
			'error: No plugward process keeps plugins running in this home.\nhint: Start one: plugward start\n',
		]);
	}

	const core = machine.start(['start', './ticker']);
	await until(core, 'stderr', 'ticker: watch out');
	const { envelope } = await machine.json(['ps']);
	expect(envelope.data).toMatchObject({
		cores: [{ pid: core.child.pid, isOwn: false, command: 'start ./ticker', problem: null }],
		plugins: [{ core: core.child.pid, plugin: 'ticker', phase: 'ready', level: 'unknown', target: './ticker' }],
	});
	expect((await machine.plugward(['ps'])).stdout).toMatch(
		/process \d+: plugward start \.\/ticker, for .*\n.*plugin.*\n +ticker +1\.0\.0 +unknown +ready/,
	);
	expect((await machine.json(['logs', '--level', 'warn'])).envelope.data).toMatchObject({
		lines: [{ plugin: 'ticker', stream: 'warn', text: 'watch out ' }],
	});
	expect((await machine.plugward(['logs', 'ticker'])).stdout).toMatch(/^\d\d:\d\d:\d\d ticker hello\n\d\d:\d\d:\d\d ticker warn watch out/);
	const follower = machine.start(['logs', '--follow', '--events', '--filter', 'hello']);
	await until(follower, 'stdout', '"text":"hello"');
	expect((await machine.plugward(['limits', 'ticker', '--memory', '128MiB', '--cpu', '5'])).stdout).toContain('memory     134 MB');
	expect((await machine.plugward(['limits', 'ticker', '--memory', 'much'])).stderr).toContain('--memory does not understand "much".');
	expect((await machine.plugward(['reload', 'ticker'])).stdout).toBe('ticker runs as version 1.0.0, with 0 grants.\n');
	expect((await machine.plugward(['stop', 'ticker'])).stdout).toBe('ticker was stopped.\n');
	expect((await machine.plugward(['ps'])).stdout).toMatch(/ticker +1\.0\.0 +unknown +stopped/);
	expect((await machine.plugward(['start', 'ticker', '--join'])).stdout).toMatch(/^ticker 1\.0\.0 runs in process \d+\.\n$/);
	core.child.kill('SIGTERM');
	expect(await core.ended).toMatchObject({ exitCode: 0, stdout: 'Stopped 1 plugin.\n' });
	expect(await follower.ended).toMatchObject({ exitCode: 0 });
	expect(await readdir(path.join(machine.home, 'state', 'run'))).toEqual([]);
	expect((await machine.plugward(['audit-log', 'show'])).stdout).toContain('limits-changed');
});

test('start without names starts what says that it stays; a grant is revoked for good while it runs', async () => {
	const execute = "return context.env.get('HOME').catch((error) => error.code);";
	const permissions = [{ type: 'env', name: 'HOME', reason: 'To see it' }];
	servePlugin(registry, ['staying', '1.0.0'], { execute, permissions, stays: true });
	servePlugin(registry, ['passing', '1.0.0'], { execute });
	expect((await machine.plugward(['install', 'passing', '--yes'])).exitCode).toBe(0);
	const nothing = await machine.plugward(['start']);
	expect([nothing.exitCode, nothing.stderr]).toEqual([
		2,
		expect.stringContaining('No installed plugin says in its package.json that it stays.'),
	]);
	expect((await machine.plugward(['install', 'staying', '--yes', '--allow', 'env:HOME'])).exitCode).toBe(0);
	const core = machine.start(['start']);
	await until(core, 'stderr', 'staying: -- runs, version 1.0.0');
	expect(core.output.stderr).not.toContain('passing');
	const revoked = await machine.json(['permissions', 'revoke', 'staying', 'env:HOME']);
	expect(revoked.envelope.data).toEqual({ plugin: 'staying', permission: 'env:HOME', revoked: ['env:HOME'], pids: [core.child.pid] });
	expect((await machine.json(['ps'])).envelope.data).toMatchObject({ plugins: [{ grants: [] }] });
	core.child.kill('SIGKILL');
	await core.ended;
	expect((await machine.json(['run', 'staying'])).envelope.data).toMatchObject({ output: 'ERR_PERMISSION_DENIED' });
	expect((await machine.plugward(['ps'])).stdout).toContain('No plugin runs in this home.');
	expect(await readdir(path.join(machine.home, 'state', 'run'))).toEqual([]);
	const again = await machine.plugward(['permissions', 'revoke', 'staying', 'env:HOME']);
	expect([again.exitCode, again.stderr]).toEqual([2, expect.stringContaining('staying has no grant env:HOME.')]);
});

test('messages are asked for when a plugin is installed, and go only when both sides were granted them', async () => {
	servePlugin(registry, ['asker', '1.0.0'], {
		execute: 'return 1;',
		messages: { send: [{ to: 'answerer', topic: 'ask/now' }] },
	});
	servePlugin(registry, ['answerer', '1.0.0'], { execute: 'return 1;', messages: { receive: [{ from: 'asker', topic: 'ask/now' }] } });
	const planned = await machine.json(['install', 'asker', 'answerer', '--dry-run']);
	expect(planned.envelope.data).toMatchObject({
		permissions: [
			{ permission: 'message.receive:asker/ask/now', answer: 'deny', flag: expect.stringContaining('message.receive:asker/ask/now') },
			{ permission: 'message.send:answerer/ask/now', answer: 'deny' },
		],
	});
	const grants = ['--allow', 'asker=message.send:answerer/ask/now', '--allow', 'answerer=message.receive:asker/ask/now'];
	expect((await machine.plugward(['install', 'asker', 'answerer', '--yes', ...grants])).exitCode).toBe(0);
	expect((await machine.json(['permissions', 'explain', 'asker'])).envelope.data).toMatchObject({
		answers: [{ permission: 'message.send:answerer/ask/now', isGranted: true }],
	});
	const revoked = await machine.plugward(['permissions', 'revoke', 'answerer', 'message.receive:asker/ask/now']);
	expect(revoked.stdout).toContain('answerer no longer has message.receive:asker/ask/now');
});

test('a plugin that cannot be started ends start with its reason, and what was typed wrongly is told', async () => {
	const missing = await machine.plugward(['start', 'nobody']);
	expect([missing.exitCode, missing.stderr]).toEqual([3, expect.stringContaining('nobody is not installed')]);
	const unclear = await machine.plugward(['start', './ticker', 'other', '--allow', 'env:HOME']);
	expect([unclear.exitCode, unclear.stderr]).toEqual([2, expect.stringContaining('--allow env:HOME does not say which plugin is meant.')]);
	expect((await machine.plugward(['logs', '--level', 'loud'])).stderr).toContain('"loud" is no level: expected log, warn, error.');
	expect((await machine.plugward(['logs', '--follow', '--json'])).exitCode).toBe(2);
});
