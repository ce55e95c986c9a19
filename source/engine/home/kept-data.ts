import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { damaged, isMissing, writeError } from './home-errors.ts';
import type { Layout } from './layout.ts';
import { openPluginData, OWNER_FILE, pluginDataFolder } from './plugin-data.ts';

/** What one plugin keeps in this home. */
export type KeptData = {
	/** Who keeps it; null when nobody wrote that down. */
	readonly owner: string | null;
	/** Its folder below `data/`. */
	readonly folderName: string;
	/** Values of `context.storage`. */
	readonly keyCount: number;
	readonly storageBytes: number;
	/** Below `$data`. */
	readonly fileCount: number;
	readonly filesBytes: number;
};

type Place = { readonly disk: Disk; readonly layout: Layout };

/** Sorted by owner. */
export async function listKeptData(place: Place): Promise<readonly KeptData[]> {
	const names = await namesIn(place.layout, place.layout.allPluginData);
	const all = await Promise.all(names.map((name) => describe(place, name)));
	return all.toSorted((a, b) => (a.owner ?? a.folderName).localeCompare(b.owner ?? b.folderName));
}

/** Null when the owner keeps nothing. */
export async function findKeptData(place: Place, owner: string): Promise<KeptData | null> {
	const name = pluginDataFolder(owner);
	const names = await namesIn(place.layout, place.layout.allPluginData);
	return names.includes(name) ? describe(place, name) : null;
}

/** All of it; what is not there is fine. Throws `home-unwritable`. */
export async function purgeKeptData({ disk, layout }: Place, folderName: string): Promise<void> {
	try {
		await disk.removeTree(layout.pluginData(folderName));
	} catch (error) {
		throw writeError(error, `remove ${layout.relative(layout.pluginData(folderName))}`);
	}
}

async function describe(place: Place, folderName: string): Promise<KeptData> {
	const { layout } = place;
	const folder = layout.pluginData(folderName);
	const owner = await readOwner(layout, folderName);
	const entries = owner === null ? [] : await openPluginData(place, owner).storage.entries();
	const files = await measure(layout, join(folder, 'files'));
	return {
		owner,
		folderName,
		keyCount: entries.length,
		storageBytes: entries.reduce((sum, { bytes }) => sum + bytes, 0),
		fileCount: files.count,
		filesBytes: files.bytes,
	};
}

/** A name says whose it is, but for those that no file name can hold. */
async function readOwner(layout: Layout, folderName: string): Promise<string | null> {
	if (!folderName.startsWith('sha256-')) {
		return decodeURIComponent(folderName);
	}

	try {
		const owner = await readFile(join(layout.pluginData(folderName), OWNER_FILE), 'utf8');
		return pluginDataFolder(owner) === folderName ? owner : null;
	} catch (error) {
		if (isMissing(error)) {
			return null;
		}

		throw damaged(layout.relative(layout.pluginData(folderName)), 'cannot be read', { cause: error });
	}
}

/** Links are counted and not followed. */
async function measure(layout: Layout, folder: string): Promise<{ readonly count: number; readonly bytes: number }> {
	let [count, bytes] = [0, 0];
	for (const name of await namesIn(layout, folder)) {
		const status = await lstat(join(folder, name));
		const below = status.isDirectory() ? await measure(layout, join(folder, name)) : { count: 1, bytes: status.size };
		count += below.count;
		bytes += below.bytes;
	}

	return { count, bytes };
}

async function namesIn(layout: Layout, folder: string): Promise<readonly string[]> {
	try {
		return await readdir(folder);
	} catch (error) {
		if (isMissing(error)) {
			return [];
		}

		throw damaged(layout.relative(folder), 'cannot be listed', { cause: error });
	}
}
