import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { type CoreLogLine, type EngineError, parsePermission } from '../../../source/engine/index.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';

const NO_REGISTRY = 'http://127.0.0.1:9/';
const TALKER = `export default {
	execute: async ({ task, input }, { env, fs }) => {
		if (task === 'say') { console[input.level ?? 'log'](input.text); return null; }
		if (task === 'read') return fs.readFile(input.path).catch((error) => error.code);
		return env.get('HOME').catch((error) => error.code);
	},
};`;

async function plugin({ project }: TemporaryEngine, name = 'talker'): Promise<string> {
	const folder = join(project, name);
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'plugin.js'), TALKER);
	const plugward = { apiVersion: 1, main: './plugin.js', tasks: { say: {}, home: {}, read: {} } };
	await writeFile(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', type: 'module', plugward }));
	return folder;
}

async function failureOf(work: Promise<unknown>): Promise<string> {
	return work.then(
		() => 'no error',
		(error: EngineError) => `${error.code}: ${error.message}`,
	);
}

test('another engine of the home sees and steers what runs, over a socket that only the user can reach', async () => {
	await using temporary = await openTemporaryEngine(NO_REGISTRY);
	const { engine, call, home } = temporary;
	expect(await engine.cores.list(call)).toEqual([]);
	await engine.runtime.start({ target: await plugin(temporary), allow: [parsePermission('env:HOME')] }, call);
	expect(await readdir(join(home, 'state', 'run'))).toEqual([`${process.pid}.sock`]);
	const other = await temporary.reopen();
	expect(await other.cores.list(call)).toMatchObject([
		{
			pid: process.pid,
			isOwn: false,
			command: 'test',
			problem: null,
			plugins: [{ plugin: 'talker', phase: 'ready', grants: ['env:HOME'] }],
		},
	]);
	expect(await engine.cores.list(call)).toMatchObject([{ isOwn: true, plugins: [{ plugin: 'talker' }] }]);
	const { limits } = await other.cores.setLimits({ plugin: 'talker', pid: null, limits: { wallMilliseconds: 1234 } }, call);
	expect(limits.wallMilliseconds).toBe(1234);
	expect(await failureOf(other.cores.setLimits({ plugin: 'talker', pid: null, limits: { memoryBytes: 1e12 } }, call))).toContain(
		'usage: memoryBytes',
	);
	expect(await other.revokeGrant({ plugin: 'talker', permission: parsePermission('env:HOME') }, call)).toMatchObject({
		revoked: [],
		pids: [process.pid],
	});
	const read = await engine.runtime.call({ plugin: 'talker', task: 'home', input: {} }, call);
	expect(read.output).toBe('ERR_PERMISSION_DENIED');
	await other.cores.stop({ plugin: 'talker', pid: null, force: false }, call);
	expect(await other.cores.list(call)).toMatchObject([{ plugins: [{ plugin: 'talker', phase: 'stopped', pid: null }] }]);
	expect(await other.cores.start({ target: 'talker', allow: null, pid: null }, call)).toMatchObject({
		plugin: 'talker',
		phase: 'ready',
		grants: [],
	});
	expect(await failureOf(other.cores.reload({ plugin: 'nobody', pid: null }, call))).toBe(
		'plugin-not-running: nobody does not run in this home; running: talker.',
	);
	await engine[Symbol.asyncDispose]();
	expect(await readdir(join(home, 'state', 'run'))).toEqual([]);
	expect(await failureOf(other.cores.reload({ plugin: 'talker', pid: null }, call))).toContain(
		'plugin-not-running: No plugward process keeps plugins running in this home.',
	);
});

test('lines are followed from elsewhere, with a level and a filter, until the process ends', async () => {
	await using temporary = await openTemporaryEngine(NO_REGISTRY);
	const { engine, call } = temporary;
	await engine.runtime.start({ target: await plugin(temporary), allow: [] }, call);
	const say = (text: string, level = 'log') => engine.runtime.call({ plugin: 'talker', task: 'say', input: { text, level } }, call);
	await say('before');
	await say('first\u001B[2J bad', 'warn');
	const other = await temporary.reopen();
	const query = { plugin: 'talker', level: 'warn', filter: 'bad', last: 10 } as const;
	const seen: CoreLogLine[] = [];
	const following = other.cores.follow(query, { ...call, onLines: (lines) => void seen.push(...lines) });
	await expect.poll(() => seen.length).toBe(1);
	await say('second bad', 'error');
	await say('third bad', 'log');
	await say('fourth good', 'error');
	await say('fifth bad', 'warn');
	await expect.poll(() => seen.map(({ text }) => text)).toEqual(['first\uFFFD bad', 'second bad', 'fifth bad']);
	expect(await other.cores.logs({ plugin: null, filter: '', last: 2 }, call)).toMatchObject([
		{ text: 'fourth good' },
		{ text: 'fifth bad' },
	]);
	expect(await failureOf(other.cores.logs({ plugin: 'nobody', filter: '', last: 2 }, call))).toContain('plugin-not-running');
	await engine[Symbol.asyncDispose]();
	await following;
	expect(await other.cores.logs({ plugin: null, filter: '', last: 2 }, call)).toEqual([]);
	expect(await failureOf(other.cores.logs({ plugin: 'talker', filter: '', last: 2 }, call))).toContain('plugin-not-running');
	expect(await failureOf(other.cores.follow(query, { ...call, onLines: () => undefined }))).toContain('plugin-not-running');
});

