import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { MetadataStore } from '../../../source/engine/registry/metadata/metadata-store.ts';
import type { RegistryClient } from '../../../source/engine/registry/index.ts';
import { type FakeRegistry, startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openWorkplace, signal } from './open-client.ts';

const run = promisify(execFile);
const CHILD = new URL('metadata-store-child.ts', import.meta.url).pathname;
const LARGE = 300_000;

afterEach(() => {
	vi.restoreAllMocks();
});

function serveLarge(registry: FakeRegistry, name: string): void {
	registry.serve(name, '1.0.0', { dependencies: { b: '^1' }, readme: 'x'.repeat(LARGE) });
}

async function edgesOf(client: RegistryClient, name: string): Promise<readonly string[] | null> {
	const answer = (await client.metadata.load([name], { signal })).get(name);
	return answer?.type === 'found' ? answer.index.edges(0).dependencies : null;
}

describe('a large packument', () => {
	test('is never parsed on the thread that draws', async () => {
		await using registry = await startFakeRegistry();
		await using workplace = await openWorkplace();
		serveLarge(registry, 'a');
		const client = await workplace.open({ registry: registry.url });
		const parse = vi.spyOn(JSON, 'parse');
		expect(await edgesOf(client, 'a')).toEqual(['b', '^1']);
		const longest = Math.max(0, ...parse.mock.calls.map(([text]) => text.length));
		expect(longest).toBeLessThan(LARGE);
		expect((await client.knownLatest(['a'])).get('a')?.version).toBe('1.0.0');
	});

	test('that is junk is refused with the same words as a small one', async () => {
		await using registry = await startFakeRegistry();
		await using workplace = await openWorkplace();
		registry.serveRaw('/small', { body: '{"a"' });
		registry.serveRaw('/large', { body: `{"a"${' '.repeat(LARGE)}` });
		const client = await workplace.open({ registry: registry.url });
		const failure = async (name: string): Promise<unknown> =>
			client.metadata.load([name], { signal }).then(
				() => null,
				(error: unknown) => ({ ...(error as object), message: (error as Error).message.replace(name, 'NAME') }),
			);
		expect(await failure('large')).toMatchObject({ code: 'registry-response-invalid', message: expect.stringContaining('not JSON') });
		expect(await failure('large')).toEqual(await failure('small'));
	});

	test('that is still being read when the client closes ends its caller with cancelled', async () => {
		await using registry = await startFakeRegistry();
		await using workplace = await openWorkplace();
		serveLarge(registry, 'a');
		const client = await workplace.open({ registry: registry.url });
		const loading = client.metadata.load(['a'], { signal });
		const outcome = loading.then(
			() => 'loaded',
			(error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
		);
		await vi.waitFor(() => {
			expect(registry.requests[0]?.status).toBe(200);
		});
		await client[Symbol.asyncDispose]();
		expect(await outcome).toBe('cancelled');
	});
});

describe('a compressed packument', () => {
	const servePacked = (registry: FakeRegistry, name: string, document: Readonly<Record<string, unknown>>): void => {
		const body = gzipSync(JSON.stringify({ name, 'dist-tags': { latest: '1.0.0' }, versions: VERSIONS, ...document }));
		registry.serveRaw(`/${name}`, { headers: { 'content-encoding': 'gzip' }, body });
	};
	const VERSIONS = { '1.0.0': { name: 'a', version: '1.0.0', dependencies: { b: '^1' }, dist: { tarball: 'http://x.example/a.tgz' } } };

	test('is read whatever it unpacks to, long ones never on the thread that draws', async () => {
		await using registry = await startFakeRegistry();
		await using workplace = await openWorkplace();
		servePacked(registry, 'short', {});
		servePacked(registry, 'long', { readme: randomBytes(LARGE).toString('hex') });
		// Packed it looks short.
		servePacked(registry, 'inflated', { readme: 'x'.repeat(LARGE), maintainers: Array.from({ length: 20_000 }, () => 'someone') });
		const client = await workplace.open({ registry: registry.url });
		const parse = vi.spyOn(JSON, 'parse');
		for (const name of ['short', 'long', 'inflated']) {
			expect(await edgesOf(client, name)).toEqual(['b', '^1']);
		}

		expect(Math.max(...parse.mock.calls.map(([text]) => text.length))).toBeLessThan(30_000);
		expect(registry.requests).toHaveLength(3);
	});

	test('of a registry without etags is known again by what is in it, not by how it was compressed', async () => {
		await using registry = await startFakeRegistry();
		await using workplace = await openWorkplace();
		const read = async (level: number): Promise<number | undefined> => {
			const document = JSON.stringify({ name: 'a', 'dist-tags': { latest: '1.0.0' }, versions: VERSIONS, readme: 'abc '.repeat(LARGE) });
			registry.serveRaw('/a', { headers: { 'content-encoding': 'gzip', etag: '' }, body: gzipSync(document, { level }) });
			const client = await workplace.open({ registry: registry.url });
			client.expire('all');
			expect(await edgesOf(client, 'a')).toEqual(['b', '^1']);
			await client[Symbol.asyncDispose]();
			const segments = (await readdir(join(workplace.cacheFolder, 'metadata'))).filter((name) => name.startsWith('segment-'));
			return segments.length;
		};
		expect(await read(1)).toBe(1);
		vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
		expect(await read(9)).toBe(1);
		vi.useRealTimers();
	});

	test('that is damaged is asked for once more, and then said to be', async () => {
		await using registry = await startFakeRegistry();
		await using workplace = await openWorkplace();
		const body = gzipSync(randomBytes(LARGE));
		body.fill(0, 2_000, 3_000);
		registry.serveRaw('/a', { headers: { 'content-encoding': 'gzip' }, body });
		const client = await workplace.open({ registry: registry.url });
		await expect(edgesOf(client, 'a')).rejects.toMatchObject({
			code: 'registry-unreachable',
			message: expect.stringContaining('The connection to') as string,
		});
		expect(registry.requests).toHaveLength(2);
	});
});

test('a registry that says nothing changed when nothing was known is refused', async () => {
	await using registry = await startFakeRegistry();
	await using workplace = await openWorkplace();
	registry.serve('a', '1.0.0');
	registry.fault({ path: '/a', kind: 'status', status: 304 });
	const client = await workplace.open({ registry: registry.url });
	await expect(client.metadata.load(['a'], { signal })).rejects.toMatchObject({ code: 'registry-response-invalid' });
});

test('a stored index that is cut or changed anywhere is asked for again, and the answer is the same', async () => {
	await using registry = await startFakeRegistry();
	await using workplace = await openWorkplace();
	registry.serve('a', '1.0.0', { dependencies: { b: '^1' } });
	const load = async (): Promise<readonly string[] | null> => {
		await using client = await workplace.open({ registry: registry.url });
		return await edgesOf(client, 'a');
	};
	const folder = join(workplace.cacheFolder, 'metadata');
	await load();
	const files = new Map<string, Buffer>();
	for (const name of await readdir(folder)) {
		files.set(name, await readFile(join(folder, name)));
	}

	for (const [name, whole] of files) {
		for (let i = 0; i < whole.length; i += 53) {
			const flipped = Buffer.from(whole);
			flipped.writeUInt8(flipped.readUInt8(i) ^ 0x10, i);
			for (const damaged of [whole.subarray(0, i), flipped]) {
				await writeFile(join(folder, name), damaged);
				expect(await load()).toEqual(['b', '^1']);
				await Promise.all([...files].map(([file, bytes]) => writeFile(join(folder, file), bytes)));
			}
		}
	}

	// Every damaged copy was replaced, and what was replaced is used.
	const asked = registry.requests.length;
	expect(asked).toBeGreaterThan(10);
	await load();
	expect(registry.requests).toHaveLength(asked);
});

test('two processes that write at the same time lose nothing', async () => {
	await using workplace = await openWorkplace();
	await Promise.all(['x', 'y'].map((name) => run(process.execPath, [CHILD, workplace.cacheFolder, name, '60'])));
	const failures: unknown[] = [];
	const store = new MetadataStore(workplace.cacheFolder, (error) => failures.push(error));
	const read = await store.read(await store.recordsOf('https://registry.example/'));
	const found = [...read].map(([key, bytes]) => `${key.split(' ')[1]}: ${Buffer.from(bytes).toString()}`).sort();
	const expected = ['x', 'y'].flatMap((name) => Array.from({ length: 60 }, (_, i) => `${name}-${i}: index ${name} ${i}`)).sort();
	expect(found).toEqual(expected);
	expect(failures).toEqual([]);
});
