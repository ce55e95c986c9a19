import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openWorkplace, signal } from './open-client.ts';

async function openWith(environment: Record<string, string> = {}) {
	const registry = await startFakeRegistry();
	const workplace = await openWorkplace();
	const client = await workplace.open({ registry: registry.url, environment: { npm_config_fetch_retries: '1', ...environment } });
	return {
		registry,
		client,
		async [Symbol.asyncDispose]() {
			await workplace[Symbol.asyncDispose]();
			await registry[Symbol.asyncDispose]();
		},
	};
}

describe('a registry that fails', () => {
	test('a dead port is unreachable, and the sentence names it', async () => {
		await using setup = await openWith();
		const host = new URL(setup.registry.url).host;
		await setup.registry.close();
		await expect(setup.client.packument('a', { signal })).rejects.toMatchObject({
			code: 'registry-unreachable',
			exitCode: 7,
			message: expect.stringContaining(host) as string,
		});
	});

	test('a page for people instead of JSON is an invalid response', async () => {
		await using setup = await openWith();
		setup.registry.fault({ path: '/a', kind: 'not-json' });
		await expect(setup.client.packument('a', { signal })).rejects.toMatchObject({ code: 'registry-response-invalid', exitCode: 7 });
	});

	test('the document of another package is an invalid response', async () => {
		await using setup = await openWith();
		setup.registry.serveRaw('/a', { body: JSON.stringify({ name: 'b', versions: {} }) });
		await expect(setup.client.packument('a', { signal })).rejects.toMatchObject({
			code: 'registry-response-invalid',
			message: expect.stringContaining('"b"') as string,
		});
	});

	test('a package it does not have is not found, and its name is not put into a path', async () => {
		await using setup = await openWith();
		await expect(setup.client.packument('a', { signal })).rejects.toMatchObject({ code: 'package-not-found', exitCode: 3 });
		await expect(setup.client.packument('../-/npm/v1/keys', { signal })).rejects.toMatchObject({ code: 'package-not-found' });
		expect(setup.registry.requests.map(({ path }) => path)).toEqual(['/a']);
	});

	test.each([{ kind: 'status', status: 503 }, { kind: 'reset' }, { kind: 'truncate' }] as const)(
		'one $kind is tried again',
		async (fault) => {
			await using setup = await openWith();
			setup.registry.serve('a', '1.0.0');
			setup.registry.fault({ path: '/a', times: 1, ...fault });
			expect((await setup.client.packument('a', { signal })).versions.size).toBe(1);
			expect(setup.registry.requests).toHaveLength(2);
		},
	);

	test('it is not tried for ever', async () => {
		await using setup = await openWith();
		setup.registry.fault({ path: '/a', kind: 'status', status: 503 });
		await expect(setup.client.packument('a', { signal })).rejects.toMatchObject({
			code: 'registry-unreachable',
			message: expect.stringContaining('503') as string,
		});
		expect(setup.registry.requests).toHaveLength(2);
	});

	test('silence ends by itself', async () => {
		await using setup = await openWith({ npm_config_fetch_timeout: '150' });
		setup.registry.fault({ path: '/a', kind: 'hang' });
		await expect(setup.client.packument('a', { signal })).rejects.toMatchObject({
			code: 'registry-unreachable',
			message: expect.stringContaining('silent') as string,
		});
	});

	test('a document that unpacks to more than the limit is cut off', async () => {
		await using setup = await openWith();
		const body = gzipSync(Buffer.alloc(300 * 1024 * 1024, ' '), { level: 1 });
		setup.registry.serveRaw('/a', { headers: { 'content-encoding': 'gzip' }, body });
		await expect(setup.client.packument('a', { signal })).rejects.toMatchObject({
			code: 'registry-response-invalid',
			message: expect.stringContaining('more than') as string,
		});
	});
});

test('the page of an error is not read for ever', async () => {
	await using setup = await openWith();
	setup.registry.serveRaw('/a', { status: 400, body: Buffer.alloc(40_000_000, 'x') });
	await expect(setup.client.packument('a', { signal })).rejects.toMatchObject({ code: 'registry-response-invalid' });
	expect(setup.registry.requests.map(({ status }) => status)).toEqual([0]);
});

describe('cancelling', () => {
	test('ends a request that hangs', async () => {
		await using setup = await openWith();
		setup.registry.fault({ path: '/a', kind: 'hang' });
		const controller = new AbortController();
		const asked = setup.client.packument('a', { signal: controller.signal });
		setTimeout(() => {
			controller.abort();
		}, 30);
		await expect(asked).rejects.toMatchObject({ code: 'cancelled', exitCode: 130 });
	});

	test('of one caller does not take the answer from another', async () => {
		await using setup = await openWith();
		setup.registry.serve('a', '1.0.0');
		setup.registry.fault({ path: '/a', kind: 'delay', milliseconds: 60 });
		const controller = new AbortController();
		const first = setup.client.metadata.load(['a'], { signal: controller.signal });
		const second = setup.client.metadata.load(['a'], { signal });
		controller.abort();
		await expect(first).rejects.toMatchObject({ code: 'cancelled' });
		expect((await second).get('a')?.type).toBe('found');
	});

	test('before anything is asked asks nothing', async () => {
		await using setup = await openWith();
		await expect(setup.client.packument('a', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
		expect(setup.registry.requests).toEqual([]);
	});
});
