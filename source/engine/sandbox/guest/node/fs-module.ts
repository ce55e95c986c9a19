/* oxlint-disable typescript/no-unnecessary-type-conversion -- callers are untyped JavaScript. */
import { Buffer } from '../modules/buffer.ts';
import { pathModule } from '../modules/path.ts';
import { closeFile, factsOf, flush, openFile, readDescriptor, readFrom, truncate, writeTo } from './fs-descriptors.ts';
import { fsError } from './fs-errors.ts';
import { type Entry, exists, facts, type Facts, list, makeFolder, move, readBytes, remove, removeTree, writeBytes } from './fs-files.ts';
import { createReadStream, createWriteStream, ReadStream, WriteStream } from './fs-streams.ts';
import { toPath } from './paths.ts';

type Method = (...args: unknown[]) => unknown;
type Options = Readonly<Record<string, unknown>>;

const join = pathModule['join'] as (...paths: string[]) => string;

function optionsOf(given: unknown): Options {
	return typeof given === 'string' ? { encoding: given } : typeof given === 'object' && given !== null ? (given as Options) : {};
}

function bytesOf(data: unknown, options: Options): Uint8Array {
	if (ArrayBuffer.isView(data)) {
		return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
	}

	return Buffer.from(String(data), typeof options['encoding'] === 'string' ? options['encoding'] : 'utf8');
}

/** What `stat` gives. The owner, the device and the mode of the real file are nobody's business here. */
export class Stats {
	readonly size: number;
	readonly mtime: Date;
	readonly mtimeMs: number;
	readonly mode: number;
	readonly dev = 1;
	readonly ino = 1;
	readonly nlink = 1;
	readonly uid = 0;
	readonly gid = 0;
	readonly rdev = 0;
	readonly blksize = 4096;
	readonly blocks: number;
	readonly #type: Facts['type'];

	constructor({ type, sizeBytes, modifiedAt }: Facts) {
		this.#type = type;
		this.size = sizeBytes;
		this.mtime = new Date(modifiedAt);
		this.mtimeMs = this.mtime.getTime();
		this.mode = type === 'folder' ? 0o40_755 : 0o100_644;
		this.blocks = Math.ceil(sizeBytes / 512);
	}

	get atime(): Date {
		return this.mtime;
	}
	get ctime(): Date {
		return this.mtime;
	}
	get birthtime(): Date {
		return this.mtime;
	}
	get atimeMs(): number {
		return this.mtimeMs;
	}
	get ctimeMs(): number {
		return this.mtimeMs;
	}
	get birthtimeMs(): number {
		return this.mtimeMs;
	}
	isFile(): boolean {
		return this.#type === 'file';
	}
	isDirectory(): boolean {
		return this.#type === 'folder';
	}
	isSymbolicLink(): boolean {
		return false;
	}
	isFIFO(): boolean {
		return false;
	}
	isSocket(): boolean {
		return false;
	}
	isBlockDevice(): boolean {
		return false;
	}
	isCharacterDevice(): boolean {
		return false;
	}
}

class Dirent {
	readonly name: string;
	readonly parentPath: string;
	readonly path: string;
	readonly #type: Entry['type'];

	constructor({ name, type }: Entry, parentPath: string) {
		this.name = name;
		this.parentPath = parentPath;
		this.path = parentPath;
		this.#type = type;
	}

	isFile(): boolean {
		return this.#type === 'file';
	}
	isDirectory(): boolean {
		return this.#type === 'folder';
	}
	isSymbolicLink(): boolean {
		return false;
	}
}

function readFolder(path: string, options: Options): unknown[] {
	const names: unknown[] = [];
	const walk = (folder: string, prefix: string): void => {
		for (const entry of list(folder)) {
			const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
			names.push(options['withFileTypes'] === true ? new Dirent(entry, folder) : name);
			if (options['recursive'] === true && entry.type === 'folder') {
				walk(join(folder, entry.name), name);
			}
		}
	};
	walk(path, '');
	return names;
}

function copyTree(from: string, to: string, options: Options): void {
	if (facts(from, 'cp').type === 'file') {
		if (options['force'] !== false || !exists(to)) {
			writeBytes(to, readBytes(from), { append: false, exclusive: false });
		}

		return;
	}

	makeFolder(to, { recursive: true });
	for (const { name } of list(from)) {
		copyTree(join(from, name), join(to, name), options);
	}
}

