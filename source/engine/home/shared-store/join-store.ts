import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Disk } from '../disk.ts';
import { replaceFile } from '../disk.ts';
import { writeError } from '../home-errors.ts';
import type { Layout } from '../layout.ts';
import { createLayout, DEFAULT_PROFILE } from '../layout.ts';
import type { Mutex } from '../mutex.ts';
import { prepareHome } from '../prepare-home.ts';
import { encodeFormat, FORMAT_WITH_SHARED_STORE, readFormat } from './home-format.ts';
import { chooseStore, prepareStore, requireStore, type StoreChoice } from './open-store.ts';
import { readStoreHome, stateOf, writeStoreHome } from './store-homes.ts';
import { renewNeeds } from './store-needs.ts';

export type Joining = {
	readonly disk: Disk;
	readonly choice: StoreChoice;
	readonly waitMilliseconds: number;
	readonly storeMutexOf: (layout: Layout) => Mutex;
};

/** Makes or opens a home with the store it has, and enters it there. Throws `home-unsafe`, `home-damaged`, `home-unwritable`, `home-busy`, `usage`. */
export async function openWithStore(joining: Joining): Promise<Layout> {
	const { disk, choice } = joining;
	const layout = createLayout(choice.path, DEFAULT_PROFILE, await chooseStore(disk, choice));
	if (layout.shared === null) {
		await prepareHome({ disk, layout });
		return layout;
	}

	if (!existsSync(layout.format)) {
		await prepareStore(disk, layout);
		return whileNobodyElse(joining, layout, () => makeHome(joining, layout));
	}

	await requireStore(layout);
	await prepareHome({ disk, layout });
	const entered = await readStoreHome(layout, layout.shared.homeId);
	return entered?.path === layout.home ? layout : whileNobodyElse(joining, layout, () => enterAgain(joining, layout));
}

// The store knows a home before the home knows itself, so that none is ever unknown to a collection.
async function makeHome({ disk, choice: { path } }: Joining, layout: Layout): Promise<Layout> {
	// Another process may have made it while we waited.
	const format = await readFormat(layout.format);
	const made = format === null ? layout : createLayout(path, DEFAULT_PROFILE, format.shared);
	if (format === null) {
		await enterNew(disk, layout);
	}

	await prepareHome({ disk, layout: made });
	return made;
}

// It was moved, forgotten, or copied: a copy needs things for itself, under an id of its own.
async function enterAgain({ disk }: Joining, layout: Layout): Promise<Layout> {
	const { shared } = layout;
	const entered = shared === null ? null : await readStoreHome(layout, shared.homeId);
	const isCopy = entered !== null && entered.path !== layout.home && (await stateOf(layout, entered)) === 'there';
	if (!isCopy || shared === null) {
		await renewNeeds({ disk, layout });
		return layout;
	}

	const own = { ...shared, homeId: randomBytes(16).toString('hex') };
	const copy = createLayout(layout.home, layout.profile, own);
	await renewNeeds({ disk, layout: copy });
	try {
		await replaceFile(disk, copy.format, encodeFormat({ format: FORMAT_WITH_SHARED_STORE, shared: own }));
	} catch (error) {
		throw writeError(error, 'enter this copy of a home in its content store');
	}

	return copy;
}

async function enterNew(disk: Disk, layout: Layout): Promise<void> {
	if (layout.shared !== null) {
		await writeStoreHome({ disk, layout }, { id: layout.shared.homeId, path: layout.home, needs: [] });
	}
}

async function whileNobodyElse(joining: Joining, layout: Layout, work: () => Promise<Layout>): Promise<Layout> {
	const { waitMilliseconds } = joining;
	// Opening is short, and has no signal.
	const held = await joining
		.storeMutexOf(layout)
		.acquire({ waitMilliseconds, signal: new AbortController().signal, onWaiting: () => undefined });
	try {
		return await work();
	} finally {
		await held.release();
	}
}
