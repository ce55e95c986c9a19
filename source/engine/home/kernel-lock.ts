import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

/** An exclusive lock on a file, held by the operating system for this process: it ends with `release` or with the process. */
export type KernelLock = { readonly release: () => void };

const SQLITE_BUSY = 5;
/** The code of the error that is thrown when the file is not the empty one that was made. */
export const NOT_A_LOCK = 'NOT_A_LOCK';

/**
 * Takes the lock, or gives null when somebody else holds it (also this process). Creates the file when it is missing; it stays empty.
 * Errors carry the system's code (`EROFS`), or `NOT_A_LOCK`.
 * SQLite is used for nothing but its file locks: they work across processes, process namespaces and threads, on every platform, and
 * need no guess about whether an owner is still alive. The file must never be opened by other means, since closing any descriptor of
 * it would end the lock.
 */
export async function tryLock(path: string): Promise<KernelLock | null> {
	return lockWithin(path, 0);
}

/** The same at once, and waiting this long without giving way to anything else: only for locks that are held for less than a millisecond. */
export function lockWithin(path: string, milliseconds: number): KernelLock | null {
	// Loaded here and not at the start: most commands need no lock.
	const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
	let database: DatabaseSync | null = null;
	let held = false;
	try {
		database = new DatabaseSync(path, { timeout: milliseconds });
		database.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
		held = true;
	} catch (error) {
		if (resultCode(error) !== SQLITE_BUSY) {
			throw asSystemError(error, path);
		}
	} finally {
		if (!held) {
			database?.close();
		}
	}

	return held && database !== null ? { release: once(database) } : null;
}

function once(database: DatabaseSync): () => void {
	let open = true;
	return () => {
		if (open) {
			open = false;
			database.close();
		}
	};
}

const SYSTEM_CODES: Readonly<Partial<Record<number, string>>> = {
	8: 'EROFS',
	10: 'EIO',
	11: NOT_A_LOCK,
	13: 'ENOSPC',
	26: NOT_A_LOCK,
};

const SQLITE_CANTOPEN = 14;

function asSystemError(thrown: unknown, path: string): unknown {
	const result = resultCode(thrown) ?? 0;
	const code = result === SQLITE_CANTOPEN ? whyNotOpened(path) : SYSTEM_CODES[result];
	return code === undefined ? thrown : Object.assign(new Error(`${code}: the lock could not be taken`, { cause: thrown }), { code });
}

/** SQLite does not tell. The file itself must not be opened to find out, see above; when nothing forbids it, no descriptor was left. */
function whyNotOpened(path: string): string {
	try {
		accessSync(existsSync(path) ? path : dirname(path), constants.R_OK | constants.W_OK);
		return 'EMFILE';
	} catch (error) {
		return error instanceof Error && 'code' in error ? String(error.code) : 'EACCES';
	}
}

// The low byte is the primary code; the rest tells kinds of it apart.
function resultCode(thrown: unknown): number | null {
	return thrown instanceof Error && 'errcode' in thrown && typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : null;
}
