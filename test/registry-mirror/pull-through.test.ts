import { createHash } from 'node:crypto';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startFakeRegistry } from '../helpers/fake-registry.ts';
import { startTemporaryMirror } from './temporary-mirror.ts';

const MINUTE = 60_000;

function through(url: string, more: { offline?: boolean; authorization?: string } = {}) {
	return { upstream: { url, authorization: more.authorization ?? null, offline: more.offline ?? false } };
}

test('thirty cold requests for one packument cost the upstream one request', async () => {
	await using upstream = await startFakeRegistry();
	upstream.serve('left-pad', '1.0.0');
	upstream.fault({ path: '/left-pad', kind: 'delay', milliseconds: 100, times: 1 });
	await using mirror = await startTemporaryMirror(through(upstream.url));
	const answers = await Promise.all(Array.from({ length: 30 }, () => mirror.get('left-pad')));
	expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
	expect(upstream.requestsTo('/left-pad')).toHaveLength(1);
});

test('thirty cold requests for one tarball cost the upstream one request', async () => {
	await using upstream = await startFakeRegistry();
	const served = upstream.serve('left-pad', '1.0.0');
	await using mirror = await startTemporaryMirror(through(upstream.url));
	const answers = await Promise.all(Array.from({ length: 30 }, () => mirror.get('left-pad/-/left-pad-1.0.0.tgz')));
	for (const answer of answers) {
		expect(Buffer.from(await answer.arrayBuffer()).equals(served.tarball)).toBe(true);
	}

	expect(upstream.requestsTo('/left-pad/-/left-pad-1.0.0.tgz')).toHaveLength(1);
});

test('the tarball address lies under the address the client used', async () => {
	await using upstream = await startFakeRegistry();
	upstream.serve('@team/tool', '1.0.0');
	await using mirror = await startTemporaryMirror(through(upstream.url));
	for (const base of [mirror.url, mirror.url.replace('127.0.0.1', 'localhost')]) {
		for (const address of ['@team%2ftool', '@team/tool']) {
			const answer = await mirror.get(`${base}${address}`);
			expect(await answer.json()).toMatchObject({
				versions: { '1.0.0': { dist: { tarball: `${base}@team/tool/-/tool-1.0.0.tgz` } } },
			});
		}
	}
});

test('an upstream without times, signatures, ETag or abbreviated form works, and no time is invented', async () => {
	await using upstream = await startFakeRegistry();
	const served = upstream.serve('plain', '1.0.0');
	upstream.serveRaw('/plain', {
		headers: { etag: '' },
		body: JSON.stringify({
			name: 'plain',
			versions: { '1.0.0': { name: 'plain', version: '1.0.0', dist: { shasum: served.shasum, tarball: served.tarballUrl } } },
		}),
	});
	await using mirror = await startTemporaryMirror(through(upstream.url));
	const packument = (await (await mirror.get('plain')).json()) as Record<string, unknown>;
	expect(packument).not.toHaveProperty('time');
	const abbreviated = await mirror.get('plain', { accept: 'application/vnd.npm.install-v1+json' });
	expect(abbreviated.headers.get('content-type')).toBe('application/vnd.npm.install-v1+json');
	const document = (await abbreviated.json()) as Record<string, unknown>;
	expect(document).not.toHaveProperty('modified');
	// So that nobody asks for the full document in search of times.
	expect(document).toHaveProperty('time', {});
	expect((await mirror.get('plain/-/plain-1.0.0.tgz')).status).toBe(200);
});

test('an abbreviated document is dated by the newest version when the upstream does not say when it changed', async () => {
	await using upstream = await startFakeRegistry();
	const { tarballUrl: tarball } = upstream.serve('dated', '1.0.0');
	const time = { '1.0.0': '2024-02-02T00:00:00.000Z', '2.0.0': '2025-01-01T00:00:00.000Z', '9.9.9': '2026-01-01T00:00:00.000Z' };
	const versions = { '1.0.0': { dist: { tarball }, gypfile: true }, '2.0.0': { dist: { tarball } } };
	upstream.serveRaw('/dated', { body: JSON.stringify({ name: 'dated', time, versions }) });
	await using mirror = await startTemporaryMirror(through(upstream.url));
	expect(await (await mirror.get('dated', { accept: 'application/vnd.npm.install-v1+json' })).json()).toMatchObject({
		modified: '2025-01-01T00:00:00.000Z',
		versions: { '1.0.0': { hasInstallScript: true } },
	});
});

