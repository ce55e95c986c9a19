import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../errors.ts';
import { type Disk, FILE_MODE } from './disk.ts';
import { damaged, isMissing, writeError } from './home-errors.ts';
import type { Layout } from './layout.ts';
import { requireSafe } from './safe-folder.ts';

/** One process may be reached here, if it still lives. */
export type RuntimeSocket = { readonly pid: number; readonly path: string };

export type RuntimeFolder = {
	/** All there are, oldest process id first; those of dead processes too. Throws `home-unsafe`. */
	readonly sockets: () => Promise<readonly RuntimeSocket[]>;
	/**
	 * Where this process is to listen; `attempt` counts from 1, for one that listens already. Makes the folder. Throws `home-unsafe`, and
	 * `usage` when the home lies too deep for a socket.
	 */
	readonly prepare: (socket: { readonly pid: number; readonly attempt: number }) => Promise<string>;
	/** Nobody but the user may connect. */
	readonly close: (path: string) => Promise<void>;
	/** Throws `home-unsafe` unless it is a socket of the user alone. */
	readonly requireOwn: (path: string) => Promise<void>;
	/** One that is missing is fine. */
	readonly remove: (path: string) => Promise<void>;
};

/** What fits into `sun_path` of a socket's address, with its end; macOS has four bytes less. */
const MAXIMUM_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;
const NAME = /^([1-9]\d{0,9})(?:-\d)?\.sock$/;
const OTHERS = 0o077;

export function openRuntimeFolder({ disk, layout }: { readonly disk: Disk; readonly layout: Layout }): RuntimeFolder {
	const folder = layout.runtime;
	return {
		sockets: () => readSockets(layout),
		prepare: async ({ pid, attempt }) => {
			const path = join(folder, attempt === 1 ? `${pid}.sock` : `${pid}-${attempt}.sock`);
			requireShort(path);
			try {
				await disk.makeFolder(folder);
			} catch (error) {
				throw writeError(error, 'make the folder for sockets');
			}

			await requireSafe(folder, layout.relative(folder));
			return path;
		},
		close: (path) => disk.changeMode(path, FILE_MODE),
		requireOwn: (path) => requireOwnSocket(path, layout.relative(path)),
		remove: (path) => disk.removeFile(path),
	};
}

async function readSockets(layout: Layout): Promise<readonly RuntimeSocket[]> {
	let names: readonly string[];
	try {
		names = await readdir(layout.runtime);
	} catch (error) {
		if (isMissing(error)) {
			return [];
		}

		throw damaged(layout.relative(layout.runtime), 'cannot be listed', { cause: error });
	}

	await requireSafe(layout.runtime, layout.relative(layout.runtime));
	return names
		.flatMap((name) => {
			const pid = NAME.exec(name)?.[1];
			return pid === undefined ? [] : [{ pid: Number(pid), path: join(layout.runtime, name) }];
		})
		.toSorted((a, b) => a.pid - b.pid);
}

async function requireOwnSocket(path: string, name: string): Promise<void> {
	const status = await lstat(path);
	const user = process.getuid?.();
	if (!status.isSocket()) {
		throw new EngineError('home-unsafe', `${name} is no socket.`, { hint: 'Look at who put it there, and remove it.' });
	}

	if (user !== undefined && (status.uid !== user || (status.mode & OTHERS) !== 0)) {
		throw new EngineError(
			'home-unsafe',
			`${name} belongs to user ${status.uid} with mode ${(status.mode & 0o777).toString(8)}, expected user ${user} with mode 600.`,
			{ hint: 'Look at who put it there, and remove it.' },
		);
	}
}

function requireShort(path: string): void {
	const bytes = Buffer.byteLength(path);
	if (bytes > MAXIMUM_PATH_BYTES) {
		throw new EngineError(
			'usage',
			`The home lies too deep to be reached while plugins run: the path of its socket has ${bytes} bytes, at most ${MAXIMUM_PATH_BYTES} fit.`,
			{ hint: 'The plugins run all the same, but ps, logs and stop do not find them. Use a home with a shorter path: --home FOLDER' },
		);
	}
}
