import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { AddRequest, Home } from '../../../source/engine/home/index.ts';
import { openHome } from '../../../source/engine/home/index.ts';
import { add, install, type Sample, sample, signal, temporaryFolder } from './temporary-home.ts';

const one = sample('one', '1.0.0', { 'lib/a.js': 'a\n' });
const CHILD = new URL('fetching-child.ts', import.meta.url).pathname;

/** A transfer that begins at once and ends when it is told to. */
function heldTransfer({ tarball }: Sample) {
	const stream = new Readable({ read: () => undefined });
	const opened = Promise.withResolvers<void>();
	return {
		opened: opened.promise,
		open: async () => {
			opened.resolve();
			return { stream, totalBytes: tarball.length };
		},
		finish: (bytes: Uint8Array = tarball) => {
			stream.push(bytes);
			stream.push(null);
		},
	};
}

/** Counts how often it is asked for the archive, and tells when it waits for somebody else. */
function watched({ tarball }: Sample, changes: Partial<AddRequest> = {}) {
	const waits = Promise.withResolvers<void>();
	const seen = { opened: 0, waited: 0, progress: [] as [number, number | null, boolean][] };
	const request: Partial<AddRequest> = {
		open: async () => {
			seen.opened += 1;
			return { stream: Readable.from([tarball]), totalBytes: tarball.length };
		},
		onWaiting: () => {
			seen.waited += 1;
			waits.resolve();
		},
		onProgress: (...progress) => void seen.progress.push(progress),
		...changes,
	};
	return { request, seen, waits: waits.promise };
}

/** Two homes as two processes have them: one folder or, with a shared store, two. */
async function twoHomes({ store }: { readonly store: boolean }): Promise<AsyncDisposable & { readonly homes: readonly [Home, Home] }> {
	const folder = await temporaryFolder();
	const open = (name: string) =>
		openHome({ path: join(folder.path, store ? name : 'home'), store: store ? join(folder.path, 'store') : null, waitMilliseconds: 1000 });
	const homes = [await open('a'), await open('b')] as const;
	return {
		homes,
		[Symbol.asyncDispose]: async () => {
			await Promise.all(homes.map((home) => home[Symbol.asyncDispose]()));
			expect(await readdir(homes[0].layout.staging)).toEqual([]);
			await folder[Symbol.asyncDispose]();
		},
	};
}

test.each([false, true])('who fetches what another process fetches already waits and takes its bytes (shared store: %s)', async (store) => {
	await using scene = await twoHomes({ store });
	const [first, second] = scene.homes;
	const held = heldTransfer(one);
	const fetching = add(first, one, { open: held.open });
	await held.opened;
	const joining = watched(one);
	const judged: string[] = [];
	const joined = add(second, one, {
		...joining.request,
		judge: async ({ integrity }) => {
			judged.push(integrity);
			return [];
		},
	});
	await joining.waits;
	held.finish();
	expect((await joined).files).toEqual((await fetching).files);
	expect(joining.seen).toEqual({
		opened: 0,
		waited: 1,
		progress: [
			[one.tarball.length, one.tarball.length, false],
			[one.tarball.length, one.tarball.length, true],
		],
	});
	// What the other found about it counts for nothing here.
	expect(judged).toEqual([one.integrity]);
	expect((await second.store.verifyEntry(one.integrity, { signal })).findings).toEqual([]);
	expect(await install(second, [one])).toBe(1);
});

test('what another process has fetched and not committed is taken over too, and is whole when that process goes', async () => {
	await using scene = await twoHomes({ store: true });
	const [first, second] = scene.homes;
	await add(first, one);
	const joining = watched(one);
	await add(second, one, joining.request);
	expect(joining.seen).toMatchObject({ opened: 0, waited: 0 });
	await first[Symbol.asyncDispose]();
	await install(second, [one]);
	expect((await second.store.verifyEntry(one.integrity, { signal })).findings).toEqual([]);
});

test('when the other process is refused or cancelled, the one that waited fetches by itself', async () => {
	await using scene = await twoHomes({ store: false });
	const [first, second] = scene.homes;
	const held = heldTransfer(one);
	const refused = add(first, one, { open: held.open });
	await held.opened;
	const joining = watched(one);
	const joined = add(second, one, joining.request);
	await joining.waits;
	held.finish(Buffer.alloc(one.tarball.length));
	await expect(refused).rejects.toMatchObject({ code: 'integrity-mismatch' });
	expect((await joined).integrity).toBe(one.integrity);
	expect(joining.seen.opened).toBe(1);
});

test('bytes that are not what was asked for are not taken over', async () => {
	await using scene = await twoHomes({ store: true });
	const [first, second] = scene.homes;
	await add(first, one);
	const packed = (await readdir(first.layout.staging, { recursive: true })).find((name) => name.endsWith('package.tgz')) ?? '';
	const path = join(first.layout.staging, packed);
	const bytes = await readFile(path);
	await rm(path);
	await writeFile(path, bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 0xff));
	const joining = watched(one);
	expect((await add(second, one, joining.request)).integrity).toBe(one.integrity);
	expect(joining.seen.opened).toBe(1);
});

test('a process that is killed while it fetches holds nobody up', async () => {
	await using folder = await temporaryFolder();
	const [path, store] = [join(folder.path, 'home'), join(folder.path, 'store')];
	const child = fork(CHILD, [join(folder.path, 'other'), store, 'one'], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
	await once(child, 'message');
	const home = await openHome({ path, store, waitMilliseconds: 1000 });
	const asked = sample('one');
	const joining = watched(asked);
	const joined = add(home, asked, joining.request);
	await joining.waits;
	child.kill('SIGKILL');
	expect((await joined).integrity).toBe(asked.integrity);
	expect(joining.seen).toMatchObject({ opened: 1, waited: 1 });
	expect((await home.recover()).removedStagingFolders).toBe(1);
	await home[Symbol.asyncDispose]();
});

test('a wait for another process that is cancelled ends at once and leaves nothing', async () => {
	await using scene = await twoHomes({ store: false });
	const [first, second] = scene.homes;
	const held = heldTransfer(one);
	const fetching = add(first, one, { open: held.open });
	await held.opened;
	const controller = new AbortController();
	const joining = watched(one, { signal: controller.signal });
	const joined = add(second, one, joining.request);
	await joining.waits;
	controller.abort();
	await expect(joined).rejects.toMatchObject({ code: 'cancelled' });
	held.finish();
	expect((await fetching).integrity).toBe(one.integrity);
});

test('two that want the same things in opposite order never wait for each other, and each thing is fetched once', async () => {
	await using scene = await twoHomes({ store: true });
	const samples = Array.from({ length: 40 }, (_, index) => sample(`thing-${index}`));
	let opened = 0;
	const fetchAll = (home: Home, wanted: readonly Sample[]) =>
		Promise.all(
			wanted.map((thing) =>
				add(home, thing, {
					open: async () => {
						opened += 1;
						return { stream: Readable.from([thing.tarball]), totalBytes: null };
					},
				}),
			),
		);
	const [first, second] = scene.homes;
	const [theirs, ours] = await Promise.all([fetchAll(first, samples), fetchAll(second, samples.toReversed())]);
	expect(theirs.map(({ integrity }) => integrity)).toEqual(ours.map(({ integrity }) => integrity).toReversed());
	// Who begins at the same instant may fetch the same; never more than that.
	expect(opened).toBeGreaterThanOrEqual(samples.length);
	expect(opened).toBeLessThan(2 * samples.length);
});
