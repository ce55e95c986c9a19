import { createHash } from 'node:crypto';
import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { NOTHING_REMEMBERED, parseRemembered } from './remembered.ts';
import type { Remembered } from './remembered.ts';
import { stateFolder } from './state-folder.ts';

/** How the screens of one home were left, for the next start. */
export type ScreenMemory = {
	readonly read: () => Remembered;
	readonly write: (remembered: Remembered) => void;
};

/** Nobody looks at more homes than this in turn; the files of the others go. */
const MOST_HOMES = 64;
const MOST_BYTES = 16 * 1024;

/**
 * In the user's folder for state and not in the home: a home may be shared, and what somebody searched for is nobody else's business. A
 * damaged file counts as none; one that cannot be written is not worth an error.
 */
export function openScreenMemory({
	environment,
	homePath,
}: {
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly homePath: string;
}): ScreenMemory {
	const folder = join(stateFolder(environment), 'screens');
	const file = join(folder, `${createHash('sha256').update(homePath).digest('hex').slice(0, 32)}.json`);
	let known = '';
	return {
		read() {
			try {
				known = readBounded(file);
				return parseRemembered(JSON.parse(known));
			} catch {
				// Not there, of somebody else, cut off or no JSON: the screens open as at first.
				return NOTHING_REMEMBERED;
			}
		},
		write(remembered) {
			const text = `${JSON.stringify(remembered)}\n`;
			if (text === known) {
				return;
			}

			try {
				mkdirSync(folder, { recursive: true, mode: 0o700 });
				const temporary = `${file}.${process.pid}`;
				writeFileSync(temporary, text, { mode: 0o600 });
				renameSync(temporary, file);
				forgetOldest(folder);
			} catch {
				// A full disk or a folder of somebody else's: nobody leaves the app to be told that.
			}
		},
	};
}

function readBounded(file: string): string {
	const descriptor = openSync(file, 'r');
	try {
		if (!fstatSync(descriptor).isFile()) {
			return '';
		}

		const bytes = Buffer.alloc(MOST_BYTES);
		return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, MOST_BYTES, 0));
	} finally {
		closeSync(descriptor);
	}
}

function forgetOldest(folder: string): void {
	const names = readdirSync(folder);
	if (names.length <= MOST_HOMES) {
		return;
	}

	const aged = names.map((name) => ({ path: join(folder, name), at: statSync(join(folder, name)).mtimeMs }));
	for (const { path } of aged.toSorted((left, right) => right.at - left.at).slice(MOST_HOMES)) {
		rmSync(path, { force: true });
	}
}
