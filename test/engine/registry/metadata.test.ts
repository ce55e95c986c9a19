import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { RegistryClient } from '../../../source/engine/registry/index.ts';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openWorkplace, signal } from './open-client.ts';

async function openWith() {
	const registry = await startFakeRegistry();
	const workplace = await openWorkplace();
	return {
		registry,
		workplace,
		/** Closes the client afterwards, so that everything is on disk for the next. */
		async withClient<T>(work: (client: Awaited<ReturnType<typeof workplace.open>>) => Promise<T>, offline = false): Promise<T> {
			const client = await workplace.open({ registry: registry.url, offline });
			try {
				return await work(client);
			} finally {
				await client[Symbol.asyncDispose]();
			}
		},
		async [Symbol.asyncDispose]() {
			vi.useRealTimers();
			await workplace[Symbol.asyncDispose]();
			await registry[Symbol.asyncDispose]();
		},
	};
}

function letTimePass(milliseconds: number): void {
	vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });
}

describe('loading', () => {
	test('answers for every name, once per client however often it is asked', async () => {
		await using setup = await openWith();
		setup.registry.serve('a', '1.0.0', { dependencies: { b: '^1' } });
		setup.registry.serve('@s/b', '1.0.0');
		await setup.withClient(async (client) => {
			const [first] = await Promise.all([
				client.metadata.load(['a', '@s/b', 'nothing'], { signal }),
				client.metadata.load(['a'], { signal }),
			]);
			await client.metadata.load(['@s/b', 'nothing'], { signal });
			const found = first.get('a');
			expect(found?.type === 'found' ? found.index.edges(0).dependencies : null).toEqual(['b', '^1']);
			expect([...first].map(([name, { type }]) => [name, type])).toEqual([
				['a', 'found'],
				['@s/b', 'found'],
				['nothing', 'missing'],
			]);
		});
		expect(setup.registry.requests.map(({ path }) => path).sort()).toEqual(['/@s/b', '/a', '/nothing']);
	});

	test('a name that no registry can have is missing, without a request', async () => {
		await using setup = await openWith();
		await setup.withClient(async (client) => {
			const answers = await client.metadata.load(['../x', 'a\u0000b', '__proto__', ''], { signal });
			expect([...answers.values()].map(({ type }) => type)).toEqual(['missing', 'missing', 'missing', 'missing']);
		});
		expect(setup.registry.requests).toEqual([]);
	});

	test('one failure fails the load, so that no tree is built on a gap', async () => {
		await using setup = await openWith();
		setup.registry.serve('a', '1.0.0');
		setup.registry.fault({ path: '/b', kind: 'not-json' });
		await setup.withClient(async (client) => {
			await expect(client.metadata.load(['a', 'b'], { signal })).rejects.toMatchObject({ code: 'registry-response-invalid' });
		});
	});
});

