import { EventEmitter } from '../modules/events.ts';

/** Puts the state into an object; its own key, so that no package overrides it. */
export const initialize: unique symbol = Symbol('initialize');

export type Callback = (error?: Error | null, value?: unknown) => void;

/** What readable and writable sides share: being destroyed, once. */
export class Stream extends EventEmitter {
	destroyed = false;
	closed = false;
	errored: Error | null = null;

	/** For packages that call the constructor as a function. */
	[initialize](): void {
		this.destroyed = false;
		this.closed = false;
		this.errored = null;
	}

	destroy(error?: Error | null): this {
		if (this.destroyed) {
			return this;
		}

		this.destroyed = true;
		this.errored = error ?? null;
		this._destroy(error ?? null, (failure) => {
			const final = failure ?? error ?? null;
			this.errored = final;
			nextTick(() => {
				if (final !== null) {
					this.emit('error', final);
				}

				this.closed = true;
				this.emit('close');
			});
		});
		return this;
	}

	_destroy(error: Error | null, callback: Callback): void {
		callback(error);
	}

	pipe(target: Stream): Stream {
		this.on('data', (chunk) => Reflect.apply(Reflect.get(target, 'write') as Callback, target, [chunk as Error]));
		this.on('end', () => Reflect.apply(Reflect.get(target, 'end') as Callback, target, []));
		target.emit('pipe', this);
		return target;
	}
}

/** After what runs now and before any timer. An error is one of the program, not of a promise. */
export function nextTick(work: () => void): void {
	queueMicrotask(work);
}

export function streamError(code: string, message: string): Error {
	return Object.assign(new Error(message), { code });
}
