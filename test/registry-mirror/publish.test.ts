import { createHash, createPublicKey, verify } from 'node:crypto';
import { mkdtempDisposable, readFile, readdir, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createLocalPackages } from '../../registry-mirror/services/local/local-packages.ts';
import { createPublish } from '../../registry-mirror/services/local/publish.ts';
import { loadSigningKey } from '../../registry-mirror/services/signing-key.ts';
import { openFileStorage } from '../../registry-mirror/storage/index.ts';
import { packTar } from '../helpers/pack-tarball.ts';
import { type Json, provenanceBundle, publishDocument, startTemporaryMirror } from './temporary-mirror.ts';

const HELLO = { name: '@examples/hello', version: '1.0.0' };
const ADDRESS = '@examples%2fhello';

test('a published version is served with its bytes, times and a signature that verifies', async () => {
	await using mirror = await startTemporaryMirror();
	const document = publishDocument({ ...HELLO, dependencies: { a: '^1.0.0' }, plugward: { apiVersion: 1, main: './a.js', tasks: {} } });
	expect((await mirror.put(ADDRESS, document)).status).toBe(201);

	const packument = (await (await mirror.get(ADDRESS)).json()) as Json & {
		versions: Record<string, { dist: { tarball: string; integrity: string; signatures: { keyid: string; sig: string }[] } }>;
	};
	expect(packument).toMatchObject({
		'dist-tags': { latest: '1.0.0' },
		time: { '1.0.0': '2026-01-01T00:00:00.000Z' },
		versions: { '1.0.0': { dependencies: { a: '^1.0.0' }, plugward: { main: './a.js' } } },
	});
	const dist = packument.versions['1.0.0']!.dist;
	expect(Buffer.from(await (await mirror.get(dist.tarball)).arrayBuffer()).equals(document.tarball)).toBe(true);

	const { keys } = (await (await mirror.get('-/npm/v1/keys')).json()) as { keys: { keyid: string; key: string }[] };
	const key = keys.find(({ keyid }) => keyid === dist.signatures[0]?.keyid);
	const publicKey = createPublicKey({ key: Buffer.from(key!.key, 'base64'), format: 'der', type: 'spki' });
	const signed = Buffer.from(`@examples/hello@1.0.0:${dist.integrity}`);
	expect(verify('sha256', signed, publicKey, Buffer.from(dist.signatures[0]!.sig, 'base64'))).toBe(true);
});

