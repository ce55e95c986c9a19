import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

import { isOwnAddress, isPublicAddress } from '../../../source/engine/sandbox/broker/addresses.ts';
import { createNetBroker, type ResolveHost } from '../../../source/engine/sandbox/broker/net.ts';
import { DEFAULT_QUOTAS } from '../../../source/engine/sandbox/broker/quotas.ts';
import { gateOf, observed, outputOf, pluginCode, run } from './plugin-run.ts';

const { signal: never } = new AbortController();

async function server(answer: (request: IncomingMessage, response: ServerResponse) => void) {
	const listening = createServer(answer);
	await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
	const { port } = listening.address() as AddressInfo;
	return {
		port,
		[Symbol.asyncDispose]: async () => {
			listening.closeAllConnections();
			await new Promise((resolve) => listening.close(resolve));
		},
	};
}

function fetchThrough(
	allow: readonly string[],
	url: string,
	more: { readonly resolveHost?: ResolveHost; readonly signal?: AbortSignal; readonly [key: string]: unknown } = {},
) {
	const { resolveHost, signal = never, ...args } = more;
	const gate = gateOf(allow);
	const broker = createNetBroker({ gate, quotas: DEFAULT_QUOTAS, ...(resolveHost === undefined ? {} : { resolveHost }) });
	return broker.fetch({ url, method: 'GET', headers: [], redirect: 'follow', body: null, ...args }, signal);
}

test('only the granted host and port are reached', async () => {
	await using http = await server((_, response) => response.end('hello'));
	const granted = [`net:127.0.0.1:${http.port}`];
	expect(await fetchThrough(granted, `http://127.0.0.1:${http.port}/`)).toMatchObject({
		type: 'done',
		value: { status: 200, body: Buffer.from('hello').toString('base64') },
	});
	for (const url of [
		`http://127.0.0.1:${http.port + 1}/`,
		`http://127.0.0.2:${http.port}/`,
		`http://localhost:${http.port}/`,
		'https://example.com/',
	]) {
		expect(await fetchThrough(granted, url)).toMatchObject({ type: 'denied', rule: 'not-granted' });
	}
});

test('a grant for some methods opens only those, redirects included', async () => {
	await using http = await server((request, response) => {
		if (request.url === '/turn') {
			response.writeHead(307, { location: '/end' }).end();
		} else {
			response.end(request.method);
		}
	});
	const origin = `http://127.0.0.1:${http.port}`;
	const granted = [`net.get,post:127.0.0.1:${http.port}`];
	expect(await fetchThrough(granted, `${origin}/`)).toMatchObject({ type: 'done' });
	expect(await fetchThrough(granted, `${origin}/turn`, { method: 'POST' })).toMatchObject({ type: 'done' });
	expect(await fetchThrough(granted, `${origin}/`, { method: 'DELETE' })).toMatchObject({
		type: 'denied',
		rule: 'not-granted',
		permission: { methods: ['DELETE'] },
		text: `Network access to 127.0.0.1:${http.port} with DELETE was not granted.`,
	});
});

test('other spellings of an address are the address', async () => {
	await using http = await server((_, response) => response.end('hello'));
	for (const host of ['2130706433', '0x7f.1', '127.1']) {
		expect(await fetchThrough([`net:127.0.0.1:${http.port}`], `http://${host}:${http.port}/`)).toMatchObject({ type: 'done' });
		expect(await fetchThrough([`net:example.com:${http.port}`], `http://${host}:${http.port}/`)).toMatchObject({ type: 'denied' });
	}
});

test('a granted name that resolves to a private address is denied', async () => {
	await using http = await server((_, response) => response.end('inside'));
	const resolveHost = async () => ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', '::ffff:127.0.0.1'];
	const outcome = await fetchThrough([`net:rebound.example:${http.port}`], `http://rebound.example:${http.port}/`, { resolveHost });
	expect(outcome).toMatchObject({ type: 'denied', rule: 'private-address' });
});

test.each([
	'64:ff9b::7f00:1',
	'64:ff9b:1::a00:1',
	'2002:7f00:1::1',
	'2001:0:7f00:1::1',
	'::ffff:10.0.0.1',
	'::127.0.0.1',
	'fe80::1%lo',
	'100.64.1.1',
	'0.0.0.0',
	'ff02::fb',
])('a granted name that resolves to %s alone is denied, and literally it is denied as not granted', async (address) => {
	const granted = ['net:tunnel.example'];
	const outcome = await fetchThrough(granted, 'https://tunnel.example/', { resolveHost: async () => [address] });
	expect(outcome).toMatchObject({ type: 'denied', rule: 'private-address' });
	const literal = address.includes(':') ? `[${address}]` : address;
	expect((await fetchThrough(granted, `https://${literal}/`)).type).toMatch(/^(?:denied|failed)$/);
});

