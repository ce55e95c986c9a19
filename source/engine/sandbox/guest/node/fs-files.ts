import { Buffer } from '../modules/buffer.ts';
import { pathModule } from '../modules/path.ts';
import { ask, type Call, fsError } from './fs-errors.ts';
import { isPackagePath, toBrokerPath } from './paths.ts';
import { readAllInput } from './standard-input.ts';

export type Facts = { readonly type: 'file' | 'folder'; readonly sizeBytes: number; readonly modifiedAt: string };
export type Entry = { readonly name: string; readonly type: 'file' | 'folder' };

const CHUNK_BYTES = 2 * 1024 * 1024;
const join = pathModule['join'] as (...paths: string[]) => string;

export function readBytes(path: string): Buffer {
	const call = { syscall: 'open', path };
	if (path === '/dev/stdin') {
		return readAllInput();
	}

	if (path === '/dev/null') {
		return Buffer.alloc(0);
	}

	const text = isPackagePath(path)
		? ask('package.read', { path }, call)
		: ask('fs.readFile', { path: toBrokerPath(path), encoding: 'base64' }, call);
	return Buffer.from(String(text), 'base64');
}

export function writeBytes(
	path: string,
	bytes: Uint8Array,
	{ append, exclusive }: { readonly append: boolean; readonly exclusive: boolean },
): void {
	const call = { syscall: 'open', path };
	refusePackages(call);
	if (path === '/dev/null') {
		return;
	}

	if (exclusive && exists(path)) {
		throw fsError('EEXIST', call);
	}

	for (let start = 0, isMore = append; start === 0 || start < bytes.length; start += CHUNK_BYTES, isMore = true) {
		const data = bytes.subarray(start, start + CHUNK_BYTES).toBase64();
		ask('fs.writeFile', { path: toBrokerPath(path), text: data, encoding: 'base64', append: isMore }, call);
	}
}

export function facts(path: string, syscall = 'stat'): Facts {
	const call = { syscall, path };
	if (path === '/dev/null' || path === '/dev/stdin') {
		return { type: 'file', sizeBytes: 0, modifiedAt: new Date(0).toISOString() };
	}

	return (isPackagePath(path) ? ask('package.stat', { path }, call) : ask('fs.stat', { path: toBrokerPath(path) }, call)) as Facts;
}

export function exists(path: string): boolean {
	try {
		facts(path);
		return true;
	} catch {
		// Absent and not granted are the same to somebody who only asks.
		return false;
	}
}

export function list(path: string): readonly Entry[] {
	const call = { syscall: 'scandir', path };
	return (
		isPackagePath(path) ? ask('package.list', { path }, call) : ask('fs.list', { path: toBrokerPath(path) }, call)
	) as readonly Entry[];
}

export function makeFolder(path: string, { recursive }: { readonly recursive: boolean }): string | undefined {
	const call = { syscall: 'mkdir', path };
	refusePackages(call);
	if (!recursive && exists(path)) {
		throw fsError('EEXIST', call);
	}

	// Also the folder the program stands in, which nobody can make.
	if (recursive && exists(path) && facts(path).type === 'folder') {
		return undefined;
	}

	return ask('fs.makeFolder', { path: toBrokerPath(path), recursive }, call) === true ? path : undefined;
}

export function remove(path: string, syscall: 'unlink' | 'rmdir'): void {
	const call = { syscall, path };
	refusePackages(call);
	ask('fs.remove', { path: toBrokerPath(path), isFolder: syscall === 'rmdir' }, call);
}

export function removeTree(path: string): void {
	if (facts(path, 'rm').type === 'file') {
		remove(path, 'unlink');
		return;
	}

	for (const { name } of list(path)) {
		removeTree(join(path, name));
	}

	remove(path, 'rmdir');
}

/** Written anew and then removed: the broker has no call that moves, since it would need both rights at once. */
export function move(from: string, to: string): void {
	if (facts(from, 'rename').type === 'folder') {
		makeFolder(to, { recursive: true });
		for (const { name } of list(from)) {
			move(join(from, name), join(to, name));
		}

		remove(from, 'rmdir');
		return;
	}

	writeBytes(to, readBytes(from), { append: false, exclusive: false });
	remove(from, 'unlink');
}

function refusePackages(call: Call): void {
	if (isPackagePath(call.path)) {
		throw fsError('EROFS', call);
	}
}
