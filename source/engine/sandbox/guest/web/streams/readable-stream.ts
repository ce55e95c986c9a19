/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript. */
import { hasLostBytes } from '../../array-buffers.ts';
import type { AbortSignal } from '../../abort.ts';
import { requireUsable } from './byob-request.ts';
import { ByteController } from './byte-controller.ts';
import { DefaultController, sourceAlgorithms, type SourceAlgorithms } from './default-controller.ts';
import { handled, illegalState } from './algorithms.ts';
import { iterableSource } from './iterable-source.ts';
import { pipe } from './pipe.ts';
import { elementsOf } from './pull-into.ts';
import { ReadableCore, ReaderCore } from './readable-core.ts';
import { highWaterMarkOf, sizeOf, type Strategy } from './strategies.ts';
import { tee } from './tee.ts';
import { WritableStream, writableCore } from './writable-stream.ts';

type ReadResult = { readonly value: unknown; readonly done: boolean };
type PipeOptions = {
	readonly preventAbort?: unknown;
	readonly preventCancel?: unknown;
	readonly preventClose?: unknown;
	readonly signal?: AbortSignal | undefined;
};
type Pair = { readonly readable?: unknown; readonly writable?: unknown };

/** Hands a core to the constructor, which otherwise makes one of a source. */
const made = new WeakSet<ReadableCore>();
export let readableCore: (stream: ReadableStream) => ReadableCore;
let readerCore: (reader: Reader) => ReaderCore;

export class ReadableStream {
	readonly #core: ReadableCore;

	static {
		readableCore = (stream) => stream.#core;
	}

