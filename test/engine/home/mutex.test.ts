import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EngineError } from '../../../source/engine/errors.ts';
import type { MutexHolder } from '../../../source/engine/home/index.ts';
import { openHome } from '../../../source/engine/home/index.ts';
import { tryLock } from '../../../source/engine/home/kernel-lock.ts';
import { realDisk } from '../../../source/engine/home/disk.ts';
import { openHomeOn } from '../../../source/engine/home/open-home.ts';
import { add, changeTo, install, sample, signal, temporaryFolder, waiting } from './temporary-home.ts';

const CHILD = new URL('mutex-child.ts', import.meta.url).pathname;

function start(what: string, path: string, argument = ''): ChildProcess {
	return fork(CHILD, [what, path, argument], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

test('a lock that cannot be opened says why the system refused it', async () => {
	await using folder = await temporaryFolder();
	await expect(tryLock(join(folder.path, 'nowhere', 'lock'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('two processes never hold the mutex at once, and both get their turns', async () => {
	await using folder = await temporaryFolder();
	const [path, counter] = [join(folder.path, 'home'), join(folder.path, 'counter')];
	await writeFile(counter, '0');
	const children = [start('count', path, counter), start('count', path, counter)];
	const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number));
	expect(codes).toEqual([0, 0]);
	expect(await readFile(counter, 'utf8')).toBe('40');
});

test('a live holder is waited for, named, and never robbed; a dead one is no hindrance', async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	const child = start('hold', path);
	try {
		await once(child, 'message');
		const home = await openHome({ path, waitMilliseconds: 150 });
		const seen: (MutexHolder | null)[] = [];
		const failure = await home
			.withMutex(async () => expect.fail('took it'), { signal, onWaiting: (holder) => seen.push(holder) })
			.catch((error: EngineError) => error);
		expect(failure).toMatchObject({ code: 'home-busy', exitCode: 8 });
		expect(failure.message).toContain(String(child.pid));
		expect(failure.message).toContain('child hold');
		expect(seen).toMatchObject([{ pid: child.pid, command: 'child hold' }]);

		const controller = new AbortController();
		const cancelled = home.withMutex(async () => expect.fail('took it'), {
			signal: controller.signal,
			onWaiting: () => controller.abort(),
		});
		await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });

		child.kill('SIGKILL');
		await once(child, 'exit');
		expect(await home.withMutex(async () => 'mine', waiting)).toBe('mine');
	} finally {
		child.kill('SIGKILL');
	}
});

test('two homes of one process exclude each other too', async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	const [first, second] = [await openHome({ path, waitMilliseconds: 50 }), await openHome({ path, waitMilliseconds: 50 })];
	await first.withMutex(async () => {
		await expect(second.withMutex(async () => undefined, waiting)).rejects.toMatchObject({ code: 'home-busy' });
	}, waiting);
	expect(await second.withMutex(async () => 1, waiting)).toBe(1);
});

test('what throws under the mutex gives it back', async () => {
	await using folder = await temporaryFolder();
	const home = await openHome({ path: join(folder.path, 'home'), waitMilliseconds: 50 });
	await expect(home.withMutex(async () => Promise.reject(new Error('no')), waiting)).rejects.toThrow('no');
	expect(await home.withMutex(async () => 1, waiting)).toBe(1);
});

test('changing the home without the mutex is refused', async () => {
	await using folder = await temporaryFolder();
	const home = await openHome({ path: join(folder.path, 'home'), waitMilliseconds: 50 });
	await expect(home.commit(changeTo([], 0), { signal })).rejects.toMatchObject({ code: 'internal' });
	await expect(home.switchTo(0, { signal, command: 'x' })).rejects.toMatchObject({ code: 'internal' });
});

test('a process that is killed at any moment of its installs leaves a whole home', { timeout: 60_000 }, async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	for (let round = 0; round < 12; round += 1) {
		const child = start('install', path, `r${round}`);
		await once(child, 'message');
		await new Promise((resolve) => {
			setTimeout(resolve, (round * 7) % 40);
		});
		child.kill('SIGKILL');
		await once(child, 'exit');
		const home = await openHome({ path, waitMilliseconds: 1000 });
		await home.recover();
		const generations = await home.generations();
		expect(generations.at(-1)?.number).toBe((await home.current()).number);
		const stored = new Set(generations.flatMap(({ lock }) => Object.values(lock.packages).map(({ integrity }) => integrity)));
		for (const integrity of stored) {
			expect((await home.store.verifyEntry(integrity, { signal })).findings).toEqual([]);
		}

		expect(await readdir(home.layout.packages)).toHaveLength(stored.size);
		expect(await readdir(home.layout.staging)).toEqual([]);
		await install(home, [sample(`parent-${round}`)]);
		await home[Symbol.asyncDispose]();
	}
});