function unsupported(name: string): Method {
	return () => {
		throw fsError('ENOSYS', { syscall: name, path: '' });
	};
}

function partOf(buffer: unknown, given: readonly unknown[]): { readonly part: Uint8Array; readonly position: number | null } {
	const [first, second, third] = given;
	const options = typeof first === 'object' && first !== null ? (first as Options) : { offset: first, length: second, position: third };
	const bytes = bytesOf(buffer, {});
	const offset = Number(options['offset'] ?? 0);
	const length = options['length'] === undefined || options['length'] === null ? bytes.length - offset : Number(options['length']);
	const { position } = options;
	return { part: bytes.subarray(offset, offset + length), position: typeof position === 'number' && position >= 0 ? position : null };
}

/** Every call in its waiting form; the other two forms are made from these. */
const calls: Readonly<Record<string, Method>> = {
	readFile: (path, given) => {
		const { encoding } = optionsOf(given);
		const bytes = typeof path === 'number' ? readDescriptor(path) : readBytes(toPath(path));
		return typeof encoding === 'string' && encoding !== 'buffer' ? bytes.toString(encoding) : bytes;
	},
	writeFile: (path, data, given) => {
		const options = optionsOf(given);
		const flag = typeof options['flag'] === 'string' ? options['flag'] : 'w';
		if (typeof path === 'number') {
			writeTo(path, bytesOf(data, options), null);
			return;
		}

		writeBytes(toPath(path), bytesOf(data, options), { append: flag.startsWith('a'), exclusive: flag.includes('x') });
	},
	appendFile: (path, data, given) => {
		const options = optionsOf(given);
		writeBytes(toPath(path), bytesOf(data, options), { append: true, exclusive: false });
	},
	stat: (path, given) => statOrNothing(path, optionsOf(given)),
	lstat: (path, given) => statOrNothing(path, optionsOf(given)),
	fstat: (descriptor) => new Stats(factsOf(Number(descriptor))),
	access: (path) => void facts(toPath(path)),
	readdir: (path, given) => readFolder(toPath(path), optionsOf(given)),
	mkdir: (path, given) => makeFolder(toPath(path), { recursive: optionsOf(given)['recursive'] === true }),
	mkdtemp: (prefix) => {
		const path = toPath(`${String(prefix)}${Math.random().toString(36).slice(2, 8).padEnd(6, '0')}`);
		makeFolder(path, { recursive: false });
		return path;
	},
	unlink: (path) => remove(toPath(path), 'unlink'),
	rmdir: (path) => remove(toPath(path), 'rmdir'),
	rm: (path, given) => {
		const options = optionsOf(given);
		const target = toPath(path);
		if (!exists(target)) {
			if (options['force'] === true) {
				return;
			}

			throw fsError('ENOENT', { syscall: 'rm', path: target });
		}

		if (options['recursive'] === true) {
			removeTree(target);
		} else {
			remove(target, 'unlink');
		}
	},
	rename: (from, to) => move(toPath(from), toPath(to)),
	copyFile: (from, to, mode) => {
		const exclusive = (Number(mode ?? 0) & 1) === 1;
		writeBytes(toPath(to), readBytes(toPath(from)), { append: false, exclusive });
	},
	cp: (from, to, given) => copyTree(toPath(from), toPath(to), optionsOf(given)),
	realpath: (path) => {
		const target = toPath(path);
		facts(target, 'realpath');
		return target;
	},
	readlink: (path) => {
		const target = toPath(path);
		facts(target, 'readlink');
		throw fsError('EINVAL', { syscall: 'readlink', path: target });
	},
	open: (path, flags) => openFile(toPath(path), (flags ?? 'r') as string),
	close: (descriptor) => closeFile(Number(descriptor)),
	read: (descriptor, buffer, ...given) => {
		const { part, position } = partOf(buffer, given);
		return readFrom(Number(descriptor), part, position);
	},
	write: (descriptor, data, ...given) => {
		if (typeof data === 'string') {
			return writeTo(Number(descriptor), Buffer.from(data), typeof given[0] === 'number' ? given[0] : null);
		}

		const { part, position } = partOf(data, given);
		return writeTo(Number(descriptor), part, position);
	},
	fsync: (descriptor) => flush(Number(descriptor)),
	ftruncate: (descriptor, length) => truncate(Number(descriptor), Number(length ?? 0)),
	truncate: (path, length) => {
		const target = toPath(path);
		writeBytes(target, Buffer.concat([readBytes(target)], Number(length ?? 0)), { append: false, exclusive: false });
	},
	...Object.fromEntries(
		['chmod', 'chown', 'fchmod', 'fchown', 'lchown', 'link', 'symlink', 'utimes', 'futimes', 'lutimes', 'opendir', 'statfs'].map((name) => [
			name,
			unsupported(name),
		]),
	),
};

