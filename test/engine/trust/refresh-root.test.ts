import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadTrustRoots, refreshTrustRoot } from '../../../source/engine/trust/index.ts';
import { startLocalSigstore } from '../../helpers/local-sigstore.ts';
import { newTufKeys, tufRepository } from '../../helpers/tuf-repository.ts';

const EXPIRES = '2100-01-01T00:00:00Z';
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

/** Serves a TUF repository with one target, all roles signed with one key. */
function publish(signer: KeyObject = keys.privateKey, target = trustedRoot): void {
	files.clear();
	for (const [path, body] of tufRepository(target, { keys, signer }).files) {
		files.set(path, body);
	}
}

async function rootFile(): Promise<string> {
	const file = path.join(folder, 'root.json');
	await writeFile(file, tufRepository(trustedRoot, { keys }).root);
	return file;
}

const refresh = async (signal = new AbortController().signal) =>
	refreshTrustRoot({ signal, repository: { url, rootPath: await rootFile() } });

describe('refreshing the trust root', () => {
	it('follows the chain from the given root, and the answer replaces the public root', async () => {
		publish();
		const refreshed = await refresh();
		expect(refreshed).toEqual({ json: JSON.parse(trustedRoot) as unknown, expiresAt: EXPIRES });
		const { roots } = await loadTrustRoots({ refreshed });
		expect(roots.map(({ id, expiresAt }) => [id, expiresAt])).toEqual([['public', EXPIRES]]);
	});

	it('refuses a repository signed by another key, whatever it serves', async () => {
		publish(generateKeyPairSync('ed25519').privateKey);
		await expect(refresh()).rejects.toMatchObject({ code: 'registry-unreachable' });
	});

	it('refuses a target that is not what was signed', async () => {
		publish();
		for (const name of files.keys()) {
			if (name.startsWith('/targets/')) {
				files.set(name, trustedRoot.replace('2020', '2019'));
			}
		}

		await expect(refresh()).rejects.toMatchObject({ code: 'registry-unreachable' });
	});

	it('refuses a signed root that is not usable', async () => {
		publish(keys.privateKey, '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}');
		await expect(refresh()).rejects.toMatchObject({ code: 'settings-invalid' });
	});

	it('does not start from the embedded root for a repository that it does not belong to', async () => {
		publish();
		const rootPath = path.join(folder, 'missing.json');
		await expect(refreshTrustRoot({ signal: new AbortController().signal, repository: { url, rootPath } })).rejects.toMatchObject({
			code: 'registry-unreachable',
		});
	});

	it('stops at once when the signal fires, and leaves no folder behind', async () => {
		const temporary = await mkdtemp(path.join(folder, 'tmp-'));
		vi.stubEnv('TMPDIR', temporary);
		const controller = new AbortController();
		const asked = once(server, 'request');
		const pending = refreshTrustRoot({ signal: controller.signal, repository: { url: `${url}/hanging`, rootPath: await rootFile() } });
		await asked;
		controller.abort();
		await expect(pending).rejects.toMatchObject({ code: 'cancelled' });
		server.closeAllConnections();
		await expect.poll(() => readdir(temporary), { timeout: 5000 }).toEqual([]);
		vi.unstubAllEnvs();
	});
});
