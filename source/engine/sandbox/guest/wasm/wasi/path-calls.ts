import { type Descriptors, fileSystem } from './descriptors.ts';
import { writeFacts } from './descriptor-calls.ts';
import { WasiError } from './errno.ts';
import type { LinearMemory } from './linear-memory.ts';
import type { Calls } from './wasi.ts';

const CREATE = 1;
const FOLDER = 2;
const EXCLUSIVE = 4;
const TRUNCATE = 8;
const APPEND = 1;
const RIGHT_READ = 2n;
const RIGHT_WRITE = 64n;

/** The calls on paths below what is open. */
export function pathCalls(memory: LinearMemory, open: Descriptors): Calls {
	const at = (fd: number, pointer: number, length: number): string => open.resolve(fd, memory.path(pointer, length));
	return {
		path_open: (fd: number, _lookup: number, ...rest: [number, number, number, bigint, bigint, number, number]) => {
			const [pointer, length, flags, rights, , status, opened] = rest;
			const descriptor = open.open(at(fd, pointer, length), {
				create: (flags & CREATE) !== 0,
				exclusive: (flags & EXCLUSIVE) !== 0,
				truncate: (flags & TRUNCATE) !== 0,
				folder: (flags & FOLDER) !== 0,
				canRead: (rights & RIGHT_READ) !== 0n,
				canWrite: (rights & RIGHT_WRITE) !== 0n,
				appends: (status & APPEND) !== 0,
			});
			memory.setUint32(opened, descriptor);
		},
		path_filestat_get: (fd: number, _lookup: number, ...[pointer, length, target]: [number, number, number]) =>
			writeFacts(memory, open.facts(at(fd, pointer, length)), target),
		path_filestat_set_times: (fd: number, _lookup: number, ...[pointer, length]: [number, number]) =>
			void open.facts(at(fd, pointer, length)),
		path_create_directory: (fd: number, pointer: number, length: number) => fileSystem().mkdirSync(at(fd, pointer, length)),
		path_remove_directory: (fd: number, pointer: number, length: number) => fileSystem().rmdirSync(at(fd, pointer, length)),
		path_unlink_file: (fd: number, pointer: number, length: number) => {
			const path = at(fd, pointer, length);
			if (open.facts(path).type === 'folder') {
				throw new WasiError('EISDIR');
			}

			fileSystem().unlinkSync(path);
		},
		path_rename: (fd: number, pointer: number, ...[length, other, otherPointer, otherLength]: [number, number, number, number]) =>
			fileSystem().renameSync(at(fd, pointer, length), at(other, otherPointer, otherLength)),
	};
}
