import { randomBytes } from 'node:crypto';
import { closeSync, linkSync, mkdirSync, openSync, renameSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { chmod, link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from './home-errors.ts';

/** A file being written piece by piece. */
export type DiskWriter = { readonly write: (bytes: Uint8Array) => Promise<void>; readonly close: () => Promise<void> };

/**
 * Every change to a home goes through one of these calls, so that a test can list them, fail each, stop at each, and forget what
 * was not synced. Nothing is durable before `syncFile` (content), `syncFolder` (names) or `syncFileSystem` (all of it) returned.
 */
export type Disk = {
	/** With its parents, mode 0700; an existing folder is fine. */
	readonly makeFolder: (path: string) => Promise<void>;
	/** A new file; fails when it exists. */
	readonly writeFile: (path: string, bytes: Uint8Array, mode: number) => Promise<void>;
	/** A new file written in pieces; fails when it exists. */
	readonly openWriter: (path: string, mode: number) => Promise<DiskWriter>;
	/** Creates the file with mode 0600 when it is missing. */
	readonly appendSync: (path: string, text: string) => void;
	/** Replaces a file; fails on a folder that is not empty. */
	readonly rename: (from: string, to: string) => Promise<void>;
	readonly link: (from: string, to: string) => Promise<void>;
	/** A missing file is fine. */
	readonly removeFile: (path: string) => Promise<void>;
	/** A missing folder is fine. */
	readonly removeTree: (path: string) => Promise<void>;
	readonly changeMode: (path: string, mode: number) => Promise<void>;
	readonly syncFile: (path: string) => Promise<void>;
	readonly syncFolder: (path: string) => Promise<void>;
	/** Everything written so far on the file system of this path; false when the platform has no such call. */
	readonly syncFileSystem: (path: string) => Promise<boolean>;
	// The same without a promise, for unpacking: ten thousands of small files, where a trip through the thread pool costs more than the write.
	readonly makeFolderSync: (path: string) => void;
	readonly writeFileSync: (path: string, bytes: Uint8Array, mode: number) => void;
	/** Adds to the end of an existing file. */
	readonly extendFileSync: (path: string, bytes: Uint8Array) => void;
	/** Cuts an existing file at this many bytes. */
	readonly truncateSync: (path: string, bytes: number) => void;
	readonly linkSync: (from: string, to: string) => void;
	readonly renameSync: (from: string, to: string) => void;
	/** A missing file is fine. */
	readonly removeFileSync: (path: string) => void;
};

export const FOLDER_MODE = 0o700;
export const FILE_MODE = 0o600;

export const realDisk: Disk = {
	makeFolder,
	writeFile: async (path, bytes, mode) => {
		await using file = await open(path, 'wx', mode);
		await file.writeFile(bytes);
	},
	openWriter: async (path, mode) => {
		const file = await open(path, 'wx', mode);
		return {
			write: async (bytes) => file.writeFile(bytes),
			close: async () => file.close(),
		};
	},
	appendSync: (path, text) => {
		writeAllSync(path, { flag: 'a', bytes: Buffer.from(text), mode: FILE_MODE });
	},
	rename,
	link,
	removeFile: async (path) => {
		await rm(path, { force: true });
	},
	removeTree: async (path) => {
		await rm(path, { recursive: true, force: true });
	},
	changeMode: chmod,
	syncFile: async (path) => syncPath(path, 'r+'),
	// Windows cannot open a folder; there its names are durable with the rename itself.
	syncFolder: async (path) => (process.platform === 'win32' ? undefined : syncPath(path, 'r')),
	syncFileSystem,
	makeFolderSync: (path) => {
		mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
	},
	writeFileSync: (path, bytes, mode) => {
		writeAllSync(path, { flag: 'wx', bytes, mode });
	},
	extendFileSync: (path, bytes) => {
		writeAllSync(path, { flag: 'a', bytes, mode: FILE_MODE });
	},
	truncateSync,
	linkSync,
	renameSync,
	removeFileSync: (path) => {
		rmSync(path, { force: true });
	},
};

/** Replaces a small file so that a reader, also after a power cut, finds the old or the new content and nothing else. */
export async function replaceFile(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
	const temporary = temporaryName(path);
	try {
		await disk.writeFile(temporary, bytes, FILE_MODE);
		await disk.syncFile(temporary);
		await disk.rename(temporary, path);
	} catch (error) {
		// The first error is the one to report; a temporary file that stays is removed by `recover`.
		await disk.removeFile(temporary).catch(() => undefined);
		throw error;
	}

	await disk.syncFolder(dirname(path));
}

const TEMPORARY = /\.tmp-[0-9a-f]{12}$/;

/** A name beside `path`, on the same file system. */
export function temporaryName(path: string): string {
	return `${path}.tmp-${randomBytes(6).toString('hex')}`;
}

/** True for names that only an interrupted write can have left behind. */
export function isTemporaryName(name: string): boolean {
	return TEMPORARY.test(name);
}

function writeAllSync(
	path: string,
	{ flag, bytes, mode }: { readonly flag: string; readonly bytes: Uint8Array; readonly mode: number },
): void {
	const descriptor = openSync(path, flag, mode);
	try {
		let written = 0;
		while (written < bytes.byteLength) {
			written += writeSync(descriptor, bytes, written);
		}
	} finally {
		closeSync(descriptor);
	}
}

async function syncPath(path: string, flags: string): Promise<void> {
	await using file = await open(path, flags);
	await file.sync();
}

// Not mkdir's own recursion: where the system answers ENOENT for a folder whose parent exists, as in /proc, that never ends, and on a
// read-only file system it hides the reason.
async function makeFolder(path: string): Promise<void> {
	try {
		await mkdir(path, { mode: FOLDER_MODE });
	} catch (error) {
		const code = systemCode(error);
		if (code === 'ENOENT' && dirname(path) !== path) {
			await makeFolder(dirname(path));
			await mkdir(path, { mode: FOLDER_MODE }).catch((second: unknown) => requireFolder(path, second));
		} else {
			await requireFolder(path, error);
		}
	}
}

async function requireFolder(path: string, error: unknown): Promise<void> {
	if (systemCode(error) !== 'EEXIST' || !(await stat(path)).isDirectory()) {
		throw error;
	}
}

// Node has no syncfs; the `sync` program of Linux calls it. Its environment is empty but for where to look.
async function syncFileSystem(path: string): Promise<boolean> {
	if (process.platform !== 'linux') {
		return false;
	}

	// Only for what is installed: those who look load it in vain.
	const { execFile } = await import('node:child_process');
	return new Promise((resolve, reject) => {
		execFile('sync', ['-f', path], { env: { PATH: '/usr/bin:/bin' } }, (error) => {
			if (error === null) {
				resolve(true);
			} else if (error.code === 'ENOENT') {
				resolve(false);
			} else {
				reject(error);
			}
		});
	});
}
