import type { PackageIndex } from '../../resolver/index.ts';

/** What the registry recommends: the version of the tag `latest`, else the highest that is no prerelease, else the highest. */
export function latestVersion(index: PackageIndex): string | null {
	const tagged = index.tags.get('latest');
	if (tagged !== undefined) {
		return tagged;
	}

	for (let i = index.versionCount - 1; i >= 0; i -= 1) {
		if (index.prerelease(i) === null) {
			return index.versionText(i);
		}
	}

	return index.versionCount === 0 ? null : index.versionText(index.versionCount - 1);
}
