import { AbortController } from '../../abort.ts';
import { illegalState, whenSettled } from './algorithms.ts';
import { Outcome } from './outcome.ts';
import { SizedQueue } from './sized-queue.ts';
import type { SizeOf } from './strategies.ts';

export type SinkAlgorithms = {
	readonly start: (controller: unknown) => unknown;
	readonly write: (chunk: unknown, controller: unknown) => Promise<unknown>;
	readonly close: () => Promise<unknown>;
	readonly abort: (reason: unknown) => Promise<unknown>;
};

type Settle = PromiseWithResolvers<undefined>;
type Abort = { readonly done: Settle; readonly reason: unknown; readonly wasErroring: boolean };

const CLOSE = Symbol('close');

/** https://streams.spec.whatwg.org/#ws-class with its controller: what a WritableStream is, without its public faces. */
export class WritableCore {
	phase: 'writable' | 'erroring' | 'errored' | 'closed' = 'writable';
	error: unknown = undefined;
	writer: WriterCore | null = null;
	hasBackpressure = false;
	readonly abortController = new AbortController();
	readonly #queue = new SizedQueue<unknown>();
	readonly #size: SizeOf;
	readonly #highWaterMark: number;
	readonly #algorithms: SinkAlgorithms;
	readonly #face: unknown;
	#writes: Settle[] = [];
	#isStarted = false;
	#inFlightWrite: Settle | null = null;
	#closeRequest: Settle | null = null;
	#inFlightClose: Settle | null = null;
	#pendingAbort: Abort | null = null;

	constructor(
		algorithms: SinkAlgorithms,
		strategy: { readonly size: SizeOf; readonly highWaterMark: number },
		faceOf: (core: WritableCore) => unknown,
	) {
		this.#algorithms = algorithms;
		this.#size = strategy.size;
		this.#highWaterMark = strategy.highWaterMark;
		this.#face = faceOf(this);
		this.updateBackpressure();
		const started = algorithms.start(this.#face);
		whenSettled(
			Promise.resolve(started),
			() => {
				this.#isStarted = true;
				this.#advance();
			},
			(reason) => {
				this.#isStarted = true;
				this.#dealWithRejection(reason);
			},
		);
	}

	get desiredSize(): number {
		return this.#highWaterMark - this.#queue.totalSize;
	}

	get isCloseQueuedOrInFlight(): boolean {
		return this.#closeRequest !== null || this.#inFlightClose !== null;
	}

	abort(reason: unknown): Promise<undefined> {
		if (this.phase === 'closed' || this.phase === 'errored') {
			return Promise.resolve(undefined);
		}

		this.abortController.abort(reason);
		// A listener of the signal may have ended it.
		if (this.#hasEnded()) {
			return Promise.resolve(undefined);
		}

		if (this.#pendingAbort !== null) {
			return this.#pendingAbort.done.promise;
		}

		const wasErroring = this.phase === 'erroring';
		const done = Promise.withResolvers<undefined>();
		this.#pendingAbort = { done, reason: wasErroring ? undefined : reason, wasErroring };
		if (!wasErroring) {
			this.startErroring(reason);
		}

		return done.promise;
	}

	async close(): Promise<undefined> {
		if (this.phase === 'closed' || this.phase === 'errored') {
			throw illegalState(`The stream is ${this.phase}`);
		}

		const request = Promise.withResolvers<undefined>();
		this.#closeRequest = request;
		if (this.writer !== null && this.hasBackpressure && this.phase === 'writable') {
			this.writer.ready.resolve();
		}

		this.#queue.push(CLOSE, 0);
		this.#advance();
		return request.promise;
	}

	/** Of a chunk, by the strategy; 1 when that throws, which errors the stream. */
	sizeOf(chunk: unknown): number {
		try {
			return this.#size(chunk);
		} catch (error) {
			this.failIfNeeded(error);
			return 1;
		}
	}

	addWrite(chunk: unknown, size: number): Promise<undefined> {
		const request = Promise.withResolvers<undefined>();
		this.#writes.push(request);
		try {
			this.#queue.push(chunk, size);
		} catch (error) {
			this.failIfNeeded(error);
			return request.promise;
		}

		if (!this.isCloseQueuedOrInFlight && this.phase === 'writable') {
			this.updateBackpressure();
		}

		this.#advance();
		return request.promise;
	}

	updateBackpressure(): void {
		const hasBackpressure = this.desiredSize <= 0;
		if (this.writer !== null && hasBackpressure !== this.hasBackpressure) {
			if (hasBackpressure) {
				this.writer.ready.renew();
			} else {
				this.writer.ready.resolve();
			}
		}

		this.hasBackpressure = hasBackpressure;
	}

	failIfNeeded(reason: unknown): void {
		if (this.phase === 'writable') {
			this.startErroring(reason);
		}
	}

	startErroring(reason: unknown): void {
		this.phase = 'erroring';
		this.error = reason;
		this.writer?.ready.reject(reason);
		if (this.#inFlightWrite === null && this.#inFlightClose === null && this.#isStarted) {
			this.#finishErroring();
		}
	}

	#hasEnded(): boolean {
		return this.phase === 'closed' || this.phase === 'errored';
	}

	#advance(): void {
		if (!this.#isStarted || this.#inFlightWrite !== null) {
			return;
		}

		if (this.phase === 'erroring') {
			this.#finishErroring();
			return;
		}

		if (this.#queue.length === 0) {
			return;
		}

