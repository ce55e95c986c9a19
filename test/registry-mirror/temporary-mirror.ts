import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type MirrorOptions, startMirror } from '../../registry-mirror/index.ts';
import { packTarball } from '../helpers/pack-tarball.ts';

export const TOKEN = 'token-of-the-test';

/** A mirror in a temporary folder that goes away with it. `clock.now` can be moved by the test. */
export async function startTemporaryMirror(options: Partial<MirrorOptions> = {}) {
	const folder = options.folder ?? (await mkdtemp(path.join(os.tmpdir(), 'plugward-mirror-')));
	const clock = { now: Date.UTC(2026, 0, 1) };
	const failures: string[] = [];
	const mirror = await startMirror({
		port: 0,
		token: TOKEN,
		upstream: null,
		localScopes: ['@examples/*'],
		now: () => clock.now,
		log(line) {
			if (line.type === 'failure') {
				failures.push(line.message);
			}
		},
		...options,
		folder,
	}).catch(async (error: unknown) => {
		await rm(folder, { recursive: true, force: true });
		throw error;
	});
	return {
		folder,
		clock,
		failures,
		mirror,
		url: mirror.url,
		get: (address: string, headers: Record<string, string> = {}, method = 'GET') =>
			fetch(new URL(address, mirror.url), { method, headers: { authorization: `Bearer ${TOKEN}`, ...headers } }),
		put: (address: string, body: unknown) =>
			fetch(new URL(address, mirror.url), {
				method: 'PUT',
				headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
				body: JSON.stringify(body),
			}),
		/** Every blob that is stored, and whatever is left over in staging. */
		async blobs() {
			const entries = await readdir(folder, { recursive: true, withFileTypes: true });
			return entries.filter((entry) => entry.isFile() && /(?:blobs|staging)/u.test(entry.parentPath)).map((entry) => entry.name);
		},
		async [Symbol.asyncDispose]() {
			await mirror.close();
			await rm(folder, { recursive: true, force: true });
		},
	};
}

export type Json = Record<string, unknown>;

/** What npm sends to publish. `change` may spoil the document. */
export function publishDocument(
	packageJson: { readonly name: string; readonly version: string } & Json,
	options: { readonly files?: Record<string, string>; readonly bundle?: unknown; readonly tarball?: Buffer; readonly sent?: Json } = {},
) {
	const { name, version } = packageJson;
	const tarball = options.tarball ?? packTarball({ 'package.json': JSON.stringify(packageJson), ...options.files });
	const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
	const bundle = options.bundle === undefined ? undefined : JSON.stringify(options.bundle);
	return {
		_id: name,
		name,
		'dist-tags': { latest: version } as Record<string, string>,
		versions: {
			[version]: { ...packageJson, ...options.sent, dist: { integrity, shasum: createHash('sha1').update(tarball).digest('hex') } },
		},
		readme: `# ${name}`,
		_attachments: {
			[`${name}-${version}.tgz`]: { content_type: 'application/octet-stream', data: tarball.toString('base64'), length: tarball.length },
			...(bundle === undefined
				? {}
				: {
						[`${name}-${version}.sigstore`]: {
							content_type: 'application/vnd.dev.sigstore.bundle.v0.3+json',
							data: bundle,
							length: bundle.length,
						},
					}),
		},
		tarball,
		integrity,
	};
}

/** A bundle whose statement speaks of one artefact; its signature is not looked at by the mirror. */
export function provenanceBundle(subject: { readonly name: string; readonly sha512: string }) {
	const statement = {
		_type: 'https://in-toto.io/Statement/v1',
		subject: [{ name: subject.name, digest: { sha512: subject.sha512 } }],
		predicateType: 'https://slsa.dev/provenance/v1',
		predicate: {},
	};
	return {
		mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
		verificationMaterial: { certificate: { rawBytes: '' } },
		dsseEnvelope: {
			payloadType: 'application/vnd.in-toto+json',
			payload: Buffer.from(JSON.stringify(statement)).toString('base64'),
			signatures: [],
		},
	};
}
