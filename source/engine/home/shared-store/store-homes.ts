import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Integrity } from '../../integrity.ts';
import { parseIntegrity } from '../../integrity.ts';
import type { Disk } from '../disk.ts';
import { isTemporaryName, replaceFile } from '../disk.ts';
import { EngineError } from '../../errors.ts';
import { damaged, isMissing, writeError } from '../home-errors.ts';
import type { Layout } from '../layout.ts';
import { sealJson, unsealJson } from '../sealed-json.ts';
import { readFormat } from './home-format.ts';

/** A home that uses a shared store, as it entered itself there. */
export type RegisteredHome = {
	readonly id: string;
	/** Absolute. */
	readonly path: string;
	/** Everything its generations need, or more; never less. */
	readonly needs: readonly Integrity[];
};

/** `there`: it can be read; `vanished`: nothing is at its path, or another home; `unreadable`: something is there that cannot be read. */
export type StoreHome = { readonly path: string; readonly id: string; readonly state: 'there' | 'vanished' | 'unreadable' };

type Place = { readonly disk: Disk; readonly layout: Layout };

const HOME_ID = /^[0-9a-f]{32}$/;
const schema = v.strictObject({
	format: v.literal(1),
	id: v.pipe(v.string(), v.regex(HOME_ID)),
	path: v.string(),
	needs: v.array(
		v.pipe(
			v.string(),
			v.transform(parseIntegrity),
			v.check((value) => value !== null, 'not a sha512'),
			v.transform((value) => value as Integrity),
		),
	),
});

const pathOf = ({ storeHomes }: Layout, id: string) => join(storeHomes, `${id}.json`);

/** Enters a home, or what it needs from now on. Throws `disk-full`, `home-unwritable`. */
export async function writeStoreHome({ disk, layout }: Place, home: RegisteredHome): Promise<void> {
	const needs = [...new Set(home.needs)].toSorted();
	try {
		await replaceFile(disk, pathOf(layout, home.id), Buffer.from(`${JSON.stringify(sealJson({ format: 1, ...home, needs }))}\n`));
	} catch (error) {
		throw writeError(error, 'record in the shared content store what this home needs');
	}
}

/** Null when no home has this id. Throws `home-damaged`. */
export async function readStoreHome(layout: Layout, id: string): Promise<RegisteredHome | null> {
	const file = `store/homes/${id}.json`;
	let json: unknown;
	try {
		json = JSON.parse(await readFile(pathOf(layout, id), 'utf8'));
	} catch (error) {
		if (isMissing(error)) {
			return null;
		}

		throw damaged(file, error instanceof SyntaxError ? 'is not JSON' : 'cannot be read', { cause: error, hint: HINT });
	}

	const parsed = v.safeParse(schema, unsealJson(json, file));
	if (!parsed.success || parsed.output.id !== id) {
		throw damaged(file, 'does not say which home uses this store', { hint: HINT });
	}

	const { format: _, ...home } = parsed.output;
	return home;
}

const HINT = 'Remove that file and use each home of the store once, which enters it again; collect nothing before that.';

/** All that ever entered themselves and were not forgotten, by path. Throws `home-damaged`: without the list nothing may be collected. */
export async function readStoreHomes(layout: Layout): Promise<readonly RegisteredHome[]> {
	let names: readonly string[];
	try {
		names = await readdir(layout.storeHomes);
	} catch (error) {
		throw damaged('store/homes', isMissing(error) ? 'is missing' : 'cannot be listed', { cause: error, hint: HINT });
	}

	const ids = names.filter((name) => !isTemporaryName(name)).map((name) => name.replace(/\.json$/, ''));
	const stray = ids.find((id) => !HOME_ID.test(id));
	if (stray !== undefined) {
		throw damaged('store/homes', 'holds a file that no home made', { hint: HINT });
	}

	const homes = await Promise.all(ids.map((id) => readStoreHome(layout, id)));
	return homes.filter((home) => home !== null).toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Looks at the place where a home said it is. */
export async function stateOf(layout: Layout, { id, path }: RegisteredHome): Promise<StoreHome['state']> {
	try {
		const format = await readFormat(join(path, 'format.json'));
		return format?.shared?.homeId === id && format.shared.folder === layout.store ? 'there' : 'vanished';
	} catch (error) {
		if (error instanceof EngineError) {
			return existsSync(path) ? 'unreadable' : 'vanished';
		}

		throw error;
	}
}

/** It may be gone, or on a disk that is not mounted: only its user knows. The mutex of the store must be held. */
export async function forgetStoreHome({ disk, layout }: Place, id: string): Promise<void> {
	try {
		await disk.removeFile(pathOf(layout, id));
		await disk.syncFolder(layout.storeHomes);
	} catch (error) {
		throw writeError(error, 'forget a home of the shared content store');
	}
}
