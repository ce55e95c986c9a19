import type { BlobStorage, StoredTarball } from '../storage/index.ts';
import { createLeastRecentCache } from './least-recent-cache.ts';

export type ByteRange = { readonly start: number; readonly end: number };

/** The bytes of a stored tarball: a buffer when it is small (kept in memory), a stream when it is large. Null when the blob is gone. */
export type TarballBytes = {
	read(tarball: StoredTarball, range: ByteRange | null): Promise<Buffer | NodeJS.ReadableStream | null>;
};

const SMALL_BYTES = 256 * 1024;
const MEMORY_BYTES = 64 * 1024 * 1024;

export function createTarballBytes(blobs: BlobStorage): TarballBytes {
	const cache = createLeastRecentCache<Buffer>(MEMORY_BYTES);
	return {
		async read({ sha512, bytes }, range) {
			const { start, end } = range ?? { start: 0, end: bytes - 1 };
			const remembered = cache.get(sha512);
			if (remembered !== undefined) {
				return remembered.subarray(start, end + 1);
			}

			const blob = await blobs.open(sha512, bytes);
			if (blob === null || bytes > SMALL_BYTES) {
				return blob?.stream({ start, end }) ?? null;
			}

			const content = await blob.read();
			cache.set(sha512, content, content.length);
			return content.subarray(start, end + 1);
		},
	};
}