describe('the store', () => {
	test('answers the next client without a request while it is fresh, then asks conditionally', async () => {
		await using setup = await openWith();
		setup.registry.serve('a', '1.0.0');
		const load = () => setup.withClient((client) => client.metadata.load(['a'], { signal }));
		await load();
		await load();
		expect(setup.registry.requests.map(({ status }) => status)).toEqual([200]);
		letTimePass(6 * 60_000);
		await load();
		await load();
		expect(setup.registry.requests.map(({ status }) => status)).toEqual([200, 304]);
	});

	test('is used for a day for what stays as it is, until that is expired', async () => {
		await using setup = await openWith();
		setup.registry.serve('a', '1.0.0');
		setup.registry.serve('b', '1.0.0');
		await setup.withClient((client) => client.metadata.load(['a', 'b'], { signal }));
		const relying = (work: (client: RegistryClient) => unknown = () => undefined) =>
			setup.withClient(async (client) => {
				client.rely(['a']);
				work(client);
				await client.metadata.load(['a', 'b'], { signal });
			});
		const asked = () => setup.registry.requests.splice(0).map(({ path, status }) => `${path} ${status}`);
		asked();
		letTimePass(23 * 3_600_000);
		await relying();
		expect(asked()).toEqual(['/b 304']);
		await relying((client) => client.expire(['a']));
		expect(asked()).toEqual(['/a 304']);
		letTimePass(25 * 3_600_000);
		await relying();
		expect(asked().toSorted()).toEqual(['/a 304', '/b 304']);
	});

	test('gives way to what the registry has newly published', async () => {
		await using setup = await openWith();
		setup.registry.serve('a', '1.0.0');
		await setup.withClient((client) => client.metadata.load(['a'], { signal }));
		setup.registry.serve('a', '2.0.0');
		letTimePass(6 * 60_000);
		const latest = async (): Promise<string | null | undefined> =>
			setup.withClient(async (client) => {
				await client.metadata.load(['a'], { signal });
				return (await client.knownLatest(['a'])).get('a')?.version;
			});
		await latest();
		expect(await latest()).toBe('2.0.0');
	});

	test('recognises an unchanged answer of a registry that sends no etag', async () => {
		await using setup = await openWith();
		const { manifest, tarballUrl } = setup.registry.serve('a', '1.0.0', { description: 'the first' });
		const body = JSON.stringify({
			name: 'a',
			'dist-tags': { latest: '1.0.0' },
			versions: { '1.0.0': { ...manifest, dist: { tarball: tarballUrl } } },
		});
		setup.registry.serveRaw('/a', { headers: { etag: '' }, body });
		await setup.withClient((client) => client.metadata.load(['a'], { signal }));
		letTimePass(6 * 60_000);
		const answer = await setup.withClient((client) => client.metadata.load(['a'], { signal }));
		expect(answer.get('a')?.type).toBe('found');
		expect(setup.registry.requests.map(({ status }) => status)).toEqual([200, 200]);
		expect(setup.registry.requests[1]?.headers['if-none-match']).toBeUndefined();
		const files = await readdir(join(setup.workplace.cacheFolder, 'metadata'));
		expect(files.filter((name) => name.startsWith('segment-'))).toHaveLength(1);
	});

	test('is used at any age offline, and what is missing is named', async () => {
		await using setup = await openWith();
		setup.registry.serve('a', '1.0.0', { description: 'the first' });
		await setup.withClient((client) => client.packument('a', { signal }));
		letTimePass(400 * 86_400_000);
		await setup.withClient(async (client) => {
			expect((await client.metadata.load(['a'], { signal })).get('a')?.type).toBe('found');
			expect((await client.packument('a', { signal })).versions.get('1.0.0')?.description).toBe('the first');
			await expect(client.metadata.load(['a', 'b', 'c'], { signal })).rejects.toMatchObject({
				code: 'offline-missing',
				details: { missing: ['b', 'c'] },
			});
			await expect(client.packument('b', { signal })).rejects.toMatchObject({ code: 'offline-missing' });
		}, true);
		expect(setup.registry.requests).toHaveLength(1);
	});

	test('remembers for offline use what the registry does not have, but asks again when it can', async () => {
		await using setup = await openWith();
		const load = (offline: boolean) =>
			setup.withClient(async (client) => (await client.metadata.load(['a'], { signal })).get('a')?.type, offline);
		expect([await load(false), await load(true)]).toEqual(['missing', 'missing']);
		expect(await setup.withClient(async (client) => (await client.knownLatest(['a'])).size)).toBe(0);
		setup.registry.serve('a', '1.0.0');
		expect([await load(false), await load(true)]).toEqual(['found', 'found']);
	});

	test('keeps two registries apart', async () => {
		await using setup = await openWith();
		await using other = await startFakeRegistry();
		setup.registry.serve('a', '1.0.0');
		other.serve('a', '2.0.0');
		await setup.withClient((client) => client.metadata.load(['a'], { signal }));
		const client = await setup.workplace.open({ registry: other.url });
		await client.metadata.load(['a'], { signal });
		expect((await client.packument('a', { signal })).distTags['latest']).toBe('2.0.0');
		expect(await setup.withClient(async (first) => (await first.knownLatest(['a'])).get('a')?.version)).toBe('1.0.0');
	});

	test('what is known of it lists without a request', async () => {
		await using setup = await openWith();
		setup.registry.serve('a', '1.0.0', { description: 'the first', keywords: ['one'] });
		await setup.withClient((client) => client.packument('a', { signal }));
		await setup.withClient(async (client) => {
			const known = await client.knownLatest(['a', 'b']);
			expect([...known.keys()]).toEqual(['a']);
			expect(known.get('a')).toMatchObject({
				version: '1.0.0',
				description: 'the first',
				keywords: ['one'],
				publishedAt: '2020-01-01T00:00:00.000Z',
			});
		});
		expect(setup.registry.requests).toHaveLength(1);
	});
});

describe('a packument', () => {
	test('is asked for again only when it must be fresh', async () => {
		await using setup = await openWith();
		setup.registry.serve('a', '1.0.0');
		await setup.withClient(async (client) => {
			await client.packument('a', { signal });
			setup.registry.serve('a', '2.0.0');
			expect((await client.packument('a', { signal })).distTags['latest']).toBe('1.0.0');
			expect((await client.packument('a', { signal, fresh: true })).distTags['latest']).toBe('2.0.0');
			const answer = (await client.metadata.load(['a'], { signal })).get('a');
			expect(answer?.type === 'found' ? answer.index.versionCount : 0).toBe(2);
		});
	});
});
