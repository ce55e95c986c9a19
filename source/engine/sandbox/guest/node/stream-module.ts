import { duplexPair } from './duplex-pair.ts';
import { Buffer } from '../modules/buffer.ts';
import { callable } from './callable.ts';
import { Duplex as PlainDuplex, PassThrough as PlainPassThrough, Transform as PlainTransform } from './duplex.ts';
import { Readable as PlainReadable } from './readable.ts';
import { type Callback, Stream as PlainStream, streamError } from './stream-base.ts';
import { Writable as PlainWritable } from './writable.ts';

export const Stream = callable(PlainStream);
export const Readable = callable(PlainReadable);
export const Writable = callable(PlainWritable);
export const Duplex = callable(PlainDuplex);
export const Transform = callable(PlainTransform);
export const PassThrough = callable(PlainPassThrough);

type AnyStream = PlainStream & {
	readonly writable?: unknown;
	readonly readableEnded?: boolean;
	readonly writableFinished?: boolean;
	readonly _readableState?: unknown;
	readonly _writableState?: unknown;
};
type Watched = { readonly readable?: boolean; readonly writable?: boolean; readonly error?: boolean };

function from(source: Iterable<unknown> | AsyncIterable<unknown>, options: object = {}): PlainReadable {
	if (typeof source === 'string' || source instanceof Uint8Array) {
		const whole = new Readable({ objectMode: true, ...options });
		whole._read = () => undefined;
		whole.push(source);
		whole.push(null);
		return whole;
	}

	const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
	const readable = new Readable({ objectMode: true, highWaterMark: 1, ...options });
	const step = async (): Promise<void> => {
		try {
			const { value, done } = await iterator.next();
			readable.push(done === true ? null : await value);
		} catch (error) {
			readable.destroy(error as Error);
		}
	};
	readable._read = () => void step();
	return readable;
}

/** Calls back once: when both sides are done, or with what stopped them. Gives the function that stops watching. */
export function finished(stream: AnyStream, options: Watched | Callback, given?: Callback): () => void {
	const callback = typeof options === 'function' ? options : (given ?? (() => undefined));
	const watched: Watched = typeof options === 'function' ? {} : options;
	const needsEnd = watched.readable !== false && stream._readableState !== undefined;
	const needsFinish = watched.writable !== false && stream._writableState !== undefined;
	let isDone = false;
	const settle = (error?: Error | null): void => {
		if (!isDone) {
			isDone = true;
			stop();
			callback(error ?? undefined);
		}
	};
	const check = (): void => {
		if ((!needsEnd || stream.readableEnded === true) && (!needsFinish || stream.writableFinished === true)) {
			settle();
		}
	};
	const onError = (error: unknown): void => settle(error as Error);
	const onClose = (): void => {
		check();
		settle(stream.errored ?? streamError('ERR_STREAM_PREMATURE_CLOSE', 'Premature close'));
	};
	const stop = (): void => {
		stream.off('end', check).off('finish', check).off('error', onError).off('close', onClose);
	};
	stream.on('end', check).on('finish', check).on('error', onError).on('close', onClose);
	if (stream.closed) {
		queueMicrotask(onClose);
	} else {
		queueMicrotask(check);
	}

	return stop;
}

type Step = AnyStream | Iterable<unknown> | AsyncIterable<unknown> | ((source: unknown) => unknown);

/** Connects streams, iterables and generator functions; whatever fails destroys all of them. */
export function pipeline(...given: unknown[]): unknown {
	const flat = given.flat();
	const callback = typeof flat.at(-1) === 'function' && flat.length > 1 ? (flat.pop() as Callback) : () => undefined;
	const steps = flat.filter((step) => isStep(step));
	let last: unknown = null;
	const streams: AnyStream[] = [];
	for (const [index, step] of steps.entries()) {
		const made = asStream(step, last, index);
		if (made instanceof Promise) {
			void report(made, callback);
			return undefined;
		}

		streams.push(made);
		if (last instanceof PlainStream && typeof step !== 'function') {
			last.pipe(made);
		}

		last = made;
	}

	watchAll(streams, callback);
	return last;
}