test('a packument younger than five minutes is served without asking; an older one is served at once and confirmed behind', async () => {
	await using upstream = await startFakeRegistry();
	upstream.serve('left-pad', '1.0.0');
	await using mirror = await startTemporaryMirror(through(upstream.url));
	await mirror.get('left-pad');
	mirror.clock.now += 4 * MINUTE;
	await mirror.get('left-pad');
	expect(upstream.requestsTo('/left-pad')).toHaveLength(1);

	upstream.serve('left-pad', '2.0.0');
	mirror.clock.now += 2 * MINUTE;
	const stale = (await (await mirror.get('left-pad')).json()) as { versions: object };
	expect(Object.keys(stale.versions)).toEqual(['1.0.0']);
	await expect
		.poll(async () => Object.keys(((await (await mirror.get('left-pad')).json()) as { versions: object }).versions))
		.toEqual(['1.0.0', '2.0.0']);
});

test('a client that says no-cache, or asks for an unknown version, sees what was published a moment ago', async () => {
	await using upstream = await startFakeRegistry();
	upstream.serve('left-pad', '1.0.0');
	await using mirror = await startTemporaryMirror(through(upstream.url));
	await mirror.get('left-pad');
	upstream.serve('left-pad', '2.0.0');
	mirror.clock.now += MINUTE;
	expect((await mirror.get('left-pad/2.0.0')).status).toBe(200);
	upstream.serve('left-pad', '3.0.0');
	mirror.clock.now += MINUTE;
	expect(await (await mirror.get('left-pad', { 'cache-control': 'no-cache' })).json()).toHaveProperty(['versions', '3.0.0']);
});

test('an unchanged upstream is confirmed by ETag and the mirror keeps its own ETag', async () => {
	await using upstream = await startFakeRegistry();
	upstream.serve('left-pad', '1.0.0');
	await using mirror = await startTemporaryMirror(through(upstream.url));
	const before = (await mirror.get('left-pad')).headers.get('etag');
	mirror.clock.now += 6 * MINUTE;
	const after = (await mirror.get('left-pad', { 'cache-control': 'no-cache' })).headers.get('etag');
	expect(after).toBe(before);
	expect(upstream.requestsTo('/left-pad').map(({ status }) => status)).toEqual([200, 304]);
});

test('a name the upstream does not know is asked for once a minute', async () => {
	await using upstream = await startFakeRegistry();
	await using mirror = await startTemporaryMirror(through(upstream.url));
	const answer = await mirror.get('nobody-has-this');
	expect(answer.status).toBe(404);
	expect(await answer.json()).toMatchObject({ code: 'not-found' });
	await mirror.get('nobody-has-this');
	expect(upstream.requestsTo('/nobody-has-this')).toHaveLength(1);
	mirror.clock.now += MINUTE + 1;
	await mirror.get('nobody-has-this');
	expect(upstream.requestsTo('/nobody-has-this')).toHaveLength(2);
});

test('offline serves what is stored at any age, and says 503 and why for the rest', async () => {
	await using upstream = await startFakeRegistry();
	const served = upstream.serve('left-pad', '1.0.0');
	upstream.serve('left-pad', '1.1.0');
	await using online = await startTemporaryMirror(through(upstream.url));
	await online.get('left-pad');
	await online.get('left-pad/-/left-pad-1.0.0.tgz');
	await online.mirror.close();
	const before = upstream.requests.length;

	await using offline = await startTemporaryMirror({ ...through(upstream.url, { offline: true }), folder: online.folder });
	offline.clock.now += 365 * 24 * 60 * MINUTE;
	expect((await offline.get('left-pad')).status).toBe(200);
	const tarball = await offline.get('left-pad/-/left-pad-1.0.0.tgz');
	expect(Buffer.from(await tarball.arrayBuffer()).equals(served.tarball)).toBe(true);
	for (const address of ['never-seen', 'left-pad/-/left-pad-1.1.0.tgz', '-/npm/v1/attestations/left-pad@1.0.0']) {
		const answer = await offline.get(address);
		expect(answer.status).toBe(503);
		expect(await answer.json()).toMatchObject({ code: 'offline-missing', error: expect.stringContaining('offline') as unknown });
	}

	expect(upstream.requests).toHaveLength(before);
});

