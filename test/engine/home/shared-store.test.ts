import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Home, openHome } from '../../../source/engine/home/index.ts';
import { openHomeOn } from '../../../source/engine/home/open-home.ts';
import { createFailingDisk } from './failing-disk.ts';
import { add, changeTo, install, type Sample, sample, signal, temporaryFolder, waiting } from './temporary-home.ts';

const common = sample('common', '1.0.0', { 'lib/a.js': 'a\n' });
const own = sample('own');
const other = sample('other');

async function openBeside(folder: string, name: string, changes: { readonly store?: string | null } = {}): Promise<Home> {
	const home = await openHome({ path: join(folder, name), store: join(folder, 'store'), waitMilliseconds: 1000, ...changes });
	onTestFinished(() => home[Symbol.asyncDispose]());
	return home;
}

async function twoHomes(): Promise<{ readonly folder: string; readonly first: Home; readonly second: Home }> {
	const { path: folder, [Symbol.asyncDispose]: remove } = await temporaryFolder();
	onTestFinished(remove);
	return { folder, first: await openBeside(folder, 'first'), second: await openBeside(folder, 'second') };
}

const collect = async (home: Home, forgetsVanished = false) =>
	home.withMutex(() => home.collectGarbage({ newest: 0, since: null, forgetsVanished }, { signal }), waiting);
const expectWhole = async (home: Home, one: Sample) => {
	expect((await home.store.verifyEntry(one.integrity, { signal })).findings).toEqual([]);
};
const registered = async (folder: string) => readdir(join(folder, 'store/homes'));

test('what one home installed is there for another that uses the same store, and nothing is fetched again', async () => {
	const { folder, first, second } = await twoHomes();
	await install(first, [common, own]);
	let fetched = 0;
	await add(second, common, {
		open: async () => {
			fetched += 1;
			throw new Error('not needed');
		},
	});
	await second.withMutex(() => second.commit(changeTo([common], 0), { signal }), waiting);
	expect(fetched).toBe(0);
	await expectWhole(second, common);
	expect(existsSync(join(folder, 'second/store'))).toBe(false);
	expect(await second.entries()).toHaveLength(2);
});

test('a collection in one home leaves what another one needs, and removes it when nobody does', async () => {
	const { first, second } = await twoHomes();
	await install(first, [common, own]);
	await install(second, [common, other]);
	await install(first, []);
	const garbage = await collect(first);
	expect(garbage.entries).toEqual([own.integrity]);
	await expectWhole(second, common);
	await install(second, [other]);
	expect((await collect(second)).entries).toEqual([common.integrity]);
	expect(await first.entries()).toEqual([other.integrity]);
});

test('a home that cannot be read needs what it last entered', async () => {
	const { folder, first, second } = await twoHomes();
	await install(first, [own]);
	await install(second, [common]);
	await writeFile(join(folder, 'second/generations/000001/lock.json'), 'damaged');
	await install(first, []);
	expect((await collect(first)).entries).toEqual([own.integrity]);
	await expectWhole(first, common);
});

test('an older copy of a home that was put back needs what its generations say', async () => {
	const { folder, first, second } = await twoHomes();
	await install(second, [common]);
	await cp(join(folder, 'second'), join(folder, 'backup'), { recursive: true });
	await install(second, [other]);
	await second.withMutex(() => second.collectGarbage({ newest: 0, since: null }, { signal }).then(() => undefined), waiting);
	await install(first, [common, own]);
	await rm(join(folder, 'second'), { recursive: true });
	await rename(join(folder, 'backup'), join(folder, 'second'));
	await install(first, [own]);
	expect((await collect(first)).entries).toEqual([]);
	await expectWhole(first, common);
});

test('a home that vanished keeps what it needs until it is forgotten', async () => {
	const { folder, first, second } = await twoHomes();
	await install(second, [common]);
	await install(first, [own]);
	await rm(join(folder, 'second'), { recursive: true });
	expect(await first.otherHomes()).toMatchObject([{ path: join(folder, 'second'), state: 'vanished' }]);
	expect((await collect(first)).entries).toEqual([]);
	expect(await collect(first, true)).toMatchObject({ entries: [common.integrity], forgottenHomes: [{ path: join(folder, 'second') }] });
	expect(await registered(folder)).toHaveLength(1);
});

