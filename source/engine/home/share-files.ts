import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { temporaryName } from './disk.ts';
import { systemCode } from './home-errors.ts';
import type { Layout } from './layout.ts';
import { createPause } from './pause.ts';
import type { Receipt, ReceiptFile } from './receipt.ts';

export type ShareReport = {
	/** Files that are now one with an equal file that was there before. */
	readonly sharedFiles: number;
	readonly sharedBytes: number;
	/** False when the file system has no hard links, so that equal files stay apart. */
	readonly linksWork: boolean;
};

/**
 * Makes equal files of different packages one file on disk. Only for trees that are durable: a name in `store/files` stands for content
 * that survived. A shared file is compared byte by byte before it replaces anything, since somebody may have changed it.
 */
export async function shareFiles(
	{ disk, layout }: { readonly disk: Disk; readonly layout: Layout },
	{ receipt, tree, signal }: { readonly receipt: Receipt; readonly tree: string; readonly signal: AbortSignal },
): Promise<ShareReport> {
	const pause = createPause(signal);
	let sharedFiles = 0;
	let sharedBytes = 0;
	for (const file of receipt.files) {
		// An empty file takes no room.
		if (file.size === 0) {
			continue;
		}

		const outcome = shareOne({ disk, layout, file, own: join(tree, file.path) });
		if (outcome === 'no-links') {
			return { sharedFiles, sharedBytes, linksWork: false };
		}

		if (outcome === 'shared') {
			sharedFiles += 1;
			sharedBytes += file.size;
		}

		const pausing = pause();
		if (pausing !== null) {
			await pausing;
		}
	}

	return { sharedFiles, sharedBytes, linksWork: true };
}

// Most files are the first of their kind, so that one call does for them what would otherwise take two.
function linkFirst(disk: Disk, own: string, shared: string): boolean {
	try {
		disk.linkSync(own, shared);
		return true;
	} catch (error) {
		if (systemCode(error) === 'EEXIST') {
			return false;
		}

		throw error;
	}
}

const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV']);

type Sharing = { readonly disk: Disk; readonly layout: Layout; readonly file: ReceiptFile; readonly own: string };

function shareOne({ disk, layout, file, own }: Sharing): 'first' | 'shared' | 'kept' | 'no-links' {
	const shared = layout.sharedFile(file);
	try {
		if (linkFirst(disk, own, shared)) {
			return 'first';
		}

		const [theirs, ours] = [lstatSync(shared), lstatSync(own)];
		// Already one: and renaming a file over itself would do nothing and leave both names.
		if (theirs.ino === ours.ino || !theirs.isFile() || theirs.size !== ours.size || ((theirs.mode ^ ours.mode) & 0o777) !== 0) {
			return 'kept';
		}

		if (!readFileSync(shared).equals(readFileSync(own))) {
			return 'kept';
		}

		const temporary = temporaryName(own);
		disk.linkSync(shared, temporary);
		disk.renameSync(temporary, own);
		return 'shared';
	} catch (error) {
		const code = systemCode(error) ?? '';
		// Another process was first; or the file has as many names as the file system allows.
		if (code === 'EEXIST' || code === 'EMLINK') {
			return 'kept';
		}

		if (NO_LINKS.has(code)) {
			return 'no-links';
		}

		throw error;
	}
}
