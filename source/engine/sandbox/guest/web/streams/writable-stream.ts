import type { AbortSignal } from '../../abort.ts';
import { illegalState, INTERNAL, methodOf, promiseOf, refuseConstruction } from './algorithms.ts';
import { highWaterMarkOf, sizeOf, type SizeOf, type Strategy } from './strategies.ts';
import { type SinkAlgorithms, WritableCore, WriterCore } from './writable-core.ts';

/** Hands a core to the constructor, which otherwise makes one of a sink. */
const made = new WeakSet<WritableCore>();
export let writableCore: (stream: WritableStream) => WritableCore;

export class WritableStream {
	readonly #core: WritableCore;

	static {
		writableCore = (stream) => stream.#core;
	}

	constructor(sink: unknown = {}, strategy: Strategy = {}) {
		if (sink instanceof WritableCore && made.has(sink)) {
			this.#core = sink;
			return;
		}

		if (sink === null) {
			throw Object.assign(new TypeError('The sink must be an object.'), { code: 'ERR_INVALID_ARG_TYPE' });
		}

		if (Reflect.get(Object(sink), 'type') !== undefined) {
			throw Object.assign(new RangeError('A sink has no type.'), { code: 'ERR_INVALID_ARG_VALUE' });
		}

		const size = sizeOf(strategy);
		const highWaterMark = highWaterMarkOf(strategy, 1);
		this.#core = new WritableCore(sinkAlgorithms(sink), { size, highWaterMark }, controllerOf);
	}

	get locked(): boolean {
		return this.#core.writer !== null;
	}

	async abort(reason?: unknown): Promise<undefined> {
		if (this.locked) {
			throw illegalState('WritableStream is locked');
		}

		return this.#core.abort(reason);
	}

	async close(): Promise<undefined> {
		if (this.locked) {
			throw illegalState('WritableStream is locked');
		}

		if (this.#core.isCloseQueuedOrInFlight) {
			throw illegalState('Failure closing WritableStream');
		}

		return this.#core.close();
	}

	getWriter(): WritableStreamDefaultWriter {
		return new WritableStreamDefaultWriter(this);
	}
}

/** A stream into our own algorithms. */
export function writableOf(
	algorithms: SinkAlgorithms,
	strategy: { readonly size: SizeOf; readonly highWaterMark: number } = { size: () => 1, highWaterMark: 1 },
): WritableStream {
	const core = new WritableCore(algorithms, strategy, controllerOf);
	made.add(core);
	return new WritableStream(core);
}

function controllerOf(core: WritableCore): WritableStreamDefaultController {
	return new WritableStreamDefaultController(INTERNAL, core);
}

function sinkAlgorithms(sink: unknown): SinkAlgorithms {
	const start = methodOf(sink, 'start');
	const write = methodOf(sink, 'write');
	const close = methodOf(sink, 'close');
	const abort = methodOf(sink, 'abort');
	return {
		start: (controller) => start?.(controller),
		write: (chunk, controller) => promiseOf(write, chunk, controller),
		close: () => promiseOf(close),
		abort: (reason) => promiseOf(abort, reason),
	};
}

export class WritableStreamDefaultController {
	readonly #core: WritableCore;

	constructor(token: unknown, core?: WritableCore) {
		refuseConstruction(token);
		this.#core = core as WritableCore;
	}

	get signal(): AbortSignal {
		return this.#core.abortController.signal;
	}

	error(reason?: unknown): void {
		this.#core.failIfNeeded(reason);
	}
}

export class WritableStreamDefaultWriter {
	readonly #core: WriterCore;

	constructor(stream: unknown) {
		if (!(stream instanceof WritableStream)) {
			throw Object.assign(new TypeError('A writer needs a WritableStream.'), { code: 'ERR_INVALID_ARG_TYPE' });
		}

		this.#core = new WriterCore(writableCore(stream));
	}

	get closed(): Promise<undefined> {
		return this.#core.closed.promise;
	}

	get ready(): Promise<undefined> {
		return this.#core.ready.promise;
	}

	get desiredSize(): number | null {
		return this.#core.desiredSize;
	}

	abort(reason?: unknown): Promise<undefined> {
		return this.#core.abort(reason);
	}

	close(): Promise<undefined> {
		return this.#core.close();
	}

	releaseLock(): void {
		this.#core.release();
	}

	write(chunk?: unknown): Promise<undefined> {
		return this.#core.write(chunk);
	}
}