test('a dead upstream gives 503 for what was never seen and stale answers for what was', async () => {
	const upstream = await startFakeRegistry();
	upstream.serve('left-pad', '1.0.0');
	await using mirror = await startTemporaryMirror(through(upstream.url));
	await mirror.get('left-pad');
	await upstream.close();
	mirror.clock.now += 48 * 60 * MINUTE;
	expect((await mirror.get('left-pad')).status).toBe(200);
	const unseen = await mirror.get('right-pad');
	expect(unseen.status).toBe(503);
	expect(await unseen.json()).toMatchObject({ code: 'upstream-unreachable' });
});

test('after five failures in a row the upstream is left in peace for ten seconds', async () => {
	await using upstream = await startFakeRegistry();
	upstream.serve('e', '1.0.0');
	for (const path of ['/a', '/b', '/c', '/d', '/e']) {
		upstream.fault({ path, kind: 'status', status: 500, times: 2 });
	}

	await using mirror = await startTemporaryMirror(through(upstream.url));
	for (const name of ['a', 'b', 'c', 'd', 'e']) {
		expect((await mirror.get(name)).status).toBe(503);
	}

	const before = upstream.requests.length;
	expect((await mirror.get('e')).headers.get('retry-after')).toBe('10');
	expect(upstream.requests).toHaveLength(before);
	mirror.clock.now += 10_001;
	expect((await mirror.get('e')).status).toBe(200);
}, 30_000);

test.each(['not-json', 'truncate', 'reset'] as const)('an upstream packument that comes as "%s" is not stored', async (kind) => {
	await using upstream = await startFakeRegistry();
	upstream.serve('left-pad', '1.0.0');
	// Twice, since a connection that breaks is tried again once.
	upstream.fault({ path: '/left-pad', kind, times: kind === 'not-json' ? 1 : 2 });
	await using mirror = await startTemporaryMirror(through(upstream.url));
	expect((await mirror.get('left-pad')).status).toBeGreaterThanOrEqual(502);
	expect((await mirror.get('left-pad')).status).toBe(200);
});

test.each(['truncate', 'wrong-bytes', 'reset'] as const)(
	'an upstream tarball that comes as "%s" is neither served nor stored',
	async (kind) => {
		await using upstream = await startFakeRegistry();
		upstream.serve('left-pad', '1.0.0');
		upstream.fault({ path: '/left-pad/-/left-pad-1.0.0.tgz', kind, times: kind === 'wrong-bytes' ? 1 : 2 });
		await using mirror = await startTemporaryMirror(through(upstream.url));
		const spoiled = await mirror.get('left-pad/-/left-pad-1.0.0.tgz');
		expect(spoiled.status).toBe(kind === 'wrong-bytes' ? 502 : 503);
		expect(await mirror.blobs()).toEqual([]);
		expect((await mirror.get('left-pad/-/left-pad-1.0.0.tgz')).status).toBe(200);
		expect(await mirror.blobs()).toHaveLength(1);
	},
);

test('the credentials of the upstream go to its origin only, and the token of the mirror nowhere', async () => {
	await using elsewhere = await startFakeRegistry();
	const served = elsewhere.serve('left-pad', '1.0.0');
	await using upstream = await startFakeRegistry({ token: 'upstream-secret' });
	upstream.serve('left-pad', '1.0.0');
	upstream.fault({ path: '/left-pad/-/left-pad-1.0.0.tgz', kind: 'redirect', location: served.tarballUrl });
	await using mirror = await startTemporaryMirror(through(upstream.url, { authorization: 'Bearer upstream-secret' }));
	expect((await mirror.get('left-pad/-/left-pad-1.0.0.tgz')).status).toBe(200);
	expect(elsewhere.requests).toHaveLength(1);
	expect(elsewhere.requests[0]?.headers.authorization).toBeUndefined();
	expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer upstream-secret', 'Bearer upstream-secret']);
});