test('the abbreviated form has what an installer needs and says that a script would run', async () => {
	await using mirror = await startTemporaryMirror();
	await mirror.put(ADDRESS, publishDocument({ ...HELLO, bin: './a.js', scripts: { postinstall: 'x' }, devDependencies: { b: '1' } }));
	const answer = await mirror.get(ADDRESS, { accept: 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*' });
	const { versions } = (await answer.json()) as { versions: Record<string, Json> };
	expect(versions['1.0.0']).toMatchObject({ bin: './a.js', hasInstallScript: true });
	expect(versions['1.0.0']).not.toHaveProperty('devDependencies');
});

test('a published version is never replaced, not even after it was withdrawn', async () => {
	await using mirror = await startTemporaryMirror();
	await mirror.put(ADDRESS, publishDocument(HELLO));
	const again = await mirror.put(ADDRESS, publishDocument(HELLO, { files: { 'other.js': '1' } }));
	expect(again.status).toBe(409);
	const withdrawn = await fetch(`${mirror.url}${ADDRESS}/-rev/1`, {
		method: 'DELETE',
		headers: { authorization: 'Bearer token-of-the-test' },
	});
	expect(withdrawn.status).toBe(200);
	expect(await mirror.blobs()).toEqual([]);
	expect((await mirror.get(ADDRESS)).status).toBe(404);
	const reused = await mirror.put(ADDRESS, publishDocument(HELLO));
	expect(await reused.json()).toMatchObject({ code: 'version-retired' });
});

test('of two publishes of one version at once, one wins and its bytes stay', async () => {
	await using mirror = await startTemporaryMirror();
	const documents = ['a', 'b'].map((content) => publishDocument(HELLO, { files: { 'x.js': content } }));
	const answers = await Promise.all(documents.map((document) => mirror.put(ADDRESS, document)));
	expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
	expect(await mirror.blobs()).toHaveLength(1);
	expect((await mirror.get('@examples/hello/-/hello-1.0.0.tgz')).status).toBe(200);
});

const TARBALL_WITH_ESCAPE = gzipSync(
	packTar([
		{ path: 'package/package.json', content: JSON.stringify(HELLO) },
		{ path: 'package/../../evil', content: 'x' },
	]),
);

test.each<[string, () => unknown, number, string]>([
	['whose length is wrong', () => spoil((attachment) => ({ ...attachment, length: 7 })), 422, 'tarball-mismatch'],
	['whose tarball is not base64', () => spoil(({ length }) => ({ data: '*'.repeat(40), length })), 422, 'tarball-mismatch'],
	['whose tarball has another digest', () => spoil(() => ({ data: 'AAAA', length: 3 })), 422, 'tarball-mismatch'],
	['whose tarball leaves its folder', () => publishDocument(HELLO, { tarball: TARBALL_WITH_ESCAPE }), 422, 'archive-refused'],
	['whose tarball is no archive', () => publishDocument(HELLO, { tarball: Buffer.from('no archive') }), 422, 'archive-refused'],
	[
		'whose manifest hides a dependency',
		() => publishDocument({ ...HELLO, dependencies: { evil: '1' } }, { sent: { dependencies: {} } }),
		422,
		'tarball-mismatch',
	],
	[
		'whose manifest hides an install script',
		() => publishDocument({ ...HELLO, scripts: { install: 'x' } }, { sent: { scripts: {} } }),
		422,
		'tarball-mismatch',
	],
	[
		'whose manifest hides permissions',
		() => publishDocument({ ...HELLO, plugward: { apiVersion: 1 } }, { sent: { plugward: {} } }),
		422,
		'tarball-mismatch',
	],
	['whose plugin manifest is broken', () => publishDocument({ ...HELLO, plugward: { apiVersion: 2 } }), 422, 'archive-refused'],
	['of two versions', () => ({ ...publishDocument(HELLO), versions: { '1.0.0': {}, '2.0.0': {} } }), 400, 'request-invalid'],
	['of another package', () => publishDocument({ name: '@examples/other', version: '1.0.0' }), 400, 'request-invalid'],
	['of a version that is none', () => publishDocument({ ...HELLO, version: '1.0' }), 400, 'request-invalid'],
	['with a tag that reads as a range', () => ({ ...publishDocument(HELLO), 'dist-tags': { '1.x': '1.0.0' } }), 400, 'request-invalid'],
	[
		'with a foreign attachment',
		() => ({ ...publishDocument(HELLO), _attachments: { 'evil.tgz': { content_type: 'x', data: 'AAAA', length: 3 } } }),
		400,
		'request-invalid',
	],
	['that is not a document', () => ({ _attachments: { a: 1 } }), 400, 'request-invalid'],
])('a publish %s is refused and leaves nothing', async (_, document, status, code) => {
	await using mirror = await startTemporaryMirror();
	const answer = await mirror.put(ADDRESS, document());
	expect(await answer.json()).toMatchObject({ code });
	expect(answer.status).toBe(status);
	expect(await mirror.blobs()).toEqual([]);
	expect((await mirror.get(ADDRESS)).status).toBe(404);
});

test('what npm normalises before it sends is accepted', async () => {
	await using mirror = await startTemporaryMirror();
	const packed = {
		...HELLO,
		bin: './cli.js',
		dependencies: { a: '1', b: '1' },
		optionalDependencies: { b: '1' },
		bundledDependencies: ['a'],
	};
	const sent = {
		bin: { hello: 'cli.js' },
		dependencies: { a: '1' },
		bundledDependencies: undefined,
		bundleDependencies: ['a'],
		os: undefined,
	};
	expect((await mirror.put(ADDRESS, publishDocument(packed, { sent }))).status).toBe(201);
});

test('a body over the limit is 413', async () => {
	await using mirror = await startTemporaryMirror();
	const answer = await mirror.put('-/package/@examples%2fhello/dist-tags/x', 'x'.repeat(2 * 1024 * 1024));
	expect(answer.status).toBe(413);
});

test('a name of the upstream cannot be published, tagged or withdrawn here', async () => {
	await using mirror = await startTemporaryMirror({ upstream: { url: 'http://127.0.0.1:9/', authorization: null, offline: false } });
	const answers = [
		await mirror.put('left-pad', publishDocument({ name: 'left-pad', version: '1.0.0' })),
		await mirror.put('-/package/left-pad/dist-tags/x', '1.0.0'),
		await mirror.get('left-pad/-rev/1', {}, 'DELETE'),
	];
	expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
});

test('provenance that speaks of exactly this tarball is kept and served', async () => {
	await using mirror = await startTemporaryMirror();
	const { tarball } = publishDocument(HELLO);
	const bundle = provenanceBundle({ name: 'pkg:npm/%40examples/hello@1.0.0', sha512: createHash('sha512').update(tarball).digest('hex') });
	expect((await mirror.put(ADDRESS, publishDocument(HELLO, { tarball, bundle }))).status).toBe(201);
	const packument = await (await mirror.get(ADDRESS)).json();
	const url = `${mirror.url}-/npm/v1/attestations/@examples%2fhello@1.0.0`;
	expect(packument).toMatchObject({
		versions: { '1.0.0': { dist: { attestations: { url, provenance: { predicateType: 'https://slsa.dev/provenance/v1' } } } } },
	});
	expect(await (await mirror.get(url)).json()).toEqual({ attestations: [{ predicateType: 'https://slsa.dev/provenance/v1', bundle }] });
});

test.each([
	['another package', { name: 'pkg:npm/%40examples/other@1.0.0' }],
	['another version', { name: 'pkg:npm/%40examples/hello@1.0.1' }],
	['other bytes', { sha512: '0'.repeat(128) }],
])('provenance of %s is refused and leaves nothing', async (_, change) => {
	await using mirror = await startTemporaryMirror();
	const { tarball } = publishDocument(HELLO);
	const subject = { name: 'pkg:npm/%40examples/hello@1.0.0', sha512: createHash('sha512').update(tarball).digest('hex'), ...change };
	const answer = await mirror.put(ADDRESS, publishDocument(HELLO, { tarball, bundle: provenanceBundle(subject) }));
	expect(answer.status).toBe(422);
	expect(await answer.json()).toMatchObject({ code: 'provenance-mismatch' });
	expect(await mirror.blobs()).toEqual([]);
	expect((await mirror.get('-/npm/v1/attestations/@examples%2fhello@1.0.0')).status).toBe(404);
});

test('deprecating reads nothing but the message, and an outdated document is refused', async () => {
	await using mirror = await startTemporaryMirror();
	await mirror.put(ADDRESS, publishDocument(HELLO));
	const document = { _rev: '1', versions: { '1.0.0': { deprecated: 'use 2', dependencies: { evil: '1' } } } };
	expect((await mirror.put(ADDRESS, document)).status).toBe(200);
	const manifest = (await (await mirror.get(`${ADDRESS}/1.0.0`)).json()) as Json;
	expect(manifest['deprecated']).toBe('use 2');
	expect(manifest['dependencies']).toBeUndefined();
	expect((await mirror.put(ADDRESS, document)).status).toBe(409);
	await mirror.put(ADDRESS, { _rev: '2', versions: { '1.0.0': { deprecated: '' } } });
	expect(await (await mirror.get(`${ADDRESS}/latest`)).json()).not.toHaveProperty('deprecated');
});

test('everything published is there after a restart, under the same key', async () => {
	await using first = await startTemporaryMirror();
	await first.put(ADDRESS, publishDocument(HELLO));
	const keys = await (await first.get('-/npm/v1/keys')).json();
	await first.mirror.close();
	await using second = await startTemporaryMirror({ folder: first.folder });
	expect((await second.get('@examples/hello/-/hello-1.0.0.tgz')).status).toBe(200);
	expect(await (await second.get('-/npm/v1/keys')).json()).toEqual(keys);
	expect(await (await second.get('-/v1/search?text=hello')).json()).toMatchObject({ total: 1 });
});

test('a publish whose last write fails leaves no blob', async () => {
	await using folder = await mkdtempDisposable(path.join(os.tmpdir(), 'plugward-mirror-'));
	const storage = await openFileStorage(folder.path, () => undefined);
	let blobsBeforeTheFailure = 0;
	const publish = createPublish({
		blobs: storage.blobs,
		signingKey: await loadSigningKey(storage),
		now: () => 0,
		packages: {
			...createLocalPackages({ storage: storage.local, onSummary: () => undefined }),
			// The disk is full just after the blobs were written.
			async change(_, decide) {
				await decide(null);
				blobsBeforeTheFailure = await countBlobs(folder.path);
				throw new Error('ENOSPC');
			},
		},
	});
	const request = { principal: { type: 'anonymous', username: 'x' }, name: HELLO.name, signal: AbortSignal.timeout(10_000) } as const;
	await expect(publish({ ...request, body: publishDocument(HELLO) })).rejects.toThrow('ENOSPC');
	expect(blobsBeforeTheFailure).toBe(1);
	expect(await countBlobs(folder.path)).toBe(0);
	await storage.close();
});

test('the key file is for its owner only', async () => {
	await using mirror = await startTemporaryMirror();
	const file = path.join(mirror.folder, 'signing-key.pem');
	expect(await readFile(file, 'utf8')).toContain('PRIVATE KEY');
	expect((await stat(file)).mode & 0o077).toBe(0);
});

function spoil(change: (attachment: { data: string; length: number }) => object) {
	const document = publishDocument(HELLO);
	const file = '@examples/hello-1.0.0.tgz';
	const attachment = document._attachments[file] as { data: string; length: number };
	return { ...document, _attachments: { [file]: { content_type: 'application/octet-stream', ...change(attachment) } } };
}

async function countBlobs(folder: string): Promise<number> {
	const entries = await readdir(path.join(folder, 'blobs'), { recursive: true, withFileTypes: true });
	return entries.filter((entry) => entry.isFile()).length;
}
