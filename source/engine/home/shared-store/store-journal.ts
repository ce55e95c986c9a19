import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { EngineError } from '../../errors.ts';
import type { Integrity } from '../../integrity.ts';
import { parseIntegrity } from '../../integrity.ts';
import type { Disk } from '../disk.ts';
import { isTemporaryName, replaceFile } from '../disk.ts';
import { damaged, isMissing } from '../home-errors.ts';
import type { Layout } from '../layout.ts';
import { parseReceiptFile } from '../receipts.ts';
import { sealJson, unsealJson } from '../sealed-json.ts';

type Place = { readonly disk: Disk; readonly layout: Layout };

/** `add`: the entries were not there before; `replace`: they were damaged and others may need them. */
export type StoreIntent = { readonly type: 'add' | 'replace'; readonly artefacts: readonly Integrity[] };

const schema = v.strictObject({ format: v.literal(1), type: v.picklist(['add', 'replace']), artefacts: v.array(v.string()) });

/**
 * Runs `move`, which puts artefacts into the store. In a shared store what moves is written down first, and struck out when all of it is
 * whole and durable: until then any home that uses the store takes it back when its owner is dead. The mutex of the store must be held.
 */
export async function whileMoving({ disk, layout }: Place, intent: StoreIntent, move: () => Promise<void>): Promise<void> {
	if (layout.shared === null || intent.artefacts.length === 0) {
		// The journal of the home says the same.
		return move();
	}

	const path = join(layout.storeJournal, `${randomUUID()}.json`);
	await replaceFile(disk, path, Buffer.from(`${JSON.stringify(sealJson({ format: 1, ...intent }))}\n`));
	await move();
	await disk.removeFile(path);
	await disk.syncFolder(layout.storeJournal);
}

/**
 * Takes back what dead processes of any home were moving: the mutex of the store is held, so that nobody alive is. Nothing that was
 * added can be needed yet, since no home has committed in between. Returns how many moves there were.
 */
export async function settleStore({ disk, layout }: Place): Promise<number> {
	if (layout.shared === null) {
		return 0;
	}

	const names = (await namesIn(layout)).filter((name) => !isTemporaryName(name));
	for (const name of names) {
		const { type, artefacts } = await readIntent(layout, name);
		for (const integrity of artefacts) {
			if (type === 'add' || isReceiptDamaged(layout, integrity)) {
				await disk.removeTree(layout.entry(integrity));
			}
		}

		await disk.syncFolder(layout.packages);
		await disk.removeFile(join(layout.storeJournal, name));
		await disk.syncFolder(layout.storeJournal);
	}

	return names.length;
}

async function namesIn(layout: Layout): Promise<readonly string[]> {
	try {
		return await readdir(layout.storeJournal);
	} catch (error) {
		if (isMissing(error)) {
			return [];
		}

		throw damaged('store/journal', 'cannot be listed', { cause: error, hint: HINT });
	}
}

const HINT = 'Let each home of the store verify what it has: plugward verify --repair --home FOLDER';

async function readIntent(layout: Layout, name: string): Promise<StoreIntent> {
	const file = `store/journal/${name}`;
	let json: unknown;
	try {
		json = JSON.parse(await readFile(join(layout.storeJournal, name), 'utf8'));
	} catch (error) {
		throw damaged(file, error instanceof SyntaxError ? 'is not JSON' : 'cannot be read', { cause: error, hint: HINT });
	}

	const parsed = v.safeParse(schema, unsealJson(json, file));
	const artefacts = parsed.success ? parsed.output.artefacts.map(parseIntegrity).filter((integrity) => integrity !== null) : [];
	if (!parsed.success || artefacts.length !== parsed.output.artefacts.length) {
		throw damaged(file, 'is not a journal entry', { hint: HINT });
	}

	return { type: parsed.output.type, artefacts };
}

/** True for a receipt that was not written to its end. */
export function isReceiptDamaged(layout: Layout, integrity: Integrity): boolean {
	try {
		parseReceiptFile(layout, integrity);
		return false;
	} catch (error) {
		if (error instanceof EngineError && error.code === 'home-damaged') {
			return true;
		}

		throw error;
	}
}
