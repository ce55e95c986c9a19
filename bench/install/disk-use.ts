import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes that a folder occupies on disk, each file once however many links it has. */
export async function diskUse(folder: string): Promise<number> {
	const seen = new Set<number>();
	let bytes = 0;
	for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
		const stats = await lstat(join(entry.parentPath, entry.name));
		if (!seen.has(stats.ino)) {
			seen.add(stats.ino);
			bytes += stats.blocks * 512;
		}
	}

	return bytes;
}