test('a home that was forgotten enters itself again when it is used', async () => {
	const { folder, first, second } = await twoHomes();
	await install(second, [common]);
	await rename(join(folder, 'second'), join(folder, 'away'));
	await install(first, [common]);
	await collect(first, true);
	await rename(join(folder, 'away'), join(folder, 'second'));
	await openBeside(folder, 'second');
	expect((await collect(first)).entries).toEqual([]);
});

test('a home that was moved stays the one it was, and a copy of one becomes a home of its own', async () => {
	const { folder, first, second } = await twoHomes();
	await install(second, [common]);
	await rename(join(folder, 'second'), join(folder, 'moved'));
	const moved = await openBeside(folder, 'moved', { store: null });
	expect(await registered(folder)).toHaveLength(2);
	await cp(join(folder, 'moved'), join(folder, 'copy'), { recursive: true });
	const copy = await openBeside(folder, 'copy', { store: null });
	expect(await registered(folder)).toHaveLength(3);
	await install(moved, [other]);
	await collect(moved);
	expect((await collect(first)).entries).toEqual([]);
	await expectWhole(copy, common);
});

test('a store that was moved is found again when its place is said once', async () => {
	const { folder, first } = await twoHomes();
	await install(first, [own]);
	await rename(join(folder, 'store'), join(folder, 'moved'));
	await expect(openBeside(folder, 'first', { store: null })).rejects.toMatchObject({
		code: 'home-damaged',
		hint: expect.stringContaining('--store') as string,
	});
	await openBeside(folder, 'first', { store: join(folder, 'moved') });
	await expectWhole(await openBeside(folder, 'first', { store: null }), own);
});

test('a home with a store of its own is refused another one, and keeps its own when that is only the usual one of new homes', async () => {
	const { path, [Symbol.asyncDispose]: remove } = await temporaryFolder();
	onTestFinished(remove);
	await openBeside(path, 'first', { store: null });
	await expect(openBeside(path, 'first')).rejects.toMatchObject({
		code: 'usage',
		message: expect.stringContaining('inside itself') as string,
	});
	const home = await openHome({ path: join(path, 'first'), storeOfNewHomes: join(path, 'store'), waitMilliseconds: 100 });
	expect(home.layout.store).toBe(join(path, 'first/store'));
	await openHome({ path: join(path, 'new'), storeOfNewHomes: join(path, 'store'), waitMilliseconds: 100 });
	expect(await registered(path)).toHaveLength(1);
});

test.each([
	['a folder with something else in it', async (folder: string) => writeFile(join(folder, 'mine.txt'), '')],
	['the store inside of a home', async (folder: string) => mkdir(join(folder, 'packages'))],
	['a folder that others may write', async (folder: string) => chmod(folder, 0o777)],
])('%s is refused as a store, and nothing is made', async (_, prepare) => {
	const { path, [Symbol.asyncDispose]: remove } = await temporaryFolder();
	onTestFinished(remove);
	await mkdir(join(path, 'store'));
	await prepare(join(path, 'store'));
	await expect(openBeside(path, 'first')).rejects.toMatchObject({ code: 'home-unsafe' });
	expect(existsSync(join(path, 'first'))).toBe(false);
});

test('a store cannot lie in the home that uses it, nor the home in the store', async () => {
	const { path, [Symbol.asyncDispose]: remove } = await temporaryFolder();
	onTestFinished(remove);
	await expect(openBeside(path, 'first', { store: join(path, 'first/store') })).rejects.toMatchObject({ code: 'usage' });
	await expect(openBeside(path, 'first', { store: path })).rejects.toMatchObject({ code: 'usage' });
});