test('a packument that redirects to another origin is not followed', async () => {
	await using elsewhere = await startFakeRegistry();
	elsewhere.serve('left-pad', '6.6.6');
	await using upstream = await startFakeRegistry();
	upstream.fault({ path: '/left-pad', kind: 'redirect', location: `${elsewhere.url}left-pad` });
	await using mirror = await startTemporaryMirror(through(upstream.url));
	expect((await mirror.get('left-pad')).status).toBe(502);
	expect(elsewhere.requests).toEqual([]);
});

test('an upstream that refuses the mirror is 403, which clients do not repeat', async () => {
	await using upstream = await startFakeRegistry({ token: 'another' });
	await using mirror = await startTemporaryMirror(through(upstream.url, { authorization: 'Bearer wrong' }));
	expect((await mirror.get('left-pad')).status).toBe(403);
});

test('a name of a local scope is never asked for at the upstream, in whatever case it is written', async () => {
	await using upstream = await startFakeRegistry();
	upstream.serve('@examples/secret', '9.9.9');
	await using mirror = await startTemporaryMirror(through(upstream.url));
	for (const name of ['@examples%2fsecret', '@examples/secret', '@EXAMPLES/secret']) {
		expect((await mirror.get(name)).status).toBe(404);
	}

	expect(upstream.requests).toEqual([]);
});

test('versions without a valid number or a tarball are left out, with the tags that named them', async () => {
	await using upstream = await startFakeRegistry();
	const good = upstream.serve('odd', '1.0.0');
	upstream.serveRaw('/odd', {
		body: `{"name":"odd","dist-tags":{"latest":"1.0.0","evil":"../x"},"versions":{
			"1.0.0":{"name":"odd","version":"1.0.0","dist":{"tarball":"${good.tarballUrl}","integrity":"${good.integrity}"}},
			"../x":{"dist":{"tarball":"${good.tarballUrl}"}},"__proto__":{"dist":{"tarball":"x"}},"2.0.0":{"dist":{}}}}`,
	});
	await using mirror = await startTemporaryMirror(through(upstream.url));
	const packument = (await (await mirror.get('odd')).json()) as { versions: object; 'dist-tags': object };
	expect(Object.keys(packument.versions)).toEqual(['1.0.0']);
	expect(packument['dist-tags']).toEqual({ latest: '1.0.0' });
});

test('the keys and attestations of the upstream are passed through and kept for offline use', async () => {
	await using upstream = await startFakeRegistry();
	const served = upstream.serve('signed', '1.0.0', { dist: { signatures: [{ keyid: 'SHA256:up', sig: 'c2ln' }] } });
	upstream.serveSignatures([
		{ keyid: 'SHA256:up', keytype: 'ecdsa-sha2-nistp256', scheme: 'ecdsa-sha2-nistp256', key: 'a2V5', expires: null },
	]);
	upstream.serveAttestations('signed', '1.0.0', {
		attestations: [{ predicateType: 'https://slsa.dev/provenance/v1', bundle: { of: served.integrity } }],
	});
	await using online = await startTemporaryMirror(through(upstream.url));
	const packument = await (await online.get('signed')).json();
	expect(packument).toMatchObject({
		versions: {
			'1.0.0': {
				dist: {
					signatures: [{ keyid: 'SHA256:up', sig: 'c2ln' }],
					attestations: { url: `${online.url}-/npm/v1/attestations/signed@1.0.0` },
				},
			},
		},
	});
	const keys = (await (await online.get('-/npm/v1/keys')).json()) as { keys: { keyid: string; names?: string[] }[] };
	expect(keys.keys.map(({ keyid, names }) => names ?? keyid)).toEqual([['@examples/*'], 'SHA256:up']);
	const attestations = await (await online.get('-/npm/v1/attestations/signed@1.0.0')).json();
	await online.mirror.close();

	await using offline = await startTemporaryMirror({ ...through(upstream.url, { offline: true }), folder: online.folder });
	expect(await (await offline.get('-/npm/v1/keys')).json()).toEqual(keys);
	expect(await (await offline.get('-/npm/v1/attestations/signed@1.0.0')).json()).toEqual(attestations);
});

