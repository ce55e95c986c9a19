import { askNow, PermissionDeniedError } from '../capabilities.ts';

const WORDS: Readonly<Record<string, readonly [number, string]>> = {
	ENOENT: [-2, 'no such file or directory'],
	EACCES: [-13, 'permission denied'],
	EEXIST: [-17, 'file already exists'],
	ENOTDIR: [-20, 'not a directory'],
	EISDIR: [-21, 'illegal operation on a directory'],
	EINVAL: [-22, 'invalid argument'],
	ENOTEMPTY: [-39, 'directory not empty'],
	EBADF: [-9, 'bad file descriptor'],
	EROFS: [-30, 'read-only file system'],
	ENOSYS: [-38, 'function not implemented in the sandbox'],
};

export type Call = { readonly syscall: string; readonly path: string };

export function fsError(code: string, { syscall, path }: Call, more = ''): Error {
	const [errno, words] = WORDS[code] ?? [-5, 'input/output error'];
	return Object.assign(new Error(`${code}: ${words}${more}, ${syscall} '${path}'`), { errno, code, syscall, path });
}

const WRITES = new Set(['fs.writeFile', 'fs.makeFolder', 'fs.remove']);

/**
 * Asks the broker and puts its refusals into node's words. What nobody granted is not there for a program that reads or looks, as
 * behind a file system that hides it: programs look for settings in many places and go on when there are none. Writing says no.
 */
export function ask(operation: string, args: Readonly<Record<string, unknown>>, call: Call): unknown {
	try {
		return askNow(operation, args);
	} catch (error) {
		if (error instanceof PermissionDeniedError) {
			throw fsError(WRITES.has(operation) ? 'EACCES' : 'ENOENT', call, ` (${error.permission} was not granted)`);
		}

		const code = error instanceof Error && 'code' in error ? String(error.code) : 'EIO';
		throw Object.hasOwn(WORDS, code) ? fsError(code, call) : error;
	}
}
