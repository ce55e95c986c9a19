import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { systemCode } from './home-errors.ts';
import type { Layout } from './layout.ts';
import type { ReceiptFile } from './receipt.ts';

/** Finds a file of equal content that is already on disk, so that a new one can be a link to it instead of being written. */
export type TwinFinder = {
	readonly find: (file: ReceiptFile, content: Uint8Array) => string | null;
	/** Tells where this process has just written the content. */
	readonly remember: (file: ReceiptFile, path: string) => void;
	/** What was remembered has moved into the store. */
	readonly forget: () => void;
};

export function createTwinFinder(layout: Layout): TwinFinder {
	const own = new Map<string, string>();
	const keyOf = ({ sha256, executable }: ReceiptFile) => (executable ? `${sha256}-x` : sha256);

	return {
		find: (file, content) => {
			// An empty file takes no room.
			if (file.size === 0) {
				return null;
			}

			const shared = layout.sharedFile(file);
			return own.get(keyOf(file)) ?? (existsSync(shared) && holds(shared, content) ? shared : null);
		},
		remember: (file, path) => {
			own.set(keyOf(file), path);
		},
		forget: () => {
			own.clear();
		},
	};
}

/** True for errors that mean "no link here": the twin is gone, has too many names, or the file system has no hard links. */
export function isLinkRefusal(thrown: unknown): boolean {
	return ['ENOENT', 'EMLINK', 'EPERM', 'EXDEV', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(systemCode(thrown) ?? '');
}

// A shared file has a name that says what it held; only its bytes say what it holds.
function holds(path: string, content: Uint8Array): boolean {
	const status = lstatSync(path);
	return status.isFile() && status.size === content.byteLength && readFileSync(path).equals(content);
}
