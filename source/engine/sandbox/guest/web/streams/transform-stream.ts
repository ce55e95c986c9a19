import { illegalState, INTERNAL, methodOf, promiseOf, refuseConstruction } from './algorithms.ts';
import { DefaultController } from './default-controller.ts';
import { ReadableCore } from './readable-core.ts';
import { faceOf, type ReadableStream } from './readable-stream.ts';
import { highWaterMarkOf, sizeOf, type Strategy } from './strategies.ts';
import type { WritableCore } from './writable-core.ts';
import { writableCore, writableOf, type WritableStream } from './writable-stream.ts';

export type Transformer = {
	readonly start: (controller: TransformStreamDefaultController) => unknown;
	readonly transform: (chunk: unknown, controller: TransformStreamDefaultController) => Promise<unknown>;
	readonly flush: (controller: TransformStreamDefaultController) => Promise<unknown>;
	readonly cancel: (reason: unknown) => Promise<unknown>;
};
type Strategies = { readonly writable?: Strategy; readonly readable?: Strategy };

/** https://streams.spec.whatwg.org/#ts-class, without its public face. */
class TransformCore {
	readonly readable: ReadableStream;
	readonly writable: WritableStream;
	readonly #transformer: Transformer;
	readonly #face = new TransformStreamDefaultController(INTERNAL, this);
	readonly #source: DefaultController;
	readonly #readableCore = new ReadableCore();
	readonly #sink: WritableCore;
	#hasBackpressure = true;
	#backpressureChange = Promise.withResolvers<void>();
	#finish: Promise<unknown> | null = null;

	constructor(transformer: Transformer, { writable = {}, readable = {} }: Strategies) {
		this.#transformer = transformer;
		const started = Promise.withResolvers<unknown>();
		this.writable = writableOf(
			{
				start: () => started.promise,
				write: (chunk) => this.#write(chunk),
				abort: (reason) => this.#abort(reason),
				close: () => this.#close(),
			},
			{ size: sizeOf(writable), highWaterMark: highWaterMarkOf(writable, 1) },
		);
		this.#sink = writableCore(this.writable);
		this.#source = new DefaultController(
			this.#readableCore,
			{ start: () => started.promise, pull: () => this.#pull(), cancel: (reason) => this.#cancel(reason) },
			{ size: sizeOf(readable), highWaterMark: highWaterMarkOf(readable, 0) },
		);
		this.readable = faceOf(this.#readableCore);
		started.resolve(transformer.start(this.#face));
	}

	get desiredSize(): number | null {
		return this.#source.desiredSize;
	}

	enqueue(chunk: unknown): void {
		if (!this.#source.canTakeMore) {
			throw illegalState('Readable side of the transform stream is closed');
		}

		try {
			this.#source.enqueue(chunk);
		} catch (error) {
			this.#failWritable(error);
			throw this.#readableCore.error;
		}

		if (this.#source.hasBackpressure && !this.#hasBackpressure) {
			this.#setBackpressure(true);
		}
	}

	fail(reason: unknown): void {
		this.#source.fail(reason);
		this.#failWritable(reason);
	}

	terminate(): void {
		this.#source.close();
		this.#failWritable(illegalState('TransformStream terminated'));
	}

	#failWritable(reason: unknown): void {
		this.#sink.failIfNeeded(reason);
		if (this.#hasBackpressure) {
			this.#setBackpressure(false);
		}
	}

	#setBackpressure(hasBackpressure: boolean): void {
		this.#backpressureChange.resolve();
		this.#backpressureChange = Promise.withResolvers<void>();
		this.#hasBackpressure = hasBackpressure;
	}

	async #write(chunk: unknown): Promise<unknown> {
		if (this.#hasBackpressure) {
			await this.#backpressureChange.promise;
			if (this.#sink.phase === 'erroring') {
				throw this.#sink.error;
			}
		}

		try {
			return await this.#transformer.transform(chunk, this.#face);
		} catch (error) {
			this.fail(error);
			throw error;
		}
	}

