import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { startMirror } from '../../registry-mirror/index.ts';
import { TOKEN, publishDocument, startTemporaryMirror } from './temporary-mirror.ts';

const HELLO = { name: '@examples/hello', version: '1.0.0', description: 'says hello', keywords: ['greeting'] };
const ADDRESS = '@examples%2fhello';
const TARBALL = '@examples/hello/-/hello-1.0.0.tgz';

test('every route asks for the token, also those that do not exist', async () => {
	await using mirror = await startTemporaryMirror();
	for (const address of ['', '-/ping', '-/whoami', ADDRESS, TARBALL, '-/v1/search', '-/npm/v1/keys', '-/nothing', '..%2f..%2fetc']) {
		for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'Basic dG9rZW4=' }] as Record<string, string>[]) {
			const answer = await fetch(new URL(address, mirror.url), { headers });
			expect(answer.status).toBe(401);
			expect(answer.headers.get('www-authenticate')).toContain('Bearer');
		}
	}

	expect(await (await mirror.get('-/whoami')).json()).toEqual({ username: 'local' });
});

test('without a token everybody on this machine is served', async () => {
	await using mirror = await startTemporaryMirror({ token: null });
	expect((await fetch(`${mirror.url}-/ping`)).status).toBe(200);
});

test('a host name that is not the mirror is not answered', async () => {
	await using mirror = await startTemporaryMirror({ publicUrls: ['https://npm.example.com/'] });
	await mirror.put(ADDRESS, publishDocument(HELLO));
	expect((await raw(mirror.url, { host: 'evil.example.com' })).status).toBe(421);
	const known = await raw(mirror.url, { host: 'npm.example.com' });
	expect(known.status).toBe(200);
	expect(known.body).toContain('"tarball":"https://npm.example.com/@examples/hello/-/hello-1.0.0.tgz"');
});

test.each([
	['gzip', gunzipSync],
	['zstd', zstdDecompressSync],
] as const)('a packument comes as %s with an ETag of its own, and 304 for any ETag of the same content', async (encoding, decompress) => {
	await using mirror = await startTemporaryMirror();
	await mirror.put(ADDRESS, publishDocument(HELLO));
	const plain = await raw(mirror.url, { 'accept-encoding': 'identity' });
	const packed = await raw(mirror.url, { 'accept-encoding': encoding });
	expect(packed.headers['content-encoding']).toBe(encoding);
	expect(packed.headers['vary']).toBe('accept, accept-encoding');
	expect(decompress(packed.bytes).toString()).toBe(plain.body);
	expect(packed.headers['etag']).not.toBe(plain.headers['etag']);
	for (const etag of [plain.headers['etag'], packed.headers['etag'], `W/${packed.headers['etag']}`, `"x", ${packed.headers['etag']}`]) {
		const again = await raw(mirror.url, { 'accept-encoding': encoding, 'if-none-match': etag ?? '' });
		expect(again.status).toBe(304);
		expect(again.bytes).toHaveLength(0);
	}

	expect((await raw(mirror.url, { 'if-none-match': '"other"' })).status).toBe(200);
});

test('a changed package has another ETag', async () => {
	await using mirror = await startTemporaryMirror();
	await mirror.put(ADDRESS, publishDocument(HELLO));
	const before = (await mirror.get(ADDRESS)).headers.get('etag') ?? '';
	await mirror.put(ADDRESS, publishDocument({ ...HELLO, version: '1.1.0' }));
	expect((await mirror.get(ADDRESS, { 'if-none-match': before })).status).toBe(200);
});

