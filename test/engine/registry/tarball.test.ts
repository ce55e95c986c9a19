import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { startFakeRegistry, type FakeRegistryOptions } from '../../helpers/fake-registry.ts';
import { openWorkplace, signal } from './open-client.ts';

async function openWith(options: FakeRegistryOptions = {}) {
	const registry = await startFakeRegistry(options);
	const workplace = await openWorkplace();
	const client = await workplace.open({ registry: registry.url, environment: { npm_config_fetch_retries: '1' } });
	const read = async (tarball: string): Promise<Buffer> => {
		const { stream } = await client.openTarball({ name: 'a', version: '1.0.0', tarball }, { signal });
		return Buffer.concat(await stream.toArray());
	};
	return {
		registry,
		client,
		read,
		async [Symbol.asyncDispose]() {
			await workplace[Symbol.asyncDispose]();
			await registry[Symbol.asyncDispose]();
		},
	};
}

test('the bytes arrive whole and their number is known beforehand', async () => {
	await using setup = await openWith();
	const served = setup.registry.serve('a', '1.0.0', {}, { 'data.bin': Buffer.alloc(500_000, 7) });
	const opened = await setup.client.openTarball({ name: 'a', version: '1.0.0', tarball: served.tarballUrl }, { signal });
	expect(opened.totalBytes).toBe(served.tarball.length);
	expect(Buffer.concat(await opened.stream.toArray()).equals(served.tarball)).toBe(true);
});

test.each([
	['the public registry’s host', (_origin: string) => 'https://registry.npmjs.org/a/-/a-1.0.0.tgz'],
	['a path', (_origin: string) => 'a/-/a-1.0.0.tgz'],
	['a path with a slash before it', (_origin: string) => '/a/-/a-1.0.0.tgz'],
	['the registry itself', (url: string) => `${url}a/-/a-1.0.0.tgz`],
	['the registry with the other protocol', (url: string) => `${url.replace('http:', 'https:')}a/-/a-1.0.0.tgz`],
])('a tarball named by %s is fetched from the registry, below its path', async (_case, tarball) => {
	await using setup = await openWith({ pathPrefix: '/npm/team' });
	const served = setup.registry.serve('a', '1.0.0');
	expect((await setup.read(tarball(setup.registry.url))).equals(served.tarball)).toBe(true);
});

test.each([
	'https://thief.example/a/-/a-1.0.0.tgz',
	'http://127.0.0.1:1/a/-/a-1.0.0.tgz',
	'file:///etc/passwd',
	'https://',
	'../../a-1.0.0.tgz',
	'/..%2f../%2e%2e/%2e%2e/outside.tgz',
])('a tarball at %s is refused without a request', async (tarball) => {
	await using setup = await openWith({ pathPrefix: '/npm/team' });
	await expect(setup.read(tarball)).rejects.toMatchObject({ code: 'registry-response-invalid' });
	expect(setup.registry.requests).toEqual([]);
});

test('a transfer that breaks off says after how many bytes', async () => {
	await using setup = await openWith();
	const served = setup.registry.serve(
		'a',
		'1.0.0',
		{},
		{ 'data.bin': Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 251)) },
	);
	setup.registry.fault({ path: '/a/-/a-1.0.0.tgz', kind: 'truncate' });
	await expect(setup.read(served.tarballUrl)).rejects.toMatchObject({
		code: 'tarball-truncated',
		exitCode: 7,
		message: expect.stringContaining(`of ${served.tarball.length} bytes`) as string,
	});
});

test('a missing tarball is an error of the call, and a passing failure is tried again', async () => {
	await using setup = await openWith();
	const served = setup.registry.serve('a', '1.0.0');
	await expect(setup.read(`${setup.registry.url}a/-/a-2.0.0.tgz`)).rejects.toMatchObject({ code: 'package-not-found' });
	setup.registry.fault({ path: '/a/-/a-1.0.0.tgz', kind: 'status', status: 502, times: 1 });
	expect((await setup.read(served.tarballUrl)).equals(served.tarball)).toBe(true);
});

test('an answer without content is an invalid response, not a wait without end', async () => {
	await using setup = await openWith();
	setup.registry.serveRaw('/a/-/a-1.0.0.tgz', { status: 304, body: '' });
	await expect(setup.read('a/-/a-1.0.0.tgz')).rejects.toMatchObject({ code: 'registry-response-invalid' });
});

test('cancelling ends a transfer that has begun', async () => {
	await using setup = await openWith();
	const served = setup.registry.serve('a', '1.0.0', {}, { 'data.bin': randomBytes(20_000_000) });
	const controller = new AbortController();
	const { stream } = await setup.client.openTarball(
		{ name: 'a', version: '1.0.0', tarball: served.tarballUrl },
		{ signal: controller.signal },
	);
	controller.abort();
	await expect(stream.toArray()).rejects.toMatchObject({ code: 'cancelled' });
});

test('a reader that leaves closes the connection', async () => {
	await using setup = await openWith();
	const served = setup.registry.serve('a', '1.0.0', {}, { 'data.bin': randomBytes(20_000_000) });
	const { stream } = await setup.client.openTarball({ name: 'a', version: '1.0.0', tarball: served.tarballUrl }, { signal });
	await once(stream, 'readable');
	stream.destroy();
	await vi.waitFor(() => {
		expect(setup.registry.openRequests()).toBe(0);
	});
});

test('cancelling ends a request that hangs', async () => {
	await using setup = await openWith();
	const served = setup.registry.serve('a', '1.0.0', {}, { 'data.bin': Buffer.alloc(5_000_000, 1) });
	setup.registry.fault({ path: '/a/-/a-1.0.0.tgz', kind: 'hang' });
	const controller = new AbortController();
	const opened = setup.client.openTarball({ name: 'a', version: '1.0.0', tarball: served.tarballUrl }, { signal: controller.signal });
	setTimeout(() => {
		controller.abort();
	}, 30);
	await expect(opened).rejects.toMatchObject({ code: 'cancelled' });
});

test('offline no tarball is asked for', async () => {
	await using registry = await startFakeRegistry();
	await using workplace = await openWorkplace();
	const client = await workplace.open({ registry: registry.url, offline: true });
	const opened = client.openTarball({ name: 'a', version: '1.0.0', tarball: `${registry.url}a/-/a-1.0.0.tgz` }, { signal });
	await expect(opened).rejects.toMatchObject({ code: 'offline-missing' });
	expect(registry.requests).toEqual([]);
});