test("a granted name that is this machine's own address is denied, also where that is a public one", async () => {
	const own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
	expect(own.length).toBeGreaterThan(0);
	expect(own.every((address) => isOwnAddress(address))).toBe(true);
	expect(isOwnAddress('0:0:0:0:0:0:0:1')).toBe(own.includes('::1'));
	expect(isOwnAddress('93.184.215.14')).toBe(false);
	expect(isOwnAddress('no address')).toBe(false);
	const outcome = await fetchThrough(['net:self.example'], 'https://self.example/', { resolveHost: async () => own });
	expect(outcome).toMatchObject({ type: 'denied', rule: 'private-address' });
});

test('a redirect to a granted name that means something private by now is denied', async () => {
	await using http = await server((_, response) => response.writeHead(302, { location: 'https://later.example/' }).end());
	const granted = [`net:127.0.0.1:${http.port}`, 'net:later.example'];
	const resolveHost = async () => ['64:ff9b::a9fe:a9fe'];
	expect(await fetchThrough(granted, `http://127.0.0.1:${http.port}/`, { resolveHost })).toMatchObject({
		type: 'denied',
		rule: 'private-address',
		resource: 'https://later.example/',
	});
});

test('a name is resolved once for each request, and a later answer does not count for an earlier check', async () => {
	await using http = await server((_, response) => response.end('inside'));
	const answers = [['93.184.215.14', '127.0.0.1'], ['127.0.0.1']];
	let asked = 0;
	const resolveHost = async (): Promise<readonly string[]> => answers[Math.min(asked++, 1)] ?? [];
	const granted = [`net:turning.example:${http.port}`];
	const turning = () => fetchThrough(granted, `http://turning.example:${http.port}/`, { resolveHost, signal: AbortSignal.abort() });
	// The public address is taken, and nothing is sent to it here.
	await expect(turning().catch((error: unknown) => ({ type: 'failed', error }))).resolves.toMatchObject({ type: 'failed' });
	expect(asked).toBe(1);
	expect(await turning()).toMatchObject({ type: 'denied', rule: 'private-address' });
});

test('localhost opens this machine when it is granted by that name', async () => {
	await using http = await server((_, response) => response.end('mine'));
	expect(await fetchThrough([`net:localhost:${http.port}`], `http://localhost:${http.port}/`)).toMatchObject({ type: 'done' });
	expect(
		await fetchThrough([`net:localhost:${http.port}`], `http://localhost:${http.port}/`, { resolveHost: async () => ['8.8.8.8'] }),
	).toMatchObject({
		rule: 'private-address',
	});
});

test('every redirect starts over with the grants', async () => {
	await using other = await server((_, response) => response.end('reached'));
	await using http = await server((request, response) => {
		const target = request.url === '/same' ? '/end' : `http://127.0.0.1:${other.port}/`;
		if (request.url === '/end') {
			response.end('end');
		} else {
			response.writeHead(302, { location: target }).end();
		}
	});
	const granted = `net:127.0.0.1:${http.port}`;
	expect(await fetchThrough([granted], `http://127.0.0.1:${http.port}/same`)).toMatchObject({
		type: 'done',
		value: { redirected: true, status: 200 },
	});
	expect(await fetchThrough([granted], `http://127.0.0.1:${http.port}/away`)).toMatchObject({
		type: 'denied',
		rule: 'not-granted',
		permission: { port: other.port },
	});
	expect(await fetchThrough([granted], `http://127.0.0.1:${http.port}/same`, { redirect: 'manual' })).toMatchObject({
		value: { status: 302 },
	});
	expect(await fetchThrough([granted], `http://127.0.0.1:${http.port}/same`, { redirect: 'error' })).toMatchObject({
		type: 'failed',
		code: 'ERR_REDIRECT',
	});
});

test('credentials do not follow a redirect to another origin', async () => {
	const seen: (string | undefined)[] = [];
	await using other = await server((request, response) => {
		seen.push(request.headers.authorization, request.headers.host);
		response.end('x');
	});
	await using http = await server((_, response) => response.writeHead(307, { location: `http://127.0.0.1:${other.port}/` }).end());
	await fetchThrough([`net:127.0.0.1:${http.port}`, `net:127.0.0.1:${other.port}`], `http://127.0.0.1:${http.port}/`, {
		headers: [
			['authorization', 'secret'],
			['host', 'elsewhere.example'],
		],
	});
	expect(seen).toEqual([undefined, `127.0.0.1:${other.port}`]);
});

test('an endless redirect, a long body and a bomb are failures', async () => {
	await using http = await server((request, response) => {
		switch (request.url ?? '') {
			case '/loop':
				return void response.writeHead(302, { location: '/loop' }).end();
			case '/long':
				return void response.end(Buffer.alloc(9 * 1024 * 1024));
			default:
				return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(32 * 1024 * 1024)));
		}
	});
	const granted = [`net:127.0.0.1:${http.port}`];
	expect(await fetchThrough(granted, `http://127.0.0.1:${http.port}/loop`)).toMatchObject({ type: 'failed', code: 'ERR_REDIRECT' });
	expect(await fetchThrough(granted, `http://127.0.0.1:${http.port}/long`)).toMatchObject({ type: 'failed', code: 'ERR_TOO_LARGE' });
	expect(await fetchThrough(granted, `http://127.0.0.1:${http.port}/bomb`)).toMatchObject({ type: 'failed', code: 'ERR_TOO_LARGE' });
});

