/* oxlint-disable typescript/no-unnecessary-type-conversion -- callers are untyped JavaScript. */
import { Buffer } from '../modules/buffer.ts';
import { stringDecoderModule } from '../modules/small-modules.ts';
import { type Callback, initialize, nextTick, Stream, streamError } from './stream-base.ts';

export type ReadableOptions = {
	readonly objectMode?: boolean;
	readonly readableObjectMode?: boolean;
	readonly highWaterMark?: number;
	readonly readableHighWaterMark?: number;
	readonly encoding?: string | null;
	readonly autoDestroy?: boolean;
	readonly signal?: AbortSignal;
	readonly read?: (size: number) => void;
	readonly destroy?: (error: Error | null, callback: Callback) => void;
	readonly construct?: (callback: Callback) => void;
};

type State = {
	objectMode: boolean;
	highWaterMark: number;
	buffer: unknown[];
	length: number;
	/** Null: nobody has said yet. */
	flowing: boolean | null;
	ended: boolean;
	endEmitted: boolean;
	reading: boolean;
	isScheduled: boolean;
	needReadable: boolean;
	autoDestroy: boolean;
	pipes: Piped[];
	decoder: { write: (bytes: Uint8Array) => string; end: () => string } | null;
};

type Target = Stream & { write: (chunk: unknown) => boolean; end: () => unknown };
type Piped = { readonly target: Target; readonly stop: () => void };

/** Node's Readable: flowing, paused, piped or iterated. */
export class Readable extends Stream {
	declare _readableState: State;

	constructor(options: ReadableOptions = {}) {
		super();
		this[initialize](options);
	}

	override [initialize](options: ReadableOptions = {}): void {
		super[initialize]();
		const objectMode = options.objectMode === true || options.readableObjectMode === true;
		this._readableState = {
			objectMode,
			highWaterMark: options.readableHighWaterMark ?? options.highWaterMark ?? (objectMode ? 16 : 65_536),
			buffer: [],
			length: 0,
			flowing: null,
			ended: false,
			endEmitted: false,
			reading: false,
			isScheduled: false,
			needReadable: false,
			autoDestroy: options.autoDestroy !== false,
			pipes: [],
			decoder: null,
		};
		if (typeof options.encoding === 'string' && options.encoding !== '') {
			this.setEncoding(options.encoding);
		}

		if (typeof options.read === 'function') {
			this._read = options.read;
		}

		if (typeof options.destroy === 'function') {
			this._destroy = options.destroy;
		}

		options.signal?.addEventListener('abort', () => this.destroy(options.signal?.reason as Error), { once: true });
		options.construct?.call(this, (error) => void (error && this.destroy(error)));
	}

	get readable(): boolean {
		return !this.destroyed && !this._readableState.endEmitted;
	}
	get readableFlowing(): boolean | null {
		return this._readableState.flowing;
	}
	get readableEnded(): boolean {
		return this._readableState.endEmitted;
	}
	get readableObjectMode(): boolean {
		return this._readableState.objectMode;
	}
	get readableLength(): number {
		return this._readableState.length;
	}
	get readableHighWaterMark(): number {
		return this._readableState.highWaterMark;
	}
	get readableDidRead(): boolean {
		return this._readableState.flowing !== null;
	}
	get readableAborted(): boolean {
		return this.destroyed && !this._readableState.endEmitted;
	}

	_read(_size: number): void {
		throw streamError('ERR_METHOD_NOT_IMPLEMENTED', 'The _read() method is not implemented');
	}

	setEncoding(encoding: string): this {
		this._readableState.decoder = new stringDecoderModule.StringDecoder(encoding);
		return this;
	}

