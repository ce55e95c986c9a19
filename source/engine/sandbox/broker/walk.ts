import { constants, type Stats } from 'node:fs';
import { mkdir, open, readlink, type FileHandle } from 'node:fs/promises';

import type { FolderPath } from './roots.ts';

// Linux, on every architecture node runs on; node does not export it.
const O_PATH = 0o10_000_000;

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants;

export const FLAGS = {
	/** Never waits on a pipe, never follows a link. */
	read: O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
	/** A descriptor to ask about, not to read. */
	look: O_PATH | O_NOFOLLOW,
} as const;

const FOLDER_FLAGS = O_PATH | O_DIRECTORY | O_NOFOLLOW;

/** A walk that stops for a reason of ours; `code` is the rule of a denial or the code of a failure. */
export class WalkRefused extends Error {
	override readonly name = 'WalkRefused';
	readonly kind: 'denied' | 'failed';
	readonly code: string;

	constructor(kind: 'denied' | 'failed', code: string, message: string) {
		super(message);
		this.kind = kind;
		this.code = code;
	}
}

export type Folder = { readonly handle: FileHandle; readonly display: string; readonly [Symbol.asyncDispose]: () => Promise<void> };

/** Opens the folders of a path one below the other. Each step starts at a descriptor, so that nothing above can be swapped. */
export async function openFolder(
	path: FolderPath,
	{ makeMissing, onFolder }: { readonly makeMissing: boolean; readonly onFolder?: (path: string, stat: Stats) => void },
): Promise<Folder> {
	let handle = await open(path.start, O_PATH | O_DIRECTORY);
	let reached = path.start === '/' ? '' : path.start;
	try {
		onFolder?.(path.start, await handle.stat());
		for (const name of path.folderNames) {
			const next = await openChildFolder(handle, { name, makeMissing, display: path.display });
			await handle.close();
			handle = next;
			reached = `${reached}/${name}`;
			onFolder?.(reached, await handle.stat());
		}
	} catch (error) {
		await handle.close();
		throw error;
	}

	return { handle, display: path.display, [Symbol.asyncDispose]: () => handle.close() };
}

/** Opens one name of a folder: a regular file (or, to look at, a folder). Links and everything else are refused. */
export async function openInFolder(folder: Folder, name: string, flags: number): Promise<FileHandle> {
	let handle: FileHandle;
	try {
		handle = await open(insideFolder(folder, name), flags);
	} catch (error) {
		throw hasCode(error, 'ELOOP') ? linkRefused(folder.display) : error;
	}

	const stat: Stats = await handle.stat();
	if (stat.isFile() || (stat.isDirectory() && flags === FLAGS.look)) {
		return handle;
	}

	await handle.close();
	throw stat.isSymbolicLink()
		? linkRefused(folder.display)
		: new WalkRefused('failed', 'ERR_NOT_A_FILE', `${folder.display} is not a regular file.`);
}

/** A file that does not exist yet. */
export function openForWriting(path: string): Promise<FileHandle> {
	return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
}

/** The path of a name relative to an open folder, whatever the folder is called by now. */
export function insideFolder(folder: { readonly handle: FileHandle }, name: string): string {
	return `/proc/self/fd/${folder.handle.fd}/${name}`;
}

/** Where a descriptor really is. When that is not where the walk should have led, something moved meanwhile. */
export async function realPathOf(handle: FileHandle, expected: string): Promise<string> {
	const real = await readlink(`/proc/self/fd/${handle.fd}`);
	if (real !== expected) {
		throw new WalkRefused('failed', 'ERR_MOVED', 'The file was moved while it was opened.');
	}

	return real;
}

async function openChildFolder(
	parent: FileHandle,
	{ name, makeMissing, display }: { readonly name: string; readonly makeMissing: boolean; readonly display: string },
): Promise<FileHandle> {
	const path = insideFolder({ handle: parent }, name);
	try {
		return await open(path, FOLDER_FLAGS);
	} catch (error) {
		if (hasCode(error, 'ENOENT') && makeMissing) {
			await mkdir(path).catch((failure: unknown) => {
				if (!hasCode(failure, 'EEXIST')) {
					throw failure;
				}
			});
			return open(path, FOLDER_FLAGS);
		}

		// O_DIRECTORY | O_NOFOLLOW answers ENOTDIR for a link as for a file; both end the walk, and a link is what the user should hear of.
		if (hasCode(error, 'ENOTDIR') || hasCode(error, 'ELOOP')) {
			throw await explainNoFolder(path, display);
		}

		throw error;
	}
}

async function explainNoFolder(path: string, display: string): Promise<WalkRefused> {
	await using entry = await open(path, FLAGS.look);
	const stat = await entry.stat();
	return stat.isSymbolicLink()
		? linkRefused(display)
		: new WalkRefused('failed', 'ENOTDIR', `A name on the way to ${display} is not a folder.`);
}

function linkRefused(display: string): WalkRefused {
	return new WalkRefused('denied', 'link', `${display} leads through a symbolic link, which a plugin may not follow.`);
}

function hasCode(error: unknown, code: string): boolean {
	return error instanceof Error && 'code' in error && error.code === code;
}
