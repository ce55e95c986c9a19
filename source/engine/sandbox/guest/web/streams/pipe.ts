import type { AbortSignal } from '../../abort.ts';
import { handled, illegalState } from './algorithms.ts';
import { type ReadableCore, ReaderCore } from './readable-core.ts';
import { type WritableCore, WriterCore } from './writable-core.ts';

type PipeOptions = {
	readonly preventsAbort: boolean;
	readonly preventsCancel: boolean;
	readonly preventsClose: boolean;
	readonly signal: AbortSignal | null;
};
type End = { readonly action: (() => Promise<unknown>) | null; readonly error: { readonly reason: unknown } | null };

/** https://streams.spec.whatwg.org/#readable-stream-pipe-to. Both streams are locked until it has ended. */
export function pipe(source: ReadableCore, destination: WritableCore, options: PipeOptions): Promise<void> {
	return new Pipe(source, destination, options).finished.promise;
}

class Pipe {
	readonly finished = Promise.withResolvers<void>();
	readonly #source: ReadableCore;
	readonly #destination: WritableCore;
	readonly #options: PipeOptions;
	readonly #reader: ReaderCore;
	readonly #writer: WriterCore;
	#lastWrite: Promise<unknown> = Promise.resolve();
	#isEnding = false;
	readonly #onAbort = (): void => this.#abort();

	constructor(source: ReadableCore, destination: WritableCore, options: PipeOptions) {
		this.#source = source;
		this.#destination = destination;
		this.#options = options;
		this.#reader = new ReaderCore(source, { isByob: false });
		this.#writer = new WriterCore(destination);
		source.isDisturbed = true;
		if (options.signal?.aborted === true) {
			this.#abort();
			return;
		}

		options.signal?.addEventListener('abort', this.#onAbort);
		this.#watchEnds();
		void this.#pump();
	}

	/** Whatever has ended already ends the pipe before anything is read; else it does when it happens. */
	#watchEnds(): void {
		void this.#reader.closed.promise.then(
			() => this.#sourceClosed(),
			(reason: unknown) => this.#sourceFailed(reason),
		);
		void handled(this.#writer.closed.promise).catch((reason: unknown) => this.#destinationFailed(reason));
		if (this.#source.phase === 'errored') {
			this.#sourceFailed(this.#source.error);
		} else if (this.#destination.phase === 'errored' || this.#destination.phase === 'erroring') {
			if (this.#destination.phase === 'errored') {
				this.#destinationFailed(this.#destination.error);
			}
		} else if (this.#source.phase === 'closed') {
			this.#sourceClosed();
		} else if (this.#destination.isCloseQueuedOrInFlight || this.#destination.phase === 'closed') {
			this.#destinationClosed();
		}
	}

	async #pump(): Promise<void> {
		while (!this.#isEnding) {
			await this.#writer.ready.promise.catch(() => undefined);
			if (this.#isEnding || this.#destination.phase !== 'writable' || this.#destination.isCloseQueuedOrInFlight) {
				return;
			}

			if (!(await this.#move())) {
				return;
			}
		}
	}

	/** One chunk; false when there will be none. */
	#move(): Promise<boolean> {
		const { promise, resolve } = Promise.withResolvers<boolean>();
		this.#reader.read({
			chunk: (value) => {
				this.#lastWrite = handled(this.#writer.write(value));
				resolve(true);
			},
			close: () => resolve(false),
			error: () => resolve(false),
		});
		return promise;
	}

	#sourceClosed(): void {
		this.#end({ action: this.#options.preventsClose ? null : () => this.#writer.closeUnlessClosing(), error: null });
	}

	#sourceFailed(reason: unknown): void {
		this.#end({ action: this.#options.preventsAbort ? null : () => this.#destination.abort(reason), error: { reason } });
	}

	#destinationFailed(reason: unknown): void {
		this.#end({ action: this.#options.preventsCancel ? null : () => this.#source.cancel(reason), error: { reason } });
	}

	#destinationClosed(): void {
		const reason = illegalState('Destination WritableStream is closed');
		this.#end({ action: this.#options.preventsCancel ? null : () => this.#source.cancel(reason), error: { reason } });
	}

	#abort(): void {
		const reason = this.#options.signal?.reason;
		const actions: (() => Promise<unknown>)[] = [];
		if (!this.#options.preventsAbort) {
			actions.push(() => (this.#destination.phase === 'writable' ? this.#destination.abort(reason) : Promise.resolve()));
		}

		if (!this.#options.preventsCancel) {
			actions.push(() => (this.#source.phase === 'readable' ? this.#source.cancel(reason) : Promise.resolve()));
		}

		this.#end({ action: () => Promise.all(actions.map((action) => action())), error: { reason } });
	}

	#end(end: End): void {
		if (!this.#isEnding) {
			this.#isEnding = true;
			void this.#finish(end);
		}
	}

	/** What was read is written first. */
	async #finish({ action, error }: End): Promise<void> {
		let failure = error;
		if (this.#destination.phase === 'writable' && !this.#destination.isCloseQueuedOrInFlight) {
			await this.#waitForWrites();
		}

		try {
			await action?.();
		} catch (reason) {
			failure = { reason };
		}

		this.#writer.release();
		this.#reader.release();
		this.#options.signal?.removeEventListener('abort', this.#onAbort);
		if (failure === null) {
			this.finished.resolve();
		} else {
			this.finished.reject(failure.reason);
		}
	}

	async #waitForWrites(): Promise<void> {
		let last: Promise<unknown> | null = null;
		while (last !== this.#lastWrite) {
			last = this.#lastWrite;
			await last.catch(() => undefined);
		}
	}
}
