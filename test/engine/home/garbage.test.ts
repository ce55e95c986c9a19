import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Home } from '../../../source/engine/home/index.ts';
import { openHome } from '../../../source/engine/home/index.ts';
import { openHomeOn } from '../../../source/engine/home/open-home.ts';
import { createFailingDisk } from './failing-disk.ts';
import { install, sample, signal, temporaryFolder, waiting } from './temporary-home.ts';

const [one, two, three] = [sample('one'), sample('two'), sample('three')];
const nothing = { newest: 0, since: null };
const collect = (home: Home, rule = nothing) => home.withMutex(() => home.collectGarbage(rule, { signal }), waiting);

/** Generations: 1 holds one, 2 holds one and two, 3 holds three and is current. */
async function threeGenerations(home: Home): Promise<void> {
	await install(home, [one]);
	await install(home, [one, two]);
	await install(home, [three]);
}

async function expectSound(home: Home): Promise<void> {
	const generations = await home.generations();
	const needed = new Set(generations.flatMap(({ lock }) => Object.values(lock.packages).map(({ integrity }) => integrity)));
	for (const integrity of needed) {
		expect((await home.store.verifyEntry(integrity, { signal })).findings).toEqual([]);
	}

	for (const name of await readdir(home.layout.files)) {
		expect((await lstat(join(home.layout.files, name))).nlink).toBeGreaterThan(1);
	}
}

test('collecting leaves the current generation and what it needs, and nothing else', async () => {
	await using folder = await temporaryFolder();
	const home = await openHome({ path: join(folder.path, 'home'), waitMilliseconds: 100 });
	await threeGenerations(home);
	const found = await home.findGarbage(nothing);
	expect(found.generations).toEqual([1, 2]);
	expect([...found.entries].sort()).toEqual([one.integrity, two.integrity].sort());
	expect(found.bytes).toBeGreaterThan(0);
	expect(await collect(home)).toEqual(found);
	expect((await home.generations()).map(({ number }) => number)).toEqual([3]);
	expect(await readdir(home.layout.packages)).toHaveLength(1);
	await expectSound(home);
	expect(await install(home, [one])).toBe(4);
});

test('the newest, the young and the marked stay, with what they need', async () => {
	await using folder = await temporaryFolder();
	const home = await openHome({ path: join(folder.path, 'home'), waitMilliseconds: 100 });
	await threeGenerations(home);
	expect((await home.findGarbage({ newest: 2, since: null })).generations).toEqual([1]);
	expect((await home.findGarbage({ newest: 2, since: null })).entries).toEqual([]);
	expect((await home.findGarbage({ newest: 0, since: new Date('2025-01-01') })).generations).toEqual([]);
	expect((await home.findGarbage({ newest: 0, since: new Date('2027-01-01') })).generations).toEqual([1, 2]);
	await home.withMutex(() => home.keepGeneration(1), waiting);
	await collect(home);
	expect((await home.generations()).map(({ number }) => number)).toEqual([1, 3]);
	await expectSound(home);
	await home.withMutex(() => home.releaseGeneration(1), waiting);
	expect((await collect(home)).generations).toEqual([1]);
	await expect(home.withMutex(() => home.keepGeneration(9), waiting)).rejects.toMatchObject({ code: 'generation-not-found' });
});

test('a generation that was rolled back to is kept although it is old', async () => {
	await using folder = await temporaryFolder();
	const home = await openHome({ path: join(folder.path, 'home'), waitMilliseconds: 100 });
	await threeGenerations(home);
	await home.withMutex(() => home.switchTo(2, { signal, command: 'rollback 2' }), waiting);
	expect((await collect(home)).generations).toEqual([1, 3]);
	await expectSound(home);
});

test.each(['nothing-unsynced', 'names-without-content', { seed: 5 }] as const)(
	'a power cut at any write of a collection leaves every remaining generation whole (%j)',
	{ timeout: 60_000 },
	async (cut) => {
		for (let call = 0, finished = false; !finished; call += 1) {
			await using folder = await temporaryFolder();
			const path = join(folder.path, 'home');
			const failing = createFailingDisk(path);
			const first = await openHomeOn(failing.disk, { path, waitMilliseconds: 100 });
			await threeGenerations(first);
			failing.syncAll();
			failing.stopAt(call);
			finished = await collect(first).then(
				() => true,
				() => false,
			);
			await first[Symbol.asyncDispose]();
			await failing.cutPower(cut);
			const home = await openHome({ path, waitMilliseconds: 100 });
			await home.recover();
			expect((await home.current()).number).toBe(3);
			await expectSound(home);
			await collect(home);
			expect(await readdir(home.layout.packages)).toHaveLength(1);
			expect(await readdir(home.layout.generations)).toEqual(['000003']);
			await home[Symbol.asyncDispose]();
		}
	},
);

test('a generation that is collected while it is read is told as gone, not as damaged', async () => {
	await using folder = await temporaryFolder();
	const home = await openHome({ path: join(folder.path, 'home'), waitMilliseconds: 100 });
	await threeGenerations(home);
	const lock = join(home.layout.generation(1), 'lock.json');
	await rm(lock);
	// Its reader waits until somebody has written: another process, since this one stands still for as long.
	execFileSync('mkfifo', [lock]);
	const moved = `${home.layout.generation(1)}.tmp-0123456789ab`;
	const collector = spawn('sh', ['-c', 'exec 3>"$1"; mv "$2" "$3"; exec 3>&-', 'sh', lock, home.layout.generation(1), moved]);
	const reading = home.generation(1);
	await expect(reading).rejects.toMatchObject({ code: 'generation-not-found' });
	expect((await once(collector, 'exit'))[0]).toBe(0);
});

test('what another process collects while it is being looked at is told as gone, not as damaged', async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	const [reader, collector] = [await openHome({ path, waitMilliseconds: 100 }), await openHome({ path, waitMilliseconds: 100 })];
	await threeGenerations(collector);
	expect(await reader.store.receipt(one.integrity)).not.toBeNull();
	await collect(collector);
	await expect(reader.store.readPackageJson(one.integrity)).rejects.toMatchObject({ code: 'plan-stale' });
	// Never seen here: the lock that names it is what is wrong.
	await expect(reader.store.readPackageJson(two.integrity)).rejects.toMatchObject({ code: 'home-damaged' });
});
