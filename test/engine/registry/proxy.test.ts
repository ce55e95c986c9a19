import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { startFakeRegistry } from '../../helpers/fake-registry.ts';
import { openWorkplace, signal } from './open-client.ts';

/** A proxy for plain http that takes every host name for the registry. */
async function startProxy(registryUrl: string) {
	const asked: string[] = [];
	const server = createServer((request, response) => {
		const wanted = new URL(request.url ?? '');
		asked.push(wanted.href);
		const target = new URL(`${wanted.pathname}${wanted.search}`, registryUrl);
		httpRequest(target, { headers: request.headers }, (answer) => {
			response.writeHead(answer.statusCode ?? 500, answer.headers);
			answer.pipe(response);
		}).end();
	});
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	return {
		asked,
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => {
				server.close(resolve);
			});
		},
	};
}

test.each(['npm_config_proxy', 'http_proxy'])('a proxy named by %s carries requests to other hosts', async (variable) => {
	await using registry = await startFakeRegistry();
	registry.serve('a', '1.0.0');
	await using proxy = await startProxy(registry.url);
	await using workplace = await openWorkplace();
	const client = await workplace.open({ registry: 'http://registry.invalid/', environment: { [variable]: proxy.url } });
	expect((await client.packument('a', { signal })).versions.size).toBe(1);
	expect(proxy.asked).toEqual(['http://registry.invalid/a']);
});

test('a registry on loopback is never asked through a proxy, which could not reach it and would see its token', async () => {
	await using registry = await startFakeRegistry();
	registry.serve('a', '1.0.0');
	await using proxy = await startProxy(registry.url);
	await using workplace = await openWorkplace();
	const client = await workplace.open({ registry: registry.url, environment: { http_proxy: proxy.url } });
	await client.packument('a', { signal });
	expect(proxy.asked).toEqual([]);
});

test('hosts that need no proxy are asked directly, with their subdomains', async () => {
	await using registry = await startFakeRegistry();
	await using proxy = await startProxy(registry.url);
	await using workplace = await openWorkplace();
	const environment = { http_proxy: proxy.url, no_proxy: 'invalid', npm_config_fetch_retries: '0' };
	const client = await workplace.open({ registry: 'http://registry.invalid/', environment });
	await expect(client.packument('a', { signal })).rejects.toMatchObject({ code: 'registry-unreachable' });
	expect(proxy.asked).toEqual([]);
});

test('a proxy of an unsupported kind is refused when the client is opened', async () => {
	await using workplace = await openWorkplace();
	await expect(workplace.open({ environment: { https_proxy: 'socks5://127.0.0.1:1/' } })).rejects.toMatchObject({
		code: 'settings-invalid',
	});
});
