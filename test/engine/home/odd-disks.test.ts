import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Disk } from '../../../source/engine/home/disk.ts';
import { realDisk } from '../../../source/engine/home/disk.ts';
import type { Home } from '../../../source/engine/home/index.ts';
import { openHome } from '../../../source/engine/home/index.ts';
import { openHomeOn } from '../../../source/engine/home/open-home.ts';
import { add, changeTo, install, sample, signal, temporaryFolder, waiting } from './temporary-home.ts';

/** What a file system without hard links answers, or one where a file has as many names as it may. */
function diskWithoutLinks(code: string): Disk {
	const refuse = () => {
		throw Object.assign(new Error(`${code}: no link here`), { code, syscall: 'link' });
	};
	return { ...realDisk, link: async () => refuse(), linkSync: refuse };
}

test.each(['EPERM', 'EMLINK', 'ENOTSUP', 'EXDEV'])(
	'without hard links (%s) everything works, and equal files take their space twice',
	async (code) => {
		await using folder = await temporaryFolder();
		const home = await openHomeOn(diskWithoutLinks(code), { path: join(folder.path, 'home'), waitMilliseconds: 100 });
		const samples = [sample('one'), sample('two')];
		await install(home, samples);
		for (const { integrity } of samples) {
			expect((await home.store.verifyEntry(integrity, { signal })).findings).toEqual([]);
			expect((await lstat(join(home.store.treePath(integrity), 'LICENSE'))).nlink).toBe(1);
		}

		expect(await home.probeDisk()).toEqual({ canLink: false });
		await install(home, [sample('three')]);
		await home.withMutex(() => home.collectGarbage({ newest: 0, since: null }, { signal }), waiting);
		expect(await readdir(home.layout.packages)).toHaveLength(1);
	},
);

const commitAt = async (home: Home, createdAt: string, name: string): Promise<number> => {
	const one = sample(name);
	await add(home, one);
	const change = changeTo([one], (await home.current()).number);
	return (await home.withMutex(() => home.commit({ ...change, meta: { ...change.meta, createdAt } }, { signal }), waiting)).number;
};

test('a clock that jumps back changes neither the order of generations nor what a rollback and a collection find', async () => {
	await using folder = await temporaryFolder();
	let now = new Date('2026-06-01T00:00:00.000Z');
	const home = await openHome({ path: join(folder.path, 'home'), waitMilliseconds: 100, clock: () => now });
	expect(await commitAt(home, now.toISOString(), 'first')).toBe(1);
	now = new Date('2020-01-01T00:00:00.000Z');
	expect(await commitAt(home, now.toISOString(), 'second')).toBe(2);
	expect((await home.generations()).map(({ number }) => number)).toEqual([1, 2]);
	expect((await home.operations()).map(({ to }) => to)).toEqual([1, 2]);
	expect((await home.current()).meta.base).toBe(1);
	const thirtyDaysAgo = new Date(now.getTime() - 30 * 86_400_000);
	expect((await home.findGarbage({ newest: 0, since: thirtyDaysAgo })).generations, 'made in the future is young').toEqual([]);
	await home.withMutex(() => home.switchTo(1, { signal, command: 'rollback 1' }), waiting);
	expect((await home.current()).number).toBe(1);
	expect(await commitAt(home, now.toISOString(), 'third')).toBe(3);
});
