import { statSync } from 'node:fs';

/** Inode, size and times: whoever writes to a file, or puts another in its place, changes one of them. Null when there is none. */
export function fileVersion(path: string): string | null {
	const status = statSync(path, { throwIfNoEntry: false });
	return status === undefined ? null : `${status.ino}:${status.size}:${status.mtimeMs}:${status.ctimeMs}`;
}
