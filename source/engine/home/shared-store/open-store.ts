import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { EngineError } from '../../errors.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { Disk } from '../disk.ts';
import { isTemporaryName, replaceFile } from '../disk.ts';
import { damaged, isMissing, systemCode, writeError } from '../home-errors.ts';
import type { Layout, SharedStore } from '../layout.ts';
import { createLayout, DEFAULT_PROFILE } from '../layout.ts';
import { requireSafe } from '../safe-folder.ts';
import { encodeFormat, FORMAT_WITH_SHARED_STORE, readFormat } from './home-format.ts';
import { readStoreHome } from './store-homes.ts';

export type StoreChoice = {
	/** Absolute path of the home. */
	readonly path: string;
	/** The store asked for: a home that uses another one is refused. Null when none was. */
	readonly store: string | null;
	/** For a home that is made now; one that is there keeps the store it has. */
	readonly storeOfNewHomes: string | null;
};

/** Where the content store of a home is, or of one that is about to be made: null for inside of it. Throws `usage`, `home-unsafe`, `home-damaged`. */
export async function chooseStore(disk: Disk, { path, store, storeOfNewHomes }: StoreChoice): Promise<SharedStore | null> {
	const wanted = store === null ? null : resolve(store);
	const own = createLayout(path);
	const format = await readFormat(own.format);
	if (format === null) {
		const folder = wanted ?? (storeOfNewHomes === null ? null : resolve(storeOfNewHomes));
		return folder === null ? null : { folder: requireApart(folder, path), homeId: randomBytes(16).toString('hex') };
	}

	const { shared } = format;
	if (wanted === null || wanted === shared?.folder) {
		return shared;
	}

	// The store was moved, and knows this home.
	if (shared !== null && !existsSync(shared.folder)) {
		const moved: SharedStore = { folder: wanted, homeId: shared.homeId };
		if ((await readStoreHome(createLayout(path, DEFAULT_PROFILE, moved), shared.homeId)) !== null) {
			await replaceFile(disk, own.format, encodeFormat({ format: FORMAT_WITH_SHARED_STORE, shared: moved }));
			return moved;
		}
	}

	const where = shared === null ? 'inside itself' : `in ${stripToLine(shared.folder)}`;
	throw new EngineError('usage', `This home keeps its content store ${where}, expected ${stripToLine(wanted)}.`, {
		hint: 'Leave --store out, or bring what is installed into a new home that uses that store: plugward export --archive FILE, then plugward import FILE --home OTHER --store FOLDER',
	});
}

function requireApart(folder: string, home: string): string {
	if (`${folder}${sep}`.startsWith(`${home}${sep}`) || `${home}${sep}`.startsWith(`${folder}${sep}`)) {
		throw new EngineError('usage', 'A content store that several homes use cannot lie in one of them, nor a home in it.', {
			hint: 'Choose a folder beside the home with --store, or leave it out.',
		});
	}

	return folder;
}

const STORE_FORMAT = 1;

/** Makes the folder a content store when it is none yet, and refuses one that others could change. Throws `home-unsafe`, `home-damaged`, `home-unwritable`. */
export async function prepareStore(disk: Disk, layout: Layout): Promise<void> {
	if (!existsSync(layout.storeFormat)) {
		await requireEmpty(layout);
		await createStore(disk, layout);
	}

	await requireSafe(layout.store, 'content store');
	await requireStoreFormat(layout);
}

/** The same for a home that is there: its store is not made anew, since that would hide that it is lost. */
export async function requireStore(layout: Layout): Promise<void> {
	if (!existsSync(layout.storeFormat)) {
		throw new EngineError('home-damaged', `The content store of this home is not there: ${stripToLine(layout.store)}.`, {
			hint: 'Is its disk mounted? When it was moved, say once where it is now: --store FOLDER',
		});
	}

	await requireSafe(layout.store, 'content store');
	await requireStoreFormat(layout);
}

async function createStore(disk: Disk, layout: Layout): Promise<void> {
	try {
		await disk.makeFolder(layout.store);
		await requireSafe(layout.store, 'content store');
		// The one first that tells a half made store from the store of a home.
		for (const folder of [layout.storeHomes, layout.packages, layout.files, layout.staging, layout.storeJournal]) {
			await disk.makeFolder(folder);
		}

		await disk.syncFolder(layout.store);
		await replaceFile(disk, layout.storeFormat, Buffer.from(`${JSON.stringify({ format: STORE_FORMAT, type: 'content-store' })}\n`));
	} catch (error) {
		throw writeError(error, 'make the content store');
	}
}

const OWN: ReadonlySet<string> = new Set(['packages', 'files', 'staging', 'journal', 'homes', 'mutex', 'mutex-queue', 'mutex.json']);

// A mistyped --store must not fill somebody's folder with ours.
async function requireEmpty(layout: Layout): Promise<void> {
	let names: readonly string[];
	try {
		names = await readdir(layout.store);
	} catch (error) {
		if (isMissing(error)) {
			return;
		}

		if (systemCode(error) === 'ENOTDIR') {
			throw new EngineError('home-unsafe', 'The path of the content store leads through a file, not a folder.', {
				hint: 'Choose another folder with --store.',
			});
		}

		throw writeError(error, 'look into the content store');
	}

	// The store inside of a home has the first three of these and no store.json; `homes` is what only a shared one has.
	const isOurs = names.includes('homes') && names.every((name) => OWN.has(name) || isTemporaryName(name));
	if (names.length > 0 && !names.includes('store.json') && !isOurs) {
		throw new EngineError('home-unsafe', 'The folder is not empty and is not a content store that homes share.', {
			hint: 'Choose an empty or a new folder with --store.',
		});
	}
}

async function requireStoreFormat(layout: Layout): Promise<void> {
	let format: unknown;
	try {
		const json: unknown = JSON.parse(await readFile(layout.storeFormat, 'utf8'));
		format = typeof json === 'object' && json !== null && 'format' in json ? json.format : null;
	} catch (error) {
		throw damaged('store/store.json', error instanceof SyntaxError ? 'is not JSON' : 'cannot be read', { cause: error });
	}

	if (format !== STORE_FORMAT) {
		throw new EngineError('home-damaged', `The content store has format ${stripToLine(String(format))}, expected ${STORE_FORMAT}.`, {
			hint: 'It was made by another version of plugward; use that one, or another store with --store.',
		});
	}
}
