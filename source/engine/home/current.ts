import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import * as v from 'valibot';
import type { Disk } from './disk.ts';
import { replaceFile } from './disk.ts';
import { EngineError } from '../errors.ts';
import type { Generation } from './generation.ts';
import { FIRST_GENERATION } from './generation.ts';
import { readGeneration } from './generation-files.ts';
import { stripToLine } from '../strip-controls.ts';
import { damaged, isMissing } from './home-errors.ts';
import { readIntents } from './journal.ts';
import type { Layout } from './layout.ts';
import { DEFAULT_PROFILE, generationNumberOf } from './layout.ts';

/** What `current` says: which generation, and the digest of its meta.json (null only for the empty generation 0). */
export type Current = { readonly number: number; readonly digest: string | null };

const schema = v.object({ number: v.pipe(v.number(), v.safeInteger(), v.minValue(0)), digest: v.nullable(v.string()) });

/** Throws `home-damaged`, naming what to type. A home without the file has never had a generation. */
export async function readCurrent(layout: Layout): Promise<Current> {
	const text = (await readText(layout)) ?? (await readTextAgain(layout));
	if (text === null) {
		return { number: 0, digest: null };
	}

	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch (error) {
		throw await currentDamaged(layout, 'is not JSON', error);
	}

	const parsed = v.safeParse(schema, json);
	if (!parsed.success || parsed.output.number > 0 !== (parsed.output.digest !== null)) {
		throw await currentDamaged(layout, 'does not name a generation and its digest');
	}

	return parsed.output;
}

/** The same, null when `current` is damaged or lost: for what brings it back. */
export async function readCurrentUnlessDamaged(layout: Layout): Promise<Current | null> {
	try {
		return await readCurrent(layout);
	} catch (error) {
		if (error instanceof EngineError && error.code === 'home-damaged') {
			return null;
		}

		throw error;
	}
}

async function readText(layout: Layout): Promise<string | null> {
	try {
		return readFileSync(layout.current, 'utf8');
	} catch (error) {
		if (isMissing(error)) {
			return null;
		}

		throw await currentDamaged(layout, 'cannot be read', error);
	}
}

// Without the file there may be generations only while the first commit is under way, which its intent tells. That commit may have
// ended between our looks, so the file is looked for once more before it counts as lost.
async function readTextAgain(layout: Layout): Promise<string | null> {
	if (layout.profile !== DEFAULT_PROFILE) {
		// A profile is its file; making one writes it.
		throw noProfile(layout.profile);
	}

	const numbers = await generationNumbers(layout);
	if (numbers.length === 0) {
		return null;
	}

	const arriving = new Set((await readIntents(layout)).flatMap(({ type, to }) => (type === 'commit' ? [to] : [])));
	const text = await readText(layout);
	if (text === null && numbers.some((number) => !arriving.has(number))) {
		throw await currentDamaged(layout, 'is missing although there are generations');
	}

	return text;
}

/** Throws nothing itself: gives the error for a profile that does not exist. */
export function noProfile(name: string): EngineError {
	return new EngineError('profile-not-found', `There is no profile "${stripToLine(name)}" in this home.`, {
		hint: 'See which there are: plugward profile list',
	});
}

async function currentDamaged(layout: Layout, problem: string, cause?: unknown): Promise<EngineError> {
	const newest = (await generationNumbers(layout)).at(-1) ?? null;
	return damaged(layout.relative(layout.current), problem, {
		cause,
		hint:
			newest === null
				? 'There is no generation to go back to. Install again in another home: --home FOLDER'
				: `The newest generation there is has the number ${newest}; make it current: plugward rollback ${newest}${layout.profile === DEFAULT_PROFILE ? '' : ` --profile ${layout.profile}`}`,
	});
}

/** Ascending. */
async function generationNumbers(layout: Layout): Promise<readonly number[]> {
	try {
		const numbers = (await readdir(layout.generations)).map(generationNumberOf).filter((number) => number !== null);
		return numbers.toSorted((a, b) => a - b);
	} catch (error) {
		if (isMissing(error)) {
			return [];
		}

		throw damaged('generations', 'cannot be listed', { cause: error });
	}
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
					? damaged(`generations/${current.number}`, 'is missing although it is the current generation', { cause: error })
					: error;
			}
		}
	}
}

function isNotFound(thrown: unknown): boolean {
	return thrown instanceof EngineError && thrown.code === 'generation-not-found';
}
