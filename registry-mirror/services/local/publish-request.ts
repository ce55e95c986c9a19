import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { hexOfIntegrity, integrityOfDigest } from '../../../source/engine/shared.ts';
import { MirrorError } from '../../mirror-error.ts';
import type { JsonObject } from '../../storage/index.ts';
import { bareName, isDistTag, isPublishableName, isVersion } from '../package-name.ts';

/** One version to publish, with every length and digest already compared with the bytes. */
export type PublishRequest = {
	readonly name: string;
	readonly version: string;
	readonly tags: readonly string[];
	/** Without `dist`. */
	readonly manifest: JsonObject;
	readonly tarball: Buffer;
	readonly integrity: string;
	readonly sha512: string;
	readonly shasum: string;
	/** The Sigstore bundle's JSON text, or null. */
	readonly bundle: string | null;
	readonly readme: string;
};

const MAXIMUM_README_CHARACTERS = 512 * 1024;
const BUNDLE_MEDIA_TYPE = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v0\.\d+)?\+json(?:;\s*version=[\d.]+)?$/u;

const attachment = v.object({ content_type: v.string(), data: v.string(), length: v.pipe(v.number(), v.integer(), v.minValue(1)) });
const publishDocument = v.looseObject({
	name: v.string(),
	'dist-tags': v.record(v.string(), v.string()),
	versions: v.record(
		v.string(),
		v.looseObject({
			name: v.string(),
			version: v.string(),
			readme: v.optional(v.unknown()),
			dist: v.looseObject({ integrity: v.optional(v.string()), shasum: v.optional(v.string()) }),
		}),
	),
	readme: v.optional(v.unknown()),
	_attachments: v.record(v.string(), attachment),
});

type Attachment = v.InferOutput<typeof attachment>;

/** Reads the body of npm's publish. Throws 400 for a document that no client sends, 422 where lengths or digests disagree. */
export function parsePublishRequest(name: string, body: unknown): PublishRequest {
	const parsed = v.safeParse(publishDocument, body, { abortEarly: true });
	if (!parsed.success) {
		throw invalid(`The publish document is not complete: ${v.getDotPath(parsed.issues[0]) ?? 'it'}: ${parsed.issues[0].message}`);
	}

	const document = parsed.output;
	const [entry, ...others] = Object.entries(document.versions);
	if (entry === undefined || others.length > 0) {
		throw invalid(`Expected exactly one version to publish, got ${Object.keys(document.versions).length}.`);
	}

	const [version, { dist, readme, ...manifest }] = entry;
	checkNames(name, { document: document.name, manifest: manifest.name, version, manifestVersion: manifest.version });
	const tags = tagsFor(version, document['dist-tags']);
	const { tarball, bundle } = pickAttachments(document._attachments, { name, version });
	const integrity = integrityOfDigest(createHash('sha512').update(tarball).digest());
	const shasum = createHash('sha1').update(tarball).digest('hex');
	compareDigests({ integrity, shasum }, dist);
	const readmeText = typeof readme === 'string' ? readme : document.readme;
	return {
		name,
		version,
		tags,
		manifest,
		tarball,
		integrity,
		sha512: hexOfIntegrity(integrity),
		shasum,
		bundle,
		readme: typeof readmeText === 'string' ? readmeText.slice(0, MAXIMUM_README_CHARACTERS) : '',
	};
}

function checkNames(
	name: string,
	given: { readonly document: string; readonly manifest: string; readonly version: string; readonly manifestVersion: string },
): void {
	if (!isPublishableName(name)) {
		throw new MirrorError(400, 'name-invalid', `"${name}" cannot be published: names are lower case, at most 214 characters.`);
	}

	if (given.document !== name || given.manifest !== name) {
		throw invalid(`Expected the name ${name} in document and manifest, got ${given.document} and ${given.manifest}.`);
	}

	if (given.version !== given.manifestVersion || !isVersion(given.version)) {
		throw invalid(`Expected one valid version in document and manifest, got ${given.version} and ${given.manifestVersion}.`);
	}
}

function tagsFor(version: string, tags: Readonly<Record<string, string>>): readonly string[] {
	for (const [tag, target] of Object.entries(tags)) {
		if (!isDistTag(tag) || target !== version) {
			throw invalid(`The tag ${tag} -> ${target} cannot be set by publishing ${version}.`);
		}
	}

	return Object.keys(tags);
}

function pickAttachments(
	attachments: Readonly<Record<string, Attachment>>,
	about: { readonly name: string; readonly version: string },
): { readonly tarball: Buffer; readonly bundle: string | null } {
	const stems = new Set([`${about.name}-${about.version}`, `${bareName(about.name)}-${about.version}`]);
	let tarball: Buffer | null = null;
	let bundle: string | null = null;
	for (const [file, content] of Object.entries(attachments)) {
		const stem = file.replace(/\.(?:tgz|sigstore)$/u, '');
		if (file.endsWith('.tgz') && stems.has(stem) && tarball === null) {
			tarball = decodeTarball(content);
		} else if (file.endsWith('.sigstore') && stems.has(stem) && bundle === null) {
			bundle = checkBundle(content);
		} else {
			throw invalid(`The attachment ${file} does not belong to ${about.name}@${about.version}.`);
		}
	}

	if (tarball === null) {
		throw invalid(`The tarball of ${about.name}@${about.version} is missing.`);
	}

	return { tarball, bundle };
}

function decodeTarball({ data, length }: Attachment): Buffer {
	const bytes = Buffer.from(data, 'base64');
	// Buffer.from skips what is not base64, so the round trip is compared too.
	if (bytes.length !== length || Math.ceil(length / 3) * 4 !== data.length) {
		throw new MirrorError(422, 'tarball-mismatch', `Expected a tarball of ${length} bytes, got ${bytes.length}.`);
	}

	return bytes;
}

function checkBundle({ content_type: mediaType, data, length }: Attachment): string {
	if (!BUNDLE_MEDIA_TYPE.test(mediaType)) {
		throw invalid(`Expected a Sigstore bundle as provenance, got ${mediaType}.`);
	}

	// npm counts characters here, other clients bytes.
	if (length !== data.length && length !== Buffer.byteLength(data)) {
		throw new MirrorError(422, 'provenance-mismatch', `Expected a bundle of ${length} bytes, got ${Buffer.byteLength(data)}.`);
	}

	return data;
}

function compareDigests(
	actual: { readonly integrity: string; readonly shasum: string },
	claimed: { readonly integrity?: string | undefined; readonly shasum?: string | undefined },
): void {
	if (claimed.integrity === undefined || !claimed.integrity.split(/\s+/u).includes(actual.integrity)) {
		throw new MirrorError(
			422,
			'tarball-mismatch',
			`Expected a tarball with ${claimed.integrity ?? 'an integrity'}, got ${actual.integrity}.`,
		);
	}

	if (claimed.shasum !== undefined && claimed.shasum !== actual.shasum) {
		throw new MirrorError(422, 'tarball-mismatch', `Expected a tarball with sha1 ${claimed.shasum}, got ${actual.shasum}.`);
	}
}

function invalid(message: string): MirrorError {
	return new MirrorError(400, 'request-invalid', message);
}
