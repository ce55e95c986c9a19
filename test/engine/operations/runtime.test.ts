import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import type { Engine, EngineError, RuntimeTransition } from '../../../source/engine/index.ts';
import { openTemporaryEngine, type TemporaryEngine } from '../../helpers/temporary-engine.ts';

const NO_REGISTRY = 'http://127.0.0.1:9/';
const COUNTER = `let count = 0;
export default {
	execute: async ({ task }, { env, log }) => {
		if (task === 'read') return env.get('USER_NAME').catch((error) => error.code);
		count += 1;
		log.info('count is ' + count);
		return count;
	},
	handleMessage: ({ from, topic, data }) => [from, topic, data],
	getState: () => count,
	restoreState: (state) => { count = state; },
};`;

async function plugin(folder: string, code: string, version = '1.0.0'): Promise<string> {
	await mkdir(join(folder, 'counter'), { recursive: true });
	await writeFile(join(folder, 'counter', 'plugin.js'), code);
	const plugward = { apiVersion: 1, main: './plugin.js', tasks: { count: {}, read: {} }, limits: { wallMilliseconds: 5000 } };
	await writeFile(join(folder, 'counter', 'package.json'), JSON.stringify({ name: 'counter', version, type: 'module', plugward }));
	return join(folder, 'counter');
}

async function count({ engine, call }: TemporaryEngine): Promise<unknown> {
	return (await engine.runtime.call({ plugin: 'counter', task: 'count', input: {} }, call)).output;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
	return work.then(
		() => 'no error',
		(error: EngineError) => error.code,
	);
}

async function auditEvents(home: string): Promise<readonly string[]> {
	const text = await readFile(join(home, 'state', 'audit.jsonl'), 'utf8');
	return text
		.trim()
		.split('\n')
		.map((line) => (JSON.parse(line) as { readonly event: string }).event);
}

test('a folder is started, called, reloaded with its state, messaged and stopped, and all of it is on record', async () => {
	await using temporary = await openTemporaryEngine(NO_REGISTRY);
	const { engine, call, home, project } = temporary;
	const target = await plugin(project, COUNTER);
	const started = await engine.runtime.start({ target, allow: [] }, call);
	expect(started).toMatchObject({
		plugin: 'counter',
		version: '1.0.0',
		level: 'unknown',
		phase: 'ready',
		isShared: false,
		tasks: ['count', 'read'],
	});
	expect([await count(temporary), await count(temporary)]).toEqual([1, 2]);
	await plugin(project, COUNTER.replace('count += 1', 'count += 10'), '1.1.0');
	expect(await engine.runtime.reload('counter', call)).toMatchObject({ version: '1.1.0', phase: 'ready' });
	expect(await count(temporary)).toBe(12);
	expect(await engine.runtime.send({ plugin: 'counter', topic: 'hello', data: { a: 1 } }, call)).toEqual([null, 'hello', { a: 1 }]);
	expect(engine.runtime.list()).toMatchObject([{ plugin: 'counter', calls: 4, restarts: 0, denied: 0 }]);
	expect(engine.runtime.logs({ plugin: 'counter', filter: 'is 12', last: 10 })).toMatchObject([{ stream: 'log', text: 'count is 12' }]);
	await engine.runtime.stop({ plugin: 'counter', force: false }, call);
	expect(engine.runtime.list()).toMatchObject([{ plugin: 'counter', phase: 'stopped', pid: null, calls: 4 }]);
	expect((await auditEvents(home)).toSorted()).toEqual([
		'plugin-ended',
		'plugin-ended',
		'plugin-reloaded',
		'plugin-started',
		'plugin-started',
	]);
	expect((await engine.auditLog.verify({ file: null, hash: null }, call)).broken).toBeNull();
});

test('a new version that is broken leaves the running one as it was', async () => {
	await using temporary = await openTemporaryEngine(NO_REGISTRY);
	const { engine, call, project } = temporary;
	await engine.runtime.start({ target: await plugin(project, COUNTER), allow: [] }, call);
	await count(temporary);
	await plugin(project, 'throw new Error("no");', '2.0.0');
	expect(await codeOf(engine.runtime.reload('counter', call))).toBe('plugin-failed');
	expect(await count(temporary)).toBe(2);
	expect(engine.runtime.list()).toMatchObject([{ version: '1.0.0', phase: 'ready' }]);
});

