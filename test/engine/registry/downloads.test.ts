import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { downloadsAddress } from '../../../source/engine/registry/downloads/downloads-address.ts';
import { type FakeRegistry, startFakeRegistry } from '../../helpers/fake-registry.ts';
import { publishDocument, startTemporaryMirror, TOKEN } from '../../registry-mirror/temporary-mirror.ts';
import { credentialKey, openWorkplace, signal } from './open-client.ts';

const ROUTE = '/downloads/range/last-month/left-pad';
const DAY = 86_400_000;

afterEach(() => {
	vi.useRealTimers();
});

/** Days that end yesterday. */
function days(counts: readonly unknown[]) {
	const yesterday = Date.now() - DAY;
	return counts.map((downloads, index) => ({
		day: new Date(yesterday - (counts.length - 1 - index) * DAY).toISOString().slice(0, 10),
		downloads,
	}));
}

function body(downloads: unknown, more: object = {}): { readonly body: string } {
	return { body: JSON.stringify({ package: 'left-pad', downloads, ...more }) };
}

function later(minutes: number): void {
	vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 });
}

async function askingOf(registry: FakeRegistry) {
	registry.serve('left-pad', '1.0.0');
	const workplace = await openWorkplace();
	const client = await workplace.open({ registry: registry.url });
	return { workplace, client, ask: (fresh = false) => client.downloads({ name: 'left-pad', fresh }, { signal }) };
}

test.each([
	['https://registry.npmjs.org/', 'left-pad', 'https://api.npmjs.org/downloads/range/last-month/left-pad'],
	['https://registry.npmjs.org/', '@scope/name', 'https://api.npmjs.org/downloads/range/last-month/@scope/name'],
	['https://npm.example.com/team/', '@scope/name', 'https://npm.example.com/team/downloads/range/last-month/@scope%2fname'],
	['https://registry.npmjs.org.example.com/', 'secret', 'https://registry.npmjs.org.example.com/downloads/range/last-month/secret'],
	['https://registry.npmjs.org:8443/', 'secret', 'https://registry.npmjs.org:8443/downloads/range/last-month/secret'],
	['http://127.0.0.1:4873/', 'secret', 'http://127.0.0.1:4873/downloads/range/last-month/secret'],
])('a package of %s is asked about there, and only the public registry’s at its host for numbers', (registry, name, url) => {
	expect(downloadsAddress(registry, name).url.href).toBe(url);
});

test('the numbers come with their sums, are asked for once, and again when they have to be fresh', async () => {
	await using registry = await startFakeRegistry();
	const { workplace, ask } = await askingOf(registry);
	await using _ = workplace;
	registry.serveRaw(ROUTE, body(days([...Array.from({ length: 23 }, () => 1), 10, 20, 30, 40, 50, 60, 70])));
	const told = await ask();
	expect(told).toMatchObject({ type: 'told', host: new URL(registry.url).host, total: 303, lastWeek: 280, weekBefore: 7 });
	expect(told.type === 'told' ? told.days.at(-1) : null).toEqual(days([70])[0]);
	expect(await Promise.all([ask(), ask()])).toEqual([told, told]);
	expect(registry.requestsTo(ROUTE)).toHaveLength(1);
	await ask(true);
	expect(registry.requestsTo(ROUTE)).toHaveLength(2);
	later(6);
	await ask();
	expect(registry.requestsTo(ROUTE)).toHaveLength(3);
});

test('of less than two weeks there is no week before', async () => {
	await using registry = await startFakeRegistry();
	const { workplace, ask } = await askingOf(registry);
	await using _ = workplace;
	registry.serveRaw(ROUTE, body(days([4, 5])));
	expect(await ask()).toMatchObject({ total: 9, lastWeek: 9, weekBefore: null });
});

test('a registry without numbers is asked once a day, whatever the package and whichever process asks', async () => {
	await using registry = await startFakeRegistry();
	const { workplace, ask } = await askingOf(registry);
	await using _ = workplace;
	registry.serve('other', '1.0.0');
	const told = { type: 'untold', reason: 'not-served', why: `${new URL(registry.url).host} serves no numbers of downloads.` };
	expect(await ask()).toEqual(told);
	expect(await ask(true)).toEqual(told);
	const another = await workplace.open({ registry: registry.url });
	expect(await another.downloads({ name: 'other', fresh: true }, { signal })).toEqual(told);
	expect(registry.requests.filter(({ path }) => path.startsWith('/downloads/'))).toHaveLength(1);
	later(25 * 60);
	registry.serveRaw(ROUTE, body(days([1])));
	expect(await ask()).toMatchObject({ type: 'told', total: 1 });
	const kept = await readFile(join(workplace.cacheFolder, 'downloads.json'), 'utf8');
	expect(JSON.parse(kept)).toEqual({ version: 1, registries: {} });
});

