import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listeningPorts } from '../helpers/listening-ports.ts';
import { builtFile, type Machine, openMachine } from './command.ts';

/** How long node takes to open its debugger, and then some. */
const OPENING_MILLISECONDS = 500;
let machine: Machine;

beforeAll(async () => {
	machine = await openMachine('http://127.0.0.1:9/');
});

afterAll(async () => {
	await machine[Symbol.asyncDispose]();
});

async function portsAfterSignal(child: ChildProcess): Promise<readonly number[]> {
	child.kill('SIGUSR1');
	await sleep(OPENING_MILLISECONDS);
	return listeningPorts(child.pid ?? 0);
}

async function end(child: ChildProcess): Promise<void> {
	child.kill('SIGKILL');
	await once(child, 'exit');
}

test('node without a listener opens its debugger, so that this can be seen', async () => {
	const script = 'setInterval(() => {}, 1000); console.log("up")';
	const child = spawn(process.execPath, ['--inspect-port=0', '-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
	await once(child.stdout, 'data');
	expect(await portsAfterSignal(child)).toHaveLength(1);
	await end(child);
});

test('plugward opens no debugger when it is sent SIGUSR1, while a plugin runs and while it waits, and goes on', async () => {
	const folder = join(machine.project, 'mine');
	await mkdir(folder);
	const plugward = { apiVersion: 1, main: './plugin.js', tasks: { go: {} } };
	await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'mine', version: '1.0.0', type: 'module', plugward }));
	await writeFile(
		join(folder, 'plugin.js'),
		'export default { execute: () => new Promise((done) => setTimeout(() => done("late"), 1500)) };',
	);
	const running = machine.start(['dev', './mine']);
	await expect.poll(() => running.child.pid !== undefined && childrenOf(running.child.pid).length, { timeout: 10_000 }).toBeGreaterThan(0);
	expect(await portsAfterSignal(running.child)).toEqual([]);
	await expect.poll(() => running.output.stdout + running.output.stderr, { timeout: 10_000 }).toContain('late');
	expect(await portsAfterSignal(running.child)).toEqual([]);
	expect(running.child.exitCode).toBeNull();
	running.child.kill('SIGINT');
	expect((await running.ended).stderr).not.toContain('Debugger listening');
});

test('the mirror opens no debugger when it is sent SIGUSR1, and goes on', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'plugward-mirror-'));
	const child = spawn(process.execPath, [builtFile('mirror.js'), '--folder', folder, '--port', '0', '--open'], {
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	try {
		const [line] = (await once(child.stdout, 'data')) as [Buffer];
		const url = line.toString('utf8').trim();
		expect(await portsAfterSignal(child)).toEqual([Number(new URL(url).port)]);
		expect((await fetch(`${url}-/ping`)).status).toBe(200);
	} finally {
		await end(child);
		await rm(folder, { recursive: true, force: true });
	}
});

/** Also before it has come up. */
function childrenOf(pid: number): readonly string[] {
	const list = `/proc/${pid}/task/${pid}/children`;
	return existsSync(list) ? readFileSync(list, 'utf8').split(' ').filter(Boolean) : [];
}
