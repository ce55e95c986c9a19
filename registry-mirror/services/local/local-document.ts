import type { JsonObject, LocalPackage, LocalVersion, PackageSummary } from '../../storage/index.ts';
import {
	PUBLIC_URL_PLACEHOLDER,
	abbreviateManifest,
	attestationsPath,
	digestOf,
	hasInstallScript,
	summarise,
	tarballPath,
} from '../package-document.ts';
import { tarballFileName } from '../package-name.ts';

export type LocalDocument = {
	readonly texts: { readonly full: string; readonly abbreviated: string };
	readonly digests: { readonly full: string; readonly abbreviated: string };
};

/** The packument of a published package, in both forms, with the placeholder where the public URL goes. */
export function buildLocalDocument(local: LocalPackage): LocalDocument {
	const versions = Object.entries(local.versions).map(
		([version, stored]) => [version, manifestOf({ name: local.name, version, stored })] as const,
	);
	const full = JSON.stringify({
		_id: local.name,
		_rev: String(local.revision),
		name: local.name,
		'dist-tags': local.distTags,
		versions: Object.fromEntries(versions),
		time: {
			created: local.createdAt,
			modified: local.modifiedAt,
			...Object.fromEntries(Object.entries(local.versions).map(([version, { publishedAt }]) => [version, publishedAt])),
		},
		maintainers: maintainersOf(local),
		readme: local.readme,
	});
	const abbreviated = JSON.stringify({
		name: local.name,
		'dist-tags': local.distTags,
		modified: local.modifiedAt,
		versions: Object.fromEntries(versions.map(([version, manifest]) => [version, abbreviateManifest(manifest)])),
	});
	return { texts: { full, abbreviated }, digests: { full: digestOf(full), abbreviated: digestOf(abbreviated) } };
}

/** Null when every version was unpublished. */
export function summariseLocal(local: LocalPackage): PackageSummary | null {
	const version = local.distTags['latest'] ?? Object.keys(local.versions).at(-1);
	const stored = version === undefined ? undefined : local.versions[version];
	if (version === undefined || stored === undefined) {
		return null;
	}

	const summary = summarise(stored.manifest, { name: local.name, version, date: stored.publishedAt, maintainers: maintainersOf(local) });
	return { ...summary, publisher: stored.publisher, proof: stored.provenance === null ? 'signed' : 'attested' };
}

function manifestOf(published: { readonly name: string; readonly version: string; readonly stored: LocalVersion }): JsonObject {
	const { name, version, stored } = published;
	return {
		...stored.manifest,
		_id: `${name}@${version}`,
		_npmUser: { name: stored.publisher },
		...(stored.deprecated === null ? {} : { deprecated: stored.deprecated }),
		...(hasInstallScript(stored.manifest) ? { hasInstallScript: true } : {}),
		dist: {
			integrity: stored.integrity,
			shasum: stored.shasum,
			tarball: `${PUBLIC_URL_PLACEHOLDER}${tarballPath(name, tarballFileName(name, version))}`,
			fileCount: stored.fileCount,
			unpackedSize: stored.unpackedBytes,
			signatures: stored.signatures,
			...(stored.provenance === null
				? {}
				: {
						attestations: {
							url: `${PUBLIC_URL_PLACEHOLDER}${attestationsPath(name, version)}`,
							provenance: { predicateType: stored.provenance.predicateType },
						},
					}),
		},
	};
}

function maintainersOf(local: LocalPackage): readonly { readonly name: string }[] {
	return [...new Set(Object.values(local.versions).map(({ publisher }) => publisher))].map((name) => ({ name }));
}
