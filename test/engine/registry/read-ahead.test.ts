import { expect, test, vi } from 'vitest';
import { resolve, type MetadataProvider, type ResolveRequest } from '../../../source/engine/resolver/index.ts';
import { type FakeRegistry, startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openWorkplace, signal } from './open-client.ts';

function serveTree(registry: FakeRegistry): void {
	registry.serve('a', '1.0.0', { dependencies: { b: '^1.0.0', c: 'npm:real@1.x' } });
	registry.serve('b', '1.0.0', { dependencies: { old: '*' } });
	registry.serve('b', '1.2.0', {
		dependencies: { d: '~2.0.0' },
		optionalDependencies: { e: 'next' },
		peerDependencies: { p: '>=1', maybe: '*' },
		peerDependenciesMeta: { maybe: { optional: true } },
	});
	registry.serve('b', '2.0.0', { dependencies: { newest: '*' } });
	registry.serve('real', '1.0.0', { dependencies: { a: '*', git: 'git+https://x.example/y' } });
	registry.serve('d', '2.0.1', {});
	registry.serve('e', '1.0.0', {});
	registry.serve('p', '1.0.0', {});
	for (const name of ['old', 'newest', 'maybe']) {
		registry.serve(name, '1.0.0', {});
	}
}

const paths = (registry: FakeRegistry): string[] => registry.requests.map(({ path }) => path).sort();

test('what the likeliest versions need is under way before anybody asks, and nothing else', async () => {
	await using registry = await startFakeRegistry();
	await using workplace = await openWorkplace();
	serveTree(registry);
	const client = await workplace.open({ registry: registry.url });
	await client.metadata.load(['a'], { signal, readsAhead: true });
	const needed = ['/a', '/b', '/d', '/e', '/p', '/real'];
	await vi.waitFor(() => {
		expect(paths(registry)).toEqual(needed);
	});
	await client.metadata.load(['b', 'd', 'e', 'p', 'real'], { signal, readsAhead: true });
	expect(paths(registry)).toEqual(needed);
});

test('unless it is wanted, only what is asked for is asked for', async () => {
	await using registry = await startFakeRegistry();
	await using workplace = await openWorkplace();
	serveTree(registry);
	const client = await workplace.open({ registry: registry.url });
	await client.metadata.load(['a'], { signal });
	await client[Symbol.asyncDispose]();
	expect(paths(registry)).toEqual(['/a']);
});

test('a failure on the way is told to whoever needs that package and to nobody else', async () => {
	await using registry = await startFakeRegistry();
	await using workplace = await openWorkplace();
	serveTree(registry);
	registry.serveRaw('/b', { status: 403, body: '{}' });
	const client = await workplace.open({ registry: registry.url });
	await client.metadata.load(['a'], { signal, readsAhead: true });
	await vi.waitFor(() => {
		expect(registry.requestsTo('/b')).toHaveLength(1);
	});
	await expect(client.metadata.load(['b'], { signal })).rejects.toMatchObject({ code: 'authentication-required' });
});

test('it ends with the signal of whoever asked', async () => {
	await using registry = await startFakeRegistry();
	await using workplace = await openWorkplace();
	serveTree(registry);
	registry.fault({ path: '/b', kind: 'hang' });
	const client = await workplace.open({ registry: registry.url });
	const controller = new AbortController();
	await client.metadata.load(['a'], { signal: controller.signal, readsAhead: true });
	await vi.waitFor(() => {
		expect(registry.requestsTo('/b')).toHaveLength(1);
	});
	controller.abort();
	await vi.waitFor(() => {
		expect(registry.openRequests()).toBe(0);
	});
	registry.clearFaults();
	expect((await client.metadata.load(['b'], { signal })).get('b')?.type).toBe('found');
});

test('the tree is the same with it and without', async () => {
	await using registry = await startFakeRegistry();
	serveTree(registry);
	const solve = async (change: (provider: MetadataProvider) => MetadataProvider): Promise<string> => {
		await using workplace = await openWorkplace();
		const client = await workplace.open({ registry: registry.url });
		const outcome = await resolve(REQUEST, { provider: change(client.metadata), signal, budgetMilliseconds: 10_000 });
		expect(outcome.type).toBe('resolved');
		return outcome.type === 'resolved' ? JSON.stringify([outcome.resolution.packages, outcome.resolution.roots]) : '';
	};
	const ahead = await solve((provider) => provider);
	const plain = await solve((provider) => ({ load: (names, options) => provider.load(names, { signal: options.signal }) }));
	expect(ahead).toBe(plain);
});

const REQUEST: ResolveRequest = {
	roots: [{ name: 'b', spec: '^1.0.0' }],
	lock: null,
	unlocked: 'all',
	overrides: [],
	platform: { os: 'linux', cpu: 'x64', libc: 'glibc', node: '26.0.0' },
	policy: {
		minimumAgeMilliseconds: 0,
		now: Date.parse('2030-01-01T00:00:00Z'),
		asOf: null,
		denied: [],
		engines: 'preferred',
		ageExempt: () => false,
		revoked: [],
	},
};
