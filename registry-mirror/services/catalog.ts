import type { Caller } from '../access/principal.ts';
import { MirrorError, notFound } from '../mirror-error.ts';
import type { DocumentKind, JsonObject, StoredTarball } from '../storage/index.ts';
import type { LocalPackages } from './local/local-packages.ts';
import type { NameSources } from './name-sources.ts';
import { type PackageDocument, objectOrEmpty, PUBLIC_URL_PLACEHOLDER } from './package-document.ts';
import { isPackageName } from './package-name.ts';
import type { UpstreamPackages } from './upstream/upstream-packages.ts';
import type { UpstreamTarballs } from './upstream/upstream-tarballs.ts';

type Named = Caller & { readonly name: string };

/** All packages of the mirror, each from the one source its name belongs to. Everything throws 404 for what is not there. */
export type Catalog = {
	document(wanted: Named & { readonly revalidate: boolean }): Promise<PackageDocument>;
	/** One version's manifest by version or tag, under the public URL. */
	manifest(wanted: Named & { readonly versionOrTag: string; readonly publicUrl: string }): Promise<JsonObject>;
	distTags(wanted: Named): Promise<Readonly<Record<string, unknown>>>;
	tarball(wanted: Named & { readonly version: string }): Promise<StoredTarball>;
	/** The same after its blob was found missing or truncated: pulled again, or 503 when it was published here and is lost. */
	restoreTarball(wanted: Named & { readonly version: string }): Promise<StoredTarball>;
	/** Throws 403 when the name belongs to the upstream: it can be read here but never changed. */
	requireLocal(name: string): void;
};

type Options = {
	readonly sources: NameSources;
	readonly local: LocalPackages;
	readonly upstream: { readonly packages: UpstreamPackages; readonly tarballs: UpstreamTarballs } | null;
};

export function createCatalog({ sources, local, upstream }: Options): Catalog {
	const upstreamFor = (name: string) => {
		if (!isPackageName(name)) {
			throw new MirrorError(400, 'name-invalid', 'That is not the name of a package.');
		}

		return sources.sourceOf(name) === 'local' ? null : upstream;
	};

	const document = async ({ principal, name, revalidate }: Named & { readonly revalidate: boolean }) => {
		const pulled = upstreamFor(name);
		const found = await (pulled === null ? local.find({ principal, name }) : pulled.packages.find({ principal, name, revalidate }));
		return found ?? throwMissing(name);
	};

	const read = async (wanted: Named & { readonly kind: DocumentKind; readonly revalidate: boolean }) =>
		objectOrEmpty(JSON.parse((await (await document(wanted)).text(wanted.kind)).text));

	return {
		document,
		async manifest({ versionOrTag, publicUrl, ...wanted }) {
			// A version published a minute ago is not in a document pulled before it.
			const found =
				pickVersion(await read({ ...wanted, kind: 'full', revalidate: false }), versionOrTag) ??
				pickVersion(await read({ ...wanted, kind: 'full', revalidate: true }), versionOrTag);
			if (found === null) {
				throw notFound(`${wanted.name} has no version and no tag "${versionOrTag.slice(0, 256)}".`);
			}

			return objectOrEmpty(JSON.parse(JSON.stringify(found).replaceAll(PUBLIC_URL_PLACEHOLDER, publicUrl)));
		},
		async distTags(wanted) {
			return objectOrEmpty((await read({ ...wanted, kind: 'abbreviated', revalidate: false }))['dist-tags']);
		},
		async tarball({ principal, name, version }) {
			const pulled = upstreamFor(name);
			if (pulled !== null) {
				return (await pulled.tarballs.find({ principal, name, version })) ?? throwMissing(`${name}@${version}`);
			}

			const versions = (await local.read({ principal, name }))?.versions ?? {};
			return (Object.hasOwn(versions, version) ? versions[version] : undefined) ?? throwMissing(`${name}@${version}`);
		},
		async restoreTarball(wanted) {
			const id = `${wanted.name}@${wanted.version}`;
			const tarballs = upstreamFor(wanted.name)?.tarballs;
			if (tarballs === undefined) {
				throw new MirrorError(503, 'internal', `The stored tarball of ${id} is damaged, and it was published here only.`);
			}

			tarballs.forget(wanted);
			return (await tarballs.find(wanted)) ?? throwMissing(id);
		},
		requireLocal(name) {
			if (upstreamFor(name) !== null) {
				throw new MirrorError(
					403,
					'name-not-local',
					`The name ${name} belongs to the upstream registry; here only ${sources.localNames.join(', ') || 'no name'} can be changed.`,
				);
			}
		},
	};
}

function pickVersion(packument: JsonObject, versionOrTag: string): JsonObject | null {
	const tags = objectOrEmpty(packument['dist-tags']);
	const versions = objectOrEmpty(packument['versions']);
	const version = Object.hasOwn(tags, versionOrTag) ? String(tags[versionOrTag]) : versionOrTag;
	return Object.hasOwn(versions, version) ? objectOrEmpty(versions[version]) : null;
}

function throwMissing(what: string): never {
	throw notFound(`This registry has no ${what}.`);
}
