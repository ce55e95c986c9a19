import { readdir } from 'node:fs/promises';
import { EngineError } from '../errors.ts';
import type { Integrity } from '../integrity.ts';
import type { Lock } from '../lock.ts';
import type { Generation, GenerationOutline } from './generation.ts';
import { readGeneration, readOutline } from './generation-files.ts';
import { damaged } from './home-errors.ts';
import type { Layout } from './layout.ts';
import { generationNumberOf } from './layout.ts';

/** Of all profiles, ascending. Throws `home-damaged`. */
export async function readGenerations(layout: Layout): Promise<readonly Generation[]> {
	return readEach(layout, async (number) => (await readGeneration(layout, { number, digest: null })).generation);
}

/** The same without their locks. */
export async function readOutlines(layout: Layout): Promise<readonly GenerationOutline[]> {
	return readEach(layout, (number) => readOutline(layout, number));
}

async function readEach<T>(layout: Layout, readOne: (number: number) => Promise<T>): Promise<readonly T[]> {
	let names: readonly string[];
	try {
		names = await readdir(layout.generations);
	} catch (error) {
		throw damaged('generations', 'cannot be listed', { cause: error });
	}

	const numbers = names.map(generationNumberOf).filter((number) => number !== null);
	const read = await Promise.all(numbers.toSorted((a, b) => a - b).map((number) => readUnlessGone(() => readOne(number))));
	return read.filter((one) => one !== null);
}

/** Every artefact that these locks name, each once. */
export function neededBy(locks: readonly Lock[]): ReadonlySet<Integrity> {
	return new Set(locks.flatMap(({ packages }) => Object.values(packages).map(({ integrity }) => integrity)));
}

// Another process may collect an old generation while we read.
async function readUnlessGone<T>(read: () => Promise<T>): Promise<T | null> {
	try {
		return await read();
	} catch (error) {
		if (error instanceof EngineError && error.code === 'generation-not-found') {
			return null;
		}

		throw error;
	}
}
