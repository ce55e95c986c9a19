import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EngineError } from '../../../errors.ts';

/** Says that the folder was made here, and from what. */
const MARKER = '.plugward.json';

/** The digest of what an earlier export put there, or null for a missing or empty folder. Throws `usage` for a folder of somebody else. */
export async function readTarget(folder: string): Promise<string | null> {
	const status = await lstat(folder).catch((error: unknown) => {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return null;
		}

		throw error;
	});
	if (status === null) {
		return null;
	}

	const names = status.isDirectory() ? await readdir(folder) : null;
	if (names?.length === 0) {
		return null;
	}

	const digest = names?.includes(MARKER) === true ? digestIn(await readFile(join(folder, MARKER), 'utf8')) : null;
	if (digest === null) {
		throw new EngineError('usage', 'The folder for node_modules is not empty and was not made by plugward.', {
			hint: 'Choose an empty or a new folder, or remove this one yourself.',
		});
	}

	return digest;
}

/** Builds the whole folder beside its place and swaps it in, so that a broken export leaves the earlier one. */
export async function replaceTarget<T>(folder: string, digest: string, build: (temporary: string) => Promise<T>): Promise<T> {
	const suffix = randomBytes(6).toString('hex');
	const [next, before] = [`${folder}.${suffix}.new`, `${folder}.${suffix}.old`];
	await mkdir(dirname(folder), { recursive: true });
	try {
		await mkdir(next);
		const built = await build(next);
		await writeFile(join(next, MARKER), `${JSON.stringify({ format: 1, digest })}\n`);
		// Looked at again: it may have been filled since.
		await readTarget(folder);
		const wasThere = await moveAway(folder, before);
		try {
			await rename(next, folder);
		} catch (error) {
			if (wasThere) {
				await rename(before, folder);
			}

			throw error;
		}

		return built;
	} finally {
		await rm(next, { recursive: true, force: true });
		await rm(before, { recursive: true, force: true });
	}
}

async function moveAway(folder: string, before: string): Promise<boolean> {
	try {
		await rename(folder, before);
		return true;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return false;
		}

		throw error;
	}
}

function digestIn(text: string): string | null {
	try {
		const json: unknown = JSON.parse(text);
		return typeof json === 'object' && json !== null && 'digest' in json && typeof json.digest === 'string' ? json.digest : null;
	} catch {
		// Not ours then, whatever its name is.
		return null;
	}
}
