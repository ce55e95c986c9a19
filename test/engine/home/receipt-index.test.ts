import { appendFile, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAuthenticated, writeAuthenticated } from '../../../source/engine/home/bundles.ts';
import { realDisk } from '../../../source/engine/home/disk.ts';
import { type Home, openHome } from '../../../source/engine/home/index.ts';
import { RECEIPT } from '../../../source/engine/home/layout.ts';
import { install, sample, temporaryFolder, waiting, signal } from './temporary-home.ts';

const SAMPLES = Array.from({ length: 10 }, (_, i) => sample(`package-${i}`, '1.0.0', { 'a.js': `${i}` }));
const [FIRST] = SAMPLES as [ReturnType<typeof sample>];
const NAME = 'receipt index 2';

const nameIn = async (home: Home) => (await home.store.receipt(FIRST.integrity))?.name;
const receiptOf = (home: Home) => join(home.layout.entry(FIRST.integrity), RECEIPT);

/** A home with ten packages, closed once, so that it has an index; `reopen` is another process. */
async function indexedHome() {
	const folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	const reopen = () => openHome({ path, waitMilliseconds: 100 });
	const first = await reopen();
	await install(first, SAMPLES);
	await first[Symbol.asyncDispose]();
	return { path, reopen, layout: first.layout, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** Another text in the index, written as the home itself would: shows whether what is told comes from there. */
async function markIndex({ layout }: { readonly layout: Home['layout'] }): Promise<void> {
	const place = { path: layout.receiptIndex, name: NAME };
	const bytes = (await readAuthenticated({ layout }, place)) ?? expect.fail('there is no index');
	const marked = Buffer.from(Buffer.from(bytes).toString('utf8').replaceAll('"package-0"', '"from-index"'));
	await writeAuthenticated({ disk: realDisk, layout }, { ...place, bytes: marked });
}

test('what was committed is known to the next process without reading a receipt, its files only when they are asked for', async () => {
	await using scene = await indexedHome();
	await markIndex(scene);
	await using home = await scene.reopen();
	const receipt = await home.store.receipt(FIRST.integrity);
	expect(receipt?.name).toBe('from-index');
	expect(receipt?.files.map(({ path }) => path)).toEqual(['LICENSE', 'a.js', 'index.js', 'package.json']);
	expect(await home.store.readPackageJson(FIRST.integrity)).toEqual({ name: 'package-0', version: '1.0.0' });
});

test('it tells all that the receipt tells', async () => {
	await using scene = await indexedHome();
	await using home = await scene.reopen();
	// The file spells its list of files more shortly, and has a checksum of its own.
	const { format: _, check: __, files: ___, ...told } = JSON.parse(await readFile(receiptOf(home), 'utf8')) as Record<string, unknown>;
	const { files, ...indexed } = (await home.store.receipt(FIRST.integrity)) ?? expect.fail('no receipt');
	expect(indexed).toEqual(told);
	expect(files).not.toHaveLength(0);
	expect(told).toHaveProperty('license');
});

test('a receipt that was changed since is read, also when its size and its time are as before', async () => {
	await using scene = await indexedHome();
	await markIndex(scene);
	await using home = await scene.reopen();
	const path = receiptOf(home);
	const { atime, mtime } = await stat(path);
	await writeFile(path, (await readFile(path, 'utf8')).replace('"package-0"', '"package-X"'));
	await utimes(path, atime, mtime);
	await expect(home.store.receipt(FIRST.integrity)).rejects.toMatchObject({ code: 'home-damaged' });
});

test('a receipt that is gone is not there, whatever the index says', async () => {
	await using scene = await indexedHome();
	await using home = await scene.reopen();
	await rm(receiptOf(home));
	expect(await home.store.receipt(FIRST.integrity)).toBeNull();
});

test.each([
	['torn', async ({ receiptIndex }: Home['layout']) => truncate(receiptIndex, 900)],
	['longer than it was', async ({ receiptIndex }: Home['layout']) => appendFile(receiptIndex, 'x')],
	['of another home', async ({ key }: Home['layout']) => writeFile(key, Buffer.alloc(32, 7))],
	['missing', async ({ receiptIndex }: Home['layout']) => rm(receiptIndex)],
])('an index that is %s is not believed, and made anew', async (_, spoil) => {
	await using scene = await indexedHome();
	await markIndex(scene);
	await spoil(scene.layout);
	const home = await scene.reopen();
	expect(await nameIn(home)).toBe('package-0');
	await Promise.all(SAMPLES.map(({ integrity }) => home.store.receipt(integrity)));
	await home[Symbol.asyncDispose]();

	await markIndex(scene);
	await using next = await scene.reopen();
	expect(await nameIn(next)).toBe('from-index');
});

test('evidence that was recorded since is what counts', async () => {
	await using scene = await indexedHome();
	const proof = { kind: 'integrity', state: 'verified', reason: 'looked again', code: null, identity: null } as const;
	const home = await scene.reopen();
	await home.store.updateEvidence(FIRST.integrity, [proof]);
	await home[Symbol.asyncDispose]();
	await using next = await scene.reopen();
	expect((await next.store.receipt(FIRST.integrity))?.evidence).toEqual([proof]);
});

test('verify reads the receipt itself', async () => {
	await using scene = await indexedHome();
	await using home = await scene.reopen();
	await home.store.receipt(FIRST.integrity);
	const path = receiptOf(home);
	await writeFile(path, (await readFile(path, 'utf8')).replace('"a.js"', '"b.js"'));
	const { findings } = await home.store.verifyEntry(FIRST.integrity, { signal });
	expect(findings.map(({ problem, path: file }) => [problem, file])).toEqual([
		['missing', 'b.js'],
		['extra', 'a.js'],
	]);
});

test('the size of the store is counted once, and again when something came', async () => {
	await using scene = await indexedHome();
	const home = await scene.reopen();
	const before = await home.store.sizeBytes();
	await home[Symbol.asyncDispose]();

	const again = await scene.reopen();
	expect(await again.store.sizeBytes()).toBe(before);
	const late = sample('late', '1.0.0', { 'big.txt': 'x'.repeat(5000) });
	await install(again, [...SAMPLES, late]);
	expect(await again.store.sizeBytes()).toBeGreaterThanOrEqual(before + 5000);
	await again[Symbol.asyncDispose]();
});

test('what was collected leaves the index', async () => {
	await using scene = await indexedHome();
	const home = await scene.reopen();
	await install(home, [...SAMPLES.slice(1), ...Array.from({ length: 10 }, (_, i) => sample(`late-${i}`))]);
	await home.withMutex(() => home.collectGarbage({ newest: 1, since: null }, { signal }), waiting);
	await home[Symbol.asyncDispose]();
	const bytes = await readAuthenticated(home, { path: home.layout.receiptIndex, name: NAME });
	const text = Buffer.from(bytes ?? expect.fail('there is no index')).toString('utf8');
	expect(SAMPLES.map(({ integrity }) => text.includes(integrity))).toEqual(SAMPLES.map((one) => one !== FIRST));
});

test('a home whose cache cannot be written works as before', async () => {
	await using scene = await indexedHome();
	await rm(scene.layout.cache, { recursive: true });
	await writeFile(scene.layout.cache, 'a file in the way');
	const home = await scene.reopen();
	expect(await Promise.all(SAMPLES.map(async ({ integrity }) => (await home.store.receipt(integrity))?.name))).toEqual(
		SAMPLES.map(({ name }) => name),
	);
	await home[Symbol.asyncDispose]();
});