	constructor(source: unknown = {}, strategy: Strategy = {}) {
		if (source instanceof ReadableCore && made.has(source)) {
			this.#core = source;
			return;
		}

		if (source === null) {
			throw Object.assign(new TypeError('The source must be an object.'), { code: 'ERR_INVALID_ARG_TYPE' });
		}

		this.#core = new ReadableCore();
		const type: unknown = Reflect.get(Object(source), 'type');
		if (type === undefined) {
			const size = sizeOf(strategy);
			const highWaterMark = highWaterMarkOf(strategy, 1);
			void new DefaultController(this.#core, sourceAlgorithms(source), { size, highWaterMark });
		} else if (String(type) === 'bytes') {
			startByteStream(this.#core, source, strategy);
		} else {
			throw Object.assign(new TypeError(`"${String(type)}" is no type of a source.`), { code: 'ERR_INVALID_ARG_VALUE' });
		}
	}

	static from(iterable: unknown): ReadableStream {
		return streamOf(iterableSource(iterable), 0);
	}

	get locked(): boolean {
		return this.#core.reader !== null;
	}

	async cancel(reason?: unknown): Promise<void> {
		if (this.locked) {
			throw illegalState('ReadableStream is locked');
		}

		return this.#core.cancel(reason);
	}

	getReader(options: { readonly mode?: unknown } = {}): ReadableStreamDefaultReader | ReadableStreamBYOBReader {
		const mode = options?.mode;
		if (mode === undefined) {
			return new ReadableStreamDefaultReader(this);
		}

		if (String(mode) !== 'byob') {
			throw Object.assign(new TypeError(`"${String(mode)}" is no mode of a reader.`), { code: 'ERR_INVALID_ARG_VALUE' });
		}

		return new ReadableStreamBYOBReader(this);
	}

	async pipeTo(destination: unknown, options: PipeOptions = {}): Promise<void> {
		if (!(destination instanceof WritableStream)) {
			throw Object.assign(new TypeError('It can be piped to a WritableStream only.'), { code: 'ERR_INVALID_ARG_TYPE' });
		}

		if (this.locked || destination.locked) {
			throw illegalState(`The ${this.locked ? 'ReadableStream' : 'WritableStream'} is locked`);
		}

		return pipe(this.#core, writableCore(destination), pipeOptions(options));
	}

	pipeThrough(pair: Pair, options: PipeOptions = {}): unknown {
		const { readable, writable } = pair;
		if (!(readable instanceof ReadableStream) || !(writable instanceof WritableStream)) {
			throw Object.assign(new TypeError('A pair of streams needs a readable and a writable one.'), { code: 'ERR_INVALID_ARG_TYPE' });
		}

		if (this.locked || writable.locked) {
			throw illegalState(`The ${this.locked ? 'ReadableStream' : 'WritableStream'} is locked`);
		}

		void handled(pipe(this.#core, writableCore(writable), pipeOptions(options)));
		return readable;
	}

	tee(): [ReadableStream, ReadableStream] {
		if (this.locked) {
			throw illegalState('ReadableStream is locked');
		}

		const [first, second] = tee(this.#core);
		return [faceOf(first), faceOf(second)];
	}

	values({ preventCancel = false }: { readonly preventCancel?: unknown } = {}): AsyncIterator<unknown> {
		return new StreamIterator(new ReaderCore(this.#core, { isByob: false }), preventCancel === true) as AsyncIterator<unknown>;
	}

	[Symbol.asyncIterator](): AsyncIterator<unknown> {
		return this.values();
	}
}

/** A stream of what our own algorithms give. */
export function streamOf(algorithms: SourceAlgorithms, highWaterMark = 1): ReadableStream {
	const core = new ReadableCore();
	void new DefaultController(core, algorithms, { size: () => 1, highWaterMark });
	return faceOf(core);
}

/** The public stream around a core that was made here. */
export function faceOf(core: ReadableCore): ReadableStream {
	made.add(core);
	return new ReadableStream(core);
}

function startByteStream(core: ReadableCore, source: unknown, strategy: Strategy): void {
	if (strategy.size !== undefined) {
		throw Object.assign(new RangeError('A stream of bytes has no size function.'), { code: 'ERR_INVALID_ARG_VALUE' });
	}

	const given: unknown = Reflect.get(Object(source), 'autoAllocateChunkSize');
	const automaticSize = given === undefined ? null : Math.trunc(Number(given));
	if (automaticSize !== null && !(automaticSize > 0)) {
		throw Object.assign(new TypeError('autoAllocateChunkSize must be above zero.'), { code: 'ERR_INVALID_ARG_VALUE' });
	}

	void new ByteController(core, sourceAlgorithms(source), { highWaterMark: highWaterMarkOf(strategy, 0), automaticSize });
}

function pipeOptions(options: PipeOptions) {
	const { preventAbort, preventCancel, preventClose, signal } = options ?? {};
	return {
		preventsAbort: Boolean(preventAbort),
		preventsCancel: Boolean(preventCancel),
		preventsClose: Boolean(preventClose),
		signal: signal ?? null,
	};
}

class Reader {
	readonly #core: ReaderCore;

	static {
		readerCore = (reader) => reader.#core;
	}

	constructor(stream: unknown, isByob: boolean) {
		if (!(stream instanceof ReadableStream)) {
			throw Object.assign(new TypeError('A reader needs a ReadableStream.'), { code: 'ERR_INVALID_ARG_TYPE' });
		}

		const core = readableCore(stream);
		if (isByob && !(core.controller instanceof ByteController)) {
			throw Object.assign(new TypeError('Only a stream of bytes can be read into buffers.'), { code: 'ERR_INVALID_ARG_VALUE' });
		}

		this.#core = new ReaderCore(core, { isByob });
	}

	get closed(): Promise<undefined> {
		return this.#core.closed.promise;
	}

	async cancel(reason?: unknown): Promise<void> {
		const { stream } = this.#core;
		if (stream === null) {
			throw illegalState('The reader is not attached to a stream');
		}

		return stream.cancel(reason);
	}

	releaseLock(): void {
		this.#core.release();
	}
}

export class ReadableStreamDefaultReader extends Reader {
	constructor(stream: unknown) {
		super(stream, false);
	}

	read(): Promise<ReadResult> {
		return readFrom(readerCore(this));
	}
}

export class ReadableStreamBYOBReader extends Reader {
	constructor(stream: unknown) {
		super(stream, true);
	}

	async read(view: unknown, { min = 1 }: { readonly min?: unknown } = {}): Promise<ReadResult> {
		requireUsable(view);
		const minimum = Number(min);
		if (view.byteLength === 0 || view.buffer.byteLength === 0 || hasLostBytes(view.buffer)) {
			throw illegalState('View or Viewed ArrayBuffer is zero-length or detached');
		}

		if (!(minimum > 0)) {
			throw Object.assign(new TypeError('min must be above zero.'), { code: 'ERR_INVALID_ARG_VALUE' });
		}

		if (minimum > elementsOf(view)) {
			throw Object.assign(new RangeError('min is more than the view has room for.'), { code: 'ERR_OUT_OF_RANGE' });
		}

		const { stream } = readerCore(this);
		if (stream === null) {
			throw illegalState('The reader is not attached to a stream');
		}

		stream.isDisturbed = true;
		if (stream.phase === 'errored') {
			throw stream.error;
		}

		const { promise, resolve, reject } = Promise.withResolvers<ReadResult>();
		(stream.controller as ByteController).pullInto(view, minimum, {
			chunk: (value) => resolve({ value, done: false }),
			close: (value) => resolve({ value, done: true }),
			error: reject,
		});
		return promise;
	}
}

function readFrom(reader: ReaderCore): Promise<ReadResult> {
	const { promise, resolve, reject } = Promise.withResolvers<ReadResult>();
	reader.read({
		chunk: (value) => resolve({ value, done: false }),
		close: () => resolve({ value: undefined, done: true }),
		error: reject,
	});
	return promise;
}

const AsyncIteratorPrototype: object = Object.getPrototypeOf(
	Object.getPrototypeOf(async function* generate() {}.prototype) as object,
) as object;

class StreamIterator {
	readonly #reader: ReaderCore;
	readonly #preventsCancel: boolean;
	#last: Promise<unknown> = Promise.resolve();
	#isDone = false;

	constructor(reader: ReaderCore, preventsCancel: boolean) {
		this.#reader = reader;
		this.#preventsCancel = preventsCancel;
	}

	/** One step after the other, however fast they are asked for. */
	next(): Promise<ReadResult> {
		const step = this.#last.then(() => this.#read());
		this.#last = handled(step).catch(() => undefined);
		return step;
	}

	return(value?: unknown): Promise<ReadResult> {
		const step = this.#last.then(() => this.#end(value));
		this.#last = handled(step).catch(() => undefined);
		return step;
	}

	async #read(): Promise<ReadResult> {
		if (this.#isDone) {
			return { value: undefined, done: true };
		}

		try {
			const result = await readFrom(this.#reader);
			if (result.done) {
				this.#finish();
			}

			return result;
		} catch (error) {
			this.#finish();
			throw error;
		}
	}

	async #end(value: unknown): Promise<ReadResult> {
		if (!this.#isDone) {
			this.#isDone = true;
			const { stream } = this.#reader;
			const cancelled = this.#preventsCancel ? undefined : stream?.cancel(value);
			this.#reader.release();
			await cancelled;
		}

		return { value, done: true };
	}

	#finish(): void {
		this.#isDone = true;
		this.#reader.release();
	}
}

Object.setPrototypeOf(StreamIterator.prototype, AsyncIteratorPrototype);
