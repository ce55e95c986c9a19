import { type FileHandle, open } from 'node:fs/promises';
import { EngineError, throwIfAborted } from '../../errors.ts';

const NEWLINE = 0x0a;
const PIECE_BYTES = 256 * 1024;

/** One line without its newline, or at the end what stands after the last newline. */
export type LogLine = { readonly bytes: Buffer; readonly isTorn: boolean };

/**
 * The lines of a log as it is now: what another process adds meanwhile is not read, so that no half of its write is. Split at newlines
 * alone, since a line may hold what text readers take for the end of one. A file that is not there has no lines when `mayBeMissing`.
 */
export async function* logLines(
	path: string,
	{ signal, mayBeMissing, shown }: { readonly signal: AbortSignal; readonly mayBeMissing: boolean; readonly shown: string },
): AsyncIterable<LogLine> {
	const handle = await openLog(path, { mayBeMissing, shown });
	if (handle !== null) {
		yield* linesOf(handle, signal);
	}
}

/** The lines of an open file, which is closed afterwards. */
export async function* linesOf(handle: FileHandle, signal: AbortSignal): AsyncIterable<LogLine> {
	await using file = handle;
	const { size } = await file.stat();
	let rest = Buffer.alloc(0);
	for (let position = 0; position < size;) {
		throwIfAborted(signal);
		const piece = Buffer.alloc(Math.min(PIECE_BYTES, size - position));
		const { bytesRead } = await file.read(piece, 0, piece.length, position);
		if (bytesRead === 0) {
			break;
		}

		position += bytesRead;
		rest = Buffer.concat([rest, piece.subarray(0, bytesRead)]);
		let start = 0;
		for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE, start)) {
			yield { bytes: rest.subarray(start, end), isTorn: false };
			start = end + 1;
		}

		rest = rest.subarray(start);
	}

	if (rest.length > 0) {
		yield { bytes: rest, isTorn: true };
	}
}

/** Null for a file that is not there, when it may be missing. */
export async function openLog(
	path: string,
	{ mayBeMissing, shown }: { readonly mayBeMissing: boolean; readonly shown: string },
): Promise<FileHandle | null> {
	try {
		return await open(path, 'r');
	} catch (error) {
		if (mayBeMissing && error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return null;
		}

		throw mayBeMissing
			? new EngineError('home-damaged', `${shown} cannot be read.`, { hint: 'Check who owns the home: plugward doctor', cause: error })
			: new EngineError('usage', `${shown} cannot be read.`, { hint: 'Name a file that audit-log export wrote.', cause: error });
	}
}
