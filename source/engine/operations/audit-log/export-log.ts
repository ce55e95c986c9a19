import { createHash } from 'node:crypto';
import { type FileHandle, open, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { ExportedAuditLog } from '../../audit-log.ts';
import { EngineError, toEngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { EngineContext } from '../engine-context.ts';
import { linesOfHome } from './log-of-home.ts';

const NEWLINE = Buffer.from('\n');

/** Every whole line as it stands in the log, so that the copy can be verified by itself. A line being written at its end is left out. */
export async function exportLog(context: EngineContext, file: string | null, { signal }: CallOptions): Promise<ExportedAuditLog> {
	if (file === null) {
		const pieces: Buffer[] = [];
		const written = await copyLines(context, signal, async (bytes) => void pieces.push(bytes));
		return { file, ...written, text: Buffer.concat(pieces).toString('utf8') };
	}

	const path = await outsideOfHome(context, file);
	const output = await create(path, file);
	try {
		await using _ = output;
		const written = await copyLines(context, signal, (bytes) => output.appendFile(bytes));
		await output.sync();
		return { file: path, ...written, text: '' };
	} catch (error) {
		// Part of a log would pass for all of it.
		await rm(path, { force: true });
		throw toEngineError(error, { code: 'usage', message: `The audit log cannot be written to ${file}.`, hint: 'Name another file.' });
	}
}

async function copyLines(
	context: EngineContext,
	signal: AbortSignal,
	write: (bytes: Buffer) => Promise<void>,
): Promise<Pick<ExportedAuditLog, 'lines' | 'bytes' | 'sha256'>> {
	const hash = createHash('sha256');
	let [lines, bytes] = [0, 0];
	for await (const line of linesOfHome(context, signal)) {
		if (!line.isTorn) {
			const whole = Buffer.concat([line.bytes, NEWLINE]);
			hash.update(whole);
			lines += 1;
			bytes += whole.length;
			await write(whole);
		}
	}

	return { lines, bytes, sha256: hash.digest('hex') };
}

async function outsideOfHome({ home, options }: EngineContext, file: string): Promise<string> {
	const path = resolve(options.cwd, file);
	try {
		const real = join(await realpath(dirname(path)), basename(path));
		const ownHome = await realpath(home.path);
		if (real !== ownHome && !real.startsWith(ownHome + sep)) {
			return real;
		}
	} catch (error) {
		throw new EngineError('usage', `There is no folder for ${file}.`, { hint: 'Make the folder, or name another file.', cause: error });
	}

	throw new EngineError('usage', `${file} lies in the home, which plugward alone writes to.`, { hint: 'Name a file outside of it.' });
}

async function create(path: string, shown: string): Promise<FileHandle> {
	try {
		return await open(path, 'wx', 0o600);
	} catch (error) {
		const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
		throw new EngineError('usage', isThere ? `${shown} is there already.` : `${shown} cannot be written.`, {
			hint: 'Name another file.',
			cause: error,
		});
	}
}
