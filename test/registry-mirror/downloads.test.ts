import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { TOKEN, publishDocument, startTemporaryMirror } from './temporary-mirror.ts';

type Mirror = Awaited<ReturnType<typeof startTemporaryMirror>>;

const HELLO = { name: '@examples/hello', version: '1.0.0' };
const OTHER = { name: '@examples/other', version: '1.0.0' };
const ADDRESS = '@examples%2fhello';
const TARBALL = '@examples/hello/-/hello-1.0.0.tgz';
const WEEK = `downloads/point/last-week/${ADDRESS}`;
const DAY = 86_400_000;

async function startWithHello(options: Parameters<typeof startTemporaryMirror>[0] = {}) {
	const mirror = await startTemporaryMirror(options);
	const { tarball, ...document } = publishDocument(HELLO, { files: { 'large.txt': 'x'.repeat(5000) } });
	await mirror.put(ADDRESS, document);
	return Object.assign(mirror, { tarball });
}

async function download(mirror: Mirror, address = TARBALL, headers: Record<string, string> = {}): Promise<number> {
	const answer = await mirror.get(address, headers);
	await answer.arrayBuffer();
	return answer.status;
}

/** The end of an answer is seen here before its sender has heard that it is out. */
async function expectWeek(mirror: Mirror, downloads: number): Promise<void> {
	await vi.waitFor(async () => {
		expect(await (await mirror.get(WEEK)).json()).toMatchObject({ downloads });
	});
}

test('each tarball that was served to its end counts once, on its day', async () => {
	await using mirror = await startWithHello();
	await download(mirror);
	await download(mirror);
	await expectWeek(mirror, 2);
	mirror.clock.now += 2 * DAY;
	await download(mirror);
	await expectWeek(mirror, 3);
	expect(await (await mirror.get(WEEK)).json()).toEqual({
		downloads: 3,
		start: '2025-12-28',
		end: '2026-01-03',
		package: '@examples/hello',
	});
	expect(await (await mirror.get(`downloads/range/2025-12-31:2026-01-03/@examples/hello`)).json()).toEqual({
		start: '2025-12-31',
		end: '2026-01-03',
		package: '@examples/hello',
		downloads: [
			{ day: '2025-12-31', downloads: 0 },
			{ day: '2026-01-01', downloads: 2 },
			{ day: '2026-01-02', downloads: 0 },
			{ day: '2026-01-03', downloads: 1 },
		],
	});
});

test('what is no download does not count: HEAD, what the client has, a document, a version that is not there', async () => {
	await using mirror = await startWithHello();
	const head = await mirror.get(TARBALL, {}, 'HEAD');
	expect(await download(mirror, TARBALL, { 'if-none-match': head.headers.get('etag') ?? '' })).toBe(304);
	expect(await download(mirror, ADDRESS)).toBe(200);
	expect(await download(mirror, '@examples/hello/-/hello-9.9.9.tgz')).toBe(404);
	expect(await download(mirror, TARBALL, { range: 'bytes=999999-' })).toBe(416);
	expect(await download(mirror)).toBe(200);
	await expectWeek(mirror, 1);
});

test('a download that was taken up again counts once', async () => {
	await using mirror = await startWithHello();
	expect(await download(mirror, TARBALL, { range: 'bytes=0-99' })).toBe(206);
	expect(await download(mirror, TARBALL, { range: `bytes=100-${mirror.tarball.length - 1}` })).toBe(206);
	expect(await download(mirror, TARBALL, { range: 'bytes=0-' })).toBe(206);
	await expectWeek(mirror, 2);
});

test('a transfer that the client breaks off does not count', async () => {
	await using mirror = await startTemporaryMirror();
	// More than the buffers on the way hold, and nothing that packs.
	const noise = randomBytes(12_000_000).toString('base64');
	const { tarball, ...document } = publishDocument(HELLO, { files: { 'noise.txt': noise } });
	expect(tarball.length).toBeGreaterThan(10_000_000);
	await mirror.put(ADDRESS, document);
	const { hostname, port, host } = new URL(mirror.url);
	const socket = connect(Number(port), hostname);
	socket.write(`GET /${TARBALL} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${TOKEN}\r\n\r\n`);
	await once(socket, 'data');
	socket.destroy();
	expect(await download(mirror)).toBe(200);
	await expectWeek(mirror, 1);
});

test('several packages are asked for at once; what is not here is null', async () => {
	await using mirror = await startWithHello();
	await mirror.put('@examples%2fother', publishDocument(OTHER));
	await download(mirror);
	await expectWeek(mirror, 1);
	const answer = await mirror.get(`downloads/point/last-day/${ADDRESS},@examples/other,@examples/none`);
	expect(await answer.json()).toEqual({
		'@examples/hello': { downloads: 1, start: '2026-01-01', end: '2026-01-01', package: '@examples/hello' },
		'@examples/other': { downloads: 0, start: '2026-01-01', end: '2026-01-01', package: '@examples/other' },
		'@examples/none': null,
	});
	const many = Array.from({ length: 129 }, (_, index) => `p${index}`).join(',');
	expect(await (await mirror.get(`downloads/point/last-day/${many}`)).json()).toMatchObject({
		error: 'At most 128 packages can be asked for at once, got 129.',
	});
});

