import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadKeptRoot, loadTrustRoots, PUBLIC_MIRROR, readEmbeddedRoot, refreshTrustRoot } from '../../../source/engine/trust/index.ts';
import { startLocalSigstore } from '../../helpers/local-sigstore.ts';
import { FAR_AWAY, newTufKeys, type TufOptions, tufRepository } from '../../helpers/tuf-repository.ts';

const NOW = Date.parse('2026-11-21T00:00:00Z');
let folder: string;
let server: Server;
let url: string;
let trustedRoot: string;
const files = new Map<string, string>();
const keys = newTufKeys();

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'plugward-refresh-'));
	const sigstore = await startLocalSigstore();
	trustedRoot = JSON.stringify(sigstore.trustedRoot());
	await sigstore[Symbol.asyncDispose]();
	server = createServer((request, response) => {
		const body = files.get(request.url ?? '');
		// A path that is never answered stands for a network that hangs.
		if (request.url?.startsWith('/hanging') !== true) {
			response.writeHead(body === undefined ? 404 : 200, { connection: 'close' }).end(body);
		}
	});
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
	server.closeAllConnections();
	server.close();
	await rm(folder, { recursive: true });
});

/** Serves a TUF repository with one target; answers with the root.json that a client starts from. */
function publish(options: Partial<TufOptions> = {}, target = trustedRoot): string {
	files.clear();
	const repository = tufRepository(target, { keys, ...options });
	for (const [name, body] of repository.files) {
		files.set(name, body);
	}

	return repository.root;
}

const refresh = (anchor: string, { at = url, signal = new AbortController().signal } = {}) =>
	refreshTrustRoot({ url: at, anchor }, { signal, now: NOW });

/** What a load says of a kept refresh after `change` has been at it. */
async function loaded(anchor: string, change: (kept: Record<string, unknown>) => unknown, now = NOW) {
	const { kept } = await refresh(anchor);
	const file = path.join(folder, 'kept.json');
	await writeFile(file, JSON.stringify(change({ ...kept })));
	return loadKeptRoot(file, { anchor, now });
}

describe('refreshing the trust root', () => {
	it('follows the chain from the given root through every change of keys', async () => {
		const anchor = publish({ rotations: [newTufKeys(), newTufKeys(), newTufKeys()] });
		const { kept, proven } = await refresh(anchor);
		expect(kept.roots).toHaveLength(3);
		expect(proven).toMatchObject({ json: JSON.parse(trustedRoot) as unknown, version: 4, expiresAt: FAR_AWAY });
	});

	it('refuses a repository signed by another key, whatever it serves', async () => {
		const anchor = publish({ signer: generateKeyPairSync('ed25519').privateKey });
		await expect(refresh(anchor)).rejects.toMatchObject({
			code: 'evidence-invalid',
			message: `What ${url} serves as a trust root is refused: timestamp was signed by 0/1 keys.`,
		});
	});

	it('refuses a repository that stands still: its timestamp has ended', async () => {
		const anchor = publish({ expires: { timestamp: '2020-01-01T00:00:00Z' } });
		await expect(refresh(anchor)).rejects.toMatchObject({
			code: 'evidence-invalid',
			message: expect.stringContaining('expired') as string,
		});
	});

	it('refuses a target that is not what was signed', async () => {
		const anchor = publish();
		for (const name of files.keys()) {
			if (name.startsWith('/targets/')) {
				files.set(name, trustedRoot.replace('2020', '2019'));
			}
		}

		await expect(refresh(anchor)).rejects.toMatchObject({ code: 'evidence-invalid' });
	});

	it('refuses a signed root that is not usable', async () => {
		const anchor = publish({}, '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}');
		await expect(refresh(anchor)).rejects.toMatchObject({ code: 'settings-invalid' });
	});

	it('starts from the embedded root for the public one, so that a foreign repository is nothing to it', async () => {
		publish({ version: 20 });
		const { rootMetadata } = await readEmbeddedRoot();
		await expect(refresh(rootMetadata)).rejects.toMatchObject({ code: 'evidence-invalid' });
		expect(PUBLIC_MIRROR).toMatch(/^https:/);
	});

	it('tells a repository that is not there from one that lies', async () => {
		const anchor = publish();
		const closed = createServer();
		await new Promise<void>((resolve) => {
			closed.listen(0, '127.0.0.1', resolve);
		});
		const at = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
		await new Promise((resolve) => {
			closed.close(resolve);
		});
		await expect(refresh(anchor, { at })).rejects.toMatchObject({ code: 'registry-unreachable' });
		files.delete('/timestamp.json');
		await expect(refresh(anchor)).rejects.toMatchObject({ code: 'registry-unreachable' });
	});

	it('stops at once when the signal fires, and leaves no folder behind', async () => {
		const temporary = await mkdtemp(path.join(folder, 'tmp-'));
		vi.stubEnv('TMPDIR', temporary);
		const controller = new AbortController();
		const asked = once(server, 'request');
		const pending = refresh(publish(), { at: `${url}/hanging`, signal: controller.signal });
		await asked;
		controller.abort();
		await expect(pending).rejects.toMatchObject({ code: 'cancelled' });
		server.closeAllConnections();
		await expect.poll(() => readdir(temporary), { timeout: 5000 }).toEqual([]);
		vi.unstubAllEnvs();
	});
});

