import { expect, test } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openWorkplace, signal } from './open-client.ts';

function asking(text: string, size = 10, from = 0) {
	return { text, size, from, isLive: false, installed: new Map() };
}

test('a registry’s search is asked with text, size and offset', async () => {
	await using registry = await startFakeRegistry({ search: true });
	registry.serve('log-tool', '1.0.0', { description: 'reads logs\u001b[2J', keywords: ['log'] });
	registry.serve('log-other', '1.2.0', {});
	registry.serve('unrelated', '1.0.0');
	await using workplace = await openWorkplace();
	const client = await workplace.open({ registry: registry.url });
	const result = await client.search(asking('log', 1), { signal });
	expect(result).toMatchObject({ source: 'registry', total: 2, notice: null });
	expect(result.packages).toEqual([
		{
			name: 'log-tool',
			version: '1.0.0',
			description: 'reads logs\uFFFD',
			keywords: ['log'],
			publisher: 'someone',
			maintainers: [],
			licence: null,
			publishedAt: '2020-01-01T00:00:00.000Z',
			downloads: null,
			permissions: null,
			isPlugin: null,
			proof: null,
		},
	]);
	expect((await client.search(asking('log', 1, 1), { signal })).packages[0]?.name).toBe('log-other');
});

test('without one, packages seen before are searched, best first, and the result says so', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('about-logs', '1.0.0', { description: 'nothing' });
	registry.serve('logs', '2.0.0');
	registry.serve('reader', '1.0.0', { description: 'reads logs' });
	registry.serve('unrelated', '1.0.0');
	await using workplace = await openWorkplace();
	const client = await workplace.open({ registry: registry.url });
	await client.metadata.load(['about-logs', 'logs', 'unrelated'], { signal });
	// Only a full document describes a package.
	await client.packument('reader', { signal });
	const result = await client.search(asking('Logs'), { signal });
	expect(result).toMatchObject({ source: 'local-index', total: 3, notice: expect.stringContaining('no search') as string });
	expect(result.packages.map(({ name }) => name)).toEqual(['logs', 'about-logs', 'reader']);
	await client.search(asking('log'), { signal });
	expect(registry.requestsTo('/-/v1/search')).toHaveLength(1);
});

test('a search that is down is an error, not an empty list', async () => {
	await using registry = await startFakeRegistry({ search: true });
	registry.fault({ path: '/-/v1/search', kind: 'not-json' });
	await using workplace = await openWorkplace();
	const client = await workplace.open({ registry: registry.url });
	await expect(client.search(asking('log'), { signal })).rejects.toMatchObject({ code: 'registry-response-invalid' });
});

test('hits with names that no package can have are left out', async () => {
	await using registry = await startFakeRegistry();
	registry.serveRaw('/-/v1/search', {
		body: JSON.stringify({
			total: 3,
			objects: [{ package: { name: '../x', version: '1.0.0' } }, null, { package: { name: 'fine', version: '1.0.0' } }],
		}),
	});
	await using workplace = await openWorkplace();
	const client = await workplace.open({ registry: registry.url });
	expect((await client.search(asking('x'), { signal })).packages.map(({ name }) => name)).toEqual(['fine']);
});
