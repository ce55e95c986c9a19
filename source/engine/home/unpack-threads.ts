import { availableParallelism } from 'node:os';
import type { UnpackWorkerData } from './unpack-messages.ts';
import type { UnpackThread } from './unpack-thread.ts';
import { startUnpackThread } from './unpack-thread.ts';
import type { Unpacker } from './unpacker.ts';

/** Starting a thread takes longer than unpacking this many packages. */
const FEW = 4;
/** An archive of this size is worth a thread alone. */
const LARGE_BYTES = 2 * 1024 ** 2;
const MAXIMUM_THREADS = 4;

/** Unpacks on threads of their own once there is enough to do; until they have started, on the calling one. */
export function createUnpackThreads(data: UnpackWorkerData, here: Unpacker): Unpacker {
	let threads: readonly UnpackThread[] = [];
	let scanned = 0;

	function choose(packedBytes: number): Unpacker {
		scanned += 1;
		if (threads.length === 0 && (scanned > FEW || packedBytes >= LARGE_BYTES)) {
			// The calling thread has a processor's worth of transfers to look after.
			const count = Math.max(1, Math.min(availableParallelism() - 1, MAXIMUM_THREADS));
			threads = Array.from({ length: count }, () => startUnpackThread(data));
		}

		const ready = threads.filter((thread) => thread.isReady());
		return ready.toSorted((a, b) => a.load() - b.load())[0] ?? here;
	}

	return {
		scan: async (archive, options) => choose(archive.packedBytes).scan(archive, options),
		forget: () => {
			for (const unpacker of [here, ...threads]) {
				unpacker.forget();
			}
		},
		dispose: async () => {
			const ending = threads;
			threads = [];
			await Promise.all(ending.map((thread) => thread.dispose()));
		},
	};
}
