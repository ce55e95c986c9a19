import { Buffer } from '../modules/buffer.ts';
import { type Callback, initialize, nextTick, Stream, streamError } from './stream-base.ts';

export type WritableOptions = {
	readonly objectMode?: boolean;
	readonly writableObjectMode?: boolean;
	readonly highWaterMark?: number;
	readonly writableHighWaterMark?: number;
	readonly decodeStrings?: boolean;
	readonly defaultEncoding?: string;
	readonly autoDestroy?: boolean;
	readonly emitClose?: boolean;
	readonly signal?: AbortSignal;
	readonly write?: (chunk: unknown, encoding: string, callback: Callback) => void;
	readonly writev?: (chunks: readonly Waiting[], callback: Callback) => void;
	readonly final?: (callback: Callback) => void;
	readonly destroy?: (error: Error | null, callback: Callback) => void;
	readonly construct?: (callback: Callback) => void;
};

export type Waiting = { readonly chunk: unknown; readonly encoding: string; readonly callback: Callback };

export type WritableState = {
	objectMode: boolean;
	highWaterMark: number;
	decodeStrings: boolean;
	defaultEncoding: string;
	waiting: Waiting[];
	length: number;
	writing: boolean;
	corked: number;
	ending: boolean;
	ended: boolean;
	finished: boolean;
	needDrain: boolean;
	autoDestroy: boolean;
};

