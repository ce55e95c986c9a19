import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { EngineError } from '../../errors.ts';
import type { CompiledPackument, RawPackument } from './compile-packument.ts';
import type { PackumentJob, PackumentReply } from './packument-worker.ts';

/** A packument of 250 MB fits; one made to exhaust memory ends the worker and not the program. */
const WORKER_LIMITS = { maxOldGenerationSizeMb: 4096 };

type Waiting = { readonly name: string; readonly settle: PromiseWithResolvers<CompiledPackument> };

/** One thread that reads packuments, one after the other. */
export class PackumentThread {
	readonly #worker: Worker;
	readonly #waiting = new Map<number, Waiting>();
	#lastId = 0;
	#hasEnded = false;

	constructor() {
		this.#worker = new Worker(workerPath(), { resourceLimits: WORKER_LIMITS, stdout: false, stderr: false, execArgv: [] });
		this.#worker.on('message', (reply: PackumentReply) => {
			this.#take(reply);
		});
		this.#worker.on('error', (error) => {
			this.#hasEnded = true;
			this.#fail(
				(name) =>
					new EngineError('registry-response-invalid', `The metadata of "${name}" could not be read.`, {
						cause: error,
						hint: 'Try once more; if it fails again, the registry sends something that no package has.',
					}),
			);
		});
	}

	/** True when what it read ended it. */
	get hasEnded(): boolean {
		return this.#hasEnded;
	}

	/** How many packuments it has not answered. */
	get waiting(): number {
		return this.#waiting.size;
	}

	/** Rejects with `registry-response-invalid`. `raw.body` may be emptied. */
	read(raw: RawPackument): Promise<CompiledPackument> {
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

	/** Ends it; whoever waits gets `cancelled`. */
	async close(): Promise<void> {
		this.#fail(() => new EngineError('cancelled', 'The operation was cancelled.'));
		await this.#worker.terminate();
	}

	#take(reply: PackumentReply): void {
		const waiting = this.#waiting.get(reply.id);
		this.#waiting.delete(reply.id);
		if (this.#waiting.size === 0) {
			this.#worker.unref();
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
