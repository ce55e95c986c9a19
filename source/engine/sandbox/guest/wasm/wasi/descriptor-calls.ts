import { encodeUtf8 } from '../../encoding.ts';
import { type Descriptor, type Descriptors, type Facts, resize, type StandardStreams, writeInto } from './descriptors.ts';
import { WasiError } from './errno.ts';
import type { LinearMemory } from './linear-memory.ts';
import type { Calls } from './wasi.ts';

const FILE_TYPES = { folder: 3, file: 4, stream: 2 } as const;
const ALL_RIGHTS = 0x1f_ff_ff_ffn;
const APPEND = 1;
const DIRENT_BYTES = 24;
const MILLISECOND = 1_000_000n;

/** The calls on what is open. */
export function descriptorCalls(memory: LinearMemory, open: Descriptors, streams: StandardStreams): Calls {
	const input = new Input(streams);
	return {
		fd_advise: (fd: number) => void open.get(fd),
		fd_allocate: (fd: number, offset: bigint, length: bigint) => {
			const file = open.file(fd);
			resize(file, Math.max(file.length, Number(offset + length)));
			file.isDirty = true;
		},
		fd_close: (fd: number) => open.close(fd),
		fd_datasync: (fd: number) => open.flush(fd),
		fd_sync: (fd: number) => open.flush(fd),
		fd_renumber: (from: number, to: number) => open.renumber(from, to),
		fd_fdstat_get: (fd: number, pointer: number) => writeStatus(memory, open.get(fd), pointer),
		fd_fdstat_set_flags: (fd: number, flags: number) => {
			const found = open.get(fd);
			if (found.type === 'file') {
				found.appends = (flags & APPEND) !== 0;
			}
		},
		fd_fdstat_set_rights: (fd: number) => void open.get(fd),
		fd_filestat_get: (fd: number, pointer: number) => writeFacts(memory, factsOf(open, open.get(fd)), pointer),
		fd_filestat_set_size: (fd: number, size: bigint) => {
			const file = writable(open, fd);
			resize(file, Number(size));
			file.isDirty = true;
		},
		fd_filestat_set_times: (fd: number) => void open.get(fd),
		fd_prestat_get: (fd: number, pointer: number) => {
			const name = preopenOf(open, fd);
			memory.setUint32(pointer, 0);
			memory.setUint32((pointer >>> 0) + 4, encodeUtf8(name).length);
		},
		fd_prestat_dir_name: (fd: number, pointer: number, length: number) => {
			const name = encodeUtf8(preopenOf(open, fd));
			if (name.length > length >>> 0) {
				throw new WasiError('ENAMETOOLONG');
			}

			memory.bytes(pointer, name.length).set(name);
		},
		fd_read: (fd: number, vectors: number, ...[count, read]: [number, number]) =>
			memory.setUint32(read, readInto(memory.vectors(vectors, count), open.get(fd), input)),
		fd_write: (fd: number, vectors: number, ...[count, written]: [number, number]) =>
			memory.setUint32(written, writeFrom(memory.vectors(vectors, count), open.get(fd), streams)),
		...positioned(memory, open),
		fd_readdir: (fd: number, pointer: number, ...[length, cookie, used]: [number, bigint, number]) => {
			if (cookie === 0n) {
				open.forgetEntries(fd);
			}

			memory.setUint32(used, writeEntries(memory.bytes(pointer, length), open, { fd, cookie: Number(cookie) }));
		},
	};
}

function positioned(memory: LinearMemory, open: Descriptors): Calls {
	return {
		fd_pread: (fd: number, vectors: number, ...[count, offset, read]: [number, bigint, number]) => {
			const file = open.file(fd);
			let at = Number(offset);
			for (const target of memory.vectors(vectors, count)) {
				const part = file.bytes.subarray(at, Math.min(at + target.length, file.length));
				target.set(part);
				at += part.length;
			}

			memory.setUint32(read, at - Number(offset));
		},
		fd_pwrite: (fd: number, vectors: number, ...[count, offset, written]: [number, bigint, number]) => {
			const file = writable(open, fd);
			let at = Number(offset);
			for (const part of memory.vectors(vectors, count)) {
				writeInto(file, part, at);
				at += part.length;
			}

			memory.setUint32(written, at - Number(offset));
		},
		fd_seek: (fd: number, offset: bigint, ...[whence, pointer]: [number, number]) => {
			const file = open.file(fd);
			const base = [0, file.position, file.length][whence];
			const next = base === undefined ? -1 : base + Number(offset);
			if (next < 0) {
				throw new WasiError('EINVAL');
			}

			file.position = next;
			memory.setUint64(pointer, BigInt(next));
		},
		fd_tell: (fd: number, pointer: number) => memory.setUint64(pointer, BigInt(open.file(fd).position)),
	};
}

