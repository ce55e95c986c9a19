import { createHash } from 'node:crypto';
import { hexOfIntegrity, parseIntegrity } from '../../../source/engine/shared.ts';
import type { Caller } from '../../access/principal.ts';
import { MirrorError } from '../../mirror-error.ts';
import type { StoredTarball, Storage } from '../../storage/index.ts';
import { createLeastRecentCache } from '../least-recent-cache.ts';
import { tarballPath } from '../package-document.ts';
import { tarballFileName } from '../package-name.ts';
import { createSingleFlight } from '../single-flight.ts';
import type { TarballSource } from './ingest.ts';
import type { UpstreamClient, UpstreamResponse } from './upstream-client.ts';
import type { UpstreamPackages } from './upstream-packages.ts';

export type FindTarball = Caller & { readonly name: string; readonly version: string };

export type UpstreamTarballs = {
	/** The verified tarball, pulled when it is not stored. Null when the upstream has no such version. */
	find(wanted: FindTarball): Promise<StoredTarball | null>;
	/** To be told that a blob is not on disk any more; the next `find` looks again and pulls. */
	forget(wanted: FindTarball): void;
};

type Options = {
	readonly client: UpstreamClient;
	readonly storage: Storage;
	readonly packages: UpstreamPackages;
	readonly offline: boolean;
};

type Expected = { readonly algorithm: 'sha512' | 'sha1'; readonly digest: string };

const MAXIMUM_TARBALL_BYTES = 512 * 1024 * 1024;
const TIMEOUT_MILLISECONDS = 300_000;
// Lock files and old packuments name this host whatever registry they came through, as npm's own replace-registry-host knows.
const PUBLIC_REGISTRY_HOST = 'registry.npmjs.org';

export function createUpstreamTarballs(options: Options): UpstreamTarballs {
	const { storage } = options;
	const known = createLeastRecentCache<StoredTarball>(100_000);
	const singleFlight = createSingleFlight<StoredTarball | null>();
	return {
		find(wanted) {
			const key = `${wanted.name}@${wanted.version}`;
			const remembered = known.get(key);
			if (remembered !== undefined) {
				return Promise.resolve(remembered);
			}

			return singleFlight(key, async () => {
				const found = (await readStored(storage, wanted)) ?? (await pull(options, wanted));
				if (found !== null) {
					known.set(key, found);
				}

				return found;
			});
		},
		forget({ name, version }) {
			known.delete(`${name}@${version}`);
		},
	};
}

async function readStored(storage: Storage, { name, version }: FindTarball): Promise<StoredTarball | null> {
	const stored = await storage.upstream.readTarball(name, version);
	return stored !== null && (await storage.blobs.open(stored.sha512, stored.bytes)) !== null ? stored : null;
}

async function pull({ client, storage, packages, offline }: Options, wanted: FindTarball): Promise<StoredTarball | null> {
	const source =
		(await packages.tarballSource({ ...wanted, revalidate: false })) ?? (await packages.tarballSource({ ...wanted, revalidate: true }));
	if (source === null) {
		return null;
	}

	const { name, version } = wanted;
	if (offline) {
		throw new MirrorError(503, 'offline-missing', `This mirror is offline and has not stored the tarball of ${name}@${version}.`);
	}

	const expected = expectedDigest(`${name}@${version}`, source);
	const request = {
		url: tarballUrl({ name, version, source, baseUrl: client.baseUrl }),
		headers: { accept: 'application/octet-stream, */*', 'accept-encoding': 'identity' },
		maximumBytes: MAXIMUM_TARBALL_BYTES,
		timeoutMilliseconds: TIMEOUT_MILLISECONDS,
		allowOtherOrigin: true,
	};
	return await client.request(request, async (response) => {
		if (response.status !== 200) {
			return null;
		}

		const stored = await storeVerified({ response, storage, expected, id: `${name}@${version}` });
		await storage.upstream.writeTarball(name, version, stored);
		return stored;
	});
}

/** Writes to a staged blob while hashing; the blob gets its place only when every byte was right. */
async function storeVerified(arrival: {
	readonly response: UpstreamResponse;
	readonly storage: Storage;
	readonly expected: Expected;
	readonly id: string;
}): Promise<StoredTarball> {
	const { response, storage, expected, id } = arrival;
	const sha512 = createHash('sha512');
	const sha1 = createHash('sha1');
	let bytes = 0;
	await using staged = await storage.blobs.stage();
	for await (const chunk of response.chunks) {
		sha512.update(chunk);
		sha1.update(chunk);
		bytes += chunk.length;
		await staged.write(chunk);
	}

	const digest = sha512.digest('hex');
	const actual = expected.algorithm === 'sha512' ? digest : sha1.digest('hex');
	if (actual !== expected.digest) {
		throw new MirrorError(
			502,
			'tarball-mismatch',
			`The upstream's tarball of ${id} is not what its packument says: expected ${expected.algorithm} ${expected.digest}, got ${actual}.`,
		);
	}

	await staged.commit(digest, { durable: false });
	return { sha512: digest, bytes };
}

function expectedDigest(id: string, { integrity, shasum }: TarballSource): Expected {
	for (const text of integrity?.split(/\s+/u) ?? []) {
		const sha512 = parseIntegrity(text);
		if (sha512 !== null) {
			return { algorithm: 'sha512', digest: hexOfIntegrity(sha512) };
		}
	}

	if (shasum !== null && /^[0-9a-f]{40}$/iu.test(shasum)) {
		return { algorithm: 'sha1', digest: shasum.toLowerCase() };
	}

	throw new MirrorError(502, 'upstream-invalid', `The upstream names neither sha512 nor sha1 of ${id}, so its tarball cannot be checked.`);
}

function tarballUrl(place: {
	readonly name: string;
	readonly version: string;
	readonly source: TarballSource;
	readonly baseUrl: URL;
}): URL {
	const { name, version, source, baseUrl } = place;
	const url = URL.parse(source.url, baseUrl);
	if (url === null || url.hostname === PUBLIC_REGISTRY_HOST) {
		return new URL(tarballPath(name, tarballFileName(name, version)).slice(1), baseUrl);
	}

	if (url.host === baseUrl.host) {
		// Very old packuments say http where the registry has long been https.
		url.protocol = baseUrl.protocol;
	}

	if (url.protocol !== 'https:' && url.origin !== baseUrl.origin) {
		throw new MirrorError(
			502,
			'upstream-refused',
			`The upstream keeps the tarball of ${name}@${version} at ${url.origin}, which is not https.`,
		);
	}

	return url;
}
