import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { openWorkplace, signal } from './open-client.ts';

const FILE = randomBytes(64_000);
const CHUNK = 8000;

type Behaviour = {
	/** Sends at most this many bytes of a call and then cuts the connection. */
	readonly cutAfter: (call: number) => number;
	/** The file as it is at this call. */
	readonly file?: (call: number) => { readonly bytes: Buffer; readonly etag: string | null };
	readonly knowsRanges?: boolean;
	/** Answers a range with another part than the one asked for. */
	readonly shift?: number;
};

const whole = () => ({ bytes: FILE, etag: '"first"' });

/** A registry on loopback that serves one tarball and cuts it off. */
async function startCuttingRegistry({ cutAfter, file = whole, knowsRanges = true, shift = 0 }: Behaviour) {
	const ranges: (string | null)[] = [];
	const server = createServer((request: IncomingMessage, response: ServerResponse) => {
		const call = ranges.length;
		ranges.push(request.headers.range ?? null);
		const { bytes, etag } = file(call);
		const asked = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
		const isPartial = knowsRanges && asked > 0 && (request.headers['if-range'] ?? etag) === etag;
		const first = isPartial ? asked + shift : 0;
		const body = bytes.subarray(first);
		response.writeHead(isPartial ? 206 : 200, {
			'content-length': String(body.length),
			...(etag === null ? {} : { etag }),
			...(isPartial ? { 'content-range': `bytes ${first}-${bytes.length - 1}/${bytes.length}` } : {}),
		});
		const sent = body.subarray(0, cutAfter(call));
		if (sent.length === body.length) {
			response.end(sent);
		} else {
			response.write(sent, () => request.socket.destroy());
		}
	});
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const workplace = await openWorkplace();
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
	const client = await workplace.open({ registry: url, environment: { npm_config_fetch_retries: '1' } });
	return {
		ranges,
		read: async () => {
			const { stream, totalBytes } = await client.openTarball({ name: 'a', version: '1.0.0', tarball: `${url}a.tgz` }, { signal });
			return { totalBytes, bytes: Buffer.concat(await stream.toArray()) };
		},
		async [Symbol.asyncDispose]() {
			await workplace[Symbol.asyncDispose]();
			server.closeAllConnections();
			server.close();
		},
	};
}

test('a transfer cut after every chunk arrives whole, each call beginning where the last one ended', { timeout: 20_000 }, async () => {
	await using registry = await startCuttingRegistry({ cutAfter: () => CHUNK });
	const { totalBytes, bytes } = await registry.read();
	expect(totalBytes).toBe(FILE.length);
	expect(bytes.equals(FILE)).toBe(true);
	expect(registry.ranges).toEqual([null, ...Array.from({ length: 7 }, (_, i) => `bytes=${(i + 1) * CHUNK}-`)]);
});

test.each([0, 1, CHUNK, FILE.length - 1])('a transfer cut once, after %i bytes, goes on there', async (cut) => {
	await using registry = await startCuttingRegistry({ cutAfter: (call) => (call === 0 ? cut : FILE.length) });
	expect((await registry.read()).bytes.equals(FILE)).toBe(true);
	expect(registry.ranges).toEqual([null, cut === 0 ? null : `bytes=${cut}-`]);
});

test('a registry that knows no ranges sends all of it again, and every byte arrives once', async () => {
	await using registry = await startCuttingRegistry({ cutAfter: (call) => (call === 0 ? CHUNK : FILE.length), knowsRanges: false });
	expect((await registry.read()).bytes.equals(FILE)).toBe(true);
});

test.each([
	['with another etag', { bytes: randomBytes(FILE.length), etag: '"second"' }],
	['of another size', { bytes: randomBytes(FILE.length + 1), etag: null }],
])('a file that changed in between, now %s, is not put together with the first', async (_how, second) => {
	await using registry = await startCuttingRegistry({
		cutAfter: (call) => (call === 0 ? CHUNK : FILE.length + 1),
		file: (call) => (call === 0 ? { bytes: FILE, etag: second.etag === null ? null : '"first"' } : second),
	});
	await expect(registry.read()).rejects.toMatchObject({
		code: 'tarball-truncated',
		message: expect.stringContaining(`another file there now, after ${CHUNK} of ${FILE.length} bytes`) as string,
	});
});

test('a range other than the one asked for is refused', async () => {
	await using registry = await startCuttingRegistry({ cutAfter: (call) => (call === 0 ? CHUNK : FILE.length), shift: 1 });
	await expect(registry.read()).rejects.toMatchObject({ code: 'tarball-truncated' });
});

test('a transfer that gets no further is given up, with the bytes it got', async () => {
	await using registry = await startCuttingRegistry({ cutAfter: (call) => (call === 0 ? CHUNK : 0) });
	await expect(registry.read()).rejects.toMatchObject({
		code: 'tarball-truncated',
		message: expect.stringContaining(`after ${CHUNK} of ${FILE.length} bytes`) as string,
	});
	expect(registry.ranges).toHaveLength(3);
});
