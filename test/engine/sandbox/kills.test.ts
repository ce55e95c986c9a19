import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { verifyAuditLog } from '../../../source/engine/audit-chain.ts';
import { openHome } from '../../../source/engine/home/index.ts';
import { failureOf, folderOf } from './plugin-run.ts';
import { call, moduleCode, NEVER, recorded, setupOf, supervisor, type Recorded } from './supervised.ts';

const COUNTER = moduleCode(
	'execute: async ({ input }) => { if (input === "hang") await new Promise(() => {}); count += 1; return [input, count]; }, getState: () => count, restoreState: (state) => { count = state; }',
	'let count = 0;',
);

function pidsOf({ audit }: Recorded): readonly number[] {
	return audit.flatMap((event) => (event.event === 'plugin-started' ? [event.pid] : []));
}

test('a host that is killed with calls in it fails those and no others: what waited is answered by the next one, each once', async () => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const live = await runtime.start(setupOf('victim', COUNTER, { seen }), NEVER);
	const inside = Array.from({ length: 8 }, () => failureOf(call(live, 'hang')));
	const waiting = Promise.all(Array.from({ length: 30 }, (_, index) => call(live, index)));
	expect(live.lifecycle.inFlight).toBe(8);
	process.kill(live.incarnation?.pid ?? 0, 'SIGKILL');
	for (const failure of await Promise.all(inside)) {
		expect(failure).toMatchObject({ code: 'sandbox-breach', message: expect.stringContaining('SIGKILL') });
	}

	expect(await waiting).toEqual(Array.from({ length: 30 }, (_, index) => [index, index + 1]));
	expect(seen.audit.map(({ event }) => event)).toEqual(['plugin-started', 'sandbox-breach', 'plugin-ended', 'plugin-started']);
	expect(seen.audit[2]).toMatchObject({ outcome: 'sandbox-breach', pid: pidsOf(seen)[0] });
	expect(isAlive(pidsOf(seen)[0] ?? 0)).toBe(false);
});

test('a new version that is killed in the middle of a reload changes nothing: the old one answers every call, with its state', async () => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const live = await runtime.start(setupOf('steady', COUNTER, { seen }), NEVER);
	expect(await call(live, 'before')).toEqual(['before', 1]);
	const stuck = COUNTER.replace('execute:', 'initialize: () => new Promise(() => {}), execute:');
	const reload = failureOf(live.reload(setupOf('steady', stuck, { seen, version: '2.0.0' }), NEVER));
	await expect.poll(() => pidsOf(seen)).toHaveLength(2);
	const during = Promise.all([call(live, 'a'), call(live, 'b')]);
	process.kill(pidsOf(seen)[1] ?? 0, 'SIGKILL');
	expect((await reload).code).toBe('sandbox-breach');
	expect(await during).toEqual([
		['a', 2],
		['b', 3],
	]);
	expect(await call(live, 'after')).toEqual(['after', 4]);
	expect([live.setup.version, live.lifecycle.crashes, live.figures.restarts]).toEqual(['1.0.0', [], 0]);
	expect(seen.audit.map(({ event }) => event)).toEqual([
		'plugin-started',
		'plugin-started',
		'sandbox-breach',
		'plugin-ended',
		'plugin-reloaded',
	]);
	expect(seen.audit.at(-1)).toMatchObject({ version: '2.0.0', outcome: 'sandbox-breach' });
	expect(isAlive(pidsOf(seen)[1] ?? 0)).toBe(false);
});

test('an old version that is killed while it hands its state over is a crash of it: the reload is refused, what waits is kept, no process is left', async () => {
	const seen = recorded();
	await using runtime = supervisor(seen);
	const mute = COUNTER.replace('getState: () => count', 'getState: () => new Promise(() => {})');
	const live = await runtime.start(setupOf('mute', mute, { seen }), NEVER);
	expect(await call(live, 'before')).toEqual(['before', 1]);
	const reload = failureOf(live.reload(setupOf('mute', COUNTER, { seen, version: '2.0.0' }), NEVER));
	await expect.poll(() => pidsOf(seen)).toHaveLength(2);
	// Both methods of the new one are known when the old one is asked for its state.
	await expect.poll(() => live.lifecycle.phase).toBe('reloading');
	const waiting = call(live, 'kept');
	await new Promise((resolve) => {
		setTimeout(resolve, 300);
	});
	process.kill(pidsOf(seen)[0] ?? 0, 'SIGKILL');
	expect((await reload).code).toBe('sandbox-breach');
	const answer = await waiting;
	// It was answered by the old one before the hand-over began, or by the one that was started after the crash; never lost.
	expect([
		['kept', 1],
		['kept', 2],
	]).toContainEqual(answer);
	expect(live.setup.version).toBe('1.0.0');
	await expect.poll(() => live.lifecycle.phase).toBe('ready');
	await expect.poll(() => pidsOf(seen).filter((pid) => isAlive(pid) && pid !== live.incarnation?.pid)).toEqual([]);
	expect(seen.audit.filter(({ event }) => event === 'plugin-ended')).toHaveLength(pidsOf(seen).length - 1);
});

test.each(['plugin-started', 'permission-denied', 'plugin-reloaded', 'plugin-ended'])(
	'a core that is killed in the middle of writing "%s" leaves a log that is mended and verifies, and no process',
	async (event) => {
		await using folder = await folderOf({});
		const path = join(folder.path, 'home');
		const core = spawnSync(process.execPath, [join(import.meta.dirname, 'torn-core.ts'), path, event], { encoding: 'utf8' });
		expect({ signal: core.signal, stderr: core.stderr }).toEqual({ signal: 'SIGKILL', stderr: '' });
		const pids = [
			...new Set(
				core.stdout
					.trim()
					.split('\n')
					.flatMap((line): readonly number[] => JSON.parse(line)),
			),
		];
		expect(pids.length).toBeGreaterThan(0);
		await expect.poll(() => pids.filter(isAlive), { timeout: 2000 }).toEqual([]);
		const log = join(path, 'state/audit.jsonl');
		const torn = readFileSync(log, 'utf8');
		const whole = torn.slice(0, torn.lastIndexOf('\n') + 1);
		expect(torn.length, 'half a line is there').toBeGreaterThan(whole.length);
		const home = await openHome({ path, waitMilliseconds: 20_000 });
		await home.recover();
		home.appendAuditSync({ event: 'plugin-ended', plugin: 'later' });
		await home[Symbol.asyncDispose]();
		const mended = readFileSync(log, 'utf8');
		expect(mended.startsWith(whole), 'no whole line is lost').toBe(true);
		expect(verifyAuditLog(mended)).toMatchObject({ brokenAt: null, events: whole.split('\n').length - 1 + 2 });
		expect(mended).toContain('audit-torn-line-removed');
	},
	60_000,
);

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		// What was killed and not yet collected is no more.
		return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
	} catch {
		return false;
	}
}
