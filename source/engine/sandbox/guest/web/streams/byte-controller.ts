import { detached, hasLostBytes } from '../../array-buffers.ts';
import { illegalState, INTERNAL, refuseConstruction, whenSettled } from './algorithms.ts';
import { ByobRequest, requireUsable } from './byob-request.ts';
import { type Bytes, ByteQueue } from './byte-queue.ts';
import type { SourceAlgorithms } from './default-controller.ts';
import { automaticPullInto, elementsOf, filledView, pullIntoOf, type PullInto } from './pull-into.ts';
import type { Controller, ReadableCore, ReadIntoRequest, ReadRequest } from './readable-core.ts';

/** https://streams.spec.whatwg.org/#rbs-controller-class: a stream of bytes, which can be read into buffers of the reader. */
export class ByteController implements Controller {
	readonly face = new ReadableByteStreamController(INTERNAL, this);
	readonly #stream: ReadableCore;
	readonly #highWaterMark: number;
	/** Size of the buffers made for readers that bring none; null when the source gets no buffers for those. */
	readonly #automaticSize: number | null;
	#algorithms: SourceAlgorithms | null;
	readonly #queue = new ByteQueue();
	#pulls: PullInto[] = [];
	#byobRequest: ByobRequest | null = null;
	#isStarted = false;
	#isPulling = false;
	#pullsAgain = false;
	#wantsToClose = false;

	constructor(
		stream: ReadableCore,
		algorithms: SourceAlgorithms,
		options: { readonly highWaterMark: number; readonly automaticSize: number | null },
	) {
		this.#stream = stream;
		this.#algorithms = algorithms;
		this.#highWaterMark = options.highWaterMark;
		this.#automaticSize = options.automaticSize;
		stream.controller = this;
		const started = algorithms.start(this.face);
		whenSettled(
			Promise.resolve(started),
			() => {
				this.#isStarted = true;
				this.#pullIfNeeded();
			},
			(reason) => this.fail(reason),
		);
	}

	get desiredSize(): number | null {
		switch (this.#stream.phase) {
			case 'errored':
				return null;
			case 'closed':
				return 0;
			case 'readable':
				return this.#highWaterMark - this.#queue.size;
		}
	}

	get canTakeMore(): boolean {
		return !this.#wantsToClose && this.#stream.phase === 'readable';
	}

	get byobRequest(): ByobRequest | null {
		const [first] = this.#pulls;
		if (this.#byobRequest === null && first !== undefined) {
			const view = new Uint8Array(first.buffer, first.byteOffset + first.filled, first.byteLength - first.filled);
			this.#byobRequest = new ByobRequest(INTERNAL, this, view);
		}

		return this.#byobRequest;
	}

	close(): void {
		if (!this.canTakeMore) {
			return;
		}

		if (this.#queue.size > 0) {
			this.#wantsToClose = true;
			return;
		}

		const [first] = this.#pulls;
		if (first !== undefined && first.filled % first.elementSize !== 0) {
			const error = new TypeError('The stream was closed in the middle of an element.');
			this.fail(error);
			throw error;
		}

		this.#algorithms = null;
		this.#stream.close();
	}

	fail(reason: unknown): void {
		if (this.#stream.phase === 'readable') {
			this.#dropPulls();
			this.#queue.clear();
			this.#algorithms = null;
			this.#stream.fail(reason);
		}
	}

	enqueue(view: ArrayBufferView): void {
		if (!this.canTakeMore) {
			return;
		}

		const { byteOffset, byteLength } = view;
		const bytes: Bytes = { buffer: detached(view.buffer as ArrayBuffer), byteOffset, byteLength };
		const [first] = this.#pulls;
		if (first !== undefined) {
			if (hasLostBytes(first.buffer)) {
				throw new TypeError('The buffer of the request has been detached.');
			}

			this.#dropRequest();
			first.buffer = detached(first.buffer);
			if (first.reader === 'none') {
				this.#keepFilled(this.#pulls.shift() as PullInto);
			}
		}

		this.#hand(bytes);
		this.#pullIfNeeded();
	}

	/** Bytes to whoever waits first, else to the queue. */
	#hand(bytes: Bytes): void {
		const { reader } = this.#stream;
		if (reader === null || reader.isByob) {
			this.#queue.push(bytes);
			if (reader !== null) {
				this.#answer(this.#fillFromQueue());
			}

			return;
		}

