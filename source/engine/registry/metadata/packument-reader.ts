import { availableParallelism } from 'node:os';
import { EngineError } from '../../errors.ts';
import { compilePackument, type CompiledPackument, type RawPackument } from './compile-packument.ts';
import { PackumentThread } from './packument-thread.ts';

/** A body of this length takes about a millisecond; sending it to another thread would take as long. */
const LARGEST_HERE_BYTES = 24_576;
/** What is packed shorter than this is mostly not longer than that when it is unpacked. */
const LARGEST_PACKED_HERE_BYTES = 3_072;
/** One processor stays for whoever waits. */
const MOST_THREADS = Math.max(1, Math.min(3, availableParallelism() - 1));
/** Starting a thread takes as long as reading a few packuments. */
const WAITING_BEFORE_ANOTHER = 6;

/** Reads packuments on threads of its own, which start when there is work for them: reading one can take a second, and the screen must not wait. */
export class PackumentReader {
	#threads: readonly PackumentThread[] = [];
	#isClosed = false;

	/** Rejects with `registry-response-invalid`. `raw.body` may be emptied unless it could not be unpacked. */
	async read(raw: RawPackument): Promise<CompiledPackument> {
		if (this.#isClosed) {
			throw new EngineError('cancelled', 'The operation was cancelled.');
		}

		if (raw.body.length <= (raw.packing === null ? LARGEST_HERE_BYTES : LARGEST_PACKED_HERE_BYTES)) {
			const compiled = compilePackument({ ...raw, maximumBytes: Math.min(raw.maximumBytes, LARGEST_HERE_BYTES) });
			if (compiled.type !== 'not-unpacked') {
				return compiled;
			}
		}

		return this.#thread().read(raw);
	}

	/** Ends the threads; whoever waits gets `cancelled`. */
	async close(): Promise<void> {
		const threads = this.#threads;
		this.#isClosed = true;
		this.#threads = [];
		await Promise.all(threads.map((thread) => thread.close()));
	}

	/** The one with the least to do, or another when all have much. */
	#thread(): PackumentThread {
		this.#threads = this.#threads.filter(({ hasEnded }) => !hasEnded);
		const [idlest] = [...this.#threads].sort((a, b) => a.waiting - b.waiting);
		if (idlest !== undefined && (idlest.waiting < WAITING_BEFORE_ANOTHER || this.#threads.length >= MOST_THREADS)) {
			return idlest;
		}

		const started = new PackumentThread();
		this.#threads = [...this.#threads, started];
		return started;
	}
}
