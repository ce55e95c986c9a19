import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import {
	encodeCatalogueEnd,
	encodeCatalogueHead,
	encodeCatalogueRow,
	type SearchedPackage,
} from '../../../source/engine/package-search/index.ts';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { publishDocument, startTemporaryMirror, TOKEN } from '../../registry-mirror/temporary-mirror.ts';
import { openWorkplace, signal } from './open-client.ts';

const ROUTE = '/-/plugward/index';

afterEach(() => {
	vi.useRealTimers();
});

function asking(text: string, isLive = false) {
	return { text, size: 20, from: 0, isLive, installed: new Map() };
}

function row(name: string, about: Partial<SearchedPackage> = {}): string {
	return encodeCatalogueRow({
		name,
		version: '1.0.0',
		description: `This is ${name}`,
		keywords: ['sample'],
		publisher: 'maya',
		maintainers: ['maya', 'leo'],
		licence: 'MIT',
		publishedAt: '2026-11-01T00:00:00.000Z',
		downloads: 7,
		permissions: ['net'],
		isPlugin: true,
		proof: 'attested',
		...about,
	});
}

function listing(rows: readonly string[], { since = null as string | null, revision = 'r1', end = rows.length } = {}): string {
	return encodeCatalogueHead({ revision, since }) + rows.join('') + encodeCatalogueEnd(end);
}

function later(minutes: number): void {
	vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 });
}

test('a facet is looked up in the registry’s list, with everything the list tells', async () => {
	await using registry = await startFakeRegistry({ search: true });
	registry.serveRaw(ROUTE, { body: listing([row('asks'), row('modest', { permissions: [], proof: null, downloads: null })]) });
	await using workplace = await openWorkplace();
	const client = await workplace.open({ registry: registry.url });
	const found = await client.search(asking('permission:net'), { signal });
	expect(found).toMatchObject({ source: 'catalogue', total: 1, notice: null });
	expect(found.packages).toEqual([
		{
			name: 'asks',
			version: '1.0.0',
			description: 'This is asks',
			keywords: ['sample'],
			publisher: 'maya',
			maintainers: ['maya', 'leo'],
			licence: 'MIT',
			publishedAt: '2026-11-01T00:00:00.000Z',
			downloads: 7,
			permissions: ['net'],
			isPlugin: true,
			proof: 'attested',
		},
	]);
	expect(registry.requestsTo('/-/v1/search')).toEqual([]);
});

test('words alone ask the registry’s own search until there is a list; a live search fetches it meanwhile', async () => {
	await using registry = await startFakeRegistry({ search: true });
	registry.serve('asks', '1.0.0');
	registry.serveRaw(ROUTE, { body: listing([row('asks')]) });
	await using workplace = await openWorkplace();
	const client = await workplace.open({ registry: registry.url });
	expect(await client.search(asking('asks'), { signal })).toMatchObject({ source: 'registry' });
	expect(registry.requestsTo(ROUTE)).toEqual([]);
	expect(await client.search(asking('asks', true), { signal })).toMatchObject({ source: 'registry' });
	await vi.waitFor(async () =>
		expect(await client.search(asking('asks', true), { signal })).toMatchObject({ source: 'catalogue', total: 1 }),
	);
	expect(registry.requestsTo(ROUTE)).toHaveLength(1);
});

test('a list is kept for the next process, used as it is for ten minutes, and offline at any age', async () => {
	await using registry = await startFakeRegistry();
	registry.serveRaw(ROUTE, { body: listing([row('asks')]) });
	await using workplace = await openWorkplace();
	await (await workplace.open({ registry: registry.url })).search(asking('is:plugin'), { signal });
	const second = await workplace.open({ registry: registry.url });
	expect(await second.search(asking('ask'), { signal })).toMatchObject({ source: 'catalogue', total: 1 });
	expect(registry.requestsTo(ROUTE)).toHaveLength(1);
	later(60 * 24 * 30);
	const offline = await workplace.open({ registry: registry.url, offline: true });
	expect(await offline.search(asking('license:mit'), { signal })).toMatchObject({
		source: 'catalogue',
		total: 1,
		notice: expect.stringMatching(/^Offline: this is the list of 127\.0\.0\.1:\d+ as of 20/) as string,
	});
	expect(registry.requestsTo(ROUTE)).toHaveLength(1);
});

test('an older list is used when the registry is down, which is said', async () => {
	await using registry = await startFakeRegistry();
	registry.serveRaw(ROUTE, { body: listing([row('asks')]) });
	await using workplace = await openWorkplace();
	const client = await workplace.open({ registry: registry.url });
	await client.search(asking('is:plugin'), { signal });
	later(20);
	registry.fault({ path: ROUTE, kind: 'status', status: 400 });
	expect(await client.search(asking('is:plugin'), { signal })).toMatchObject({
		total: 1,
		notice: expect.stringContaining('as of') as string,
	});
});

