import { open, readFile, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EngineError, throwIfAborted, toEngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { EngineContext } from '../engine-context.ts';
import { lockFileText, parseLockFile } from './lock-file.ts';
import { uniquePackages } from './lock-queries.ts';
import type { WrittenLock } from '../../version-questions.ts';

/**
 * The lock of the current generation, written to a file unless that is null; a relative one starts at `cwd`. Throws `usage` for a file
 * that is there and is something else, `not-installed` where there is nothing to lock.
 */
export async function writeLock(context: EngineContext, file: string | null, { signal }: CallOptions): Promise<WrittenLock> {
	const { lock, number, settings } = await context.home.current();
	if (Object.keys(lock.roots).length === 0) {
		throw new EngineError('not-installed', 'Nothing is installed, so there is nothing to lock.', {
			hint: 'Install something first: plugward install <plugin>',
		});
	}

	const text = lockFileText({ ...lock, overrides: settings.overrides });
	const written = { generation: number, pluginCount: Object.keys(lock.roots).length, packageCount: uniquePackages(lock).length, text };
	if (file === null) {
		return { ...written, file: null, unchanged: false };
	}

	const path = resolve(context.options.cwd, file);
	throwIfAborted(signal);
	try {
		const before = await readOrNull(path);
		if (before !== null) {
			requireLock(before, file);
		}

		if (before !== text) {
			await replaceFile(path, text);
		}

		return { ...written, file: path, unchanged: before === text };
	} catch (error) {
		throw toEngineError(error, {
			code: 'usage',
			message: `The lock cannot be written to ${file}.`,
			hint: 'Check the folder and its permissions, or name another file.',
		});
	}
}

function requireLock(text: string, file: string): void {
	try {
		parseLockFile(text, file);
	} catch (error) {
		throw new EngineError('usage', `${file} is there already and is not a lock of plugward.`, {
			hint: 'Name another file, or remove that one.',
			cause: error,
		});
	}
}

async function readOrNull(path: string): Promise<string | null> {
	try {
		return await readFile(path, 'utf8');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return null;
		}

		throw error;
	}
}

/** A reader sees the old file or the new one, never a part. */
async function replaceFile(path: string, text: string): Promise<void> {
	const temporary = `${path}.${process.pid}.tmp`;
	try {
		await using file = await open(temporary, 'wx', 0o644);
		await file.writeFile(text);
		await file.sync();
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true });
		throw error;
	}
}
