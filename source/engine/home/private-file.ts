import { dirname } from 'node:path';
import { realDisk, replaceFile } from './disk.ts';
import { writeError } from './home-errors.ts';

/** Replaces a file that only its owner may read, in a home or beside one; a reader finds the old or the new content. Throws `home-unwritable` or `disk-full`. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
	try {
		await realDisk.makeFolder(dirname(path));
		await replaceFile(realDisk, path, Buffer.from(text));
	} catch (error) {
		throw writeError(error, `write ${path}`);
	}
}
