import { zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RegistryClient } from '../../../source/engine/registry/index.ts';
import type { LoadOptions, PackageIndex } from '../../../source/engine/resolver/index.ts';
import { type FakeRegistryOptions, startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openWorkplace, signal } from './open-client.ts';

const ABBREVIATED = 'application/vnd.npm.install-v1+json';
const FIRST = Date.UTC(2020, 0, 1);
const DAY = 86_400_000;

afterEach(() => {
	vi.restoreAllMocks();
});

/** A registry with `old`, last changed in 2020, and `new`, which has a version of 2026 too. */
async function openWith(options: FakeRegistryOptions = {}) {
	const stack = new AsyncDisposableStack();
	const registry = stack.use(await startFakeRegistry(options));
	const workplace = stack.use(await openWorkplace());
	registry.serve('old', '1.0.0', { description: 'of old' });
	registry.serve('new', '1.0.0');
	registry.serve('new', '1.1.0');
	registry.setTime('new', '1.1.0', '2026-05-05T00:00:00.000Z');
	const kinds = (name: string): string[] =>
		registry.requestsTo(`/${name}`).map(({ headers }) => (headers.accept?.includes(ABBREVIATED) === true ? 'abbreviated' : 'full'));
	return {
		registry,
		workplace,
		kinds,
		open: () => workplace.open({ registry: registry.url }),
		[Symbol.asyncDispose]: () => stack.disposeAsync(),
	};
}

async function indexOf(client: RegistryClient, name: string, options: Omit<LoadOptions, 'signal'> = {}): Promise<PackageIndex> {
	const answer = (await client.metadata.load([name], { signal, ...options })).get(name);
	if (answer?.type !== 'found') {
		throw new Error(`${name} was not found.`);
	}

	return answer.index;
}

describe('the document of a package', () => {
	test('is the abbreviated one where times play no part, and the index says what it does not know', async () => {
		await using setup = await openWith();
		const index = await indexOf(await setup.open(), 'old');
		expect(setup.kinds('old')).toEqual(['abbreviated']);
		expect(index).toMatchObject({ hasTimes: false, changedAt: FIRST });
		expect(index.publishedAt(0)).toBeNull();
	});

	test('is asked for in full of exactly the packages that changed too late', async () => {
		await using setup = await openWith();
		const client = await setup.open();
		const timesAfter = Date.UTC(2026, 4, 1);
		expect(await indexOf(client, 'old', { timesAfter })).toMatchObject({ hasTimes: false });
		const index = await indexOf(client, 'new', { timesAfter });
		expect(index.hasTimes).toBe(true);
		expect([0, 1].map((i) => index.publishedAt(i))).toEqual([FIRST + DAY, Date.UTC(2026, 4, 5)]);
		expect([setup.kinds('old'), setup.kinds('new')]).toEqual([['abbreviated'], ['abbreviated', 'full']]);
		// Whoever asks without need gets what is known by now.
		expect((await indexOf(client, 'new')).hasTimes).toBe(true);
	});

	test('changed at the very moment in question needs no times', async () => {
		await using setup = await openWith();
		expect((await indexOf(await setup.open(), 'old', { timesAfter: FIRST })).hasTimes).toBe(false);
		expect((await indexOf(await setup.open(), 'old', { timesAfter: FIRST - 1 })).hasTimes).toBe(true);
	});

	test('of a registry that knows only full ones is asked for once', async () => {
		await using setup = await openWith({ onlyFull: true });
		const index = await indexOf(await setup.open(), 'new', { timesAfter: 0 });
		expect(index).toMatchObject({ hasTimes: true, changedAt: null });
		expect(setup.kinds('new')).toEqual(['abbreviated']);
	});

	test('of a registry that does not date abbreviated ones is asked for in full at once, from the second on', async () => {
		await using setup = await openWith({ isUndated: true });
		const client = await setup.open();
		expect((await indexOf(client, 'old', { timesAfter: FIRST + DAY })).hasTimes).toBe(true);
		expect((await indexOf(client, 'new', { timesAfter: FIRST + DAY })).hasTimes).toBe(true);
		expect([setup.kinds('old'), setup.kinds('new')]).toEqual([['abbreviated', 'full'], ['full']]);
	});

	test('is taken as not dated when the date is none', async () => {
		await using setup = await openWith();
		const dist = { tarball: `${setup.registry.url}odd/-/odd-1.0.0.tgz` };
		for (const [name, modified] of Object.entries({ a: 'yesterday', b: 5, c: '2020-13-45T00:00:00Z' })) {
			setup.registry.serveRaw(`/${name}`, { body: JSON.stringify({ name, modified, versions: { '1.0.0': { dist } } }) });
			expect(await indexOf(await setup.open(), name)).toMatchObject({ hasTimes: false, changedAt: null });
		}
	});

	test('may be packed with zstd, and a part of one is refused', async () => {
		await using setup = await openWith();
		const dist = { tarball: `${setup.registry.url}packed/-/packed-1.0.0.tgz` };
		for (const size of [10, 200_000]) {
			const name = `packed${size}`;
			const noise = Array.from({ length: size / 10 }, (_, i) => `${i * 7919}`);
			const body = zstdCompressSync(JSON.stringify({ name, versions: { '1.0.0': { dist, noise } } }));
			setup.registry.serveRaw(`/${name}`, { headers: { 'content-encoding': 'zstd' }, body });
			expect((await indexOf(await setup.open(), name)).versionText(0)).toBe('1.0.0');
			setup.registry.serveRaw(`/cut${name}`, { headers: { 'content-encoding': 'zstd' }, body: body.subarray(0, body.length / 2) });
			await expect(indexOf(await setup.open(), `cut${name}`)).rejects.toMatchObject({ code: 'registry-unreachable' });
		}
	}, 30_000);
});

describe('the stored index', () => {
	test('that tells too little for a new question is replaced by one that tells more, and that one stays', async () => {
		await using setup = await openWith();
		await indexOf(await setup.open(), 'new');
		await (await setup.open())[Symbol.asyncDispose]();
		const client = await setup.open();
		expect((await indexOf(client, 'new', { timesAfter: 0 })).hasTimes).toBe(true);
		expect(setup.kinds('new')).toEqual(['abbreviated', 'full']);
		// What tells an abbreviated document from a newer one says nothing about the full one.
		expect(setup.registry.requestsTo('/new')[1]?.headers['if-none-match']).toBeUndefined();
	});

	test('from a full document is asked about as a full document, so that nothing known is lost', async () => {
		await using setup = await openWith();
		const first = await setup.open();
		await first.packument('old', { signal });
		await first[Symbol.asyncDispose]();
		const later = Date.now() + DAY;
		vi.spyOn(Date, 'now').mockImplementation(() => later);
		const second = await setup.open();
		expect((await indexOf(second, 'old')).hasTimes).toBe(true);
		expect(setup.kinds('old')).toEqual(['full', 'full']);
		expect(setup.registry.requestsTo('/old')[1]?.status).toBe(304);
	});

	test('keeps the description of an earlier document when a later one has none', async () => {
		await using setup = await openWith({ isUndated: true });
		const first = await setup.open();
		await indexOf(first, 'old', { timesAfter: 0 });
		await first[Symbol.asyncDispose]();
		expect((await (await setup.open()).knownLatest(['old'])).get('old')).toMatchObject({ description: 'of old', version: '1.0.0' });
	});
});
