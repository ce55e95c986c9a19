import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * What a home has installed, to the byte: `current` and every file of every generation. Caches, the content store (which may hold
 * unreferenced artefacts) and the audit log are no part of it.
 */
export async function installedState(home: string): Promise<Readonly<Record<string, string>>> {
	const entries = await readdir(path.join(home, 'generations'), { recursive: true, withFileTypes: true }).catch(absent);
	const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
	const state = await Promise.all(
		[path.join(home, 'current'), ...files].map(async (file) => [path.relative(home, file), await digest(file)]),
	);
	return Object.fromEntries(state.toSorted(([a = ''], [b = '']) => a.localeCompare(b)));
}

/** Paths below a folder of the home, for instance `store/staging`. */
export async function filesIn(home: string, folder: string): Promise<readonly string[]> {
	return readdir(path.join(home, folder), { recursive: true }).catch(absent);
}

async function digest(file: string): Promise<string> {
	const bytes = await readFile(file).catch(absent);
	return createHash('sha256').update(Buffer.from(bytes)).digest('hex');
}

// A home that was never written to has no files yet.
function absent(error: NodeJS.ErrnoException): never[] {
	if (error.code === 'ENOENT') {
		return [];
	}

	throw error;
}
