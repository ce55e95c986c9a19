import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const MAXIMUM_ENTRIES = 20_000;

/** 0 for what is no regular file, or not there any more. */
export async function sizeOfFile(path: string): Promise<number> {
	try {
		const stat = await lstat(path);
		return stat.isFile() ? stat.size : 0;
	} catch (error) {
		if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
			return 0;
		}

		throw error;
	}
}

/** Bytes of the regular files below a folder; 0 when it is not there, infinite for more entries than anybody needs. Follows no link. */
export async function sizeOfFolder(folder: string): Promise<number> {
	let names: readonly string[];
	try {
		names = await readdir(folder, { recursive: true });
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return 0;
		}

		throw error;
	}

	if (names.length > MAXIMUM_ENTRIES) {
		return Number.POSITIVE_INFINITY;
	}

	let bytes = 0;
	for (const name of names) {
		bytes += await sizeOfFile(join(folder, name));
	}

	return bytes;
}