	#pull(): Promise<void> {
		this.#setBackpressure(false);
		return this.#backpressureChange.promise;
	}

	/** Closing, aborting and cancelling happen once; who comes second gets the same end. */
	#once(work: () => Promise<unknown>): Promise<unknown> {
		this.#finish ??= work();
		return this.#finish;
	}

	#abort(reason: unknown): Promise<unknown> {
		return this.#once(async () => {
			try {
				await this.#transformer.cancel(reason);
			} catch (error) {
				this.#source.fail(error);
				throw error;
			}

			if (this.#readableCore.phase === 'errored') {
				throw this.#readableCore.error;
			}

			this.#source.fail(reason);
		});
	}

	#close(): Promise<unknown> {
		return this.#once(async () => {
			try {
				await this.#transformer.flush(this.#face);
			} catch (error) {
				this.#source.fail(error);
				throw error;
			}

			if (this.#readableCore.phase === 'errored') {
				throw this.#readableCore.error;
			}

			this.#source.close();
		});
	}

	#cancel(reason: unknown): Promise<unknown> {
		return this.#once(async () => {
			try {
				await this.#transformer.cancel(reason);
			} catch (error) {
				this.#failWritable(error);
				throw error;
			}

			if (this.#sink.phase === 'errored') {
				throw this.#sink.error;
			}

			this.#failWritable(reason);
		});
	}
}

/** What a class of ours that transforms hands to `TransformStream` in place of a transformer. */
const own = new WeakSet<object>();

export class TransformStream {
	readonly #core: TransformCore;

	constructor(transformer: unknown = {}, writable: Strategy = {}, readable: Strategy = {}) {
		if (typeof transformer === 'object' && transformer !== null && own.has(transformer)) {
			this.#core = new TransformCore(transformer as Transformer, { writable, readable });
			return;
		}

		for (const side of ['readableType', 'writableType']) {
			if (Reflect.get(Object(transformer), side) !== undefined) {
				throw Object.assign(new RangeError(`A transformer has no ${side}.`), { code: 'ERR_INVALID_ARG_VALUE' });
			}
		}

		this.#core = new TransformCore(transformerOf(transformer), { writable, readable });
	}

	get readable(): ReadableStream {
		return this.#core.readable;
	}

	get writable(): WritableStream {
		return this.#core.writable;
	}
}

/** A pair of streams around functions of ours. */
export function transformOf(work: {
	readonly transform: (chunk: unknown, controller: TransformStreamDefaultController) => void;
	readonly flush: (controller: TransformStreamDefaultController) => void;
}): TransformStream {
	const transformer: Transformer = {
		start: () => undefined,
		transform: async (chunk, controller) => work.transform(chunk, controller),
		flush: async (controller) => work.flush(controller),
		cancel: async () => undefined,
	};
	own.add(transformer);
	return new TransformStream(transformer);
}

function transformerOf(given: unknown): Transformer {
	const start = methodOf(given, 'start');
	const transform = methodOf(given, 'transform');
	const flush = methodOf(given, 'flush');
	const cancel = methodOf(given, 'cancel');
	return {
		start: (controller) => start?.(controller),
		transform: (chunk, controller) =>
			transform === null ? promiseOf(() => controller.enqueue(chunk)) : promiseOf(transform, chunk, controller),
		flush: (controller) => promiseOf(flush, controller),
		cancel: (reason) => promiseOf(cancel, reason),
	};
}

export class TransformStreamDefaultController {
	readonly #core: TransformCore;

	constructor(token: unknown, core?: TransformCore) {
		refuseConstruction(token);
		this.#core = core as TransformCore;
	}

	get desiredSize(): number | null {
		return this.#core.desiredSize;
	}

	enqueue(chunk?: unknown): void {
		this.#core.enqueue(chunk);
	}

	error(reason?: unknown): void {
		this.#core.fail(reason);
	}

	terminate(): void {
		this.#core.terminate();
	}
}
