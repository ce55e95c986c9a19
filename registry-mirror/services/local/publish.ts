import { createHash } from 'node:crypto';
import type { Caller } from '../../access/principal.ts';
import { MirrorError } from '../../mirror-error.ts';
import type { BlobStorage, LocalPackage, LocalVersion } from '../../storage/index.ts';
import type { SigningKey } from '../signing-key.ts';
import type { LocalPackages } from './local-packages.ts';
import { readProvenance } from './provenance-bundle.ts';
import { type PublishRequest, parsePublishRequest } from './publish-request.ts';
import { checkArchive } from './published-archive.ts';

export type Publish = (
	request: Caller & { readonly name: string; readonly body: unknown; readonly signal: AbortSignal },
) => Promise<{ readonly name: string; readonly version: string; readonly revision: number }>;

type Options = {
	readonly packages: LocalPackages;
	readonly blobs: BlobStorage;
	readonly signingKey: SigningKey;
	readonly now: () => number;
};

/** Publishes one version. Everything is checked before the first write, and a failure leaves neither a blob nor a version behind. */
export function createPublish(options: Options): Publish {
	const { packages, blobs } = options;
	return async ({ principal, name, body, signal }) => {
		const request = parsePublishRequest(name, body);
		requireUnused(await packages.read({ principal, name }), request);
		const archive = await checkArchive(request, { signal });
		const provenance = describeProvenance(request);
		const version: LocalVersion = {
			manifest: request.manifest,
			integrity: request.integrity,
			sha512: request.sha512,
			shasum: request.shasum,
			bytes: request.tarball.length,
			...archive,
			publishedAt: new Date(options.now()).toISOString(),
			publisher: principal.username,
			deprecated: null,
			signatures: [options.signingKey.signIntegrity(`${name}@${request.version}`, request.integrity)],
			provenance: provenance?.facts ?? null,
		};
		const stored: string[] = [];
		try {
			const changed = await packages.change({ principal, name }, async (current) => {
				// Again, now that nobody else can change the package; from here on these blobs can only be ours.
				requireUnused(current, request);
				stored.push(request.sha512);
				await storeBlob(blobs, { sha512: request.sha512, content: request.tarball });
				if (provenance !== null) {
					stored.push(provenance.facts.sha512);
					await storeBlob(blobs, { sha512: provenance.facts.sha512, content: provenance.content });
				}

				return withVersion(current, { request, version });
			});
			return { name, version: request.version, revision: changed.revision };
		} catch (error) {
			// A failure to clean up must not hide why the publish failed.
			await Promise.allSettled(stored.map((sha512) => blobs.remove(sha512)));
			throw error;
		}
	};
}

function requireUnused(current: LocalPackage | null, { name, version }: PublishRequest): void {
	if (current !== null && Object.hasOwn(current.versions, version)) {
		throw new MirrorError(409, 'version-exists', `${name}@${version} is already published; a version is never replaced.`);
	}

	if (current !== null && Object.hasOwn(current.retired, version)) {
		throw new MirrorError(409, 'version-retired', `${name}@${version} was published and withdrawn; its number cannot be used again.`);
	}
}

function describeProvenance(request: PublishRequest) {
	if (request.bundle === null) {
		return null;
	}

	const content = Buffer.from(request.bundle);
	const sha512 = createHash('sha512').update(content).digest('hex');
	return { content, facts: { sha512, bytes: content.length, ...readProvenance(request.bundle, request) } };
}

async function storeBlob(blobs: BlobStorage, { sha512, content }: { readonly sha512: string; readonly content: Buffer }): Promise<void> {
	await using staged = await blobs.stage();
	await staged.write(content);
	await staged.commit(sha512, { durable: true });
}

function withVersion(
	current: LocalPackage | null,
	{ request, version }: { readonly request: PublishRequest; readonly version: LocalVersion },
): LocalPackage {
	const tags = Object.fromEntries(request.tags.map((tag) => [tag, request.version]));
	return {
		name: request.name,
		revision: (current?.revision ?? 0) + 1,
		// Without `latest` most clients cannot install the package at all.
		distTags: { latest: request.version, ...current?.distTags, ...tags },
		versions: { ...current?.versions, [request.version]: version },
		createdAt: current?.createdAt ?? version.publishedAt,
		modifiedAt: version.publishedAt,
		retired: current?.retired ?? {},
		readme: request.readme === '' ? (current?.readme ?? '') : request.readme,
	};
}