test('closing does not wait for an upstream that hangs', async () => {
	await using upstream = await startFakeRegistry();
	upstream.fault({ path: '/left-pad', kind: 'hang' });
	await using mirror = await startTemporaryMirror(through(upstream.url));
	const waiting = mirror.get('left-pad').catch(() => null);
	await expect.poll(() => upstream.requestsTo('/left-pad').length).toBe(1);
	await mirror.mirror.close();
	await waiting;
	await expect(mirror.get('left-pad')).rejects.toThrow();
});

test('a stored packument that a power cut damaged is pulled again', async () => {
	await using upstream = await startFakeRegistry();
	upstream.serve('left-pad', '1.0.0');
	await using first = await startTemporaryMirror(through(upstream.url));
	await first.get('left-pad');
	await first.mirror.close();
	const record = path.join(first.folder, 'upstream/packages/left-pad.record');
	const bytes = await readFile(record);
	await writeFile(record, Buffer.concat([bytes.subarray(0, bytes.length - 600), Buffer.alloc(600)]));

	await using second = await startTemporaryMirror({ ...through(upstream.url), folder: first.folder });
	expect((await second.get('left-pad')).status).toBe(503);
	expect((await second.get('left-pad')).status).toBe(200);
});

test('the own key is served while the upstream cannot be asked for its keys', async () => {
	await using mirror = await startTemporaryMirror(through('http://127.0.0.1:9/', { offline: true }));
	expect(await (await mirror.get('-/npm/v1/keys')).json()).toMatchObject({
		keys: [{ names: ['@examples/*'], scheme: 'ecdsa-sha2-nistp256' }],
	});
	await using withoutOwn = await startTemporaryMirror({ ...through('http://127.0.0.1:9/', { offline: true }), localScopes: [] });
	expect((await withoutOwn.get('-/npm/v1/keys')).status).toBe(503);
});

test('search finds pulled packages, after a restart too, and shows names without mail addresses', async () => {
	await using upstream = await startFakeRegistry();
	upstream.serve('left-pad', '1.0.0', { description: 'pads', author: 'Ann <ann@example.com>' });
	await using first = await startTemporaryMirror(through(upstream.url));
	await first.get('left-pad');
	const hit = {
		total: 1,
		objects: [{ package: { name: 'left-pad', publisher: { username: 'Ann' }, maintainers: [{ username: 'someone' }] } }],
	};
	expect(await (await first.get('-/v1/search?text=pads')).json()).toMatchObject(hit);
	await first.mirror.close();
	await using second = await startTemporaryMirror({ ...through(upstream.url, { offline: true }), folder: first.folder });
	expect(await (await second.get('-/v1/search?text=pads')).json()).toMatchObject(hit);
});

test('a stored tarball that was truncated on disk is pulled again', async () => {
	await using upstream = await startFakeRegistry();
	const served = upstream.serve('left-pad', '1.0.0');
	await using mirror = await startTemporaryMirror(through(upstream.url));
	// Known to the mirror, but not yet read into its memory.
	await mirror.get('left-pad/-/left-pad-1.0.0.tgz', {}, 'HEAD');
	const digest = createHash('sha512').update(served.tarball).digest('hex');
	await truncate(path.join(mirror.folder, 'blobs', digest.slice(0, 2), digest), 10);
	const answer = await mirror.get('left-pad/-/left-pad-1.0.0.tgz');
	expect(Buffer.from(await answer.arrayBuffer()).equals(served.tarball)).toBe(true);
	expect(upstream.requestsTo('/left-pad/-/left-pad-1.0.0.tgz')).toHaveLength(2);
});
