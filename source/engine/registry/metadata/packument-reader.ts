import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { EngineError } from '../../errors.ts';
import { compilePackument, type CompiledPackument, type RawPackument } from './compile-packument.ts';
import type { PackumentJob, PackumentReply } from './packument-worker.ts';

/** A body of this length takes about a millisecond; sending it to another thread would take as long. */
const LARGEST_HERE_BYTES = 24_576;
/** A packument of 250 MB fits; one made to exhaust memory ends the worker and not the program. */
const WORKER_LIMITS = { maxOldGenerationSizeMb: 4096 };

type Waiting = { readonly name: string; readonly settle: PromiseWithResolvers<CompiledPackument> };

/** Reads packuments on a thread of its own, which starts with the first large one: reading one can take a second, and the screen must not wait. */
export class PackumentReader {
	readonly #waiting = new Map<number, Waiting>();
	#worker: Worker | null = null;
	#lastId = 0;
	#isClosed = false;

	/** Rejects with `registry-response-invalid`. `raw.body` may be emptied. */
	async read(raw: RawPackument): Promise<CompiledPackument> {
		if (this.#isClosed) {
			throw new EngineError('cancelled', 'The operation was cancelled.');
		}

		if (raw.body.length <= LARGEST_HERE_BYTES) {
			return compilePackument(raw);
		}

		this.#worker ??= this.#start();
		this.#lastId += 1;
		const settle = Promise.withResolvers<CompiledPackument>();
		this.#waiting.set(this.#lastId, { name: raw.name, settle });
		// A program must not end while someone waits for an answer, and must not be kept alive by a worker that has nothing to do.
		this.#worker.ref();
		const { buffer, byteLength } = raw.body;
		const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
		const body = isWhole ? new Uint8Array(buffer) : Uint8Array.from(raw.body);
		const job: PackumentJob = { ...raw, body, id: this.#lastId };
		this.#worker.postMessage(job, [body.buffer]);
		return settle.promise;
	}

	/** Ends the worker; whoever waits gets `cancelled`. */
	async close(): Promise<void> {
		const worker = this.#worker;
		this.#isClosed = true;
		this.#worker = null;
		this.#fail(() => new EngineError('cancelled', 'The operation was cancelled.'));
		await worker?.terminate();
	}

	#start(): Worker {
		const worker = new Worker(workerPath(), { resourceLimits: WORKER_LIMITS, stdout: false, stderr: false, execArgv: [] });
		worker.on('message', (reply: PackumentReply) => {
			this.#take(reply);
		});
		worker.on('error', (error) => {
			this.#worker = this.#worker === worker ? null : this.#worker;
			this.#fail(
				(name) =>
					new EngineError('registry-response-invalid', `The metadata of "${name}" could not be read.`, {
						cause: error,
						hint: 'Try once more; if it fails again, the registry sends something that no package has.',
					}),
			);
		});
		return worker;
	}

	#take(reply: PackumentReply): void {
		const waiting = this.#waiting.get(reply.id);
		this.#waiting.delete(reply.id);
		if (this.#waiting.size === 0) {
			this.#worker?.unref();
		}

		switch (reply.type) {
			case 'compiled':
				waiting?.settle.resolve(reply.compiled);
				break;
			case 'refused': {
				const { code, message, hint } = reply;
				waiting?.settle.reject(new EngineError(code, message, hint === undefined ? {} : { hint }));
				break;
			}
		}
	}

	#fail(errorFor: (name: string) => EngineError): void {
		const all = [...this.#waiting.values()];
		this.#waiting.clear();
		for (const { name, settle } of all) {
			settle.reject(errorFor(name));
		}
	}
}

/** Beside the built command or one folder above its chunks; in the source tree node runs the file as it is. */
function workerPath(): string {
	const here = import.meta.dirname;
	const built = [here, dirname(here)].map((folder) => join(folder, 'packument-worker.js')).find((path) => existsSync(path));
	return built ?? join(here, 'packument-worker.ts');
}
