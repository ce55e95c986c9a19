import * as v from 'valibot';
import type { Integrity } from '../../integrity.ts';
import type { ArchiveLimits } from '../archive-rules.ts';
import { generationFolderName } from '../layout.ts';

/** The one folder of a home archive: a plain tar, since the packages in it are packed already. */
export const ROOT = 'plugward-home';

export const GENERATION_FILES = ['meta.json', 'lock.json', 'grants.json', 'settings.json'] as const;
export type GenerationFile = (typeof GENERATION_FILES)[number];

/** Caps that no honest home comes near; paths are ours, so they are short and flat. */
export const HOME_ARCHIVE_LIMITS: ArchiveLimits = {
	packedBytes: 64 * 1024 ** 3,
	unpackedBytes: 64 * 1024 ** 3,
	entries: 200_000,
	depth: 3,
	pathBytes: 256,
	ratio: Number.POSITIVE_INFINITY,
	ratioFromBytes: Number.POSITIVE_INFINITY,
};

/** Largest file other than a package, and all of those together: they are held in memory. */
export const JSON_BYTES = 32 * 1024 ** 2;
export const ALL_JSON_BYTES = 512 * 1024 ** 2;

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/** The first file of an archive. Digests are of the meta.json of each generation, which holds those of its other files. */
export const manifestSchema = v.object({
	format: v.literal(1),
	createdAt: v.string(),
	/** The generation that an import takes when none is named. */
	chosen: number,
	generations: v.array(v.object({ number, digest: v.string() })),
});

/** What a registry said about one package, raw, so that it can be proven again without the registry. Nothing of it is believed as it is. */
export type PackageProof = {
	readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
	/** ISO time or null. */
	readonly publishedAt: string | null;
	/** As the registry sent it; null when there was none. */
	readonly attestations: unknown;
};

export const proofSchema: v.GenericSchema<unknown, PackageProof> = v.object({
	signatures: v.array(v.object({ keyid: v.string(), sig: v.string() })),
	publishedAt: v.nullable(v.string()),
	attestations: v.unknown(),
});

export const MANIFEST = 'archive.json';

export function generationPath(generation: number, file: GenerationFile): string {
	return `generations/${generationFolderName(generation)}/${file}`;
}

export function packagePath(integrity: Integrity): string {
	return `packages/${nameOf(integrity)}.tgz`;
}

export function proofPath(integrity: Integrity): string {
	return `proofs/${nameOf(integrity)}.json`;
}

// The digest in base64url: its hex would not fit into a tar header.
function nameOf(integrity: Integrity): string {
	return Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('base64url');
}

/** What a path inside the root means; null for one that no export writes. */
export function kindOf(path: string): 'json' | 'package' | null {
	if (
		path === MANIFEST ||
		/^generations\/\d{6,15}\/(?:meta|lock|grants|settings)\.json$/.test(path) ||
		/^proofs\/[\w-]{86}\.json$/.test(path)
	) {
		return 'json';
	}

	return /^packages\/[\w-]{86}\.tgz$/.test(path) ? 'package' : null;
}