function statOrNothing(path: unknown, options: Options): Stats | undefined {
	try {
		return new Stats(facts(toPath(path)));
	} catch (error) {
		if (options['throwIfNoEntry'] === false) {
			return undefined;
		}

		throw error;
	}
}

function withCallback(name: string, call: Method): Method {
	return (...args) => {
		const callback = args.at(-1);
		if (typeof callback !== 'function') {
			throw Object.assign(new TypeError('The "cb" argument must be of type function.'), { code: 'ERR_INVALID_ARG_TYPE' });
		}

		let answer: unknown[];
		try {
			const value = call(...args.slice(0, -1));
			answer = value === undefined ? [null] : name === 'read' || name === 'write' ? [null, value, args[1]] : [null, value];
		} catch (error) {
			answer = [error];
		}

		queueMicrotask(() => void Reflect.apply(callback, undefined, answer));
	};
}

const constants = {
	F_OK: 0,
	R_OK: 4,
	W_OK: 2,
	X_OK: 1,
	O_RDONLY: 0,
	O_WRONLY: 1,
	O_RDWR: 2,
	O_CREAT: 0o100,
	O_EXCL: 0o200,
	O_TRUNC: 0o1000,
	O_APPEND: 0o2000,
	COPYFILE_EXCL: 1,
	S_IFMT: 0o170_000,
	S_IFREG: 0o100_000,
	S_IFDIR: 0o40_000,
	S_IFLNK: 0o120_000,
};

export const fsPromises: Readonly<Record<string, unknown>> = {
	...Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, async (...args: unknown[]) => call(...args)])),
	open: async (path: unknown, flags: unknown) => fileHandle(openFile(toPath(path), (flags ?? 'r') as string)),
	constants,
};

function fileHandle(fd: number): Readonly<Record<string, unknown>> {
	const bound = (name: string): Method => {
		return async (...args: unknown[]) => calls[name]?.(fd, ...args);
	};
	return {
		fd,
		readFile: bound('readFile'),
		writeFile: bound('writeFile'),
		appendFile: bound('writeFile'),
		stat: bound('fstat'),
		truncate: bound('ftruncate'),
		sync: bound('fsync'),
		datasync: bound('fsync'),
		read: async (buffer: unknown, ...given: unknown[]) => ({ bytesRead: calls['read']?.(fd, buffer, ...given), buffer }),
		write: async (buffer: unknown, ...given: unknown[]) => ({ bytesWritten: calls['write']?.(fd, buffer, ...given), buffer }),
		close: bound('close'),
		[Symbol.asyncDispose]: bound('close'),
	};
}

const existsAnyway = (path: unknown): boolean => {
	try {
		return exists(toPath(path));
	} catch {
		// Whatever is no path is not there.
		return false;
	}
};

const realpathForms = (name: string): unknown =>
	Object.assign(name === 'realpath' ? withCallback(name, calls['realpath'] as Method) : (calls['realpath'] as Method), {
		native: name === 'realpath' ? withCallback(name, calls['realpath'] as Method) : (calls['realpath'] as Method),
	});

export const fsModule: Readonly<Record<string, unknown>> = {
	...Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, withCallback(name, call)])),
	...Object.fromEntries(Object.entries(calls).map(([name, call]) => [`${name}Sync`, call])),
	existsSync: existsAnyway,
	exists: (path: unknown, callback: (isThere: boolean) => void) => queueMicrotask(() => callback(existsAnyway(path))),
	realpath: realpathForms('realpath'),
	realpathSync: realpathForms('realpathSync'),
	createReadStream,
	createWriteStream,
	ReadStream,
	WriteStream,
	Stats,
	Dirent,
	watch: unsupported('watch'),
	watchFile: unsupported('watchFile'),
	unwatchFile: () => undefined,
	promises: fsPromises,
	constants,
	...constants,
};