test('a commit whose artefact another process has just committed uses that one', async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	const [first, second] = [await openHome({ path, waitMilliseconds: 500 }), await openHome({ path, waitMilliseconds: 500 })];
	const one = sample('one');
	await add(second, one);
	await install(first, [one]);
	await second.withMutex(() => second.commit(changeTo([one], 1), { signal }), waiting);
	expect((await second.store.verifyEntry(one.integrity, { signal })).findings).toEqual([]);
	expect(second.store.treePath(one.integrity)).toBe(first.store.treePath(one.integrity));
	expect((await readdir(second.layout.staging, { recursive: true })).filter((name) => name.includes('/'))).toEqual([]);
});

test('a holder that is stopped is alive: it is not robbed, and goes on where it was', async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	const child = start('hold', path);
	try {
		await once(child, 'message');
		child.kill('SIGSTOP');
		const home = await openHome({ path, waitMilliseconds: 300 });
		await expect(home.withMutex(async () => expect.fail('took it'), waiting)).rejects.toMatchObject({ code: 'home-busy' });
		child.kill('SIGCONT');
		await expect(home.withMutex(async () => expect.fail('took it'), waiting)).rejects.toMatchObject({ code: 'home-busy' });
		child.kill('SIGKILL');
		await once(child, 'exit');
		expect(await home.withMutex(async () => 'mine', waiting)).toBe('mine');
	} finally {
		child.kill('SIGKILL');
	}
});

test.each([
	['of a process that lives', { pid: process.pid, since: new Date().toISOString() }],
	['of a process that is long dead', { pid: 2 ** 22, since: '2001-01-01T00:00:00.000Z' }],
	['from the future', { pid: process.ppid, since: '2999-01-01T00:00:00.000Z' }],
	['that is none', { pid: 'x', since: 7 }],
])('a note %s that a dead holder left keeps nobody out', async (_what, note) => {
	await using folder = await temporaryFolder();
	const home = await openHome({ path: join(folder.path, 'home'), waitMilliseconds: 100 });
	await writeFile(home.layout.mutexHolder, JSON.stringify({ command: 'install x', ...note }));
	expect(await home.withMutex(async () => 'mine', waiting)).toBe('mine');
});

test('a clock that jumps neither ends a wait early nor makes it longer, nor is it needed for the order of generations', async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	const times = ['2026-06-01T00:00:00.000Z', '1999-01-01T00:00:00.000Z', '2100-01-01T00:00:00.000Z'];
	let asked = 0;
	const clock = () => new Date(times[(asked += 1) % times.length] ?? '');
	const [jumping, other] = [await openHome({ path, waitMilliseconds: 150, clock }), await openHome({ path, waitMilliseconds: 150, clock })];
	await jumping.withMutex(async () => {
		await expect(other.withMutex(async () => expect.fail('took it'), waiting)).rejects.toMatchObject({ code: 'home-busy' });
	}, waiting);
	for (const name of ['one', 'two', 'three']) {
		await install(jumping, [sample(name)]);
	}

	expect((await other.generations()).map(({ number, meta }) => [number, meta.base])).toEqual([
		[1, 0],
		[2, 1],
		[3, 2],
	]);
	expect((await other.current()).number).toBe(3);
	await other.recover();
	expect((await other.current()).number).toBe(3);
});

test('who reads while two hundred generations are made sees each time a whole one', { timeout: 120_000 }, async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	const quickDisk = { ...realDisk, syncFile: async () => undefined, syncFolder: async () => undefined, syncFileSystem: async () => true };
	const home = await openHomeOn(quickDisk, { path, waitMilliseconds: 1000 });
	const child = start('read', path);
	await once(child, 'message');
	const [red, green, blue] = [sample('red'), sample('green'), sample('blue')];
	const sets = [[red], [red, green], [blue], [green, blue]];
	for (let round = 0; round < 200; round += 1) {
		await install(home, sets[round % sets.length] ?? []);
		if (round % 20 === 19) {
			// What is read may be collected at the same time.
			await home.withMutex(() => home.collectGarbage({ newest: 1, since: null }, { signal }), waiting);
		}
	}

	child.send('stop');
	const [report] = (await once(child, 'message')) as [{ readonly reads: number; readonly generations: number }];
	expect((await once(child, 'exit'))[0]).toBe(0);
	expect(report.reads).toBeGreaterThan(1);
	expect(report.generations).toBeGreaterThan(1);
	expect((await home.current()).number).toBe(200);
});
