import { lstatSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

const MODE = 0o700;
const OTHERS_MAY_WRITE = 0o022;

/**
 * Where node keeps plugward's own code compiled, which halves what a start costs. Not in a home: a home may be somebody else's work that
 * was brought here to look at, and what lies in this folder is run without being looked at. No plugin is ever let in.
 */
export function compiledCodeFolder(environment: Environment): string {
	const cache = environment['XDG_CACHE_HOME'] ?? '';
	return join(isAbsolute(cache) ? cache : join(environment['HOME'] || homedir(), '.cache'), 'plugward', 'compiled');
}

/** The same, made when it is missing; null where another user made it or could write to it, and where it cannot be made. */
export function openCompiledCodeFolder(environment: Environment): string | null {
	const folder = compiledCodeFolder(environment);
	const own = dirname(folder);
	try {
		// One by one: node's own recursion never ends where the system refuses a folder as if its parent were missing, as in /proc.
		const folders = [dirname(own), own, folder];
		for (const one of folders.filter(isMissing)) {
			mkdirSync(one, { mode: MODE });
		}

		return folders.every(isOnlyOurs) ? folder : null;
	} catch {
		// Read-only, full, or not ours: then each start compiles, as it would without the folder.
		return null;
	}
}

function isMissing(path: string): boolean {
	return lstatSync(path, { throwIfNoEntry: false }) === undefined;
}

function isOnlyOurs(path: string): boolean {
	const status = lstatSync(path);
	const user = process.getuid?.();
	return status.isDirectory() && (user === undefined || (status.uid === user && (status.mode & OTHERS_MAY_WRITE) === 0));
}