/** Node's Writable. Its state is apart, so that a Duplex can have it without being one. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class Writable extends Stream {
	declare _writableState: WritableState;

	constructor(options: WritableOptions = {}) {
		super();
		this[initialize](options);
	}

	override [initialize](options: WritableOptions = {}): void {
		super[initialize]();
		initializeWritable(this, options);
	}

	_write(_chunk: unknown, _encoding: string, _callback: Callback): void {
		throw streamError('ERR_METHOD_NOT_IMPLEMENTED', 'The _write() method is not implemented');
	}
}

// Written into Writable and Duplex, since JavaScript has one base class only.
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface Writable extends WritableMethods {}

export function initializeWritable(stream: Stream, options: WritableOptions): void {
	const objectMode = options.objectMode === true || options.writableObjectMode === true;
	const state: WritableState = {
		objectMode,
		highWaterMark: options.writableHighWaterMark ?? options.highWaterMark ?? (objectMode ? 16 : 65_536),
		decodeStrings: options.decodeStrings !== false,
		defaultEncoding: options.defaultEncoding ?? 'utf8',
		waiting: [],
		length: 0,
		writing: false,
		corked: 0,
		ending: false,
		ended: false,
		finished: false,
		needDrain: false,
		autoDestroy: options.autoDestroy !== false,
	};
	Reflect.set(stream, '_writableState', state);
	for (const [name, method] of [
		['_write', options.write],
		['_writev', options.writev],
		['_final', options.final],
		['_destroy', options.destroy],
	] as const) {
		if (typeof method === 'function') {
			Reflect.set(stream, name, method);
		}
	}

	options.signal?.addEventListener('abort', () => stream.destroy(options.signal?.reason as Error), { once: true });
	options.construct?.call(stream, (error) => void (error && stream.destroy(error)));
}

type Holder = Stream & {
	_writableState: WritableState;
	_write: (chunk: unknown, encoding: string, callback: Callback) => void;
	_writev?: ((chunks: readonly Waiting[], callback: Callback) => void) | null;
	_final?: (callback: Callback) => void;
};

type WritableMethods = {
	write: (chunk: unknown, encoding?: unknown, callback?: unknown) => boolean;
	end: (chunk?: unknown, encoding?: unknown, callback?: unknown) => Stream;
	cork: () => void;
	uncork: () => void;
	setDefaultEncoding: (encoding: string) => Stream;
};

const methods: WritableMethods & ThisType<Holder> = {
	write(this: Holder, chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
		const state = this._writableState;
		const done = [callback, encoding].find((value) => typeof value === 'function') as Callback | undefined;
		if (state.ending || this.destroyed) {
			const error = state.ending
				? streamError('ERR_STREAM_WRITE_AFTER_END', 'write after end')
				: streamError('ERR_STREAM_DESTROYED', 'Cannot call write after a stream was destroyed');
			nextTick(() => done?.(error));
			if (!this.destroyed) {
				this.destroy(error);
			}

			return false;
		}

		const named = typeof encoding === 'string' ? encoding : state.defaultEncoding;
		const value = convert(chunk, named, state);
		state.length += state.objectMode ? 1 : (value as string | Uint8Array).length;
		state.waiting.push({ chunk: value, encoding: typeof value === 'string' ? named : 'buffer', callback: done ?? nothing });
		const hasRoom = state.length < state.highWaterMark;
		state.needDrain ||= !hasRoom;
		advance(this);
		return hasRoom;
	},
	end(this: Holder, chunk?: unknown, encoding?: unknown, callback?: unknown): Stream {
		const state = this._writableState;
		const done = [chunk, encoding, callback].find((value) => typeof value === 'function') as Callback | undefined;
		if (chunk !== undefined && chunk !== null && typeof chunk !== 'function') {
			methods.write.call(this, chunk, encoding);
		}

		if (done !== undefined) {
			if (state.finished) {
				nextTick(() => done());
			} else {
				this.once('finish', () => done());
			}
		}

		state.corked = 0;
		state.ending = true;
		advance(this);
		return this;
	},
	cork(this: Holder): void {
		this._writableState.corked += 1;
	},
	uncork(this: Holder): void {
		this._writableState.corked = Math.max(0, this._writableState.corked - 1);
		advance(this);
	},
	setDefaultEncoding(this: Holder, encoding: string): Stream {
		this._writableState.defaultEncoding = encoding;
		return this;
	},
};

const views: Readonly<Record<string, (state: WritableState, stream: Stream) => unknown>> = {
	writable: (state, stream) => !stream.destroyed && !state.ending,
	writableEnded: (state) => state.ending,
	writableFinished: (state) => state.finished,
	writableObjectMode: (state) => state.objectMode,
	writableLength: (state) => state.length,
	writableHighWaterMark: (state) => state.highWaterMark,
	writableNeedDrain: (state) => state.needDrain,
	writableCorked: (state) => state.corked,
};

export function addWritableMethods(prototype: object): void {
	for (const [name, value] of Object.entries(methods)) {
		Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
	}

	for (const [name, read] of Object.entries(views)) {
		Object.defineProperty(prototype, name, {
			configurable: true,
			get(this: Holder) {
				// Old packages look at prototypes, which have no state.
				return this._writableState === undefined ? undefined : read(this._writableState, this);
			},
			// And some set `writable = true` themselves.
			set: nothing,
		});
	}
}

addWritableMethods(Writable.prototype);

function nothing(): void {}

function convert(chunk: unknown, encoding: string, state: WritableState): unknown {
	if (state.objectMode) {
		return chunk;
	}

	if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
		throw Object.assign(new TypeError('The "chunk" argument must be of type string or an instance of Buffer, TypedArray, or DataView.'), {
			code: 'ERR_INVALID_ARG_TYPE',
		});
	}

	if (typeof chunk === 'string') {
		return state.decodeStrings ? Buffer.from(chunk, encoding) : chunk;
	}

	return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
}

function advance(stream: Holder): void {
	const state = stream._writableState;
	while (!state.writing && state.corked === 0 && !stream.destroyed) {
		if (state.waiting.length === 0) {
			finish(stream);
			return;
		}

		writeNext(stream);
	}
}

/** What is written at once is done at once, so that what follows in the same turn is not left waiting; only its callbacks come later. */
function writeNext(stream: Holder): void {
	const state = stream._writableState;
	const all = typeof stream._writev === 'function' ? state.waiting.splice(0) : state.waiting.splice(0, 1);
	const [first] = all;
	state.writing = true;
	let isSync = true;
	const done = (error?: Error | null): void => {
		if (!error) {
			state.writing = false;
			state.length -= all.reduce((sum, { chunk }) => sum + (state.objectMode ? 1 : (chunk as string).length), 0);
		}

		if (isSync) {
			nextTick(() => tellWritten(stream, all, error));
		} else {
			tellWritten(stream, all, error);
			advance(stream);
		}
	};
	try {
		if (typeof stream._writev === 'function') {
			stream._writev(all, done);
		} else {
			stream._write(first?.chunk, first?.encoding ?? 'buffer', done);
		}
	} catch (error) {
		stream.destroy(error as Error);
	}

	isSync = false;
}

function tellWritten(stream: Holder, all: readonly Waiting[], error?: Error | null): void {
	const state = stream._writableState;
	for (const { callback } of all) {
		callback(error ?? null);
	}

	if (error) {
		stream.destroy(error);
	} else if (state.needDrain && state.length === 0 && !state.ending) {
		state.needDrain = false;
		stream.emit('drain');
	}
}

function finish(stream: Holder): void {
	const state = stream._writableState;
	if (!state.ending || state.ended) {
		return;
	}

	state.ended = true;
	const done = (error?: Error | null): void => {
		if (error) {
			stream.destroy(error);
			return;
		}

		nextTick(() => {
			state.finished = true;
			stream.emit('prefinish');
			stream.emit('finish');
			const readable: unknown = Reflect.get(stream, '_readableState');
			const isOpen = typeof readable === 'object' && readable !== null && Reflect.get(readable, 'endEmitted') !== true;
			if (state.autoDestroy && !isOpen) {
				stream.destroy();
			}
		});
	};
	if (typeof stream._final === 'function') {
		stream._final(done);
	} else {
		done();
	}
}