test('what is not an http request is refused before anything is opened', async () => {
	for (const url of ['file:///etc/passwd', 'ftp://127.0.0.1/', 'http://user:pass@127.0.0.1/', 'nonsense', 'data:,x']) {
		expect((await fetchThrough(['net:127.0.0.1:80'], url)).type).toBe('failed');
	}

	expect(await fetchThrough(['net:127.0.0.1:80'], 'http://127.0.0.1/', { method: 'CONNECT' })).toMatchObject({ type: 'failed' });
	expect(await fetchThrough(['net:127.0.0.1:80'], 'http://127.0.0.1/', { headers: [['x', 'a\r\nb: c']] })).toMatchObject({
		type: 'failed',
	});
	expect(await fetchThrough(['net:example.com'], 'http://example.com:443/')).toMatchObject({ type: 'denied', rule: 'plain-http' });
	expect(await fetchThrough(['net:example.com'], 'http://example.com/')).toMatchObject({ type: 'denied', rule: 'not-granted' });
});

test.each([
	['8.8.8.8', true],
	['2606:4700::1111', true],
	['127.0.0.1', false],
	['10.1.2.3', false],
	['172.31.0.1', false],
	['192.168.0.1', false],
	['169.254.169.254', false],
	['100.64.0.1', false],
	['0.0.0.0', false],
	['255.255.255.255', false],
	['::1', false],
	['::', false],
	['fe80::1', false],
	['fd00::1', false],
	['::ffff:8.8.8.8', false],
	['64:ff9b::a00:1', false],
	['2002:a00:1::', false],
	['2001:db8::1', false],
	['0.1.2.3', false],
	['100.127.255.255', false],
	['100.128.0.1', true],
	['192.0.0.8', false],
	['192.88.99.1', false],
	['198.19.255.255', false],
	['224.0.0.1', false],
	['239.255.255.250', false],
	['240.0.0.1', false],
	['::8.8.8.8', false],
	['::ffff:0:8.8.8.8', false],
	['::ffff:a9fe:a9fe', false],
	['64:ff9b::8.8.8.8', false],
	['64:ff9b:1::8.8.8.8', false],
	['64:ff9b:1:ffff::1', false],
	['100::1', false],
	['2001::1', false],
	['2001:0:53aa:64c:0:fbfe:f3f5:9bf7', false],
	['2001:20::1', false],
	['2002:7f00:1::', false],
	['3ffe::1', false],
	['3fff::1', false],
	['fc00::1', false],
	['fe80::1%eth0', false],
	['fec0::1', false],
	['ff02::1', false],
	['ff0e::1', false],
	['2606:4700::1111%eth0', false],
	['2a00:1450:4001::200e', true],
	['[::1]', false],
	['not an address', false],
])('the address %s is public: %s', (address, isPublic) => {
	expect(isPublicAddress(address)).toBe(isPublic);
});

test('fetch inside the isolate sends and receives through the broker', async () => {
	await using http = await server((request, response) => {
		const parts: Buffer[] = [];
		request.on('data', (part: Buffer) => parts.push(part));
		response.writeHead(201, { 'content-type': 'application/json', 'x-two': 'b' });
		request.once('end', () =>
			response.end(
				JSON.stringify({ method: request.method, body: Buffer.concat(parts).toString(), type: request.headers['content-type'] }),
			),
		);
	});
	const body = `
		const response = await fetch(input.url, { method: 'POST', body: new URLSearchParams({ a: 'ü' }), headers: { 'Content-Type': 'x/y' } });
		return [response.ok, response.status, response.headers.get('X-Two'), await response.json()];`;
	expect(await outputOf(body, { input: { url: `http://127.0.0.1:${http.port}/p` }, allow: [`net:127.0.0.1:${http.port}`] })).toEqual([
		true,
		201,
		'b',
		{ method: 'POST', body: 'a=%C3%BC', type: 'x/y' },
	]);
});

test('a denied fetch never reaches the server, and the audit line has no query', async () => {
	let reached = 0;
	await using http = await server((_, response) => {
		reached += 1;
		response.end();
	});
	const seen = observed();
	await run(pluginCode('return fetch(input.url).catch((error) => error.code);'), {
		input: { url: `http://127.0.0.1:${http.port}/p?token=secret` },
		observe: seen,
	});
	expect(reached).toBe(0);
	expect(seen.audit[1]).toMatchObject({
		event: 'permission-denied',
		permission: `net:127.0.0.1:${http.port}`,
		resource: `http://127.0.0.1:${http.port}/p`,
	});
});

test('a request that never ends is cut off with the run', async () => {
	await using http = await server(() => undefined);
	const started = run(pluginCode('return (await fetch(input.url)).status;'), {
		input: { url: `http://127.0.0.1:${http.port}/` },
		allow: [`net:127.0.0.1:${http.port}`],
		limits: { wallMilliseconds: 500, cpuMilliseconds: 500, memoryBytes: 64 * 1024 * 1024 },
	});
	await expect(started).rejects.toMatchObject({ code: 'plugin-limit' });
});
