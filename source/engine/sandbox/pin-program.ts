import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, open, realpath, stat, type FileHandle } from 'node:fs/promises';
import { basename, delimiter, isAbsolute, join } from 'node:path';
import { EngineError } from '../errors.ts';
import type { ProgramPin, RunPermission } from '../permission.ts';

/** Programs that do whatever their arguments, their input or the project tell them: to allow one is to allow everything. */
const INTERPRETER =
	/^(?:(?:ba|da|z|fi|k|mk|c|tc|r|a|)sh|busybox|node|nodejs|bun|deno|npm|npx|pnpm|yarn|corepack|python[\d.]*|pip[\d.]*|perl[\d.]*|ruby[\d.]*|php[\d.]*|lua[\d.]*|tclsh[\d.]*|java|env|xargs|find|sudo|su|doas|ssh|nohup|nice|timeout|setsid|setpriv|unshare|nsenter|chroot|strace|gdb|make|cmake|awk|gawk|mawk|sed|vi|vim[.\w]*|emacs[-\w.]*|expect|script|watch|parallel|docker|podman|systemd-run|osascript|pwsh)$/;

export function isInterpreter(path: string): boolean {
	return INTERPRETER.test(basename(path));
}

/**
 * Finds the program that is granted, as the user would start it now: its real path and the sha256 of its bytes. Throws `usage` when it is
 * not there, and `policy-refused` for an interpreter unless they are allowed.
 */
export async function pinProgram(
	{ program }: Pick<RunPermission, 'program'>,
	{ searchPath, allowsInterpreters }: { readonly searchPath: string | undefined; readonly allowsInterpreters: boolean },
): Promise<ProgramPin> {
	const path = await findProgram(program, searchPath ?? '');
	if (path === null) {
		throw new EngineError('usage', `The program ${program} is not here, so that it cannot be granted.`, {
			hint: 'Install it first, or leave the permission out.',
		});
	}

	if (!allowsInterpreters && (isInterpreter(program) || isInterpreter(path))) {
		throw new EngineError(
			'policy-refused',
			`${program} does whatever its arguments say, so only a plugin of level core can be granted it.`,
			{
				hint: 'Leave the permission out.',
			},
		);
	}

	await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
	return { path, sha256: await hashOf(file) };
}

export async function hashOf(file: FileHandle): Promise<string> {
	const hash = createHash('sha256');
	for await (const chunk of file.createReadStream({ autoClose: false, start: 0 }) as AsyncIterable<Buffer>) {
		hash.update(chunk);
	}

	return hash.digest('hex');
}

async function findProgram(program: string, searchPath: string): Promise<string | null> {
	// A relative folder in PATH would let the project choose the program.
	const folders = searchPath.split(delimiter).filter((folder) => isAbsolute(folder));
	const candidates = isAbsolute(program) ? [program] : folders.map((folder) => join(folder, program));
	for (const candidate of candidates) {
		try {
			const path = await realpath(candidate);
			await access(path, constants.X_OK);
			if ((await stat(path)).isFile()) {
				return path;
			}
		} catch {
			// Not in this folder, or not to be started: the next one is tried, as a shell would.
		}
	}

	return null;
}
