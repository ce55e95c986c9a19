import type { Disk } from './disk.ts';

/** Writes nothing: what runs on it tells what it would do. Only for what does not read back what it wrote. */
export const dryDisk: Disk = {
	makeFolder: async () => undefined,
	writeFile: async () => undefined,
	openWriter: async () => ({ write: async () => undefined, close: async () => undefined }),
	appendSync: () => undefined,
	rename: async () => undefined,
	link: async () => undefined,
	removeFile: async () => undefined,
	removeTree: async () => undefined,
	changeMode: async () => undefined,
	syncFile: async () => undefined,
	syncFolder: async () => undefined,
	syncFileSystem: async () => true,
	makeFolderSync: () => undefined,
	writeFileSync: () => undefined,
	extendFileSync: () => undefined,
	truncateSync: () => undefined,
	linkSync: () => undefined,
	renameSync: () => undefined,
	removeFileSync: () => undefined,
};