	push(chunk: unknown, encoding?: string): boolean {
		const state = this._readableState;
		state.reading = false;
		if (chunk === null) {
			if (!state.ended) {
				state.ended = true;
				if (state.decoder !== null && state.decoder !== undefined) {
					this.#take(state.decoder.end());
				}

				this.#schedule();
			}

			return false;
		}

		if (state.ended) {
			this.destroy(streamError('ERR_STREAM_PUSH_AFTER_EOF', 'stream.push() after EOF'));
			return false;
		}

		this.#take(this.#convert(chunk, encoding));
		this.#schedule();
		return state.length < state.highWaterMark;
	}

	unshift(chunk: unknown): boolean {
		const state = this._readableState;
		if (chunk !== null && chunk !== undefined) {
			const value = this.#convert(chunk);
			state.buffer.unshift(value);
			state.length += lengthOf(value, state);
			this.#schedule();
		}

		return state.length < state.highWaterMark;
	}

	read(size?: number): unknown {
		const state = this._readableState;
		if (size === 0) {
			this.#fill();
			return null;
		}

		const value = takeFrom(state, size);
		if (value === null) {
			state.needReadable = true;
		}

		this.#fill();
		if (value !== null && state.flowing !== true) {
			this.emit('data', value);
		}

		if (state.ended && state.length === 0) {
			this.#schedule();
		}

		return value;
	}

	override on(name: string | symbol, listener: (...args: unknown[]) => void): this {
		super.on(name, listener);
		const state = this._readableState;
		if (name === 'data' && state.flowing !== false && this.listenerCount('readable') === 0) {
			this.resume();
		} else if (name === 'readable') {
			state.needReadable = true;
			state.flowing = false;
			this.#schedule();
		}

		return this;
	}

	override addListener(name: string | symbol, listener: (...args: unknown[]) => void): this {
		return this.on(name, listener);
	}

	override once(name: string | symbol, listener: (...args: unknown[]) => void): this {
		super.once(name, listener);
		if (name === 'data' && this._readableState.flowing !== false) {
			this.resume();
		} else if (name === 'readable') {
			this._readableState.flowing = false;
			this.#schedule();
		}

		return this;
	}

	resume(): this {
		const state = this._readableState;
		if (state.flowing !== true) {
			state.flowing = true;
			this.emit('resume');
			this.#schedule();
		}

		return this;
	}

	pause(): this {
		if (this._readableState.flowing !== false) {
			this._readableState.flowing = false;
			this.emit('pause');
		}

		return this;
	}

	isPaused(): boolean {
		return this._readableState.flowing === false;
	}

	override pipe(target: Stream, options: { readonly end?: boolean } = {}): Stream {
		const sink = target as Target;
		const onData = (chunk: unknown): void => {
			if (!sink.write(chunk)) {
				this.pause();
			}
		};
		const onDrain = (): void => void this.resume();
		const onEnd = (): void => void (options.end !== false && !isStandardOutput(sink) && sink.end());
		this.on('data', onData);
		sink.on('drain', onDrain);
		this.once('end', onEnd);
		const stop = (): void => {
			this.off('data', onData);
			this.off('end', onEnd);
			sink.off('drain', onDrain);
		};
		this._readableState.pipes.push({ target: sink, stop });
		sink.emit('pipe', this);
		return target;
	}

	unpipe(target?: Stream): this {
		const state = this._readableState;
		const leaving = state.pipes.filter((piped) => target === undefined || piped.target === target);
		state.pipes = state.pipes.filter((piped) => !leaving.includes(piped));
		for (const piped of leaving) {
			piped.stop();
			piped.target.emit('unpipe', this);
		}

		return this;
	}

	override _destroy(error: Error | null, callback: Callback): void {
		callback(error);
	}

	async *[Symbol.asyncIterator](): AsyncGenerator {
		const state = this._readableState;
		let wake = (): void => {};
		const woken = (): void => wake();
		for (const name of ['readable', 'end', 'close', 'error']) {
			this.on(name, woken);
		}

		try {
			for (;;) {
				const value = this.destroyed ? null : this.read();
				if (value !== null) {
					yield value;
				} else if (this.errored !== null) {
					throw this.errored;
				} else if (state.endEmitted || this.destroyed) {
					return;
				} else {
					// oxlint-disable-next-line typescript/no-loop-func
					await new Promise<void>((resolve) => (wake = resolve));
				}
			}
		} finally {
			this.off('error', woken);
			this.on('error', () => undefined);
			this.destroy();
		}
	}