test('a page for people is no number', async () => {
	await using registry = await startFakeRegistry();
	const { workplace, ask } = await askingOf(registry);
	await using _ = workplace;
	registry.serveRaw(ROUTE, { body: '<!doctype html><title>Packages</title>' });
	expect(await ask()).toMatchObject({ reason: 'not-served' });
});

test('that a package is not there says nothing of the registry', async () => {
	await using registry = await startFakeRegistry();
	const { workplace, client, ask } = await askingOf(registry);
	await using _ = workplace;
	await expect(client.downloads({ name: 'left-pat', fresh: false }, { signal })).rejects.toMatchObject({ code: 'package-not-found' });
	registry.serveRaw(ROUTE, body(days([1])));
	expect(await ask()).toMatchObject({ type: 'told' });
});

test('a registry that fails is asked once, and left alone for ten minutes unless somebody insists', async () => {
	await using registry = await startFakeRegistry();
	const { workplace, ask } = await askingOf(registry);
	await using _ = workplace;
	registry.fault({ path: ROUTE, kind: 'status', status: 503 });
	const told = {
		type: 'untold',
		reason: 'unreachable',
		why: `${new URL(registry.url).host} answered 503 when asked for the downloads of left-pad.`,
	};
	expect(await ask()).toEqual(told);
	expect(await ask()).toEqual(told);
	expect(registry.requestsTo(ROUTE)).toHaveLength(1);
	await ask(true);
	expect(registry.requestsTo(ROUTE)).toHaveLength(2);
	later(11);
	await ask();
	expect(registry.requestsTo(ROUTE)).toHaveLength(3);
});

test('a registry that wants credentials for it is told to want them', async () => {
	await using registry = await startFakeRegistry();
	const { workplace, ask } = await askingOf(registry);
	await using _ = workplace;
	registry.fault({ path: ROUTE, kind: 'status', status: 401 });
	expect(await ask()).toMatchObject({ reason: 'unreachable', why: expect.stringContaining('it wants credentials') });
});

test('a redirect to another host is not followed: it would tell that host the name', async () => {
	await using elsewhere = await startFakeRegistry();
	elsewhere.serveRaw(ROUTE, body(days([1])));
	await using registry = await startFakeRegistry();
	const { workplace, ask } = await askingOf(registry);
	await using _ = workplace;
	registry.fault({ path: ROUTE, kind: 'redirect', location: `${elsewhere.url.slice(0, -1)}${ROUTE}` });
	expect(await ask()).toMatchObject({ type: 'untold', reason: 'unreachable' });
	expect(elsewhere.requests).toEqual([]);
});

test('offline nobody is asked', async () => {
	await using registry = await startFakeRegistry();
	await using workplace = await openWorkplace();
	const client = await workplace.open({ registry: registry.url, offline: true });
	expect(await client.downloads({ name: 'left-pad', fresh: true }, { signal })).toMatchObject({ type: 'untold', reason: 'offline' });
	expect(registry.requests).toEqual([]);
});

