import semver from 'semver';
import { EngineError } from '../../errors.ts';
import type { Packument, RegistryManifest } from '../../packument.ts';

/** The version that a range, a tag or an exact version names now; `*` is what the registry calls latest. Throws `no-matching-version`. */
export function pickVersion({ name, distTags, versions }: Packument, spec: string): RegistryManifest {
	const all = [...versions.keys()];
	const latest = distTags['latest'];
	const picked =
		spec === '*' && latest !== undefined ? latest : (distTags[spec] ?? semver.maxSatisfying(all, spec, { loose: true }) ?? undefined);
	const manifest = picked === undefined ? undefined : versions.get(picked);
	if (manifest === undefined) {
		const newest = semver.rsort(all.filter((version) => semver.valid(version, { loose: true }) !== null))[0];
		throw new EngineError('no-matching-version', `No version of ${name} matches "${spec}"; the newest is ${newest ?? 'none at all'}.`, {
			hint: `See its versions: plugward info ${name} --versions`,
		});
	}

	return manifest;
}