		while (reader.waiting > 0 && this.#queue.size > 0) {
			reader.nextRequest()?.chunk(this.#shiftQueue());
		}

		if (reader.waiting === 0) {
			this.#queue.push(bytes);
			return;
		}

		if (this.#pulls[0]?.reader === 'default') {
			this.#pulls.shift();
		}

		reader.nextRequest()?.chunk(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
	}

	pull(request: ReadRequest): void {
		const { reader } = this.#stream;
		if (this.#queue.size > 0) {
			request.chunk(this.#shiftQueue());
			return;
		}

		if (this.#automaticSize !== null) {
			try {
				this.#pulls.push(automaticPullInto(this.#automaticSize));
			} catch (error) {
				request.error(error);
				return;
			}
		}

		reader?.enqueue(request);
		this.#pullIfNeeded();
	}

	pullInto(view: ArrayBufferView, minimum: number, request: ReadIntoRequest): void {
		let pull: PullInto;
		try {
			pull = pullIntoOf(view, minimum);
		} catch (error) {
			request.error(error);
			return;
		}

		if (this.#pulls.length > 0) {
			this.#pulls.push(pull);
			this.#stream.reader?.enqueueInto(request);
			return;
		}

		if (this.#stream.phase === 'closed') {
			request.close(new pull.view(pull.buffer, pull.byteOffset, 0));
			return;
		}

		if (this.#queue.size > 0) {
			if (this.#queue.fill(pull)) {
				const filled = filledView(pull);
				this.#afterDrain();
				request.chunk(filled);
				return;
			}

			if (this.#wantsToClose) {
				const error = new TypeError('The stream was closed with fewer bytes than an element has.');
				this.fail(error);
				request.error(error);
				return;
			}
		}

		this.#pulls.push(pull);
		this.#stream.reader?.enqueueInto(request);
		this.#pullIfNeeded();
	}

	/** The source says that so many bytes of the first request are filled. */
	respond(written: number): void {
		const first = this.#firstPull();
		if (this.#stream.phase === 'closed') {
			if (written !== 0) {
				throw invalid(new TypeError('Nothing can be written into a closed stream.'));
			}
		} else {
			if (written === 0) {
				throw invalid(new TypeError('At least one byte has to be written.'));
			}

			if (first.filled + written > first.byteLength) {
				throw invalid(new RangeError('More bytes than the request has room for.'));
			}
		}

		first.buffer = detached(first.buffer);
		this.#finishRespond(written);
	}

	respondWithNewView(view: ArrayBufferView): void {
		const first = this.#firstPull();
		if (this.#stream.phase === 'closed' ? view.byteLength !== 0 : view.byteLength === 0) {
			throw invalid(new TypeError('The length of the view does not fit the state of the stream.'));
		}

		if (
			first.byteOffset + first.filled !== view.byteOffset ||
			first.bufferByteLength !== view.buffer.byteLength ||
			first.filled + view.byteLength > first.byteLength
		) {
			throw invalid(new RangeError('The view is not one of the request.'));
		}

		const written = view.byteLength;
		first.buffer = detached(view.buffer as ArrayBuffer);
		this.#finishRespond(written);
	}

	cancel(reason: unknown): Promise<unknown> {
		this.#dropPulls();
		this.#queue.clear();
		const cancel = this.#algorithms?.cancel;
		this.#algorithms = null;
		return cancel?.(reason) ?? Promise.resolve();
	}

	release(): void {
		const [first] = this.#pulls;
		if (first !== undefined) {
			first.reader = 'none';
			this.#pulls = [first];
		}
	}

	#firstPull(): PullInto {
		const [first] = this.#pulls;
		if (first === undefined) {
			throw illegalState('there is no request to respond to');
		}

		return first;
	}

	#finishRespond(written: number): void {
		const first = this.#firstPull();
		this.#dropRequest();
		if (this.#stream.phase === 'closed') {
			this.#respondClosed(first);
		} else {
			this.#respondReadable(first, written);
		}

		this.#pullIfNeeded();
	}

	#respondClosed(first: PullInto): void {
		if (first.reader === 'none') {
			this.#pulls.shift();
		}

