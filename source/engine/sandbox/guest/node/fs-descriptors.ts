import { Buffer } from '../modules/buffer.ts';
import { exists, facts, type Facts, readBytes, writeBytes } from './fs-files.ts';
import { fsError } from './fs-errors.ts';
import { readAllInput } from './standard-input.ts';
import { writeOutput } from './standard-output.ts';

type Open = {
	readonly path: string;
	bytes: Buffer;
	position: number;
	isDirty: boolean;
	readonly canWrite: boolean;
	readonly appends: boolean;
};

const FIRST = 20;
const open = new Map<number, Open>();
let last = FIRST;

/** The whole file is taken at once and written back when it is closed: there are no descriptors beyond the wall. */
export function openFile(path: string, flags: string | number): number {
	const text = typeof flags === 'number' ? flagText(flags) : flags;
	const canWrite = /[wa+]/.test(text);
	const isThere = exists(path);
	if (text.includes('x') && isThere) {
		throw fsError('EEXIST', { syscall: 'open', path });
	}

	const keeps = !text.startsWith('w') && (isThere || !canWrite || text.startsWith('r'));
	const bytes = keeps ? readBytes(path) : Buffer.alloc(0);
	if (canWrite && !keeps) {
		writeBytes(path, bytes, { append: false, exclusive: false });
	}

	last += 1;
	open.set(last, { path, bytes, position: 0, isDirty: false, canWrite, appends: text.startsWith('a') });
	return last;
}

export function closeFile(descriptor: number): void {
	flush(descriptor);
	open.delete(descriptor);
}

export function flush(descriptor: number): void {
	const file = open.get(descriptor);
	if (file?.isDirty === true) {
		writeBytes(file.path, file.bytes, { append: false, exclusive: false });
		file.isDirty = false;
	}
}

export function readFrom(descriptor: number, target: Uint8Array, position: number | null): number {
	const file = need(descriptor);
	const start = position ?? file.position;
	const part = file.bytes.subarray(start, start + target.length);
	target.set(part);
	if (position === null) {
		file.position = start + part.length;
	}

	return part.length;
}

export function writeTo(descriptor: number, bytes: Uint8Array, position: number | null): number {
	if (descriptor === 1 || descriptor === 2) {
		writeOutput(descriptor, bytes);
		return bytes.length;
	}

	const file = need(descriptor);
	if (!file.canWrite) {
		throw fsError('EBADF', { syscall: 'write', path: file.path });
	}

	const start = file.appends ? file.bytes.length : (position ?? file.position);
	const size = Math.max(file.bytes.length, start + bytes.length);
	const next = size === file.bytes.length ? file.bytes : Buffer.concat([file.bytes], size);
	next.set(bytes, start);
	file.bytes = next;
	file.position = start + bytes.length;
	file.isDirty = true;
	return bytes.length;
}

export function readDescriptor(descriptor: number): Buffer {
	return descriptor === 0 ? readAllInput() : Buffer.from(need(descriptor).bytes);
}

export function truncate(descriptor: number, length: number): void {
	const file = need(descriptor);
	file.bytes = Buffer.concat([file.bytes], length);
	file.isDirty = true;
}

export function factsOf(descriptor: number): Facts {
	return descriptor <= 2
		? { type: 'file', sizeBytes: 0, modifiedAt: new Date(0).toISOString() }
		: { ...facts(need(descriptor).path), sizeBytes: need(descriptor).bytes.length };
}

function need(descriptor: number): Open {
	const file = open.get(descriptor);
	if (file === undefined) {
		throw fsError('EBADF', { syscall: 'read', path: String(descriptor) });
	}

	return file;
}

// As Linux numbers them.
function flagText(flags: number): string {
	const access = flags & 3;
	if (access === 0) {
		return 'r';
	}

	const kind = (flags & 0o2000) === 0 ? ((flags & 0o1000) === 0 && (flags & 0o100) === 0 ? 'r+' : 'w') : 'a';
	return `${kind}${(flags & 0o200) === 0 ? '' : 'x'}`;
}