test('a list that is cut short is refused, and without any a facet cannot be answered', async () => {
	await using registry = await startFakeRegistry();
	registry.serveRaw(ROUTE, { body: listing([row('asks')], { end: 5 }) });
	await using workplace = await openWorkplace();
	const client = await workplace.open({ registry: registry.url });
	await expect(client.search(asking('is:plugin'), { signal })).rejects.toMatchObject({
		code: 'registry-response-invalid',
		message: expect.stringContaining('Expected 5 lines') as string,
	});
});

test('a page that is no list counts as a registry without one', async () => {
	await using registry = await startFakeRegistry({ search: true });
	registry.serve('asks', '1.0.0', { license: 'MIT' });
	registry.serve('other', '1.0.0', { license: 'ISC' });
	registry.serveRaw(ROUTE, { body: '<html>Not here</html>' });
	await using workplace = await openWorkplace();
	const client = await workplace.open({ registry: registry.url });
	const found = await client.search(asking('license:mit'), { signal });
	expect(found).toMatchObject({ source: 'registry', total: 1, notice: expect.stringContaining('gives no list of its packages') as string });
	await client.search(asking('license:mit'), { signal });
	expect(registry.requestsTo(ROUTE)).toHaveLength(1);
});

test('hostile lines lose what acts on a terminal, and those that are no package are passed over', async () => {
	await using registry = await startFakeRegistry();
	const rows = [
		row('fine', {
			description: '\u001B]52;c;ZXZpbA==\u0007bad\u202Eder',
			licence: '\u001B[31mMIT',
			publisher: 'ma\u0000ya',
			maintainers: [],
		}),
		row('../escape'),
		'not json\n',
		'{"name":"x"}\n',
		'["x",1]\n',
		'["counts","1.0.0",7,{},[],null,[],1e99,-1,"net",3,"verified"]\n',
	];
	registry.serveRaw(ROUTE, { body: listing(rows) });
	await using workplace = await openWorkplace();
	const found = await (await workplace.open({ registry: registry.url })).search(asking('sort:name'), { signal });
	expect(found.packages.map(({ name }) => name)).toEqual(['counts', 'fine']);
	expect(found.packages[1]).toMatchObject({ description: '\uFFFDbad\uFFFDder', licence: 'MIT', publisher: 'ma\uFFFDya' });
	expect(found.packages[0]).toMatchObject({ description: '', publishedAt: null, downloads: null, permissions: null, proof: null });
});

test('a damaged file on disk is fetched again', async () => {
	await using registry = await startFakeRegistry();
	registry.serveRaw(ROUTE, { body: listing([row('asks')]) });
	await using workplace = await openWorkplace();
	await (await workplace.open({ registry: registry.url })).search(asking('is:plugin'), { signal });
	const folder = join(workplace.cacheFolder, 'catalogue');
	const [file = ''] = (await readdir(folder)).filter((name) => name.endsWith('.ndjson'));
	await writeFile(join(folder, file), (await readFile(join(folder, file), 'utf8')).replace('maya', 'mary'));
	expect(await (await workplace.open({ registry: registry.url })).search(asking('is:plugin'), { signal })).toMatchObject({ total: 1 });
	expect(registry.requestsTo(ROUTE)).toHaveLength(2);
	expect((await readdir(folder)).filter((name) => name.endsWith('.ndjson'))).toHaveLength(1);
});

test('the mirror gives its list, then only what changed, and says when nothing did', async () => {
	await using mirror = await startTemporaryMirror();
	const publish = (name: string, about: Record<string, unknown> = {}) =>
		mirror.put(encodeURIComponent(name), publishDocument({ name, version: '1.0.0', license: 'MIT', ...about }));
	await publish('@examples/one', { description: 'the first', keywords: ['a'] });
	await publish('@examples/two');
	await using workplace = await openWorkplace();
	await workplace.writeUserNpmrc(`${mirror.url.replace('http:', '')}:_authToken=${TOKEN}`);
	const client = await workplace.open({ registry: mirror.url });
	const names = async () => (await client.search(asking('license:mit sort:name'), { signal })).packages.map(({ name }) => name);
	expect(await names()).toEqual(['@examples/one', '@examples/two']);
	expect((await client.search(asking('keyword:a'), { signal })).packages).toMatchObject([
		{ name: '@examples/one', description: 'the first', isPlugin: false, permissions: [], proof: 'signed' },
	]);
	await publish('@examples/three');
	expect(await names()).toEqual(['@examples/one', '@examples/two']);
	later(11);
	expect(await names()).toEqual(['@examples/one', '@examples/three', '@examples/two']);
	later(11);
	expect(await names()).toHaveLength(3);
	const first = await mirror.get('-/plugward/index', { 'accept-encoding': 'identity' });
	const [head = ''] = (await first.text()).split('\n');
	const { revision } = JSON.parse(head) as { readonly revision: string };
	expect((await mirror.get(`-/plugward/index?since=${revision}`, { 'if-none-match': first.headers.get('etag') ?? '' })).status).toBe(304);
	await publish('@examples/four');
	const lines = (await (await mirror.get(`-/plugward/index?since=${revision}`)).text()).trim().split('\n');
	expect(lines).toHaveLength(3);
	expect(lines[1]).toContain('@examples/four');
	expect((await (await mirror.get('-/plugward/index?since=another.1')).text()).trim().split('\n')).toHaveLength(6);
});
