import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EngineError } from '../errors.ts';
import type { Disk } from './disk.ts';
import { FOLDER_MODE, isTemporaryName, replaceFile } from './disk.ts';
import { isMissing, systemCode, writeError } from './home-errors.ts';
import type { Layout } from './layout.ts';
import { requireSafe } from './safe-folder.ts';
import { encodeFormat, FORMAT, FORMAT_WITH_PROFILES, FORMAT_WITH_SHARED_STORE } from './shared-store/home-format.ts';

/** Makes the folder a home when it is none yet, and refuses one that others could change. Throws `home-unsafe`, `home-damaged`, `home-unwritable`. */
export async function prepareHome({ disk, layout }: { readonly disk: Disk; readonly layout: Layout }): Promise<void> {
	if (!existsSync(layout.format)) {
		await createHome({ disk, layout });
	}

	await requireSafe(layout.home, 'home');
	await requireSafe(layout.store, 'content store');
}

async function createHome({ disk, layout }: { readonly disk: Disk; readonly layout: Layout }): Promise<void> {
	await requireOurs(layout);
	const { shared } = layout;
	try {
		await disk.makeFolder(layout.home);
		// Before anything is put in: an existing folder keeps its mode, and others may be able to write it.
		await requireSafe(layout.home, 'home');
		for (const folder of foldersOf(layout)) {
			await disk.makeFolder(folder);
		}

		await disk.syncFolder(layout.store);
		await disk.syncFolder(layout.state);
		// The file that says "this is a home" must not survive what makes it one.
		await disk.syncFolder(layout.home);
		await replaceFile(disk, layout.format, encodeFormat({ format: shared === null ? FORMAT : FORMAT_WITH_SHARED_STORE, shared }));
		await disk.syncFolder(dirname(layout.home)).catch(() => {
			// The parent may not be readable to us; then its own durability is its owner's matter.
		});
	} catch (error) {
		throw writeError(error, 'make the home');
	}
}

function foldersOf({ generations, packages, files, staging, bundles, journal, jobs }: Layout): readonly string[] {
	return [generations, packages, files, staging, bundles, journal, jobs];
}

/** A folder that somebody removed takes with it what was in it, but must not stop what is written next. Throws what the disk throws. */
export async function remakeFolders({ disk, layout }: { readonly disk: Disk; readonly layout: Layout }): Promise<void> {
	for (const folder of foldersOf(layout)) {
		if (!existsSync(folder)) {
			await disk.makeFolder(folder);
		}
	}
}

// A mistyped --home must not fill somebody's folder with ours.
async function requireOurs(layout: Layout): Promise<void> {
	let names: readonly string[];
	try {
		names = await readdir(layout.home);
	} catch (error) {
		if (isMissing(error)) {
			return;
		}

		if (systemCode(error) === 'ENOTDIR') {
			throw new EngineError('home-unsafe', 'The path of the home leads through a file, not a folder.', {
				hint: 'Choose another folder with --home.',
			});
		}

		throw writeError(error, 'look into the home');
	}

	// Another process may have made the home since we looked.
	if (names.includes('format.json')) {
		return;
	}

	const own = new Set(['generations', 'store', 'bundles', 'state', 'trust-policy.json', 'settings.json']);
	const foreign = names.find((name) => !own.has(name) && !isTemporaryName(name));
	if (foreign !== undefined) {
		throw new EngineError('home-unsafe', 'The folder is not empty and is not a home.', {
			hint: 'Choose an empty or a new folder with --home.',
		});
	}
}

/** From here on only a plugward that knows profiles opens this home. */
export async function allowProfiles({ disk, layout }: { readonly disk: Disk; readonly layout: Layout }): Promise<void> {
	// A home with a shared store has a format that says it of both.
	if (layout.shared === null) {
		await replaceFile(disk, layout.format, encodeFormat({ format: FORMAT_WITH_PROFILES, shared: null }));
	}
}

/** Takes every right on the home's folder from other users. Throws `home-unwritable`. */
export async function closeToOthers({ disk, layout }: { readonly disk: Disk; readonly layout: Layout }): Promise<void> {
	try {
		await disk.changeMode(layout.home, FOLDER_MODE);
	} catch (error) {
		throw writeError(error, 'change the mode of the home');
	}
}
