import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import type { Disk } from './disk.ts';
import { FOLDER_MODE, isTemporaryName, replaceFile } from './disk.ts';
import { damaged, isMissing, systemCode, writeError } from './home-errors.ts';
import type { Layout } from './layout.ts';

/** A home with profiles has the second: an older plugward would collect what only another profile needs. */
const FORMAT = 1;
const FORMAT_WITH_PROFILES = 2;
const OTHERS_MAY_WRITE = 0o022;

/** Makes the folder a home when it is none yet, and refuses one that others could change. Throws `home-unsafe`, `home-damaged`, `home-unwritable`. */
export async function prepareHome({ disk, layout }: { readonly disk: Disk; readonly layout: Layout }): Promise<void> {
	if (!existsSync(layout.format)) {
		await createHome({ disk, layout });
	}

	await requireSafe(layout.home, 'home');
	await requireSafe(layout.store, 'content store');
	await requireFormat(layout);
}

async function createHome({ disk, layout }: { readonly disk: Disk; readonly layout: Layout }): Promise<void> {
	await requireOurs(layout);
	const folders = [layout.generations, layout.packages, layout.files, layout.staging, layout.bundles, layout.journal, layout.jobs];
	try {
		await disk.makeFolder(layout.home);
		// Before anything is put in: an existing folder keeps its mode, and others may be able to write it.
		await requireSafe(layout.home, 'home');
		for (const folder of folders) {
			await disk.makeFolder(folder);
		}

		await disk.syncFolder(layout.store);
		await disk.syncFolder(layout.state);
		// The file that says "this is a home" must not survive what makes it one.
		await disk.syncFolder(layout.home);
		await replaceFile(disk, layout.format, Buffer.from(`${JSON.stringify({ format: FORMAT })}\n`));
		await disk.syncFolder(dirname(layout.home)).catch(() => {
			// The parent may not be readable to us; then its own durability is its owner's matter.
		});
	} catch (error) {
		throw writeError(error, 'make the home');
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

async function requireSafe(path: string, what: string): Promise<void> {
	let status: Awaited<ReturnType<typeof stat>>;
	try {
		status = await stat(path);
	} catch (error) {
		throw isMissing(error) ? damaged(what, 'is missing', { cause: error }) : writeError(error, `look into the ${what}`);
	}

	const user = process.getuid?.();
	if (user === undefined) {
		return;
	}

	if (status.uid !== user) {
		throw new EngineError('home-unsafe', `The ${what} belongs to user ${status.uid}, expected ${user}.`, {
			hint: 'Use a folder of your own with --home, or take it over with chown.',
		});
	}

	if ((status.mode & OTHERS_MAY_WRITE) !== 0) {
		const mode = (status.mode & 0o777).toString(8);
		throw new EngineError('home-unsafe', `Others may write to the ${what}: its mode is ${mode}, expected 700.`, {
			hint: 'Type `chmod 700` on it after checking that nobody put anything there.',
		});
	}
}

async function requireFormat(layout: Layout): Promise<void> {
	let json: unknown;
	try {
		json = JSON.parse(await readFile(layout.format, 'utf8'));
	} catch (error) {
		throw damaged('format.json', error instanceof SyntaxError ? 'is not JSON' : 'cannot be read', { cause: error });
	}

	const parsed = v.safeParse(v.object({ format: v.number() }), json);
	if (!parsed.success) {
		throw damaged('format.json', 'does not name a format');
	}

	if (parsed.output.format !== FORMAT && parsed.output.format !== FORMAT_WITH_PROFILES) {
		throw new EngineError('home-damaged', `This home has format ${parsed.output.format}, expected ${FORMAT} or ${FORMAT_WITH_PROFILES}.`, {
			hint: 'It was made by another version of plugward; use that one, or another home with --home.',
		});
	}
}

/** From here on only a plugward that knows profiles opens this home. */
export async function allowProfiles({ disk, layout }: { readonly disk: Disk; readonly layout: Layout }): Promise<void> {
	await replaceFile(disk, layout.format, Buffer.from(`${JSON.stringify({ format: FORMAT_WITH_PROFILES })}\n`));
}

/** Takes every right on the home's folder from other users. Throws `home-unwritable`. */
export async function closeToOthers({ disk, layout }: { readonly disk: Disk; readonly layout: Layout }): Promise<void> {
	try {
		await disk.changeMode(layout.home, FOLDER_MODE);
	} catch (error) {
		throw writeError(error, 'change the mode of the home');
	}
}
