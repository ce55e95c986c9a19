import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Integrity } from '../integrity.ts';
import { parseIntegrity } from '../integrity.ts';
import type { Disk } from './disk.ts';
import { isTemporaryName, replaceFile } from './disk.ts';
import { damaged, isMissing } from './home-errors.ts';
import type { Layout } from './layout.ts';
import { sealJson, unsealJson } from './sealed-json.ts';
import { DEFAULT_PROFILE } from './layout.ts';

/** What is about to happen. While it lies in the journal, everything it names may be half done. */
export type Intent = {
	/** Also in the audit line that closes the operation. */
	readonly operation: string;
	readonly type: 'commit' | 'switch' | 'repair' | 'keep';
	/** Whose `current` changes. */
	readonly profile: string;
	readonly from: number;
	readonly to: number;
	readonly command: string;
	readonly user: string;
	/** ISO time. */
	readonly startedAt: string;
	/** Artefacts this operation moves into the store, or into the place of damaged ones. */
	readonly artefacts: readonly Integrity[];
};

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
// Strict, so that a changed name of a field shows.
const schema = v.strictObject({
	format: v.literal(1),
	operation: v.pipe(v.string(), v.uuid()),
	type: v.picklist(['commit', 'switch', 'repair', 'keep']),
	profile: v.optional(v.string(), DEFAULT_PROFILE),
	from: count,
	to: count,
	command: v.string(),
	user: v.string(),
	startedAt: v.string(),
	artefacts: v.array(
		v.pipe(
			v.string(),
			v.transform(parseIntegrity),
			v.check((value) => value !== null, 'not a sha512'),
			v.transform((value) => value as Integrity),
		),
	),
});

export function newOperationId(): string {
	return randomUUID();
}

export async function writeIntent(disk: Disk, layout: Layout, intent: Intent): Promise<void> {
	await replaceFile(disk, pathOf(layout, intent.operation), Buffer.from(`${JSON.stringify(sealJson({ format: 1, ...intent }))}\n`));
}

/** The operation is closed, done or undone. */
export async function removeIntent(disk: Disk, layout: Layout, operation: string): Promise<void> {
	await disk.removeFile(pathOf(layout, operation));
	await disk.syncFolder(layout.journal);
}

/** True when an operation was begun and not closed, by a dead process or by a live one. */
export async function hasIntents(layout: Layout): Promise<boolean> {
	return (await namesIn(layout)).length > 0;
}

/** Throws `home-damaged`, naming the file. */
export async function readIntents(layout: Layout): Promise<readonly Intent[]> {
	const names = (await namesIn(layout)).filter((name) => !isTemporaryName(name));
	const read = await Promise.all(names.map((name) => readIntent(join(layout.journal, name), `state/journal/${name}`)));
	return read.filter((intent) => intent !== null);
}

async function readIntent(path: string, file: string): Promise<Intent | null> {
	let text: string;
	try {
		text = await readFile(path, 'utf8');
	} catch (error) {
		// Its operation has just been closed by a process that does it without us.
		if (isMissing(error)) {
			return null;
		}

		throw damaged(file, 'cannot be read', { cause: error });
	}

	return parse(text, file);
}

function parse(text: string, file: string): Intent {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch (error) {
		throw damaged(file, 'is not JSON', { cause: error });
	}

	const parsed = v.safeParse(schema, unsealJson(json, file));
	if (!parsed.success) {
		throw damaged(file, `is not a journal entry: ${parsed.issues[0].message}`);
	}

	const { format: _, ...intent } = parsed.output;
	return intent;
}

async function namesIn(layout: Layout): Promise<readonly string[]> {
	try {
		return await readdir(layout.journal);
	} catch (error) {
		if (isMissing(error)) {
			return [];
		}

		throw error;
	}
}

function pathOf(layout: Layout, operation: string): string {
	return join(layout.journal, `${operation}.json`);
}
