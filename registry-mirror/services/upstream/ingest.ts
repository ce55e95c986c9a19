import { MirrorError } from '../../mirror-error.ts';
import type { JsonObject, PackageSummary, UpstreamSection } from '../../storage/index.ts';
import {
	PUBLIC_URL_PLACEHOLDER,
	abbreviateManifest,
	attestationsPath,
	digestOf,
	objectOrEmpty,
	summarise,
	tarballPath,
	textOrNull,
} from '../package-document.ts';
import { isVersion, tarballFileName } from '../package-name.ts';

/** Where the upstream keeps a tarball and what its bytes must hash to. */
export type TarballSource = { readonly url: string; readonly integrity: string | null; readonly shasum: string | null };

export type Ingested = {
	readonly sections: Readonly<Record<UpstreamSection, string>>;
	readonly digests: { readonly full: string; readonly abbreviated: string };
	readonly summary: PackageSummary;
};

/**
 * Turns an upstream packument into what the mirror keeps. All fields pass through; only `dist.tarball` and `dist.attestations.url` are put
 * under the public URL. Versions without a valid number or a tarball are left out. Throws `upstream-invalid`.
 */
export function ingestPackument(name: string, body: string): Ingested {
	const packument = parseBody(name, body);
	const versions: [string, JsonObject][] = [];
	const sources: [string, TarballSource][] = [];
	for (const [version, value] of Object.entries(objectOrEmpty(packument['versions']))) {
		const manifest = objectOrEmpty(value);
		const dist = objectOrEmpty(manifest['dist']);
		const url = textOrNull(dist['tarball']);
		if (isVersion(version) && url !== null) {
			versions.push([version, { ...manifest, name, version, dist: rewriteDistribution({ name, version, dist }) }]);
			sources.push([version, { url, integrity: textOrNull(dist['integrity']), shasum: textOrNull(dist['shasum']) }]);
		}
	}

	const tags = keepKnownTags(packument, new Set(versions.map(([version]) => version)));
	const full = JSON.stringify({ ...packument, name, 'dist-tags': tags, versions: Object.fromEntries(versions) });
	const abbreviated = JSON.stringify({
		name,
		'dist-tags': tags,
		...timesOf(packument, versions),
		versions: Object.fromEntries(versions.map(([version, manifest]) => [version, abbreviateManifest(manifest)])),
	});
	return {
		sections: { full, abbreviated, tarballs: JSON.stringify(Object.fromEntries(sources)) },
		digests: { full: digestOf(full), abbreviated: digestOf(abbreviated) },
		summary: summariseLatest({ name, packument, tags, versions }),
	};
}

function parseBody(name: string, body: string): JsonObject {
	let packument: JsonObject;
	try {
		packument = objectOrEmpty(JSON.parse(body));
	} catch (error) {
		throw new MirrorError(502, 'upstream-invalid', `What the upstream sent for "${name}" is not JSON.`, { cause: error });
	}

	if (packument['name'] !== name) {
		throw new MirrorError(502, 'upstream-invalid', `Expected the package "${name}" from the upstream, got another.`);
	}

	return packument;
}

function rewriteDistribution(artefact: { readonly name: string; readonly version: string; readonly dist: JsonObject }): JsonObject {
	const { name, version, dist } = artefact;
	const attestations = objectOrEmpty(dist['attestations']);
	return {
		...dist,
		tarball: `${PUBLIC_URL_PLACEHOLDER}${tarballPath(name, tarballFileName(name, version))}`,
		...(dist['attestations'] === undefined
			? {}
			: { attestations: { ...attestations, url: `${PUBLIC_URL_PLACEHOLDER}${attestationsPath(name, version)}` } }),
	};
}

/** A tag that names a left-out version would make every client fail. */
function keepKnownTags(packument: JsonObject, known: ReadonlySet<string>): Readonly<Record<string, string>> {
	const tags = Object.entries(objectOrEmpty(packument['dist-tags']));
	return Object.fromEntries(tags.filter((tag): tag is [string, string] => typeof tag[1] === 'string' && known.has(tag[1])));
}

/**
 * When the document was last changed, or at least when the last version came. Without either it says that there are no times at all, so
 * that nobody asks for the full document in search of some: an invented time would tell clients that every version is old.
 */
function timesOf(
	packument: JsonObject,
	versions: readonly [string, JsonObject][],
): { readonly modified: string } | { readonly time: JsonObject } {
	const time = objectOrEmpty(packument['time']);
	const modified = textOrNull(time['modified']) ?? textOrNull(packument['modified']);
	const published = versions.map(([version]) => textOrNull(time[version])).filter((one) => one !== null && !Number.isNaN(Date.parse(one)));
	const newest = modified ?? published.toSorted((a, b) => Date.parse(a ?? '') - Date.parse(b ?? '')).at(-1);
	return newest === undefined || newest === null ? { time: {} } : { modified: newest };
}

function summariseLatest(source: {
	readonly name: string;
	readonly packument: JsonObject;
	readonly tags: Readonly<Record<string, string>>;
	readonly versions: readonly [string, JsonObject][];
}): PackageSummary {
	const { name, packument, tags, versions } = source;
	const wanted = tags['latest'] ?? versions.at(-1)?.[0] ?? '';
	const manifest = versions.find(([version]) => version === wanted)?.[1] ?? {};
	const date = textOrNull(objectOrEmpty(packument['time'])[wanted]);
	return summarise(manifest, { name, version: wanted, date, maintainers: packument['maintainers'] ?? manifest['maintainers'] });
}