	iterator(): AsyncGenerator {
		return this[Symbol.asyncIterator]();
	}

	async toArray(): Promise<unknown[]> {
		return Array.fromAsync(this);
	}

	#convert(chunk: unknown, encoding?: string): unknown {
		const { objectMode, decoder } = this._readableState;
		if (objectMode) {
			return chunk;
		}

		if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
			throw Object.assign(new TypeError('The "chunk" argument must be of type string or an instance of Buffer, TypedArray, or DataView.'), {
				code: 'ERR_INVALID_ARG_TYPE',
			});
		}

		const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
		return decoder === null ? (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes)) : decoder.write(bytes);
	}

	#take(value: unknown): void {
		const state = this._readableState;
		if (state.objectMode || (value as string).length > 0) {
			if (value !== '' || state.objectMode) {
				state.buffer.push(value);
				state.length += lengthOf(value, state);
			}
		}
	}

	#fill(): void {
		const state = this._readableState;
		if (!state.reading && !state.ended && !this.destroyed && state.length < state.highWaterMark) {
			state.reading = true;
			try {
				this._read(state.highWaterMark);
			} catch (error) {
				this.destroy(error as Error);
			}
		}
	}

	#schedule(): void {
		const state = this._readableState;
		if (!state.isScheduled) {
			state.isScheduled = true;
			nextTick(() => {
				state.isScheduled = false;
				this.#advance();
			});
		}
	}

	#advance(): void {
		this.#emitData();
		const state = this._readableState;
		if (this.destroyed) {
			return;
		}

		if (state.ended && state.length === 0 && !state.endEmitted && (state.flowing === true || state.needReadable)) {
			this.#end();
			return;
		}

		const isWatched = this.listenerCount('readable') > 0;
		if (isWatched && state.flowing !== true && (state.length > 0 || state.ended) && !state.endEmitted) {
			state.needReadable = false;
			this.emit('readable');
		}

		if (state.flowing === true || isWatched) {
			this.#fill();
		}
	}

	#emitData(): void {
		const state = this._readableState;
		while (state.flowing === true && state.length > 0 && !this.destroyed) {
			const value = state.buffer.shift();
			state.length -= lengthOf(value, state);
			this.emit('data', value);
		}
	}

	#end(): void {
		const state = this._readableState;
		state.endEmitted = true;
		this.emit('end');
		const writable: unknown = Reflect.get(this, '_writableState');
		const isOpen = typeof writable === 'object' && writable !== null && Reflect.get(writable, 'finished') !== true;
		if (state.autoDestroy && !isOpen) {
			this.destroy();
		}
	}
}

function isStandardOutput(target: Stream): boolean {
	return Reflect.get(target, '_isStandard') === true;
}

function lengthOf(value: unknown, { objectMode }: State): number {
	return objectMode ? 1 : (value as string | Uint8Array).length;
}

/** Null when there is not as much as was asked for. */
function takeFrom(state: State, size: number | undefined): unknown {
	if (state.length === 0) {
		return null;
	}

	if (state.objectMode || (size === undefined && state.flowing === true)) {
		const value = state.buffer.shift();
		state.length -= lengthOf(value, state);
		return value;
	}

	const wanted = size ?? state.length;
	if (wanted > state.length && !state.ended) {
		return null;
	}

	const [first] = state.buffer;
	const all = typeof first === 'string' ? state.buffer.join('') : Buffer.concat(state.buffer as Uint8Array[]);
	const rest = all.slice(wanted);
	state.buffer = rest.length === 0 ? [] : [rest];
	state.length = rest.length;
	return all.slice(0, wanted);
}
