import { pathModule } from '../../modules/path.ts';
import { nodeModule } from '../../node-modules.ts';
import { WasiError } from './errno.ts';

export type FileType = 'folder' | 'file' | 'stream';
export type Facts = { readonly type: FileType; readonly size: number; readonly modifiedAt: number };
type Stats = { readonly size: number; readonly mtimeMs: number; readonly isDirectory: () => boolean };
type Dirent = { readonly name: string; readonly isDirectory: () => boolean };
/** Of node's `fs`, what is needed here; permissions are judged behind it. */
type FileSystem = {
	readonly readFileSync: (path: string) => Uint8Array;
	readonly writeFileSync: (path: string, bytes: Uint8Array) => void;
	readonly statSync: (path: string) => Stats;
	readonly readdirSync: (path: string, options: { readonly withFileTypes: true }) => readonly Dirent[];
	readonly mkdirSync: (path: string) => void;
	readonly rmdirSync: (path: string) => void;
	readonly unlinkSync: (path: string) => void;
	readonly renameSync: (from: string, to: string) => void;
};

/** What a program reads from and writes to outside of files. */
export type StandardStreams = {
	/** The next piece of input; null at its end. */
	readonly read: () => Uint8Array | null;
	readonly write: (descriptor: 1 | 2, bytes: Uint8Array) => void;
};

type Stream = { readonly type: 'stream'; readonly number: 0 | 1 | 2 };
type Folder = {
	readonly type: 'folder';
	readonly path: string;
	readonly preopen: string | null;
	readonly entries: { list: readonly Entry[] | null };
};
export type OpenFile = {
	readonly type: 'file';
	readonly path: string;
	bytes: Uint8Array;
	length: number;
	position: number;
	isDirty: boolean;
	readonly canRead: boolean;
	readonly canWrite: boolean;
	appends: boolean;
};
export type Descriptor = Stream | Folder | OpenFile;
export type Entry = { readonly name: string; readonly type: 'file' | 'folder' };
type OpenFlags = {
	readonly create: boolean;
	readonly exclusive: boolean;
	readonly truncate: boolean;
	readonly folder: boolean;
	readonly canRead: boolean;
	readonly canWrite: boolean;
	readonly appends: boolean;
};

const MAXIMUM_OPEN = 256;
const MAXIMUM_FILE_BYTES = 64 * 1024 * 1024;
const normalize = pathModule['normalize'] as (path: string) => string;
const join = pathModule['join'] as (...paths: string[]) => string;

export function fileSystem(): FileSystem {
	return nodeModule('fs') as FileSystem;
}

/** What a module has open. Files are held whole and written back when they are closed: there are no descriptors beyond the wall. */
export class Descriptors {
	readonly #open = new Map<number, Descriptor>();

	constructor(folders: readonly { readonly name: string; readonly path: string }[]) {
		for (const number of [0, 1, 2] as const) {
			this.#open.set(number, { type: 'stream', number });
		}

		for (const [index, { name, path }] of folders.entries()) {
			this.#open.set(index + 3, { type: 'folder', path, preopen: name, entries: { list: null } });
		}
	}

	get(descriptor: number): Descriptor {
		const found = this.#open.get(descriptor);
		if (found === undefined) {
			throw new WasiError('EBADF');
		}

		return found;
	}

	file(descriptor: number): OpenFile {
		const found = this.get(descriptor);
		if (found.type !== 'file') {
			throw new WasiError(found.type === 'folder' ? 'EISDIR' : 'ESPIPE');
		}

		return found;
	}

	folder(descriptor: number): Folder {
		const found = this.get(descriptor);
		if (found.type !== 'folder') {
			throw new WasiError('ENOTDIR');
		}

		return found;
	}

	/** The path below an open folder. Nothing above it can be named. */
	resolve(descriptor: number, path: string): string {
		const { path: base } = this.folder(descriptor);
		const inside = normalize(path === '' ? '.' : path);
		if (path.startsWith('/') || inside === '..' || inside.startsWith('../')) {
			throw new WasiError('ENOTCAPABLE');
		}

		return join(base, inside).replace(/(?<=.)\/$/, '');
	}