		const next = this.#queue.peek();
		if (next === CLOSE) {
			this.#processClose();
		} else {
			this.#processWrite(next);
		}
	}

	#processClose(): void {
		this.#inFlightClose = this.#closeRequest;
		this.#closeRequest = null;
		this.#queue.shift();
		whenSettled(
			this.#algorithms.close(),
			() => this.#finishClose(),
			(reason) => this.#finishCloseWithError(reason),
		);
	}

	#processWrite(chunk: unknown): void {
		this.#inFlightWrite = this.#writes.shift() ?? null;
		whenSettled(
			this.#algorithms.write(chunk, this.#face),
			() => {
				this.#inFlightWrite?.resolve(undefined);
				this.#inFlightWrite = null;
				this.#queue.shift();
				if (!this.isCloseQueuedOrInFlight && this.phase === 'writable') {
					this.updateBackpressure();
				}

				this.#advance();
			},
			(reason) => {
				this.#inFlightWrite?.reject(reason);
				this.#inFlightWrite = null;
				this.#dealWithRejection(reason);
			},
		);
	}

	#finishClose(): void {
		this.#inFlightClose?.resolve(undefined);
		this.#inFlightClose = null;
		if (this.phase === 'erroring') {
			// Too late to fail.
			this.error = undefined;
			this.#pendingAbort?.done.resolve(undefined);
			this.#pendingAbort = null;
		}

		this.phase = 'closed';
		this.writer?.closed.resolve();
	}

	#finishCloseWithError(reason: unknown): void {
		this.#inFlightClose?.reject(reason);
		this.#inFlightClose = null;
		this.#pendingAbort?.done.reject(reason);
		this.#pendingAbort = null;
		this.#dealWithRejection(reason);
	}

	#dealWithRejection(reason: unknown): void {
		if (this.phase === 'writable') {
			this.startErroring(reason);
		} else {
			this.#finishErroring();
		}
	}

	#finishErroring(): void {
		this.phase = 'errored';
		this.#queue.clear();
		for (const write of this.#writes.splice(0)) {
			write.reject(this.error);
		}

		const abort = this.#pendingAbort;
		this.#pendingAbort = null;
		if (abort === null) {
			this.#rejectClose();
			return;
		}

		if (abort.wasErroring) {
			abort.done.reject(this.error);
			this.#rejectClose();
			return;
		}

		whenSettled(
			this.#algorithms.abort(abort.reason),
			() => {
				abort.done.resolve(undefined);
				this.#rejectClose();
			},
			(reason) => {
				abort.done.reject(reason);
				this.#rejectClose();
			},
		);
	}

	#rejectClose(): void {
		this.#closeRequest?.reject(this.error);
		this.#closeRequest = null;
		this.writer?.closed.reject(this.error);
	}
}

/** What holds the lock of a stream. */
export class WriterCore {
	stream: WritableCore | null;
	readonly ready = new Outcome();
	readonly closed = new Outcome();

	constructor(stream: WritableCore) {
		if (stream.writer !== null) {
			throw illegalState('WritableStream is locked');
		}

		this.stream = stream;
		stream.writer = this;
		switch (stream.phase) {
			case 'writable':
				if (stream.isCloseQueuedOrInFlight || !stream.hasBackpressure) {
					this.ready.resolve();
				}

				return;
			case 'erroring':
				this.ready.reject(stream.error);
				return;
			case 'closed':
				this.ready.resolve();
				this.closed.resolve();
				return;
			case 'errored':
				this.ready.reject(stream.error);
				this.closed.reject(stream.error);
		}
	}

	/** Null when it has failed. Throws TypeError after a release. */
	get desiredSize(): number | null {
		const stream = this.#attached();
		if (stream.phase === 'errored' || stream.phase === 'erroring') {
			return null;
		}

		return stream.phase === 'closed' ? 0 : stream.desiredSize;
	}

	async write(chunk: unknown): Promise<undefined> {
		const stream = this.#attached();
		const size = stream.sizeOf(chunk);
		if (this.stream !== stream) {
			throw illegalState('The writer was released meanwhile');
		}

		if (stream.phase === 'errored') {
			throw stream.error;
		}

		if (stream.isCloseQueuedOrInFlight || stream.phase === 'closed') {
			throw illegalState('The stream is closing or closed');
		}

		if (stream.phase === 'erroring') {
			throw stream.error;
		}

		return stream.addWrite(chunk, size);
	}

	async close(): Promise<undefined> {
		const stream = this.#attached();
		if (stream.isCloseQueuedOrInFlight) {
			throw illegalState('The stream is closing already');
		}

		return stream.close();
	}

	/** For pipes: a stream that is closing already is no error. */
	async closeUnlessClosing(): Promise<void> {
		const stream = this.#attached();
		if (stream.isCloseQueuedOrInFlight || stream.phase === 'closed') {
			return;
		}

		if (stream.phase === 'errored') {
			throw stream.error;
		}

		await stream.close();
	}

	async abort(reason: unknown): Promise<undefined> {
		return this.#attached().abort(reason);
	}

	release(): void {
		const { stream } = this;
		if (stream === null) {
			return;
		}

		const reason = illegalState('Writer has been released');
		this.ready.reject(reason);
		this.closed.reject(reason);
		stream.writer = null;
		this.stream = null;
	}

	#attached(): WritableCore {
		if (this.stream === null) {
			throw illegalState('The writer is not attached to a stream');
		}

		return this.stream;
	}
}