test('each change of state is told to whoever subscribed', async () => {
	await using temporary = await openTemporaryEngine(NO_REGISTRY);
	const { engine, call, project } = temporary;
	const stop = new AbortController();
	const seen: RuntimeTransition[] = [];
	const watching = (async () => {
		for await (const { transitions } of engine.subscribe('runtime', { signal: stop.signal })) {
			seen.push(...transitions);
		}
	})();
	await engine.runtime.start({ target: await plugin(project, COUNTER), allow: [] }, call);
	await engine.runtime.stop({ plugin: 'counter', force: true }, call);
	await expect.poll(() => seen.map(({ to }) => to)).toEqual(['starting', 'initializing', 'ready', 'draining', 'stopping', 'stopped']);
	stop.abort();
	await watching;
});

test('a grant of the command line holds until it is revoked, and a reload does not bring it back', async () => {
	await using temporary = await openTemporaryEngine(NO_REGISTRY, { environment: { USER_NAME: 'ada' } });
	const { engine, call, project } = temporary;
	const read = async () => (await engine.runtime.call({ plugin: 'counter', task: 'read', input: {} }, call)).output;
	await engine.runtime.start({ target: await plugin(project, COUNTER), allow: [{ type: 'env', name: 'USER_NAME', reason: '' }] }, call);
	expect(await read()).toBe('ada');
	const permission = { type: 'env', name: 'USER_NAME', reason: '' } as const;
	expect(await engine.runtime.revoke({ plugin: 'counter', permission }, call)).toMatchObject({ grants: [] });
	expect(await read()).toBe('ERR_PERMISSION_DENIED');
	await engine.runtime.reload('counter', call);
	expect(await read()).toBe('ERR_PERMISSION_DENIED');
	expect(await codeOf(engine.runtime.revoke({ plugin: 'counter', permission }, call))).toBe('usage');
});

test('limits change while it runs; what makes no sense is refused', async () => {
	await using temporary = await openTemporaryEngine(NO_REGISTRY);
	const { engine, call, project } = temporary;
	await engine.runtime.start({ target: await plugin(project, COUNTER), allow: [] }, call);
	const changed = await engine.runtime.setLimits({ plugin: 'counter', limits: { wallMilliseconds: 100 } }, call);
	expect(changed.limits.wallMilliseconds).toBe(100);
	expect(await codeOf(engine.runtime.setLimits({ plugin: 'counter', limits: { wallMilliseconds: -1 } }, call))).toBe('usage');
});

test('what the home has in quarantine neither stays nor runs, until it is released', async () => {
	await using temporary = await openTemporaryEngine(NO_REGISTRY);
	const { engine, call, project, home } = temporary;
	const target = await plugin(project, COUNTER);
	const entry = { plugin: 'counter', version: '1.0.0', crashes: 5, at: '2026-11-21T00:00:00.000Z' };
	await writeFile(join(home, 'state', 'quarantine.json'), JSON.stringify({ format: 1, quarantined: [entry] }), { mode: 0o600 });
	expect(await engine.runtime.quarantined(call)).toEqual([entry]);
	expect(await codeOf(engine.runtime.start({ target, allow: [] }, call))).toBe('plugin-quarantined');
	expect(await codeOf(engine.runTask({ target, task: 'count', input: {}, allow: [] }, call))).toBe('plugin-quarantined');
	expect(await engine.runtime.release('counter', call)).toEqual([entry]);
	expect(await codeOf(engine.runtime.release('counter', call))).toBe('usage');
	await engine.runtime.start({ target, allow: [] }, call);
	expect(await auditEvents(home)).toEqual(['quarantine-released', 'plugin-started']);
});

// The waits between five crashes take a quarter of a minute.
test.runIf(process.env['PLUGWARD_THOROUGH'] === '1')(
	'five crashes put a version into the quarantine of the home',
	async () => {
		await using temporary = await openTemporaryEngine(NO_REGISTRY);
		const { engine, call, project, home } = temporary;
		const target = await plugin(project, COUNTER);
		await engine.runtime.start({ target, allow: [] }, call);
		await crashFiveTimes(engine);
		await expect.poll(async () => engine.runtime.quarantined(call)).toMatchObject([{ plugin: 'counter', version: '1.0.0', crashes: 5 }]);
		expect(await auditEvents(home)).toContain('plugin-quarantined');
	},
	60_000,
);

async function crashFiveTimes(engine: Engine): Promise<void> {
	for (let crash = 1; crash <= 5; crash += 1) {
		await expect.poll(() => engine.runtime.list()[0]?.phase, { timeout: 20_000, interval: 50 }).toBe('ready');
		process.kill(engine.runtime.list()[0]?.pid ?? 0, 'SIGKILL');
		await expect.poll(() => engine.runtime.list()[0]?.crashes).toBe(crash);
	}
}