test.each([
	['last-week/@examples/none', 404, 'This registry has no @examples/none.'],
	['last-week/..%2fx', 400, 'That is not the name of a package.'],
	['last-week', 400, 'That is not the name of a package.'],
	['last-decade/@examples/hello', 400, 'Expected last-day, last-week, last-month, last-year, a day such as 2026-01-31'],
	['2026-02-30/@examples/hello', 400, 'got "2026-02-30"'],
	['2025-12-31:2025-12-01/@examples/hello', 400, 'The period 2025-12-31:2025-12-01 ends before it begins.'],
	['2025-12-31:2026-01-02/@examples/hello', 400, 'The period 2025-12-31:2026-01-02 ends after today, 2026-01-01.'],
	['2024-11-27:2026-01-01/@examples/hello', 400, 'The numbers are kept for 400 days, so from 2024-11-28 on'],
	['1:2:3/@examples/hello', 400, 'got "1:2:3"'],
])('asked for %s it answers %i and says why', async (rest, status, words) => {
	await using mirror = await startWithHello();
	for (const kind of ['point', 'range']) {
		const answer = await mirror.get(`downloads/${kind}/${rest}`);
		expect(answer.status).toBe(status);
		expect(await answer.json()).toMatchObject({ error: expect.stringContaining(words) });
	}
});

test('a package that was withdrawn is not told of, nor does anybody learn it without the token', async () => {
	await using mirror = await startWithHello();
	await download(mirror);
	await expectWeek(mirror, 1);
	expect((await fetch(new URL(WEEK, mirror.url))).status).toBe(401);
	const { _rev } = (await (await mirror.get(ADDRESS)).json()) as { _rev: string };
	expect((await mirror.get(`${ADDRESS}/-rev/${_rev}`, {}, 'DELETE')).status).toBe(200);
	expect((await mirror.get(WEEK)).status).toBe(404);
});

test('numbers outlive a restart, and are gone after 400 days', async () => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'plugward-mirror-'));
	try {
		const first = await startWithHello({ folder });
		await download(first);
		await first.mirror.close();
		await using again = await startTemporaryMirror({ folder });
		await expectWeek(again, 1);
		again.clock.now += 399 * DAY;
		expect(await (await again.get(`downloads/point/2026-01-01/${ADDRESS}`)).json()).toMatchObject({ downloads: 1 });
		again.clock.now += DAY;
		await download(again);
		await expectWeek(again, 1);
		again.clock.now -= DAY;
		expect(await (await again.get(`downloads/point/2026-01-01/${ADDRESS}`)).json()).toMatchObject({ downloads: 0 });
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
});

test('damaged numbers are put aside, and the registry goes on serving', async () => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'plugward-mirror-'));
	const file = path.join(folder, 'downloads.sqlite');
	await writeFile(file, 'no database at all, but long enough to look at. '.repeat(40));
	await using mirror = await startWithHello({ folder });
	await download(mirror);
	await expectWeek(mirror, 1);
	expect(mirror.failures).toEqual([expect.stringContaining('The numbers of downloads could not be read')]);
	expect((await readFile(`${file}.damaged`, 'utf8')).startsWith('no database')).toBe(true);
});

test('search and the list of packages tell the downloads of a week, the list again when they change', async () => {
	await using mirror = await startWithHello();
	await mirror.put('@examples%2fother', publishDocument(OTHER));
	const before = await (await mirror.get('-/plugward/index')).text();
	const revision = String((JSON.parse(before.split('\n')[0] ?? '') as { revision: unknown }).revision);
	await download(mirror);
	await expectWeek(mirror, 1);
	mirror.clock.now += 60_000;
	const hits = (await (await mirror.get('-/v1/search?text=hello')).json()) as { objects: readonly unknown[] };
	expect(hits.objects).toMatchObject([{ package: { name: '@examples/hello' }, downloads: { weekly: 1 } }]);
	const changed = (await (await mirror.get(`-/plugward/index?since=${revision}`)).text()).split('\n');
	expect(changed.filter((line) => line.includes('@examples/hello'))).toHaveLength(1);
	expect(changed.filter((line) => line.includes('@examples/other'))).toHaveLength(0);
});

test('nothing is kept but names, days and numbers', async () => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'plugward-mirror-'));
	try {
		const mirror = await startWithHello({ folder });
		await download(mirror, TARBALL, { 'user-agent': 'somebody-in-particular/1.0', referer: 'https://where.example.com/' });
		await mirror.mirror.close();
		const kept = await readFile(path.join(folder, 'downloads.sqlite'), 'latin1');
		expect(kept).toContain('@examples/hello');
		for (const secret of ['somebody', 'where.example.com', '127.0.0.1', TOKEN]) {
			expect(kept).not.toContain(secret);
		}

		expect((await stat(path.join(folder, 'downloads.sqlite'))).mode & 0o077).toBe(0);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
});