		const waiting = this.#stream.reader?.waitingInto ?? 0;
		for (const pull of this.#pulls.splice(0, waiting)) {
			this.#commit(pull);
		}
	}

	#respondReadable(pull: PullInto, written: number): void {
		pull.filled += written;
		if (pull.reader === 'none') {
			this.#keepFilled(pull);
			this.#pulls.shift();
			this.#answer(this.#fillFromQueue());
			return;
		}

		if (pull.filled < pull.minimum) {
			return;
		}

		this.#pulls.shift();
		const rest = pull.filled % pull.elementSize;
		if (rest > 0) {
			this.#queue.pushCopy(pull, rest);
			pull.filled -= rest;
		}

		const filled = this.#fillFromQueue();
		this.#commit(pull);
		this.#answer(filled);
	}

	#answer(pulls: readonly PullInto[]): void {
		for (const pull of pulls) {
			this.#commit(pull);
		}
	}

	#commit(pull: PullInto): void {
		const isDone = this.#stream.phase === 'closed';
		const view = filledView(pull);
		const { reader } = this.#stream;
		if (pull.reader === 'default') {
			const request = reader?.nextRequest();
			if (isDone) {
				request?.close();
			} else {
				request?.chunk(view);
			}
		} else {
			const request = reader?.nextIntoRequest();
			if (isDone) {
				request?.close(view);
			} else {
				request?.chunk(view);
			}
		}
	}

	/** What a reader that let go had got already goes back to the queue. */
	#keepFilled(pull: PullInto): void {
		if (pull.filled > 0) {
			this.#queue.pushCopy(pull, pull.filled);
		}
	}

	#fillFromQueue(): readonly PullInto[] {
		const filled: PullInto[] = [];
		while (this.#pulls.length > 0 && this.#queue.size > 0) {
			const [first] = this.#pulls;
			if (first === undefined || !this.#queue.fill(first)) {
				break;
			}

			this.#pulls.shift();
			filled.push(first);
		}

		return filled;
	}

	#shiftQueue(): Uint8Array {
		const bytes = this.#queue.shift();
		this.#afterDrain();
		return bytes;
	}

	#afterDrain(): void {
		if (this.#wantsToClose && this.#queue.size === 0) {
			this.#algorithms = null;
			this.#stream.close();
		} else {
			this.#pullIfNeeded();
		}
	}

	#dropPulls(): void {
		this.#dropRequest();
		this.#pulls = [];
	}

	#dropRequest(): void {
		this.#byobRequest?.forget(INTERNAL);
		this.#byobRequest = null;
	}

	#wantsMore(): boolean {
		const { reader } = this.#stream;
		if (!this.canTakeMore || !this.#isStarted) {
			return false;
		}

		return (reader?.waiting ?? 0) > 0 || (reader?.waitingInto ?? 0) > 0 || (this.desiredSize ?? 0) > 0;
	}

	#pullIfNeeded(): void {
		if (!this.#wantsMore() || this.#algorithms === null) {
			return;
		}

		if (this.#isPulling) {
			this.#pullsAgain = true;
			return;
		}

		this.#isPulling = true;
		whenSettled(
			this.#algorithms.pull(this.face),
			() => {
				this.#isPulling = false;
				if (this.#pullsAgain) {
					this.#pullsAgain = false;
					this.#pullIfNeeded();
				}
			},
			(reason) => this.fail(reason),
		);
	}
}

function invalid<T extends Error>(error: T): T {
	return Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
}

export class ReadableByteStreamController {
	readonly #core: ByteController;

	constructor(token: unknown, core?: ByteController) {
		refuseConstruction(token);
		this.#core = core as ByteController;
	}

	get byobRequest(): ByobRequest | null {
		return this.#core.byobRequest;
	}

	get desiredSize(): number | null {
		return this.#core.desiredSize;
	}

	close(): void {
		if (!this.#core.canTakeMore) {
			throw illegalState('Controller is already closed');
		}

		this.#core.close();
	}

	enqueue(chunk: unknown): void {
		requireUsable(chunk);
		if (elementsOf(chunk) === 0 || chunk.buffer.byteLength === 0) {
			throw illegalState('chunk ArrayBuffer is zero-length or detached');
		}

		if (!this.#core.canTakeMore) {
			throw illegalState('Controller is already closed');
		}

		this.#core.enqueue(chunk);
	}

	error(reason?: unknown): void {
		this.#core.fail(reason);
	}
}