test('a tarball is immutable, has an ETag, answers HEAD and ranges', async () => {
	await using mirror = await startTemporaryMirror();
	const { tarball, ...document } = publishDocument(HELLO);
	await mirror.put(ADDRESS, document);
	const head = await mirror.get(TARBALL, {}, 'HEAD');
	expect(head.headers.get('content-length')).toBe(String(tarball.length));
	expect(head.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
	const etag = head.headers.get('etag') ?? '';
	expect((await mirror.get(TARBALL, { 'if-none-match': etag })).status).toBe(304);
	const packument = await mirror.get(ADDRESS, { 'accept-encoding': 'identity' }, 'HEAD');
	expect(Number(packument.headers.get('content-length'))).toBeGreaterThan(500);

	const ranges: [string, Buffer][] = [
		['bytes=0-9', tarball.subarray(0, 10)],
		['bytes=10-', tarball.subarray(10)],
		['bytes=-7', tarball.subarray(-7)],
		['bytes=5-999999', tarball.subarray(5)],
	];
	for (const [range, expected] of ranges) {
		const part = await mirror.get(TARBALL, { range, 'if-range': etag });
		expect(part.status).toBe(206);
		expect(Buffer.from(await part.arrayBuffer()).equals(expected)).toBe(true);
	}

	expect((await mirror.get(TARBALL, { range: 'bytes=0-9' })).headers.get('content-range')).toBe(`bytes 0-9/${tarball.length}`);
	expect((await mirror.get(TARBALL, { range: 'bytes=0-9', 'if-range': '"other"' })).status).toBe(200);
	expect((await mirror.get(TARBALL, { range: 'bytes=0-1,3-4' })).status).toBe(200);
	const beyond = await mirror.get(TARBALL, { range: 'bytes=999999-' });
	expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${tarball.length}`]);
	expect([beyond.headers.get('etag'), beyond.headers.get('cache-control')]).toEqual([null, 'no-store']);
});

test('a tarball too large for memory is streamed whole and in parts', async () => {
	await using mirror = await startTemporaryMirror();
	const noise = Array.from({ length: 90_000 }, (_, index) => ((index * 2_654_435_761) % 4_294_967_296).toString(36)).join('');
	const { tarball, ...document } = publishDocument(HELLO, { files: { 'noise.txt': noise } });
	expect(tarball.length).toBeGreaterThan(256 * 1024);
	await mirror.put(ADDRESS, document);
	expect(Buffer.from(await (await mirror.get(TARBALL)).arrayBuffer()).equals(tarball)).toBe(true);
	const part = await mirror.get(TARBALL, { range: 'bytes=100-199' });
	expect(Buffer.from(await part.arrayBuffer()).equals(tarball.subarray(100, 200))).toBe(true);
});

test('tags are listed, set and removed, and latest stays', async () => {
	await using mirror = await startTemporaryMirror();
	await mirror.put(ADDRESS, publishDocument(HELLO));
	await mirror.put(ADDRESS, { ...publishDocument({ ...HELLO, version: '2.0.0' }), 'dist-tags': { next: '2.0.0' } });
	const tags = `-/package/${ADDRESS}/dist-tags`;
	expect(await (await mirror.get(tags)).json()).toEqual({ latest: '1.0.0', next: '2.0.0' });
	expect((await mirror.put(`${tags}/beta`, '2.0.0')).status).toBe(201);
	expect((await mirror.put(`${tags}/beta`, '3.0.0')).status).toBe(400);
	expect((await mirror.get(`${tags}/next`, {}, 'DELETE')).status).toBe(200);
	expect((await mirror.get(`${tags}/latest`, {}, 'DELETE')).status).toBe(400);
	expect(await (await mirror.get('-/package/@examples/hello/dist-tags')).json()).toEqual({ latest: '1.0.0', beta: '2.0.0' });
	expect(await (await mirror.get(`${ADDRESS}/beta`)).json()).toMatchObject({ version: '2.0.0' });
});

test('search finds by name, keyword and description, best first, with the array npm insists on', async () => {
	await using mirror = await startTemporaryMirror();
	await mirror.put(ADDRESS, publishDocument(HELLO));
	await mirror.put('@examples%2fother', publishDocument({ name: '@examples/other', version: '1.0.0', description: 'not hello' }));
	const find = async (query: string) => {
		const page = (await (await mirror.get(`-/v1/search?${query}`)).json()) as {
			objects: { package: { name: string; maintainers: unknown } }[];
			total: number;
		};
		return { names: page.objects.map((hit) => hit.package.name), total: page.total, maintainers: page.objects[0]?.package.maintainers };
	};
	expect(await find('text=hello')).toEqual({
		names: ['@examples/hello', '@examples/other'],
		total: 2,
		maintainers: [{ username: 'local' }],
	});
	expect((await find('text=hello&size=1&from=1')).names).toEqual(['@examples/other']);
	expect((await find('text=keywords:greeting')).names).toEqual(['@examples/hello']);
	expect((await find('text=nothing')).total).toBe(0);
	expect((await find('text=zzz&text=b&size=-1&from=x')).total).toBe(0);
});

test('an audit with a gzipped body finds nothing and fails nothing', async () => {
	await using mirror = await startTemporaryMirror();
	const answer = await fetch(`${mirror.url}-/npm/v1/security/advisories/bulk`, {
		method: 'POST',
		headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', 'content-encoding': 'gzip' },
		body: gzipSync('{"a":["1.0.0"]}'),
	});
	expect(await answer.json()).toEqual({});
});

test.each([
	'/../../etc/passwd',
	'/..%2f..%2fetc%2fpasswd',
	'/@examples%2f..%2f..',
	'/%00',
	'/a/-/..%2f..%2fsigning-key.pem',
	'/%zz',
	'/a/-/b-1.0.0.tgz',
	'/-/package/..%2fx/dist-tags',
	'/-/npm/v1/attestations/../../x@1.0.0',
])('the path %s reaches nothing', async (path) => {
	await using mirror = await startTemporaryMirror();
	const answer = await raw(mirror.url, {}, path);
	expect(answer.status).toBeGreaterThanOrEqual(400);
	expect(answer.status).toBeLessThan(500);
	expect(JSON.parse(answer.body)).toHaveProperty('error');
	expect(mirror.failures).toEqual([]);
});

test('headers beyond 16 KiB are refused', async () => {
	await using mirror = await startTemporaryMirror();
	const socket = connect(Number(new URL(mirror.url).port), '127.0.0.1');
	socket.write(`GET /-/ping HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`);
	const [answer] = (await once(socket, 'data')) as [Buffer];
	socket.destroy();
	expect(answer.toString()).toContain('431');
});

test('two mirrors do not share a folder, and one that was killed does not keep it', async () => {
	await using mirror = await startTemporaryMirror();
	const again = { folder: mirror.folder, port: 0, token: null, upstream: null, localScopes: [] };
	await expect(startMirror(again)).rejects.toMatchObject({ code: 'folder-busy' });
	await mirror.mirror.close();

	// The parent of this process runs, and only with its real start time is it taken for the owner.
	const stat = await readFile(`/proc/${process.ppid}/stat`, 'utf8').catch(() => '');
	const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
	await writeFile(`${mirror.folder}/mirror.pid`, `${process.ppid} ${start}`);
	await expect(startMirror(again)).rejects.toMatchObject({ code: 'folder-busy' });
	await writeFile(`${mirror.folder}/mirror.pid`, '999999999 1');
	await (await startMirror(again)).close();
});

test.each(['ftp://example.com/', 'http://user:secret@example.com/', 'nonsense'])(
	'the upstream %s is refused at start without repeating it',
	async (url) => {
		const started = startTemporaryMirror({ upstream: { url, authorization: null, offline: false } });
		await expect(started).rejects.toMatchObject({ code: 'request-invalid', message: expect.not.stringContaining('secret') as unknown });
	},
);

function raw(url: string, headers: Record<string, string>, path = `/${ADDRESS}`) {
	return new Promise<{ status: number; headers: Record<string, string | undefined>; bytes: Buffer; body: string }>((resolve, reject) => {
		const { hostname, port } = new URL(url);
		const sent = request({ hostname, port, path, headers: { authorization: `Bearer ${TOKEN}`, ...headers } }, (response) => {
			const parts: Buffer[] = [];
			response.on('data', (part: Buffer) => parts.push(part));
			response.on('end', () => {
				const bytes = Buffer.concat(parts);
				resolve({
					status: response.statusCode ?? 0,
					headers: response.headers as Record<string, string | undefined>,
					bytes,
					body: bytes.toString(),
				});
			});
		});
		sent.on('error', reject);
		sent.end();
	});
}