/** Standard input, of which a piece may be larger than what was asked for. */
class Input {
	readonly #streams: StandardStreams;
	#rest: Uint8Array = new Uint8Array(0);

	constructor(streams: StandardStreams) {
		this.#streams = streams;
	}

	read(target: Uint8Array): number {
		if (this.#rest.length === 0) {
			this.#rest = this.#streams.read() ?? this.#rest;
		}

		const part = this.#rest.subarray(0, target.length);
		target.set(part);
		this.#rest = this.#rest.subarray(part.length);
		return part.length;
	}
}

function readInto(targets: readonly Uint8Array[], from: Descriptor, input: Input): number {
	if (from.type === 'folder' || (from.type === 'stream' && from.number !== 0) || (from.type === 'file' && !from.canRead)) {
		throw new WasiError(from.type === 'folder' ? 'EISDIR' : 'EBADF');
	}

	let total = 0;
	for (const target of targets) {
		const count = from.type === 'stream' ? input.read(target) : readFile(target, from);
		total += count;
		if (count < target.length) {
			break;
		}
	}

	return total;
}

function readFile(target: Uint8Array, file: Extract<Descriptor, { type: 'file' }>): number {
	const part = file.bytes.subarray(file.position, Math.min(file.position + target.length, file.length));
	target.set(part);
	file.position += part.length;
	return part.length;
}

function writeFrom(parts: readonly Uint8Array[], to: Descriptor, streams: StandardStreams): number {
	if (to.type === 'folder' || (to.type === 'stream' && to.number === 0) || (to.type === 'file' && !to.canWrite)) {
		throw new WasiError(to.type === 'folder' ? 'EISDIR' : 'EBADF');
	}

	let total = 0;
	for (const part of parts) {
		if (to.type === 'stream') {
			streams.write(to.number === 1 ? 1 : 2, part.slice());
		} else {
			const at = to.appends ? to.length : to.position;
			writeInto(to, part, at);
			to.position = at + part.length;
		}

		total += part.length;
	}

	return total;
}

function writable(open: Descriptors, fd: number) {
	const file = open.file(fd);
	if (!file.canWrite) {
		throw new WasiError('EBADF');
	}

	return file;
}

function preopenOf(open: Descriptors, fd: number): string {
	const found = open.get(fd);
	if (found.type !== 'folder' || found.preopen === null) {
		throw new WasiError('EBADF');
	}

	return found.preopen;
}

function writeStatus(memory: LinearMemory, { type, ...more }: Descriptor, pointer: number): void {
	const { view } = memory;
	const at = pointer >>> 0;
	view.setUint8(at, FILE_TYPES[type]);
	view.setUint16(at + 2, 'appends' in more && more.appends ? APPEND : 0, true);
	view.setBigUint64(at + 8, ALL_RIGHTS, true);
	view.setBigUint64(at + 16, ALL_RIGHTS, true);
}

function factsOf(open: Descriptors, found: Descriptor): Facts {
	switch (found.type) {
		case 'stream':
			return { type: 'stream', size: 0, modifiedAt: 0 };
		case 'folder':
			return open.facts(found.path);
		case 'file':
			return { ...open.facts(found.path), size: found.length };
	}
}

export function writeFacts(memory: LinearMemory, { type, size, modifiedAt }: Facts, pointer: number): void {
	const at = pointer >>> 0;
	memory.bytes(at, 64).fill(0);
	const { view } = memory;
	view.setUint8(at + 16, FILE_TYPES[type]);
	view.setBigUint64(at + 24, 1n, true);
	view.setBigUint64(at + 32, BigInt(size), true);
	for (const offset of [40, 48, 56]) {
		view.setBigUint64(at + offset, BigInt(Math.max(0, Math.trunc(modifiedAt))) * MILLISECOND, true);
	}
}

/** As many entries as fit; the last may be cut, which tells the program to ask for more. */
function writeEntries(target: Uint8Array, open: Descriptors, { fd, cookie }: { readonly fd: number; readonly cookie: number }): number {
	let at = 0;
	for (const [index, { name, type }] of open.entries(fd).entries()) {
		if (index < cookie) {
			continue;
		}

		const text = encodeUtf8(name);
		const record = new Uint8Array(DIRENT_BYTES + text.length);
		const view = new DataView(record.buffer);
		view.setBigUint64(0, BigInt(index + 1), true);
		view.setBigUint64(8, 1n, true);
		view.setUint32(16, text.length, true);
		view.setUint8(20, FILE_TYPES[type]);
		record.set(text, DIRENT_BYTES);
		const part = record.subarray(0, target.length - at);
		target.set(part, at);
		at += part.length;
		if (part.length < record.length) {
			break;
		}
	}

	return at;
}