	open(path: string, flags: OpenFlags): number {
		if (this.#open.size >= MAXIMUM_OPEN) {
			throw new WasiError('EIO');
		}

		const facts = this.factsOrNull(path);
		if (facts === null && !flags.create) {
			throw new WasiError('ENOENT');
		}

		if (facts !== null && flags.create && flags.exclusive) {
			throw new WasiError('EEXIST');
		}

		const isFolder = facts?.type === 'folder';
		if (flags.folder && !isFolder) {
			throw new WasiError('ENOTDIR');
		}

		return this.#add(isFolder ? this.#openFolder(path, flags) : this.#openFile(path, facts, flags));
	}

	#openFolder(path: string, { canWrite, truncate }: OpenFlags): Folder {
		// A C library asks for all rights of a folder; only what is meant for a file is wrong.
		if (truncate && canWrite) {
			throw new WasiError('EISDIR');
		}

		return { type: 'folder', path, preopen: null, entries: { list: null } };
	}

	#openFile(path: string, facts: Facts | null, flags: OpenFlags): OpenFile {
		if ((facts?.size ?? 0) > MAXIMUM_FILE_BYTES) {
			throw new WasiError('EFBIG');
		}

		const isEmpty = facts === null || flags.truncate;
		const bytes = isEmpty || (!flags.canRead && !flags.canWrite) ? new Uint8Array(0) : fileSystem().readFileSync(path);
		if (isEmpty) {
			fileSystem().writeFileSync(path, bytes);
		}

		const { canRead, canWrite, appends } = flags;
		return { type: 'file', path, bytes, length: bytes.length, position: 0, isDirty: false, canRead, canWrite, appends };
	}

	close(descriptor: number): void {
		this.flush(descriptor);
		this.#open.delete(descriptor);
	}

	renumber(from: number, to: number): void {
		const moved = this.get(from);
		this.get(to);
		this.flush(to);
		this.#open.set(to, moved);
		this.#open.delete(from);
	}

	flush(descriptor: number): void {
		const found = this.get(descriptor);
		if (found.type === 'file' && found.isDirty) {
			fileSystem().writeFileSync(found.path, found.bytes.subarray(0, found.length));
			found.isDirty = false;
		}
	}

	/** What a program leaves open is not lost when it ends. */
	flushAll(): void {
		for (const descriptor of this.#open.keys()) {
			this.flush(descriptor);
		}
	}

	facts(path: string): Facts {
		const stats = fileSystem().statSync(path);
		return { type: stats.isDirectory() ? 'folder' : 'file', size: stats.size, modifiedAt: stats.mtimeMs };
	}

	factsOrNull(path: string): Facts | null {
		try {
			return this.facts(path);
		} catch (error) {
			if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
				return null;
			}

			throw error;
		}
	}

	entries(descriptor: number): readonly Entry[] {
		const { path, entries } = this.folder(descriptor);
		entries.list ??= [
			{ name: '.', type: 'folder' },
			{ name: '..', type: 'folder' },
			...fileSystem()
				.readdirSync(path, { withFileTypes: true })
				.map((entry): Entry => ({ name: entry.name, type: entry.isDirectory() ? 'folder' : 'file' })),
		];
		return entries.list;
	}

	/** The next reading of the folder sees what is there then. */
	forgetEntries(descriptor: number): void {
		this.folder(descriptor).entries.list = null;
	}

	#add(opened: Descriptor): number {
		let number = 3;
		while (this.#open.has(number)) {
			number += 1;
		}

		this.#open.set(number, opened);
		return number;
	}
}

/** Writes into a file that is held, which grows as it must. */
export function writeInto(file: OpenFile, bytes: Uint8Array, at: number): void {
	const end = at + bytes.length;
	resize(file, Math.max(file.length, end));
	file.bytes.set(bytes, at);
	file.isDirty = true;
}

export function resize(file: OpenFile, length: number): void {
	if (length > MAXIMUM_FILE_BYTES) {
		throw new WasiError('EFBIG');
	}

	if (length > file.bytes.length) {
		const grown = new Uint8Array(Math.max(length, file.bytes.length * 2));
		grown.set(file.bytes.subarray(0, file.length));
		file.bytes = grown;
	}

	file.bytes.fill(0, Math.min(length, file.length), Math.max(length, file.length));
	file.length = length;
}