describe('what a refresh has kept', () => {
	const rotations = [newTufKeys()];

	it('proves itself again from the anchor, and takes the place of a root', async () => {
		const anchor = publish({ rotations });
		expect(await loaded(anchor, (kept) => kept)).toMatchObject({
			type: 'proven',
			status: { version: 2, expiresAt: FAR_AWAY, mirror: url },
		});
		const anchorPath = path.join(folder, 'root.json');
		await writeFile(anchorPath, anchor);
		const { roots } = await loadTrustRoots({
			now: NOW,
			files: [{ id: 'acme', scopes: ['@acme/*'], mirror: url, anchorPath, keptPath: path.join(folder, 'kept.json') }],
		});
		expect(roots.map(({ id, source, version }) => [id, source, version])).toEqual([
			['public', 'embedded', 16],
			['acme', 'tuf', 2],
		]);
	});

	it.each<[string, (kept: Record<string, unknown>) => unknown, string]>([
		['is no JSON object', () => 'nothing', 'damaged'],
		['lacks a file', ({ targets: _targets, ...kept }) => kept, 'damaged'],
		['has another target', (kept) => ({ ...kept, target: String(kept['target']).replace('2020', '2019') }), 'damaged'],
		['lacks a root of the chain', (kept) => ({ ...kept, roots: [] }), 'foreign'],
		[
			'has a root that somebody else signed',
			(kept) => ({ ...kept, roots: [tufRepository(trustedRoot, { keys: newTufKeys(), rotations }).files.get('/2.root.json')] }),
			'foreign',
		],
		[
			'has a timestamp that somebody else signed',
			(kept) => ({ ...kept, timestamp: tufRepository(trustedRoot, { keys: newTufKeys() }).files.get('/timestamp.json') }),
			'foreign',
		],
		[
			'has an older snapshot than its timestamp names',
			(kept) => ({ ...kept, timestamp: tufRepository(trustedRoot, { keys, rotations, version: 2 }).files.get('/timestamp.json') }),
			'older than what is known',
		],
		['was fetched when its timestamp had ended', (kept) => ({ ...kept, refreshedAt: '2100-06-01T00:00:00Z' }), 'frozen'],
	])('is refused in words when it %s', async (_what, change, word) => {
		const anchor = publish({ rotations });
		expect(await loaded(anchor, change)).toMatchObject({
			type: 'refused',
			problem: expect.stringMatching(new RegExp(`^${word}`)) as string,
		});
	});

	it('is refused in words when it has expired', async () => {
		const anchor = publish({ rotations, expires: { targets: '2026-12-01T00:00:00Z' } });
		expect(await loaded(anchor, (kept) => kept, Date.parse('2026-12-02T00:00:00Z'))).toEqual({
			type: 'refused',
			problem: 'expired: It ended 2026-12-01T00:00:00Z',
		});
	});

	it('is refused when the built-in root has overtaken it', async () => {
		const anchor = publish({ rotations });
		const { kept } = await refresh(anchor);
		const newer = publish({ rotations: [...rotations, newTufKeys()] });
		expect(newer).toBe(anchor);
		const file = path.join(folder, 'kept.json');
		await writeFile(file, JSON.stringify(kept));
		expect(await loadKeptRoot(file, { anchor: files.get('/3.root.json') ?? '', now: NOW })).toMatchObject({
			problem: 'older than what is known: It ends at root version 2, and version 3 is built in',
		});
	});

	it('never stands in for the embedded root: a refused one is told, and the built-in one is used', async () => {
		const keptPublicPath = path.join(folder, 'public.json');
		const { kept } = await refresh(publish());
		await writeFile(keptPublicPath, JSON.stringify(kept));
		const { roots, notices } = await loadTrustRoots({ keptPublicPath, now: NOW });
		expect(roots).toMatchObject([{ id: 'public', source: 'embedded', version: 16 }]);
		expect(notices.map(({ text }) => text)).toEqual([
			'What was fetched for the trust root "public" is refused: foreign: The timestamp is signed by 0 of the 1 keys that root version 16 wants. ' +
				'The one built in is used. Fetch it anew: plugward trust roots refresh public',
		]);
	});

	it('of a private root leaves nothing to believe when it is refused: its packages are unproven, never judged by another root', async () => {
		const anchorPath = path.join(folder, 'root.json');
		await writeFile(anchorPath, publish());
		const { roots } = await loadTrustRoots({
			files: [{ id: 'acme', scopes: ['@acme/*'], mirror: url, anchorPath, keptPath: path.join(folder, 'none.json') }],
		});
		await expect(roots[1]?.material()).rejects.toMatchObject({ state: 'unavailable', evidenceCode: 'root-unusable' });
	});
});
