import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Integrity } from '../integrity.ts';
import { hexOfIntegrity } from '../integrity.ts';
import type { Disk } from './disk.ts';
import { isMissing } from './home-errors.ts';
import type { KernelLock } from './kernel-lock.ts';
import { tryLock } from './kernel-lock.ts';
import type { Layout } from './layout.ts';

/** The private corner of the store where one process unpacks. It is locked as long as the process lives, so that `recover` leaves it alone. */
export type Staging = {
	/** A new empty folder for one artefact. Its name tells other processes what is being fetched into it. */
	readonly makeFolder: (integrity: Integrity | null) => Promise<string>;
	readonly dispose: () => Promise<void>;
};

export const LOCK_SUFFIX = '.lock';
/** What is taken over is checked byte by byte, so that a name only has to be unlikely to be another's. */
const NAME_DIGITS = 32;

export function createStaging({ disk, layout }: { readonly disk: Disk; readonly layout: Layout }): Staging {
	let owned: Promise<{ readonly folder: string; readonly lock: KernelLock }> | null = null;
	const used = new Set<string>();

	return {
		makeFolder: async (integrity) => {
			owned ??= claim({ disk, layout }).catch((error: unknown) => {
				// The next try may succeed.
				owned = null;
				throw error;
			});
			const corner = (await owned).folder;
			// The same artefact may come under two names, and again after the first was committed.
			const told = integrity === null ? null : hexOfIntegrity(integrity).slice(0, NAME_DIGITS);
			const name = told === null || used.has(told) ? randomName() : told;
			used.add(name);
			const folder = join(corner, name);
			await disk.makeFolder(folder);
			return folder;
		},
		dispose: async () => {
			const claimed = await owned?.catch(() => null);
			owned = null;
			if (claimed !== null && claimed !== undefined) {
				try {
					await disk.removeTree(claimed.folder);
					await disk.removeFile(claimed.folder + LOCK_SUFFIX);
				} catch {
					// What stays has no owner from now on, and the next change of the home removes it.
				} finally {
					claimed.lock.release();
				}
			}
		},
	};
}

function randomName(): string {
	return randomBytes(8).toString('hex');
}

// Lock first, folder second: a folder whose lock is free belongs to nobody.
async function claim({
	disk,
	layout,
}: {
	readonly disk: Disk;
	readonly layout: Layout;
}): Promise<{ readonly folder: string; readonly lock: KernelLock }> {
	await disk.makeFolder(layout.staging);
	for (;;) {
		const folder = join(layout.staging, randomName());
		const lock = await tryLock(folder + LOCK_SUFFIX);
		// Another process may have taken the new lock file for a leftover and removed it before it was locked.
		if (lock !== null && existsSync(folder + LOCK_SUFFIX)) {
			try {
				await disk.makeFolder(folder);
				return { folder, lock };
			} catch (error) {
				lock.release();
				throw error;
			}
		}

		lock?.release();
	}
}

const UNLOCKED: KernelLock = { release: () => undefined };

/** Removes what dead processes left in the staging area. Returns how many folders there were. */
export async function removeDeadStaging({ disk, layout }: { readonly disk: Disk; readonly layout: Layout }): Promise<number> {
	let names: readonly string[];
	try {
		names = await readdir(layout.staging);
	} catch (error) {
		if (isMissing(error)) {
			return 0;
		}

		throw error;
	}

	const owners = new Set(names.map((name) => (name.endsWith(LOCK_SUFFIX) ? name.slice(0, -LOCK_SUFFIX.length) : name)));
	let removed = 0;
	for (const owner of owners) {
		const folder = join(layout.staging, owner);
		// Who works in a folder has made its lock before it, and removes it after.
		const lock = names.includes(owner + LOCK_SUFFIX) ? await tryLock(folder + LOCK_SUFFIX) : UNLOCKED;
		if (lock !== null) {
			try {
				await disk.removeTree(folder);
				await disk.removeFile(folder + LOCK_SUFFIX);
				removed += names.includes(owner) ? 1 : 0;
			} finally {
				lock.release();
			}
		}
	}

	return removed;
}
