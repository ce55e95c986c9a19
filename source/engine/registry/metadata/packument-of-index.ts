import type { Packument, RegistryManifest } from '../../packument.ts';
import type { PackageIndex } from '../../resolver/index.ts';
import type { LatestRecord } from './metadata-directory.ts';

/** What the stored index tells of a package: all that decides, without readme and, but for the newest version, without descriptions. */
export function packumentOfIndex(index: PackageIndex, latest: LatestRecord): Packument {
	const versions = new Map<string, RegistryManifest>();
	const time = Object.create(null) as Record<string, string>;
	for (let i = 0; i < index.versionCount; i += 1) {
		const { integrity, shasum, tarball, unpackedBytes, signatures, attestationsUrl, ...manifest } = index.manifest(i);
		const isLatest = manifest.version === latest.version;
		const publishedAt = index.publishedAt(i);
		if (publishedAt !== null) {
			time[manifest.version] = new Date(publishedAt).toISOString();
		}

		versions.set(manifest.version, {
			...manifest,
			description: isLatest ? latest.description : '',
			keywords: isLatest ? latest.keywords : [],
			homepage: null,
			repository: null,
			publisher: isLatest ? latest.publisher : null,
			dist: {
				integrity,
				shasum,
				tarball,
				fileCount: null,
				unpackedBytes,
				signatures,
				attestations: attestationsUrl === null ? null : { url: attestationsUrl, predicateType: null },
			},
		});
	}

	const distTags = Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(index.tags));
	return { name: index.name, distTags, versions, time, maintainers: [], readme: null, skipped: [] };
}
