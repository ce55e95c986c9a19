type Json = Readonly<Record<string, unknown>>;

const KEPT = [
	'name',
	'version',
	'dependencies',
	'optionalDependencies',
	'peerDependencies',
	'peerDependenciesMeta',
	'bundleDependencies',
	'bundledDependencies',
	'engines',
	'os',
	'cpu',
	'libc',
	'deprecated',
	'bin',
	'dist',
];
const KEPT_OF_DIST = ['tarball', 'integrity', 'shasum'];

/** What a resolver reads of a packument, and nothing else. */
export function reduce(packument: unknown): Json {
	const { name, 'dist-tags': tags, versions, time } = packument as Json;
	return {
		name,
		'dist-tags': tags,
		versions: Object.fromEntries(
			Object.entries(versions as Readonly<Record<string, Json>>).map(([version, manifest]) => [
				version,
				{ ...only(manifest, KEPT), dist: only(manifest['dist'] as Json, KEPT_OF_DIST) },
			]),
		),
		...(time === undefined ? {} : { time }),
	};
}

function only(from: Json, keys: readonly string[]): Json {
	return Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]])));
}