test.each([
	['homes/list', 'a list that was changed'],
	['journal/entry', 'a journal that was changed'],
])('a store with a damaged file below %s collects nothing', async (place) => {
	const { folder, first, second } = await twoHomes();
	await install(second, [common]);
	const path = place.startsWith('homes')
		? join(folder, 'store/homes', `${second.layout.shared?.homeId}.json`)
		: join(folder, 'store/journal/0.json');
	const text = place.startsWith('homes') ? (await readFile(path, 'utf8')).replace('"needs":["', '"needs":["x') : '{}';
	await writeFile(path, text);
	await expect(collect(first)).rejects.toMatchObject({ code: 'home-damaged' });
	await expectWhole(first, common);
});

test('what a home was moving in when it died is taken back by the other one, which installs the same at once', async () => {
	const { path: folder, [Symbol.asyncDispose]: remove } = await temporaryFolder();
	onTestFinished(remove);
	const count = await writesOfInstall(join(folder, 'counted'));
	for (let call = 0; call <= count; call += 3) {
		const disk = join(folder, `disk-${call}`);
		const second = await openBeside(disk, 'second');
		const failing = createFailingDisk(disk);
		const first = await openHomeOn(failing.disk, { path: join(disk, 'first'), store: join(disk, 'store'), waitMilliseconds: 1000 });
		failing.stopAt(call);
		await install(first, [common, own]).catch(() => undefined);
		await first[Symbol.asyncDispose]();
		// What it saw of the dead one's is taken back before it commits: then it is told to plan again.
		const failure: unknown = await install(second, [common, other]).catch((error: unknown) => error);
		if (typeof failure !== 'number') {
			expect(failure).toMatchObject({ code: 'plan-stale' });
			await install(second, [common, other]);
		}

		await expectWhole(second, common);
		const again = await openBeside(disk, 'first');
		await again.recover();
		await expectWhole(second, common);
		await install(again, [common, own]);
		await collect(again);
		await collect(second);
		await expectWhole(second, common);
		await expectWhole(again, own);
		expect(await readdir(join(disk, 'store/journal'))).toEqual([]);
	}
});

async function writesOfInstall(disk: string): Promise<number> {
	const failing = createFailingDisk(disk);
	const home = await openHomeOn(failing.disk, { path: join(disk, 'first'), store: join(disk, 'store'), waitMilliseconds: 1000 });
	const start = failing.calls.length;
	await install(home, [common, own]);
	await home[Symbol.asyncDispose]();
	return failing.calls.length - start;
}

test('homes of one store change one after the other, and none waits for one that is only read', async () => {
	const { first, second } = await twoHomes();
	const order: string[] = [];
	await Promise.all([
		first.withMutex(async () => {
			order.push('first begins');
			await second.current();
			await new Promise((done) => {
				setTimeout(done, 60);
			});
			order.push('first ends');
		}, waiting),
		first.current().then(async () => second.withMutex(async () => order.push('second'), waiting)),
	]);
	expect(order.indexOf('first ends')).toBe(order.indexOf('first begins') + 1);
});

test(
	'processes with homes of their own that install, collect and are killed leave one store that is whole',
	{ timeout: 60_000 },
	async () => {
		const { path: folder, [Symbol.asyncDispose]: remove } = await temporaryFolder();
		onTestFinished(remove);
		const store = join(folder, 'store');
		const start = (name: string, rounds: number) =>
			fork(new URL('shared-store-process.ts', import.meta.url), [join(folder, name), store, String(rounds), name], {
				stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
			});
		const killed = ['third', 'fourth'].map((name) => {
			const child = start(name, 1000);
			child.on('message', () => {
				if (Math.random() < 0.4) {
					child.kill('SIGKILL');
				}
			});
			return once(child, 'close');
		});
		const ended = await Promise.all(['first', 'second'].map(async (name) => once(start(name, 12), 'close')));
		expect(ended.map(([code]) => code as unknown)).toEqual([0, 0]);
		await Promise.all(killed);
		for (const name of ['first', 'second', 'third', 'fourth']) {
			const home = await openBeside(folder, name);
			await home.recover();
			for (const { integrity } of Object.values((await home.current()).lock.packages)) {
				expect((await home.store.verifyEntry(integrity, { signal })).findings).toEqual([]);
			}
		}

		expect(await readdir(join(store, 'journal'))).toEqual([]);
		expect((await readdir(store, { recursive: true })).filter((name) => name.includes('.tmp-'))).toEqual([]);
	},
);
