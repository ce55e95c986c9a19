import { createHash, generateKeyPairSync, sign } from 'node:crypto';
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

const EXPIRES = '2100-01-01T00:00:00Z';
let folder: string;
let server: Server;
let url: string;
let trustedRoot: string;
const files = new Map<string, string>();
const key = generateKeyPairSync('ed25519');

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
function publish(signer: KeyObject = key.privateKey, target = trustedRoot): void {
	files.clear();
	const targets = signed({ _type: 'targets', targets: { 'trusted_root.json': fileInfo(target) } }, signer);
	const snapshot = signed({ _type: 'snapshot', meta: { 'targets.json': { version: 1 } } }, signer);
	files.set('/1.targets.json', targets).set('/1.snapshot.json', snapshot);
	files.set('/timestamp.json', signed({ _type: 'timestamp', meta: { 'snapshot.json': { version: 1 } } }, signer));
	files.set(`/targets/${fileInfo(target).hashes.sha256}.trusted_root.json`, target);
}

async function rootFile(publicKey: KeyObject = key.publicKey): Promise<string> {
	const file = path.join(folder, 'root.json');
	const role = { keyids: ['k'], threshold: 1 };
	const keyval = { public: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex') };
	const root = {
		_type: 'root',
		consistent_snapshot: true,
		keys: { k: { keytype: 'ed25519', scheme: 'ed25519', keyval } },
		roles: { root: role, targets: role, snapshot: role, timestamp: role },
	};
	await writeFile(file, signed(root, key.privateKey));
	return file;
}

function signed(body: object, signer: KeyObject): string {
	const metadata = { spec_version: '1.0.31', version: 1, expires: EXPIRES, ...body };
	const sig = sign(null, Buffer.from(canonical(metadata)), signer).toString('hex');
	return JSON.stringify({ signed: metadata, signatures: [{ keyid: 'k', sig }] });
}

function canonical(value: unknown): string {
	if (Array.isArray(value)) {
		return `[${value.map(canonical).join(',')}]`;
	}

	if (typeof value === 'object' && value !== null) {
		const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
		return `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${canonical(entry)}`).join(',')}}`;
	}

	return JSON.stringify(value);
}

function fileInfo(text: string) {
	return { length: Buffer.byteLength(text), hashes: { sha256: createHash('sha256').update(text).digest('hex') } };
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
		publish(key.privateKey, '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}');
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