test('a plugin that two processes run is asked for by process id', async () => {
	await using temporary = await openTemporaryEngine(NO_REGISTRY);
	const { engine, call } = temporary;
	const target = await plugin(temporary);
	const second = await temporary.reopen();
	await engine.runtime.start({ target, allow: [] }, call);
	await second.runtime.start({ target, allow: [] }, call);
	const third = await temporary.reopen();
	expect((await third.cores.list(call)).length).toBe(2);
	expect(await failureOf(third.cores.stop({ plugin: 'talker', pid: null, force: true }, call))).toBe(
		`usage: talker can mean processes ${process.pid} and ${process.pid}.`,
	);
	expect(await failureOf(third.cores.stop({ plugin: 'talker', pid: 4_000_000, force: true }, call))).toBe(
		'plugin-not-running: No process 4000000 keeps plugins running in this home.',
	);
	await engine[Symbol.asyncDispose]();
	await third.cores.stop({ plugin: 'talker', pid: process.pid, force: true }, call);
});

test('what a killed process left is removed, and what is not ours is not touched', async () => {
	await using temporary = await openTemporaryEngine(NO_REGISTRY);
	const { engine, call, home } = temporary;
	const folder = join(home, 'state', 'run');
	await mkdir(folder, { mode: 0o700 });
	const server = createServer();
	server.listen(join(folder, '77.sock'));
	await once(server, 'listening');
	// As a kill leaves it: the name is there, and nobody listens.
	await writeFile(join(folder, 'keep'), '');
	await symlink(join(folder, '77.sock'), join(folder, '78.sock'));
	await chmod(join(folder, '77.sock'), 0o666);
	const cores = await engine.cores.list(call);
	expect(cores.map(({ pid, problem }) => [pid, problem])).toEqual([
		[77, expect.stringContaining('with mode 666, expected user')],
		[78, 'state/run/78.sock is no socket.'],
	]);
	server.close();
	await chmod(folder, 0o777);
	expect(await failureOf(engine.cores.list(call))).toContain('home-unsafe: Others may write to the state/run');
});

test('a home that lies too deep for a socket runs plugins all the same, and says so', async () => {
	await using temporary = await openTemporaryEngine(NO_REGISTRY);
	const { call, events, folder } = temporary;
	const deep = await temporary.reopen({ home: join(folder, 'd'.repeat(90)) });
	expect(await deep.runtime.start({ target: await plugin(temporary), allow: [] }, call)).toMatchObject({ phase: 'ready' });
	expect(events).toContainEqual(
		expect.objectContaining({
			code: 'runtime-socket',
			text: expect.stringMatching(/the path of its socket has \d+ bytes, at most 107 fit/),
		}),
	);
	expect(await deep.cores.list(call)).toMatchObject([{ isOwn: true }]);
});

test('a plugin that stays keeps things, as one that runs once does, and both are the same', async () => {
	await using temporary = await openTemporaryEngine(NO_REGISTRY);
	const { engine, call, project } = temporary;
	const target = await plugin(temporary, 'keeper');
	const keeping =
		'export default { execute: async ({ task }, { storage }) => { const n = ((await storage.get("n")) ?? 0) + 1; await storage.set("n", n); return n; } };';
	await writeFile(join(project, 'keeper', 'plugin.js'), keeping);
	await engine.runtime.start({ target, allow: [] }, call);
	expect((await engine.runtime.call({ plugin: 'keeper', task: 'home', input: {} }, call)).output).toBe(1);
	expect((await engine.runTask({ target, task: 'home', input: {}, allow: [] }, call)).output).toBe(2);
	expect((await engine.runtime.call({ plugin: 'keeper', task: 'home', input: {} }, call)).output).toBe(3);
});

test('no grant opens the folder of the sockets to a plugin', async () => {
	await using temporary = await openTemporaryEngine(NO_REGISTRY);
	const { engine, call, home } = temporary;
	const path = join(home, 'state', 'run', `${process.pid}.sock`);
	await engine.runtime.start({ target: await plugin(temporary), allow: [parsePermission(`fs.read:${home}/**`)] }, call);
	const { output } = await engine.runtime.call({ plugin: 'talker', task: 'read', input: { path } }, call);
	expect(output).toBe('ERR_PERMISSION_DENIED');
});
