import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Home } from '../../../source/engine/home/index.ts';
import { openHome } from '../../../source/engine/home/index.ts';
import { openHomeOn } from '../../../source/engine/home/open-home.ts';
import { createFailingDisk } from './failing-disk.ts';
import { add, changeTo, install, sample, signal, temporaryFolder, waiting } from './temporary-home.ts';

const [one, two, three] = [sample('one'), sample('two'), sample('three')];

async function freshHome() {
	const folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	const open = (profile: string | null = null) => openHome({ path, waitMilliseconds: 100, profile });
	return { path, open, home: await open(), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

const make = (home: Home, name: string, from: number) => home.withMutex(() => home.makeProfile({ name, from }), waiting);
const numbers = async (home: Home) => (await home.line()).map(({ number }) => number);

test('a profile has its own current and line, and numbers are given once in a home', async () => {
	await using scene = await freshHome();
	await install(scene.home, [one]);
	await make(scene.home, 'work', 1);
	const work = await scene.open('work');
	expect((await work.current()).number).toBe(1);
	expect(await install(work, [one, two])).toBe(2);
	expect(await install(scene.home, [three])).toBe(3);
	expect((await work.current()).meta).toMatchObject({ base: 1, profile: 'work' });
	expect(await numbers(work), 'what it started from belongs to its line').toEqual([1, 2]);
	expect(await numbers(scene.home)).toEqual([1, 3]);
	expect((await work.operations()).map(({ from, to }) => [from, to])).toEqual([[1, 2]]);
	expect((await scene.home.operations()).map(({ from, to }) => [from, to])).toEqual([
		[0, 1],
		[1, 3],
	]);
	expect(await scene.home.profiles()).toEqual([
		{ name: 'default', generation: 3, isSelected: true },
		{ name: 'work', generation: 2, isSelected: false },
	]);
});

test('a home keeps its format until it has a second profile, and its generations their bytes', async () => {
	await using scene = await freshHome();
	await install(scene.home, [one]);
	expect(await readFile(join(scene.path, 'generations/000001/meta.json'), 'utf8')).not.toContain('profile');
	expect(JSON.parse(await readFile(scene.home.layout.format, 'utf8'))).toEqual({ format: 1 });
	await make(scene.home, 'work', 1);
	expect(JSON.parse(await readFile(scene.home.layout.format, 'utf8'))).toEqual({ format: 2 });
	expect((await (await scene.open()).current()).number).toBe(1);
});

test('the selected profile is used when none is asked for, and only others can be removed', async () => {
	await using scene = await freshHome();
	await install(scene.home, [one]);
	await make(scene.home, 'work', 0);
	await scene.home.withMutex(() => scene.home.selectProfile('work'), waiting);
	const selected = await scene.open();
	expect([selected.profile, (await selected.current()).number]).toEqual(['work', 0]);
	expect((await scene.open('default')).profile).toBe('default');
	await expect(selected.withMutex(() => selected.removeProfile('work'), waiting)).rejects.toMatchObject({ code: 'usage' });
	await expect(selected.withMutex(() => selected.removeProfile('default'), waiting)).rejects.toMatchObject({ code: 'usage' });
	await selected.withMutex(() => selected.selectProfile('default'), waiting);
	await selected.withMutex(() => selected.removeProfile('work'), waiting);
	await expect(selected.current()).rejects.toMatchObject({ code: 'profile-not-found' });
	await expect(scene.open('work')).rejects.toMatchObject({ code: 'profile-not-found' });
});

test('a profile in a home where nothing was installed does not make the default one look lost', async () => {
	await using scene = await freshHome();
	await make(scene.home, 'work', 0);
	await install(await scene.open('work'), [one]);
	expect((await (await scene.open()).current()).number).toBe(0);
	expect(await numbers(await scene.open())).toEqual([]);
});

test.each(['', '.', '../x', 'Work', '-a', 'a/b', 'a'.repeat(33), 'current.json'])('"%s" is no name for a profile', async (name) => {
	await using scene = await freshHome();
	await expect(make(scene.home, name, 0)).rejects.toMatchObject({ code: 'usage' });
	await expect(scene.open(name)).rejects.toMatchObject({ code: 'usage' });
	expect(await readdir(scene.path)).not.toContain('profiles');
});

test('a collection counts the newest of each profile by itself and leaves what is current in any', async () => {
	await using scene = await freshHome();
	await install(scene.home, [one]);
	await make(scene.home, 'work', 0);
	const work = await scene.open('work');
	await install(work, [two]);
	await install(scene.home, [one, three]);
	await install(scene.home, [three]);
	const found = await scene.home.findGarbage({ newest: 0, since: null });
	expect(found.generations, 'only what is current stays').toEqual([1, 3]);
	expect((await scene.home.findGarbage({ newest: 2, since: null })).generations).toEqual([1]);
	await scene.home.withMutex(() => scene.home.collectGarbage({ newest: 0, since: null }, { signal }), waiting);
	expect((await work.store.verifyEntry(two.integrity, { signal })).findings).toEqual([]);
	expect(Object.keys((await work.current()).lock.roots)).toEqual(['two']);
});

test('generations of a removed profile stay until a collection, and a profile made again finds them', async () => {
	await using scene = await freshHome();
	await make(scene.home, 'work', 0);
	await install(await scene.open('work'), [two]);
	await scene.home.withMutex(() => scene.home.removeProfile('work'), waiting);
	expect((await scene.home.findGarbage({ newest: Number.POSITIVE_INFINITY, since: null })).generations).toEqual([]);
	await make(scene.home, 'work', 1);
	expect((await (await scene.open('work')).current()).number).toBe(1);
	await scene.home.withMutex(() => scene.home.removeProfile('work'), waiting);
	expect((await scene.home.findGarbage({ newest: 5, since: null })).generations).toEqual([1]);
});

test('a commit in a profile that stops at any write is settled by the current of that profile', async () => {
	for (let call = 0; ; call += 1) {
		await using folder = await temporaryFolder();
		const path = join(folder.path, 'home');
		const failing = createFailingDisk(path);
		const home = await openHomeOn(failing.disk, { path, waitMilliseconds: 100 });
		await install(home, [one]);
		await make(home, 'work', 1);
		const work = await openHomeOn(failing.disk, { path, waitMilliseconds: 100, profile: 'work' });
		await add(work, two);
		const start = failing.calls.length;
		failing.stopAt(call);
		await work.withMutex(() => work.commit(changeTo([one, two], 1), { signal }), waiting).catch(() => undefined);
		await work[Symbol.asyncDispose]();
		// Whoever opens the home next settles it, whatever profile it works in.
		const again = await openHome({ path, waitMilliseconds: 100 });
		await again.recover();
		const generations = (await again.profiles()).map(({ generation }) => generation);
		const existing = (await again.generations()).map(({ number }) => number);
		expect(
			[
				[1, 1],
				[1, 2],
			],
			`stopped before call ${call}`,
		).toContainEqual(generations);
		expect(existing).toEqual(generations[1] === 2 ? [1, 2] : [1]);
		expect(await readdir(again.layout.journal)).toEqual([]);
		expect(await readdir(again.layout.packages)).toHaveLength(existing.length);
		if (failing.calls.length - start <= call) {
			// Nothing was stopped: that was every write.
			expect(generations).toEqual([1, 2]);
			return;
		}
	}
});

test('a power cut while a profile is made or selected leaves the home whole', async () => {
	for (let call = 0; ; call += 1) {
		await using folder = await temporaryFolder();
		const path = join(folder.path, 'home');
		const failing = createFailingDisk(path);
		const home = await openHomeOn(failing.disk, { path, waitMilliseconds: 100 });
		await install(home, [one]);
		failing.syncAll();
		const start = failing.calls.length;
		failing.stopAt(call);
		const done = await make(home, 'work', 1)
			.then(() => home.withMutex(() => home.selectProfile('work'), waiting))
			.then(
				() => true,
				() => false,
			);
		const calls = failing.calls.length - start;
		await failing.cutPower('nothing-unsynced');
		const again = await openHome({ path, waitMilliseconds: 100 });
		await again.recover();
		expect((await again.current()).number, `cut before call ${call} of ${calls}`).toBe(1);
		expect((await readdir(path, { recursive: true })).filter((name) => name.includes('.tmp-'))).toEqual([]);
		if (done) {
			expect(again.profile).toBe('work');
			return;
		}
	}
});

test('a selection that cannot be read is refused by name, and --profile gets past it', async () => {
	await using scene = await freshHome();
	await writeFile(scene.home.layout.selectedProfile, '{"format":1,"name":"../../x"}');
	await expect(scene.open()).rejects.toMatchObject({ code: 'home-damaged', details: { file: 'state/profile.json' } });
	expect((await scene.open('default')).profile).toBe('default');
	await rm(scene.home.layout.selectedProfile);
	expect((await scene.open()).profile).toBe('default');
});
