import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { EngineError } from '../errors.ts';
import { throwIfAborted, toEngineError } from '../errors.ts';
import { refuseArchive } from './archive-refusal.ts';
import type { ArchiveLimits } from './archive-rules.ts';
import { createArchiveJudge } from './archive-rules.ts';
import type { TarReader } from './tar-reader.ts';
import { createTarReader } from './tar-reader.ts';

export type ArchiveEntry = {
	/** Relative to the package root, with `/`. */
	readonly path: string;
	readonly type: 'file' | 'folder';
	/** Bytes. */
	readonly size: number;
	readonly executable: boolean;
	/** Where the content starts in the unpacked tar stream. */
	readonly offset: number;
};

/** What an archive that broke no rule holds. */
export type ArchiveListing = {
	/** Name of the one root folder. */
	readonly root: string;
	/** In archive order. */
	readonly entries: readonly ArchiveEntry[];
	/** Content only, without headers. */
	readonly unpackedBytes: number;
	/** Raw bytes of the package.json at the root. */
	readonly packageJson: Uint8Array;
};

const PACKAGE_JSON = 'package.json';
const MAXIMUM_PACKAGE_JSON_BYTES = 16 * 1024 ** 2;

/**
 * Judges a packed archive (`.tgz`) by its headers and writes nothing: one root folder, files and folders only, no two names that some file
 * system takes for one, no path that leaves the root, nothing above the limits. `source` is a path, the bytes, or a stream. Throws
 * `archive-refused`, naming the entry; nothing is repaired.
 */
export async function scanArchive(
	source: string | Uint8Array | Readable,
	limits: ArchiveLimits,
	{ signal }: { readonly signal: AbortSignal },
): Promise<ArchiveListing> {
	throwIfAborted(signal);
	const packedBytes = await packedSize(source);
	const scanner = createScanner(limits, packedBytes);
	const input = typeof source === 'string' ? createReadStream(source) : source instanceof Uint8Array ? Readable.from([source]) : source;
	await throughGunzip(input, signal, (bytes) => {
		scanner.push(bytes);
	});
	return scanner.finish();
}

/** The same for a tar stream that is already unpacked in memory. */
export function scanTar(
	tar: Uint8Array,
	{ limits, packedBytes }: { readonly limits: ArchiveLimits; readonly packedBytes: number },
): ArchiveListing {
	const scanner = createScanner(limits, packedBytes);
	scanner.push(tar);
	return scanner.finish();
}

/** Feeds the unpacked stream to `take`. Errors of the gzip format become `archive-refused`. */
export async function throughGunzip(input: Readable, signal: AbortSignal, take: (bytes: Uint8Array) => void): Promise<void> {
	try {
		await pipeline(
			input,
			createGunzip({ chunkSize: 256 * 1024 }),
			async (pieces: AsyncIterable<Uint8Array>) => {
				for await (const bytes of pieces) {
					take(bytes);
				}
			},
			{ signal },
		);
	} catch (error) {
		throw isZlib(error) ? notGzip(error) : toEngineError(error, { code: 'archive-refused', message: 'The archive could not be read.' });
	}
}

export function isZlib(thrown: unknown): thrown is Error & { readonly code: string } {
	return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' && thrown.code.startsWith('Z_');
}

export function notGzip(thrown: Error & { readonly code: string }): EngineError {
	// Z_BUF_ERROR: the end came too early.
	return thrown.code === 'Z_BUF_ERROR'
		? refuseArchive('truncated', 'it stops in the middle')
		: refuseArchive('not-gzip', 'it is not a gzip file');
}

function createScanner(
	limits: ArchiveLimits,
	packedBytes: number | null,
): { readonly push: TarReader['push']; readonly finish: () => ArchiveListing } {
	const judge = createArchiveJudge(limits);
	const entries: ArchiveEntry[] = [];
	const packageJson: Uint8Array[] = [];
	let root = '';
	let unpackedBytes = 0;
	let streamBytes = 0;
	let inPackageJson = false;

	const reader = createTarReader({
		member: (member) => {
			const judged = judge(member);
			root = judged.root;
			unpackedBytes += member.size;
			inPackageJson = member.type === 'file' && judged.path === PACKAGE_JSON;
			if (inPackageJson && member.size > MAXIMUM_PACKAGE_JSON_BYTES) {
				throw refuseArchive('too-large', `has more than ${MAXIMUM_PACKAGE_JSON_BYTES} bytes`, member.path);
			}

			if (judged.path !== '') {
				entries.push({
					path: judged.path,
					type: member.type,
					size: member.size,
					executable: (member.mode & 0o100) !== 0,
					offset: member.offset,
				});
			}
		},
		body: (_member, bytes) => {
			if (inPackageJson) {
				packageJson.push(Uint8Array.from(bytes));
			}
		},
	});

	return {
		push: (bytes) => {
			streamBytes += bytes.byteLength;
			checkSize({ streamBytes, packedBytes, limits });
			reader.push(bytes);
		},
		finish: () => {
			reader.end();
			if (packageJson.length === 0) {
				throw refuseArchive('package-json', entries.length === 0 ? 'it is empty' : 'it has no package.json in its root folder');
			}

			return { root, entries, unpackedBytes, packageJson: Buffer.concat(packageJson) };
		},
	};
}

// Counts the stream itself and not what headers claim, so that a bomb is stopped while it unfolds.
function checkSize(sizes: { readonly streamBytes: number; readonly packedBytes: number | null; readonly limits: ArchiveLimits }): void {
	const { streamBytes, packedBytes, limits } = sizes;
	// Headers and padding come on top of the content.
	if (streamBytes > limits.unpackedBytes + limits.entries * 1024) {
		throw refuseArchive('too-large', `it unfolds to more than ${limits.unpackedBytes} bytes`);
	}

	if (packedBytes !== null && streamBytes > limits.ratioFromBytes && streamBytes > packedBytes * limits.ratio) {
		throw refuseArchive('ratio', `it unfolds to more than ${limits.ratio} times its size`);
	}
}

async function packedSize(source: string | Uint8Array | Readable): Promise<number | null> {
	if (source instanceof Uint8Array) {
		return source.byteLength;
	}

	return typeof source === 'string' ? (await stat(source)).size : null;
}
