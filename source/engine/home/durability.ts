import type { Disk } from './disk.ts';
import { createLimiter } from './limiter.ts';

export type DurableNames = {
	/** On whose file system everything below lies. */
	readonly root: string;
	readonly files: readonly string[];
	readonly folders: readonly string[];
};

/** From here on one call for the whole file system is cheaper than one for each file. */
const FEW = 32;
const CONCURRENT_SYNCS = 8;

/** Returns when content and names of all of these survive a power cut. */
export async function makeDurable(disk: Disk, { root, files, folders }: DurableNames): Promise<void> {
	if (files.length + folders.length === 0 || (files.length + folders.length > FEW && (await disk.syncFileSystem(root)))) {
		return;
	}

	const limit = createLimiter(CONCURRENT_SYNCS);
	await Promise.all(files.map((path) => limit(() => disk.syncFile(path))));
	await Promise.all(folders.map((path) => limit(() => disk.syncFolder(path))));
}
