import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import type { Disk } from './disk.ts';
import { replaceFile } from './disk.ts';
import { EngineError } from '../errors.ts';
import type { Generation } from './generation.ts';
import { FIRST_GENERATION } from './generation.ts';
import { readGeneration } from './generation-files.ts';
import { damaged, isMissing } from './home-errors.ts';
import type { Layout } from './layout.ts';

/** What `current` says: which generation, and the digest of its meta.json (null only for the empty generation 0). */
export type Current = { readonly number: number; readonly digest: string | null };

const schema = v.object({ number: v.pipe(v.number(), v.safeInteger(), v.minValue(0)), digest: v.nullable(v.string()) });

/** Throws `home-damaged`. A home without the file has never had a generation. */
export async function readCurrent(layout: Layout): Promise<Current> {
	let text: string;
	try {
		text = await readFile(layout.current, 'utf8');
	} catch (error) {
		if (isMissing(error)) {
			return { number: 0, digest: null };
		}

		throw damaged('current', 'cannot be read', error);
	}

	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch (error) {
		throw damaged('current', 'is not JSON', error);
	}

	const parsed = v.safeParse(schema, json);
	if (!parsed.success || parsed.output.number > 0 !== (parsed.output.digest !== null)) {
		throw damaged('current', 'does not name a generation and its digest');
	}

	return parsed.output;
}

/** The moment of change: before it everybody sees the old generation, after it the new one. */
export async function writeCurrent(disk: Disk, layout: Layout, current: Current): Promise<void> {
	await replaceFile(disk, layout.current, Buffer.from(`${JSON.stringify(current)}\n`));
}

const MAXIMUM_TRIES = 5;

/** The current generation, whole, also while another process switches and removes the old one. */
export async function readCurrentGeneration(layout: Layout): Promise<Generation> {
	for (let tries = 1; ; tries += 1) {
		const current = await readCurrent(layout);
		if (current.number === 0) {
			return FIRST_GENERATION;
		}

		try {
			return (await readGeneration(layout, current)).generation;
		} catch (error) {
			const now = await readCurrent(layout);
			if (now.digest === current.digest || tries === MAXIMUM_TRIES) {
				throw isNotFound(error)
					? damaged(`generations/${current.number}`, 'is missing although it is the current generation', error)
					: error;
			}
		}
	}
}

function isNotFound(thrown: unknown): boolean {
	return thrown instanceof EngineError && thrown.code === 'generation-not-found';
}
