import semver from 'semver';
import * as v from 'valibot';
import type { Caller } from '../../access/principal.ts';
import { MirrorError, notFound } from '../../mirror-error.ts';
import type { BlobStorage, LocalPackage, LocalVersion } from '../../storage/index.ts';
import { isDistTag } from '../package-name.ts';
import type { LocalPackages } from './local-packages.ts';

type Named = Caller & { readonly name: string };

/** Changes of packages that are already published. */
export type LocalEdits = {
	setTag(request: Named & { readonly tag: string; readonly version: unknown }): Promise<void>;
	removeTag(request: Named & { readonly tag: string }): Promise<void>;
	/** Takes npm's echoed document and reads only `deprecated` of each version from it. */
	deprecate(request: Named & { readonly body: unknown }): Promise<void>;
	/** Takes npm's echoed document and withdraws the versions that are missing from it. */
	keepOnly(request: Named & { readonly revision: string; readonly body: unknown }): Promise<void>;
	unpublishAll(request: Named & { readonly revision: string }): Promise<void>;
	/** npm withdraws a version and then deletes its tarball; the bytes went with the version. Throws when it is still published. */
	requireWithdrawn(request: Named & { readonly version: string }): Promise<void>;
};

type Options = { readonly packages: LocalPackages; readonly blobs: BlobStorage; readonly now: () => number };

const MAXIMUM_DEPRECATION_CHARACTERS = 1024;
const echoed = v.looseObject({
	_rev: v.optional(v.string()),
	versions: v.record(v.string(), v.looseObject({ deprecated: v.optional(v.union([v.string(), v.boolean()])) })),
});

export function createLocalEdits({ packages, blobs, now }: Options): LocalEdits {
	const edit = (request: Named, decide: (current: LocalPackage) => Partial<LocalPackage>) =>
		packages.change(request, async (current) => {
			if (current === null) {
				throw notFound(`Nothing is published here as ${request.name}.`);
			}

			return { ...current, ...decide(current), revision: current.revision + 1, modifiedAt: new Date(now()).toISOString() };
		});

	const withdraw = async (request: Named & { readonly revision: string }, isWithdrawn: (version: string) => boolean) => {
		let withdrawn: readonly LocalVersion[] = [];
		await edit(request, (current) => {
			requireRevision(current, request.revision);
			withdrawn = Object.entries(current.versions).flatMap(([version, stored]) => (isWithdrawn(version) ? [stored] : []));
			return withoutVersions(current, { isWithdrawn, at: new Date(now()).toISOString() });
		});
		for (const { sha512, provenance } of withdrawn) {
			await blobs.remove(sha512);
			await (provenance === null ? undefined : blobs.remove(provenance.sha512));
		}
	};

	return {
		async setTag({ tag, version, ...request }) {
			await edit(request, (current) => {
				if (!isDistTag(tag) || typeof version !== 'string' || !Object.hasOwn(current.versions, version)) {
					throw new MirrorError(400, 'request-invalid', `The tag ${tag} must name a published version of ${request.name}.`);
				}

				return { distTags: { ...current.distTags, [tag]: version } };
			});
		},
		async removeTag({ tag, ...request }) {
			await edit(request, (current) => {
				if (tag === 'latest' || !Object.hasOwn(current.distTags, tag)) {
					throw tag === 'latest'
						? new MirrorError(400, 'request-invalid', 'The tag latest cannot be removed; point it at another version.')
						: notFound(`${request.name} has no tag ${tag}.`);
				}

				return { distTags: without(current.distTags, (name) => name === tag) };
			});
		},
		async deprecate({ body, ...request }) {
			const document = parseEchoed(body);
			await edit(request, (current) => {
				requireRevision(current, document._rev);
				return { versions: deprecated(current, document.versions) };
			});
		},
		async keepOnly({ body, ...request }) {
			const kept = parseEchoed(body).versions;
			await withdraw(request, (version) => !Object.hasOwn(kept, version));
		},
		unpublishAll: (request) => withdraw(request, () => true),
		async requireWithdrawn({ version, ...request }) {
			const current = await packages.read(request);
			if (current !== null && Object.hasOwn(current.versions, version)) {
				throw new MirrorError(409, 'request-invalid', `${request.name}@${version} is still published; withdraw the version first.`);
			}

			if (current === null || !Object.hasOwn(current.retired, version)) {
				throw notFound(`${request.name}@${version} was never published here.`);
			}
		},
	};
}

function parseEchoed(body: unknown): v.InferOutput<typeof echoed> {
	const parsed = v.safeParse(echoed, body, { abortEarly: true });
	if (!parsed.success) {
		throw new MirrorError(400, 'request-invalid', 'Expected the package document that this mirror answered, with its changes.');
	}

	return parsed.output;
}

function requireRevision(current: LocalPackage, revision: string | undefined): void {
	if (revision !== undefined && revision !== String(current.revision)) {
		throw new MirrorError(
			409,
			'revision-stale',
			`${current.name} changed meanwhile: expected revision ${current.revision}, got ${revision}.`,
		);
	}
}

function deprecated(current: LocalPackage, wanted: v.InferOutput<typeof echoed>['versions']): Readonly<Record<string, LocalVersion>> {
	const unknown = Object.keys(wanted).find((version) => !Object.hasOwn(current.versions, version));
	if (unknown !== undefined) {
		throw new MirrorError(400, 'request-invalid', `${current.name}@${unknown} is not published, so it cannot be changed.`);
	}

	return Object.fromEntries(
		Object.entries(current.versions).map(([version, stored]) => {
			const message = wanted[version]?.deprecated;
			// An empty message is how npm takes a deprecation back.
			const text = typeof message === 'string' && message !== '' ? message.slice(0, MAXIMUM_DEPRECATION_CHARACTERS) : null;
			return [version, Object.hasOwn(wanted, version) ? { ...stored, deprecated: text } : stored];
		}),
	);
}

function withoutVersions(
	current: LocalPackage,
	{ isWithdrawn, at }: { readonly isWithdrawn: (version: string) => boolean; readonly at: string },
): Partial<LocalPackage> {
	const versions = without(current.versions, isWithdrawn);
	const retired = Object.keys(current.versions).filter(isWithdrawn);
	const distTags = without(current.distTags, (tag) => !Object.hasOwn(versions, current.distTags[tag] ?? ''));
	const [newest] = semver.rsort(Object.keys(versions));
	return {
		versions,
		distTags: distTags['latest'] === undefined && newest !== undefined ? { ...distTags, latest: newest } : distTags,
		retired: { ...current.retired, ...Object.fromEntries(retired.map((version) => [version, at])) },
	};
}

function without<T>(record: Readonly<Record<string, T>>, isLeftOut: (key: string) => boolean): Readonly<Record<string, T>> {
	return Object.fromEntries(Object.entries(record).filter(([key]) => !isLeftOut(key)));
}
