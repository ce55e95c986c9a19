import { EngineError } from '../../errors.ts';
import type { Integrity } from '../../integrity.ts';
import type { Lock } from '../../lock.ts';
import { neededBy, readGenerations } from '../all-generations.ts';
import type { Disk } from '../disk.ts';
import type { Layout } from '../layout.ts';
import { createLayout, DEFAULT_PROFILE } from '../layout.ts';
import { type RegisteredHome, readStoreHome, readStoreHomes, type StoreHome, stateOf, writeStoreHome } from './store-homes.ts';

type Place = { readonly disk: Disk; readonly layout: Layout };

/** Before a generation becomes current, the store knows what it needs. Both mutexes must be held. */
export async function addNeeds({ disk, layout }: Place, lock: Lock): Promise<void> {
	const { shared, home: path } = layout;
	if (shared === null) {
		return;
	}

	// What this generation relies on may have been moved in by another home that died before its journal was durably struck out.
	await disk.syncFolder(layout.storeJournal);
	const entered = await readStoreHome(layout, shared.homeId);
	const known = entered === null ? neededBy((await readGenerations(layout)).map((one) => one.lock)) : new Set(entered.needs);
	const needs = known.union(neededBy([lock]));
	if (entered === null || needs.size > known.size) {
		await writeStoreHome({ disk, layout }, { id: shared.homeId, path, needs: [...needs] });
	}
}

/** After a collection, or for a home that the store does not know. Both mutexes must be held. */
export async function renewNeeds({ disk, layout }: Place): Promise<void> {
	const { shared, home: path } = layout;
	if (shared !== null) {
		const needs = neededBy((await readGenerations(layout)).map(({ lock }) => lock));
		await writeStoreHome({ disk, layout }, { id: shared.homeId, path, needs: [...needs] });
	}
}

/**
 * What other homes need of a shared store: what each of them last entered, and what its generations say now, which is more when an
 * older copy of the home was put back. A home that cannot be read needs what it entered. Without those to be forgotten.
 */
export async function neededByOthers(layout: Layout, forgotten: ReadonlySet<string>): Promise<ReadonlySet<Integrity>> {
	let needed: ReadonlySet<Integrity> = new Set();
	for (const home of (await othersOf(layout)).filter(({ id }) => !forgotten.has(id))) {
		needed = needed.union(new Set(home.needs)).union(await readLive(layout, home));
	}

	return needed;
}

/** The other homes that use the same store, by path; none for a home with a store of its own. */
export async function otherHomes(layout: Layout): Promise<readonly StoreHome[]> {
	const others = await othersOf(layout);
	return Promise.all(others.map(async (home) => ({ id: home.id, path: home.path, state: await stateOf(layout, home) })));
}

async function othersOf(layout: Layout): Promise<readonly RegisteredHome[]> {
	const { shared } = layout;
	return shared === null ? [] : (await readStoreHomes(layout)).filter(({ id }) => id !== shared.homeId);
}

async function readLive(layout: Layout, home: RegisteredHome): Promise<ReadonlySet<Integrity>> {
	if ((await stateOf(layout, home)) !== 'there') {
		return new Set();
	}

	try {
		const theirs = createLayout(home.path, DEFAULT_PROFILE, { folder: layout.store, homeId: home.id });
		return neededBy((await readGenerations(theirs)).map(({ lock }) => lock));
	} catch (error) {
		if (error instanceof EngineError) {
			return new Set();
		}

		throw error;
	}
}
