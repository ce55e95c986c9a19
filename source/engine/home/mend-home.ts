import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { EngineError } from '../errors.ts';
import type { Disk } from './disk.ts';
import { realDisk } from './disk.ts';
import { writeError } from './home-errors.ts';
import type { Layout } from './layout.ts';
import { createLayout } from './layout.ts';

/**
 * What of a home can be put aside when it is damaged, and what that means. The journal only says what `recover` finds by itself, since
 * `current` decides; a lock file that is not empty is nobody's lock. Everything else stays where it is until a person has looked at it.
 */
const MENDABLE: readonly { readonly file: RegExp; readonly sentence: string }[] = [
	{ file: /^state\/journal\/[^/]+$/, sentence: 'Put a damaged journal entry aside; what its operation left half done is removed.' },
	{ file: /^state\/profile\.json$/, sentence: 'Put the damaged choice of a profile aside; the default one is selected.' },
	{ file: /^state\/(?:mutex|mutex-queue|audit-lock)$/, sentence: 'Put a file aside that was in the place of a lock.' },
];

/**
 * Puts the damaged file that `failure` names aside, into `state/set-aside`, where nothing of it is lost. Gives a sentence about it, or null
 * when that would not help or could cost something. Throws `home-unwritable`.
 */
export async function mendHome(path: string, failure: EngineError, disk: Disk = realDisk): Promise<string | null> {
	const file = damagedFile(failure);
	const mendable = MENDABLE.find((one) => file !== null && one.file.test(file));
	if (file === null || mendable === undefined) {
		return null;
	}

	const layout = createLayout(path);
	const target = freeName(layout, basename(file));
	try {
		await disk.makeFolder(layout.setAside);
		await disk.rename(join(path, file), target);
		await disk.syncFolder(layout.setAside);
	} catch (error) {
		throw writeError(error, `put ${file} aside`);
	}

	return `${mendable.sentence} It lies in ${layout.relative(target)}.`;
}

function damagedFile({ code, details }: EngineError): string | null {
	const isNamed = typeof details === 'object' && details !== null && 'file' in details && typeof details.file === 'string';
	return code === 'home-damaged' && isNamed ? String(details.file) : null;
}

function freeName({ setAside }: Layout, name: string): string {
	for (let number = 1; ; number += 1) {
		const path = join(setAside, number === 1 ? name : `${name}.${number}`);
		if (!existsSync(path)) {
			return path;
		}
	}
}
