import { mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MetadataStore } from '../../../source/engine/registry/metadata/metadata-store.ts';

const registry = 'https://registry.example/';
const latest = { version: '1.0.0', description: 'text with a\nnewline', keywords: ['k'], publisher: null, publishedAt: null };

let folder: string;
let failures: unknown[];

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'plugward-store-'));
	failures = [];
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function open(): MetadataStore {
	return new MetadataStore(join(folder, 'metadata'), (error) => failures.push(error));
}

function put(store: MetadataStore, name: string, index: string, fetchedAt = 1): void {
	store.put({ registry, name, fetchedAt, etag: `"${name}"`, lastModified: null, bodyDigest: null, latest }, Buffer.from(index));
}

async function readAll(store: MetadataStore): Promise<Record<string, string>> {
	const bytes = await store.read(await store.recordsOf(registry));
	return Object.fromEntries([...bytes].map(([key, index]) => [key.split(' ')[1] ?? '', Buffer.from(index).toString()]));
}

async function paths(): Promise<{ directory: string; segments: string[] }> {
	const names = await readdir(join(folder, 'metadata'));
	const inFolder = (name: string): string => join(folder, 'metadata', name);
	return { directory: inFolder('directory'), segments: names.filter((name) => name.startsWith('segment-')).map(inFolder) };
}

test('what was put is there for the next process, the newest of each name', async () => {
	const store = open();
	put(store, 'a', 'old');
	put(store, '@s/b', 'other');
	await store.close();
	const second = open();
	put(second, 'a', 'new');
	await second.close();
	const third = open();
	expect(await readAll(third)).toEqual({ a: 'new', '@s/b': 'other' });
	expect(await third.record(registry, '@s/b')).toMatchObject({ etag: '"@s/b"', latest });
	expect(await third.record('https://other.example/', 'a')).toBeNull();
});

test('each index starts where numbers of eight bytes may', async () => {
	const store = open();
	put(store, 'a', 'odd');
	put(store, 'b', 'length');
	await store.close();
	const reopened = open();
	for (const bytes of (await reopened.read(await reopened.recordsOf(registry))).values()) {
		expect(bytes.byteOffset % 8).toBe(0);
	}
});

test('two processes that write at once lose nothing', async () => {
	const stores = [open(), open(), open()];
	for (let round = 0; round < 20; round += 1) {
		for (const [i, store] of stores.entries()) {
			put(store, `p${i}-${round}`, `index ${i} ${round}`);
		}

		await new Promise((resolve) => {
			setImmediate(resolve);
		});
	}

	await Promise.all(stores.map((store) => store.close()));
	const all = await readAll(open());
	expect(Object.keys(all)).toHaveLength(60);
	expect(all['p2-19']).toBe('index 2 19');
});

test('a directory cut or changed at any byte gives whole records or none', async () => {
	const store = open();
	put(store, 'a', 'index of a');
	put(store, 'b', 'index of b');
	await store.close();
	const { directory } = await paths();
	const whole = await readFile(directory);
	for (let i = 0; i < whole.length; i += 1) {
		const changed = Buffer.from(whole);
		changed.writeUInt8(changed.readUInt8(i) ^ 0x41, i);
		for (const bytes of [whole.subarray(0, i), changed]) {
			await writeFile(directory, bytes);
			for (const [name, index] of Object.entries(await readAll(open()))) {
				expect(index).toBe(`index of ${name}`);
			}
		}
	}

	expect(failures).toEqual([]);
});

test('a segment cut or changed at any byte gives whole indexes or none', async () => {
	const store = open();
	put(store, 'a', 'index of a');
	put(store, 'b', 'index of b');
	await store.close();
	const { segments } = await paths();
	const segment = segments[0] ?? '';
	const whole = await readFile(segment);
	for (let i = 0; i < whole.length; i += 1) {
		const changed = Buffer.from(whole);
		changed.writeUInt8(changed.readUInt8(i) ^ 0x41, i);
		for (const bytes of [whole.subarray(0, i), changed]) {
			await writeFile(segment, bytes);
			for (const [name, index] of Object.entries(await readAll(open()))) {
				expect(index).toBe(`index of ${name}`);
			}
		}
	}
});

test('a line that a crash cut short does not swallow the next one', async () => {
	const store = open();
	put(store, 'a', 'index of a');
	await store.close();
	const { directory } = await paths();
	await truncate(directory, (await readFile(directory)).length - 5);
	const second = open();
	put(second, 'b', 'index of b');
	await second.close();
	expect(await readAll(open())).toEqual({ b: 'index of b' });
});

test('many segments at rest become one', async () => {
	for (let i = 0; i < 34; i += 1) {
		const store = open();
		put(store, `p${i % 5}`, `index ${i}`);
		await store.close();
	}

	const before = await paths();
	for (const segment of before.segments) {
		await utimes(segment, new Date(0), new Date(0));
	}

	const store = open();
	put(store, 'last', 'index of last');
	await store.close();
	const after = await paths();
	expect(before.segments).toHaveLength(34);
	expect(after.segments).toHaveLength(2);
	expect(await readAll(open())).toEqual({
		p0: 'index 30',
		p1: 'index 31',
		p2: 'index 32',
		p3: 'index 33',
		p4: 'index 29',
		last: 'index of last',
	});
});

test('a store that cannot be written says so once and goes on', async () => {
	await writeFile(join(folder, 'metadata'), 'a file where the folder should be');
	const store = open();
	put(store, 'a', 'index');
	await store.close();
	put(store, 'b', 'index');
	await store.close();
	expect(await store.record(registry, 'a')).toBeNull();
	expect(failures).toHaveLength(1);
});
