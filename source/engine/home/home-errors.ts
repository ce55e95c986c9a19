import type { ErrorCode } from '../errors.ts';
import { EngineError, toEngineError } from '../errors.ts';

/** A file of the home that cannot be what was written. `file` is relative to the home. */
export function damaged(
	file: string,
	problem: string,
	{ cause, hint = hintFor(file) }: { readonly cause?: unknown; readonly hint?: string } = {},
): EngineError {
	return new EngineError('home-damaged', `The file ${file} of the home ${problem}.`, {
		hint,
		...(cause === undefined ? {} : { cause }),
		details: { file },
	});
}

function hintFor(file: string): string {
	if (file.startsWith('store/')) {
		return 'Fetch what is damaged again: plugward verify --repair';
	}

	if (file.startsWith('state/journal/') || /^state\/(?:mutex|audit-lock)/.test(file)) {
		return 'Let it be put aside, so that nothing of it is lost: plugward doctor --fix';
	}

	if (file === 'state/kept.json') {
		return 'Remove that file and mark again what is to be kept: plugward keep <generation>';
	}

	return file.startsWith('generations/')
		? 'Go back to a generation that is whole, by its number: plugward rollback <generation>'
		: 'Put the file back from a backup, or choose another home: --home FOLDER';
}

/** The operating system's word for what went wrong (`ENOSPC`, `EROFS`), or null for errors that are not its. */
export function systemCode(thrown: unknown): string | null {
	return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : null;
}

export function isMissing(thrown: unknown): boolean {
	return systemCode(thrown) === 'ENOENT';
}

/** Turns what a write to the home threw into the sentence a reader can act on. `doing` completes "could not". */
export function writeError(thrown: unknown, doing: string): EngineError {
	const code = systemCode(thrown);
	switch (code) {
		case 'EDQUOT':
			return failure('disk-full', `Your quota on this disk is used up (${code}): could not ${doing}.`, {
				hint: 'Others may still have room: ask for more, choose a home elsewhere with --home, or type `plugward gc` to remove generations you no longer need; nothing was changed.',
				cause: thrown,
			});
		case 'ENOSPC':
			return failure('disk-full', `The disk is full (${code}): could not ${doing}.`, {
				hint: 'Free some space, or type `plugward gc` to remove generations you no longer need; nothing was changed.',
				cause: thrown,
			});
		case 'EROFS':
		case 'EACCES':
		case 'EPERM':
			return failure('home-unwritable', `The home cannot be written (${code}): could not ${doing}.`, {
				hint: 'Check who owns the folder and whether its file system is mounted read-only, or choose another with --home.',
				cause: thrown,
			});
		case 'EFBIG':
			return failure('disk-full', `A file is larger than the limit of this process allows (${code}): could not ${doing}.`, {
				hint: 'Raise the limit (ulimit -f) or ask whoever set it; nothing was changed.',
				cause: thrown,
			});
		case 'ENAMETOOLONG':
			return failure('home-unwritable', `A path is longer than this file system allows (${code}): could not ${doing}.`, {
				hint: 'Choose a home with a shorter path: --home FOLDER',
				cause: thrown,
			});
		case 'EMFILE':
		case 'ENFILE':
		case 'EIO':
			return failure('home-unwritable', `The system refused a write (${code}): could not ${doing}.`, {
				hint: 'Type `plugward doctor` to check the disk and the limits.',
				cause: thrown,
			});
		case null:
			return toEngineError(thrown, { code: 'internal', message: `Could not ${doing}.` });
		default:
			return toEngineError(thrown, {
				code: 'home-unwritable',
				message: `The home cannot be written (${code}): could not ${doing}.`,
				hint: 'Type `plugward doctor` to check the home.',
			});
	}
}

function failure(code: ErrorCode, message: string, details: { readonly hint: string; readonly cause: unknown }): EngineError {
	return new EngineError(code, message, details);
}
