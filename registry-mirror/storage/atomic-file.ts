import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** Replaces a file as one step: readers see the old bytes or the new ones. `durable` waits until both file and name are on disk. */
export async function writeFileAtomically(
	file: string,
	content: Uint8Array | string,
	options: { readonly durable: boolean; readonly mode?: number },
): Promise<void> {
	const folder = path.dirname(file);
	await mkdir(folder, { recursive: true, mode: 0o700 });
	const temporary = path.join(folder, `.${randomUUID()}.tmp`);
	try {
		await writeNew(temporary, content, options);
		await rename(temporary, file);
	} catch (error) {
		await rm(temporary, { force: true });
		throw error;
	}

	if (options.durable) {
		await syncFolder(folder);
	}
}

export async function syncFolder(folder: string): Promise<void> {
	await using handle = await open(folder, 'r');
	await handle.sync();
}

/** The file's bytes, or null when there is none. */
export async function readFileOrNull(file: string): Promise<Buffer | null> {
	try {
		return await readFile(file);
	} catch (error) {
		return absentAsNull(error);
	}
}

export async function openOrNull(file: string): Promise<FileHandle | null> {
	try {
		return await open(file, 'r');
	} catch (error) {
		return absentAsNull(error);
	}
}

/** Null for "no such file"; throws everything else again. */
export function absentAsNull(error: unknown): null {
	if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
		return null;
	}

	throw error;
}

async function writeNew(file: string, content: Uint8Array | string, options: { readonly durable: boolean; readonly mode?: number }) {
	await using handle = await open(file, 'wx', options.mode ?? 0o600);
	await handle.writeFile(content);
	if (options.durable) {
		await handle.sync();
	}
}
