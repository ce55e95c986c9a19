import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { throwIfAborted } from '../../errors.ts';
import type { FileScan } from './scan-file.ts';
import type { ScanJob } from './scan-worker.ts';

/** What a scan of hostile source may take; what takes more is told as a fact. */
export type ScanLimits = { readonly milliseconds: number; readonly memoryMegabytes: number };

export type ThreadScan =
	| { readonly type: 'scanned'; readonly scan: FileScan }
	| {
			readonly type: 'unscannable';
			/** A part of a sentence. */
			readonly why: string;
	  };

const STACK_MEGABYTES = 32;
const LIMITS: ScanLimits = { milliseconds: 15_000, memoryMegabytes: 1024 };

/**
 * One thread that scans large files, one after the other, so that whoever waits for a plan still sees a screen that lives and can cancel. It
 * starts when it is first needed, and a file that goes over a limit ends it; the next one gets a new thread.
 */
export class ScanThread {
	readonly #limits: ScanLimits;
	#worker: Worker | null = null;
	#last: Promise<unknown> = Promise.resolve();

	constructor(limits: ScanLimits = LIMITS) {
		this.#limits = limits;
	}

	/** Rejects with `cancelled` at once when the signal fires, whatever the file is like. */
	async scan(job: ScanJob, signal: AbortSignal): Promise<ThreadScan> {
		const before = this.#last;
		const done = Promise.withResolvers<null>();
		this.#last = done.promise;
		try {
			await untilFree(before, signal);
			throwIfAborted(signal);
			return await this.#scanNow(job, signal);
		} finally {
			// Who gave up waiting must not let the next one pass those before.
			void before.then(() => done.resolve(null));
		}
	}

	/** For tests: whether a thread lives. */
	get isRunning(): boolean {
		return this.#worker !== null;
	}

	async close(): Promise<void> {
		await this.#end();
	}

	async #scanNow(job: ScanJob, signal: AbortSignal): Promise<ThreadScan> {
		const worker = (this.#worker ??= this.#start());
		const answer = Promise.withResolvers<ThreadScan>();
		const over = setTimeout(() => {
			answer.resolve({ type: 'unscannable', why: `takes longer than ${this.#limits.milliseconds / 1000} seconds` });
		}, this.#limits.milliseconds);
		const onAbort = () => answer.reject(signal.reason);
		const onAnswer = (scan: FileScan) => answer.resolve({ type: 'scanned', scan });
		const onEnd = (error: unknown) => {
			const isMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
			answer.resolve({ type: 'unscannable', why: isMemory ? `needs more than ${this.#limits.memoryMegabytes} MB` : 'ends the scanner' });
		};
		signal.addEventListener('abort', onAbort);
		worker.once('message', onAnswer);
		worker.once('error', onEnd);
		worker.ref();
		// The bytes are the caller's, so they are copied.
		// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window.
		worker.postMessage(job);
		let isWhole = false;
		try {
			const result = await answer.promise;
			isWhole = result.type === 'scanned';
			return result;
		} catch (error) {
			throwIfAborted(signal);
			throw error;
		} finally {
			clearTimeout(over);
			signal.removeEventListener('abort', onAbort);
			worker.off('message', onAnswer);
			worker.off('error', onEnd);
			worker.unref();
			if (!isWhole) {
				// Its answer concerns nobody any more, and it may never come.
				void this.#end();
			}
		}
	}

	#start(): Worker {
		// Neither the flags nor the environment of this process are any business of what handles hostile source.
		return new Worker(workerPath(), {
			name: 'scan',
			execArgv: [],
			env: {},
			// Generated code nests deeper than the stack of a program reaches.
			resourceLimits: { maxOldGenerationSizeMb: this.#limits.memoryMegabytes, stackSizeMb: STACK_MEGABYTES },
		});
	}

	async #end(): Promise<void> {
		const worker = this.#worker;
		this.#worker = null;
		worker?.on('error', () => null);
		await worker?.terminate();
	}
}

async function untilFree(before: Promise<unknown>, signal: AbortSignal): Promise<void> {
	throwIfAborted(signal);
	const aborted = Promise.withResolvers<null>();
	const onAbort = () => aborted.resolve(null);
	signal.addEventListener('abort', onAbort);
	await Promise.race([before, aborted.promise]);
	signal.removeEventListener('abort', onAbort);
}

/** Beside the built command or one folder above its chunks; in the source tree node runs the file as it is. */
function workerPath(): string {
	const here = import.meta.dirname;
	const built = [here, dirname(here)].map((folder) => join(folder, 'scan-worker.js')).find((path) => existsSync(path));
	return built ?? join(here, 'scan-worker.ts');
}
