import { createHash } from 'node:crypto';
import type { DocumentKind, JsonObject, PackageSummary } from '../storage/index.ts';

/** Stands in stored documents where the public URL goes when one is answered; `.invalid` can never be a real host. */
export const PUBLIC_URL_PLACEHOLDER = 'http://public-url.plugward.invalid';

/** A package ready to be answered, whatever its source. */
export type PackageDocument = {
	readonly name: string;
	readonly source: 'local' | 'upstream';
	/** Hash of each text; the base of its ETag. */
	readonly digests: Readonly<Record<DocumentKind, string>>;
	/** JSON with the placeholder, and its hash: a document replaced meanwhile has another than `digests` says. */
	text(kind: DocumentKind): Promise<{ readonly digest: string; readonly text: string }>;
};

// What an installer reads. The full document stays the default for clients that ask for nothing else.
const ABBREVIATED_FIELDS = [
	'name',
	'version',
	'deprecated',
	'dependencies',
	'optionalDependencies',
	'peerDependencies',
	'peerDependenciesMeta',
	'acceptDependencies',
	'bundleDependencies',
	'bundledDependencies',
	'bin',
	'directories',
	'engines',
	'os',
	'cpu',
	'libc',
	'funding',
	'hasInstallScript',
	'_hasShrinkwrap',
	'dist',
] as const;
const MOST_KINDS = 16;
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'] as const;

export function abbreviateManifest(manifest: JsonObject): JsonObject {
	const kept: Record<string, unknown> = {};
	for (const field of ABBREVIATED_FIELDS) {
		if (manifest[field] !== undefined) {
			kept[field] = manifest[field];
		}
	}

	if (kept['hasInstallScript'] === undefined && hasInstallScript(manifest)) {
		kept['hasInstallScript'] = true;
	}

	return kept;
}

export function hasInstallScript(manifest: JsonObject): boolean {
	const scripts = objectOrEmpty(manifest['scripts']);
	// npm runs `node-gyp rebuild` for what has a binding and no script of its own.
	return manifest['gypfile'] === true || INSTALL_SCRIPTS.some((script) => typeof scripts[script] === 'string');
}

export function tarballPath(name: string, fileName: string): string {
	return `/${name}/-/${encodeURIComponent(fileName)}`;
}

export function attestationsPath(name: string, version: string): string {
	return `/-/npm/v1/attestations/${name.replace('/', '%2f')}@${encodeURIComponent(version)}`;
}

/** What search keeps, from the manifest of the version that `latest` names. */
export function summarise(
	manifest: JsonObject,
	about: { readonly name: string; readonly version: string; readonly date: string | null; readonly maintainers: unknown },
): PackageSummary {
	const repository = manifest['repository'];
	const repositoryUrl = textOrNull(typeof repository === 'string' ? repository : objectOrEmpty(repository)['url']);
	const homepage = textOrNull(manifest['homepage']);
	const keywords = Array.isArray(manifest['keywords']) ? manifest['keywords'] : [];
	const maintainers: unknown[] = Array.isArray(about.maintainers) ? about.maintainers : [];
	return {
		name: about.name,
		version: about.version,
		description: (textOrNull(manifest['description']) ?? '').slice(0, 1000),
		keywords: keywords.filter((word) => typeof word === 'string').slice(0, 50),
		date: about.date,
		publisher: personName(manifest['_npmUser']) ?? personName(manifest['author']),
		maintainers: maintainers
			.map(personName)
			.filter((name) => name !== null)
			.slice(0, 20),
		links: { ...(homepage === null ? {} : { homepage }), ...(repositoryUrl === null ? {} : { repository: repositoryUrl }) },
		license: textOrNull(manifest['license']),
		permissions: declaredKinds(manifest['plugward']),
		isPlugin: manifest['plugward'] !== undefined,
		proof: claimedProof(objectOrEmpty(manifest['dist'])),
	};
}

/** Each kind once; what is no list of permissions declares none, and whoever installs it reads the tarball. */
function declaredKinds(plugward: unknown): readonly string[] {
	const { permissions } = objectOrEmpty(plugward);
	const kinds = Array.isArray(permissions) ? permissions.map((one) => textOrNull(objectOrEmpty(one)['type'])) : [];
	return [...new Set(kinds.filter((kind) => kind !== null))].slice(0, MOST_KINDS);
}

function claimedProof({ attestations, signatures }: JsonObject): PackageSummary['proof'] {
	return typeof attestations === 'object' && attestations !== null
		? 'attested'
		: Array.isArray(signatures) && signatures.length > 0
			? 'signed'
			: 'none';
}

export function digestOf(text: string): string {
	return createHash('sha256').update(text).digest('base64url').slice(0, 27);
}

export function objectOrEmpty(value: unknown): JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

export function textOrNull(value: unknown): string | null {
	return typeof value === 'string' ? value : null;
}

function personName(person: unknown): string | null {
	// As text a person is `Name <mail> (url)`; search shows the name alone.
	return typeof person === 'string' ? person.replace(/\s*[<(].*$/su, '') : textOrNull(objectOrEmpty(person)['name']);
}
