import { createHash, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { throwIfAborted } from '../errors.ts';
import { refuseArchive } from './archive-refusal.ts';
import { ARCHIVE_LIMITS } from './archive-rules.ts';
import type { ArchiveEntry, ArchiveListing } from './archive-scan.ts';
import { isZlib, notGzip, scanArchive, scanTar, throughGunzip } from './archive-scan.ts';
import type { Disk } from './disk.ts';
import { systemCode } from './home-errors.ts';
import { createPause } from './pause.ts';
import type { ReceiptFile } from './receipt.ts';
import type { ReceivedArchive } from './receive-archive.ts';
import type { TwinFinder } from './twin-files.ts';
import { isLinkRefusal } from './twin-files.ts';

/** An archive that was scanned and broke no rule, ready to be unpacked. */
export type ScannedArchive = {
	readonly listing: ArchiveListing;
	/** The tar stream, when it is small enough to be held. */
	readonly tar: Uint8Array | null;
};

/** Above this the tar stream is unfolded twice, for the scan and for unpacking, and never held whole. */
const IN_MEMORY_TAR_BYTES = 48 * 1024 ** 2;
const MODES = { plain: 0o644, executable: 0o755 } as const;

const unzip = promisify(gunzip);

export async function scanReceived(archive: ReceivedArchive, signal: AbortSignal): Promise<ScannedArchive> {
	const tar = archive.bytes === null ? null : await unfold(archive.bytes);
	throwIfAborted(signal);
	const listing =
		tar === null
			? await scanArchive(archive.bytes ?? archive.path, ARCHIVE_LIMITS, { signal })
			: scanTar(tar, { limits: ARCHIVE_LIMITS, packedBytes: archive.packedBytes });
	return { listing, tar };
}

export type UnpackTarget = { readonly disk: Disk; readonly twins: TwinFinder; readonly tree: string; readonly signal: AbortSignal };

/** Writes the files of a scanned archive below `tree`, which must not exist, and hashes each. Returns them sorted by path. */
export async function unpackArchive(
	{ archive, scanned }: { readonly archive: ReceivedArchive; readonly scanned: ScannedArchive },
	target: UnpackTarget,
): Promise<readonly ReceiptFile[]> {
	const { entries } = scanned.listing;
	target.disk.makeFolderSync(target.tree);
	await makeFolders(entries, target);
	const files = entries.filter((entry) => entry.type === 'file');
	const written = scanned.tar === null ? await writeFromStream(archive, files, target) : await writeFromMemory(scanned.tar, files, target);
	return written.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

async function unfold(bytes: Buffer): Promise<Uint8Array | null> {
	try {
		return await unzip(bytes, { maxOutputLength: IN_MEMORY_TAR_BYTES });
	} catch (error) {
		if (systemCode(error) === 'ERR_BUFFER_TOO_LARGE') {
			return null;
		}

		throw isZlib(error) ? notGzip(error) : error;
	}
}

async function makeFolders(entries: readonly ArchiveEntry[], { disk, tree, signal }: UnpackTarget): Promise<void> {
	const folders = new Set(entries.map((entry) => (entry.type === 'folder' ? entry.path : dirname(entry.path))));
	folders.delete('.');
	const pause = createPause(signal);
	for (const folder of folders) {
		disk.makeFolderSync(join(tree, folder));
		const pausing = pause();
		if (pausing !== null) {
			await pausing;
		}
	}
}

async function writeFromMemory(
	tar: Uint8Array,
	files: readonly ArchiveEntry[],
	{ disk, twins, tree, signal }: UnpackTarget,
): Promise<readonly ReceiptFile[]> {
	const pause = createPause(signal);
	const written: ReceiptFile[] = [];
	for (const entry of files) {
		const content = tar.subarray(entry.offset, entry.offset + entry.size);
		const file = receiptFile(entry, hash('sha256', content, 'base64url'));
		place({ disk, twins }, { file, content, path: join(tree, entry.path) });
		written.push(file);
		const pausing = pause();
		if (pausing !== null) {
			await pausing;
		}
	}

	return written;
}

function place(
	{ disk, twins }: Pick<UnpackTarget, 'disk' | 'twins'>,
	{ file, content, path }: { readonly file: ReceiptFile; readonly content: Uint8Array; readonly path: string },
): void {
	const twin = twins.find(file, content);
	if (twin !== null) {
		try {
			disk.linkSync(twin, path);
			return;
		} catch (error) {
			if (!isLinkRefusal(error)) {
				throw error;
			}
		}
	}

	disk.writeFileSync(path, content, modeOf(file));
	twins.remember(file, path);
}

// The same stream that was scanned, cut at the offsets that the scan found.
async function writeFromStream(
	archive: ReceivedArchive,
	files: readonly ArchiveEntry[],
	{ disk, tree, signal }: UnpackTarget,
): Promise<readonly ReceiptFile[]> {
	const written: ReceiptFile[] = [];
	const input = archive.bytes === null ? createReadStream(archive.path) : Readable.from([archive.bytes]);
	let next = 0;
	let position = 0;
	let digest = createHash('sha256');
	let length = 0;

	function finish(entry: ArchiveEntry): void {
		written.push(receiptFile(entry, digest.digest('base64url')));
		digest = createHash('sha256');
		length = 0;
		next += 1;
	}

	function put(entry: ArchiveEntry, bytes: Uint8Array): void {
		const path = join(tree, entry.path);
		if (length === 0) {
			disk.writeFileSync(path, bytes, modeOf(entry));
		} else {
			disk.extendFileSync(path, bytes);
		}

		digest.update(bytes);
		length += bytes.byteLength;
	}

	await throughGunzip(input, signal, (bytes) => {
		const end = position + bytes.byteLength;
		for (let entry = files[next]; entry !== undefined && entry.offset < end; entry = files[next]) {
			const start = Math.max(entry.offset, position);
			const piece = bytes.subarray(start - position, Math.min(entry.offset + entry.size, end) - position);
			if (piece.byteLength > 0 || entry.size === 0) {
				put(entry, piece);
			}

			if (length < entry.size) {
				break;
			}

			finish(entry);
		}

		position = end;
	});
	// An empty file at the very end has no byte of its own in the stream.
	for (let entry = files[next]; entry !== undefined; entry = files[next]) {
		if (entry.size > 0) {
			throw refuseArchive('truncated', 'is shorter than it was when it was scanned', entry.path);
		}

		put(entry, new Uint8Array(0));
		finish(entry);
	}

	return written;
}

function receiptFile({ path, size, executable }: ArchiveEntry, sha256: string): ReceiptFile {
	return { path, sha256, size, executable };
}

function modeOf(entry: Pick<ArchiveEntry, 'executable'>): number {
	return entry.executable ? MODES.executable : MODES.plain;
}