async function report(made: Promise<unknown>, callback: Callback): Promise<void> {
	let answer: [Error | null, unknown?];
	try {
		answer = [null, await made];
	} catch (error) {
		answer = [error as Error];
	}

	callback(...answer);
}

function watchAll(streams: readonly AnyStream[], callback: Callback): void {
	// Standard output stays open; it is done with what comes before it.
	const watchedStreams = streams.filter((stream) => Reflect.get(stream, '_isStandard') !== true);
	let left = watchedStreams.length;
	let failure: Error | null = null;
	for (const [index, stream] of watchedStreams.entries()) {
		const watched = { readable: index < streams.length - 1, writable: index > 0 };
		finished(stream, watched, (error) => {
			left -= 1;
			if (error && failure === null) {
				failure = error;
				for (const other of streams) {
					other.on('error', () => undefined);
					other.destroy(error);
				}
			}

			if (left === 0) {
				callback(failure ?? undefined);
			}
		});
	}
}

function isStep(step: unknown): step is Step {
	const isOptions = typeof step === 'object' && step !== null && !(step instanceof PlainStream) && !isIterable(step);
	return step !== null && step !== undefined && !isOptions;
}

function isIterable(value: object): value is Iterable<unknown> {
	return Symbol.iterator in value || Symbol.asyncIterator in value;
}

function asStream(step: Step, source: unknown, index: number): AnyStream | Promise<unknown> {
	if (typeof step === 'function') {
		const made = step(index === 0 ? undefined : source);
		return made instanceof Promise ? (made as Promise<unknown>) : asStream(made as Step, null, 0);
	}

	return step instanceof PlainStream ? step : from(step);
}

async function pipelineDone(...steps: unknown[]): Promise<unknown> {
	return new Promise((resolve, reject) => {
		pipeline(...steps, (error?: Error | null, value?: unknown) => (error ? reject(error) : resolve(value)));
	});
}

async function finishedDone(stream: AnyStream, options: Watched = {}): Promise<void> {
	return new Promise((resolve, reject) => {
		finished(stream, options, (error) => (error ? reject(error) : resolve()));
	});
}

export const streamPromises = { pipeline: pipelineDone, finished: finishedDone };

/** `stream/consumers`. */
export const streamConsumers: Readonly<Record<string, unknown>> = {
	buffer: collect,
	text: async (stream: AsyncIterable<unknown>) => (await collect(stream)).toString(),
	json: async (stream: AsyncIterable<unknown>) => JSON.parse((await collect(stream)).toString()) as unknown,
	arrayBuffer: async (stream: AsyncIterable<unknown>) => new Uint8Array(await collect(stream)).buffer,
};

async function collect(stream: AsyncIterable<unknown>): Promise<Buffer> {
	const chunks = await Array.fromAsync(stream, (chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array)));
	return Buffer.concat(chunks);
}

function isReadable(stream: unknown): boolean {
	return stream instanceof PlainReadable && stream.readable;
}

export const streamModule: unknown = Object.assign(Stream, {
	Stream,
	Readable: Object.assign(Readable, { from }),
	Writable,
	Duplex,
	duplexPair,
	Transform,
	PassThrough,
	pipeline: Object.assign(pipeline, { [Symbol.for('nodejs.util.promisify.custom')]: pipelineDone }),
	finished: Object.assign(finished, { [Symbol.for('nodejs.util.promisify.custom')]: finishedDone }),
	promises: streamPromises,
	isReadable,
	isErrored: (stream: unknown) => stream instanceof PlainStream && stream.errored !== null,
	getDefaultHighWaterMark: (isObjectMode: boolean) => (isObjectMode ? 16 : 65_536),
	addAbortSignal: (signal: AbortSignal, stream: PlainStream) => {
		signal.addEventListener('abort', () => stream.destroy(signal.reason as Error), { once: true });
		return stream;
	},
});
