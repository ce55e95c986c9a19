import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EngineError, throwIfAborted } from '../errors.ts';
import type { ReceivedArchive } from './receive-archive.ts';
import type { ThreadLink } from './thread-link.ts';
import { openThread } from './thread-link.ts';
import type { UnpackWorkerData } from './unpack-messages.ts';
import type { ScannedToUnpack, Unpacker } from './unpacker.ts';

/** One thread that unpacks. It keeps the process alive only while it has something to do. */
export type UnpackThread = Unpacker & {
	/** Archives it has in hand. */
	readonly load: () => number;
	/** False before it has started, and after it has died. */
	readonly isReady: () => boolean;
};

/** Starts a thread. When it dies, what it had in hand fails with `internal` and it is not ready any more. */
export function startUnpackThread(data: UnpackWorkerData): UnpackThread {
	const link = openThread(programPath(), data);
	let lastId = 0;
	let load = 0;

	function take(change: 1 | -1): void {
		load += change;
		if (load === 0) {
			link.unref();
		} else {
			link.ref();
		}
	}

	return {
		load: () => load,
		isReady: link.isReady,
		scan: (archive, { signal }) => {
			throwIfAborted(signal);
			take(1);
			return scanOn(link, {
				archive,
				id: (lastId += 1),
				signal,
				done: () => {
					take(-1);
				},
			});
		},
		forget: () => {
			link.send({ type: 'forget' });
		},
		dispose: async () => {
			await link.terminate();
		},
	};
}

type Job = { readonly id: number; readonly archive: ReceivedArchive; readonly signal: AbortSignal; readonly done: () => void };

// After an abort the answer is still waited for: only then has the thread stopped writing, and its folder can be removed.
async function scanOn(link: ThreadLink, { id, archive, signal, done }: Job): Promise<ScannedToUnpack> {
	let isHeld = true;
	const drop = (): void => {
		link.send({ type: 'drop', id });
	};
	const letGo = (): void => {
		if (isHeld) {
			isHeld = false;
			signal.removeEventListener('abort', drop);
			done();
		}
	};

	signal.addEventListener('abort', drop, { once: true });
	try {
		const transfer = archive.bytes === null ? [] : [archive.bytes.buffer as ArrayBuffer];
		const { packageJson, unpackedBytes } = await link.ask({ type: 'scan', id, archive }, { expects: 'scanned', transfer });
		return {
			packageJson,
			unpackedBytes,
			unpack: async (tree) => {
				try {
					throwIfAborted(signal);
					return (await link.ask({ type: 'unpack', id, tree }, { expects: 'unpacked', transfer: [] })).files;
				} finally {
					letGo();
				}
			},
			drop: () => {
				if (isHeld) {
					drop();
					letGo();
				}
			},
		};
	} catch (error) {
		letGo();
		throw error;
	}
}

/** Beside the running bundle, or in source while developing. */
function programPath(): string {
	const here = import.meta.dirname;
	const candidates = [join(here, 'unpack-worker.js'), join(dirname(here), 'unpack-worker.js'), join(here, 'unpack-worker.ts')];
	const found = candidates.find((path) => existsSync(path));
	if (found === undefined) {
		throw new EngineError('internal', 'This installation of plugward lacks unpack-worker.js.', { hint: 'Install plugward again.' });
	}

	return found;
}