test('who cancels waits no longer, and nothing is remembered of that', async () => {
	await using registry = await startFakeRegistry();
	const { workplace, client } = await askingOf(registry);
	await using _ = workplace;
	registry.fault({ path: ROUTE, kind: 'hang' });
	const cancelling = new AbortController();
	const asked = client.downloads({ name: 'left-pad', fresh: false }, { signal: cancelling.signal });
	await vi.waitFor(() => {
		expect(registry.requestsTo(ROUTE)).toHaveLength(1);
	});
	cancelling.abort();
	await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
	await expect(readFile(join(workplace.cacheFolder, 'downloads.json'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('what is damaged in the cache counts as absent', async () => {
	await using registry = await startFakeRegistry();
	const { workplace, ask } = await askingOf(registry);
	await using _ = workplace;
	await ask();
	await writeFile(join(workplace.cacheFolder, 'downloads.json'), '{"version":1,"registries":{"x":');
	const another = await workplace.open({ registry: registry.url });
	registry.serveRaw(ROUTE, body(days([1])));
	expect(await another.downloads({ name: 'left-pad', fresh: false }, { signal })).toMatchObject({ type: 'told' });
	expect(workplace.notices).toEqual([]);
});

describe('what cannot be right is not taken', () => {
	test.each<readonly [string, () => unknown, string]>([
		['no list', () => ({}), 'it is no list of days'],
		['no days', () => [], 'it has 0 days'],
		['a year', () => days(Array.from({ length: 365 }, () => 1)), 'it has 365 days'],
		['a negative number', () => days([1, -1]), 'no number'],
		['a number in quotes', () => days(['7']), 'no number'],
		['a fraction', () => days([1.5]), 'no number'],
		['more than can be counted', () => days([1e300]), 'no number'],
		['a day without a number', () => [{ day: '2026-01-01' }], 'no number'],
		['no date', () => [{ day: 'yesterday', downloads: 1 }], 'no date'],
		['a date that is none', () => [{ day: '2026-02-30', downloads: 1 }], 'no date'],
		['a date with a time', () => [{ day: '2026-01-01T00:00:00Z', downloads: 1 }], 'no date'],
		['what is no day', () => [null], 'no date'],
		['days in disorder', () => days([1, 2]).toReversed(), 'do not follow'],
		['a day twice', () => [...days([1]), ...days([1])], 'do not follow'],
		['a day left out', () => days([1, 2, 3]).filter((_, index) => index !== 1), 'do not follow'],
		['days to come', () => days([1]).map((day) => ({ ...day, day: '2999-01-01' })), 'still to come'],
		['too large a sum', () => days(Array.from({ length: 31 }, () => Number.MAX_SAFE_INTEGER)), 'too large'],
	])('%s', async (_, downloads, words) => {
		await using registry = await startFakeRegistry();
		const { workplace, ask } = await askingOf(registry);
		await using __ = workplace;
		registry.serveRaw(ROUTE, body(downloads()));
		expect(await ask()).toMatchObject({ type: 'untold', reason: 'unreadable', why: expect.stringContaining(words) });
	});

	test('numbers of another package', async () => {
		await using registry = await startFakeRegistry();
		const { workplace, ask } = await askingOf(registry);
		await using _ = workplace;
		registry.serveRaw(ROUTE, body(days([1]), { package: 'right-pad' }));
		expect(await ask()).toMatchObject({ reason: 'unreadable', why: expect.stringContaining('another package') });
	});

	test('an answer without end', async () => {
		await using registry = await startFakeRegistry();
		const { workplace, ask } = await askingOf(registry);
		await using _ = workplace;
		registry.serveRaw(ROUTE, body(days(Array.from({ length: 5000 }, () => 1))));
		expect(await ask()).toMatchObject({ type: 'untold', reason: 'unreachable', why: expect.stringContaining('more than 65536 bytes') });
	});
});

test('our own mirror counts what this client fetches, and tells it', async () => {
	await using mirror = await startTemporaryMirror({ now: Date.now });
	const { tarball, ...document } = publishDocument({ name: '@examples/hello', version: '1.0.0' });
	await mirror.put('@examples%2fhello', document);
	await using workplace = await openWorkplace();
	await workplace.writeUserNpmrc(`${credentialKey(mirror.url)}:_authToken=${TOKEN}`);
	const client = await workplace.open({ registry: mirror.url });
	const ask = () => client.downloads({ name: '@examples/hello', fresh: true }, { signal });
	expect(await ask()).toMatchObject({ type: 'told', total: 0, lastWeek: 0, weekBefore: 0 });
	const { stream } = await client.openTarball(
		{ name: '@examples/hello', version: '1.0.0', tarball: '@examples/hello/-/hello-1.0.0.tgz' },
		{ signal },
	);
	expect((await stream.toArray()).reduce((sum: number, chunk: Buffer) => sum + chunk.length, 0)).toBe(tarball.length);
	await vi.waitFor(async () => {
		expect(await ask()).toMatchObject({ total: 1, lastWeek: 1 });
	});
	const told = await ask();
	expect(told.type === 'told' ? told.days : []).toHaveLength(30);
});
