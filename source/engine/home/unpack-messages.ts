import type { ErrorCode } from '../errors.ts';
import { EngineError } from '../errors.ts';
import { systemCode } from './home-errors.ts';
import type { SharedStore } from './layout.ts';
import type { ReceiptFile } from './receipt.ts';
import type { ReceivedArchive } from './receive-archive.ts';

/** What an unpacking thread is started with. */
export type UnpackWorkerData = { readonly homePath: string; readonly shared: SharedStore | null };

/** To an unpacking thread. `id` is the same for every message about one archive. */
export type UnpackRequest =
	| { readonly type: 'scan'; readonly id: number; readonly archive: ReceivedArchive }
	| { readonly type: 'unpack'; readonly id: number; readonly tree: string }
	| { readonly type: 'drop'; readonly id: number }
	| { readonly type: 'forget' };

/** From an unpacking thread: one answer to each `scan` and each `unpack`. */
export type UnpackAnswer =
	| { readonly type: 'scanned'; readonly id: number; readonly packageJson: Uint8Array; readonly unpackedBytes: number }
	| { readonly type: 'unpacked'; readonly id: number; readonly files: readonly ReceiptFile[] }
	| { readonly type: 'failed'; readonly id: number; readonly error: CarriedError };

/** An error as it crosses from one thread to another, where only plain data can. */
export type CarriedError =
	| {
			readonly type: 'engine';
			readonly code: ErrorCode;
			readonly message: string;
			readonly hint: string | undefined;
			readonly details: unknown;
			readonly cause: string | null;
	  }
	| { readonly type: 'other'; readonly code: string | null; readonly syscall: string | null; readonly message: string };

export function packError(thrown: unknown): CarriedError {
	if (thrown instanceof EngineError) {
		const { code, message, hint, details, cause } = thrown;
		return { type: 'engine', code, message, hint, details, cause: cause instanceof Error ? cause.message : null };
	}

	const syscall = thrown instanceof Error && 'syscall' in thrown && typeof thrown.syscall === 'string' ? thrown.syscall : null;
	return { type: 'other', code: systemCode(thrown), syscall, message: thrown instanceof Error ? thrown.message : String(thrown) };
}

/** The same error on this side: an `EngineError`, or one that `writeError` understands. */
export function unpackError(error: CarriedError): Error {
	switch (error.type) {
		case 'engine':
			return new EngineError(error.code, error.message, {
				...(error.hint === undefined ? {} : { hint: error.hint }),
				...(error.details === undefined ? {} : { details: error.details }),
				...(error.cause === null ? {} : { cause: new Error(error.cause) }),
			});
		case 'other':
			return Object.assign(
				new Error(error.message),
				error.code === null ? {} : { code: error.code },
				error.syscall === null ? {} : { syscall: error.syscall },
			);
	}
}
