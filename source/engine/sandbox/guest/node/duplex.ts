import { Readable, type ReadableOptions } from './readable.ts';
import { type Callback, initialize } from './stream-base.ts';
import { addWritableMethods, initializeWritable, Writable, type WritableOptions } from './writable.ts';

export type DuplexOptions = ReadableOptions & WritableOptions & { readonly allowHalfOpen?: boolean };
export type TransformOptions = DuplexOptions & {
	readonly transform?: (chunk: unknown, encoding: string, callback: Callback) => void;
	readonly flush?: (callback: Callback) => void;
};

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export class Duplex extends Readable {
	override [initialize](options: DuplexOptions = {}): void {
		super[initialize](options);
		initializeWritable(this, options);
		if (options.allowHalfOpen === false) {
			this.once('end', () => this.end());
		}
	}

	_write(_chunk: unknown, _encoding: string, callback: Callback): void {
		callback();
	}
}

// As in Writable.
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface Duplex extends Pick<Writable, 'write' | 'end' | 'cork' | 'uncork' | '_writableState'> {}
addWritableMethods(Duplex.prototype);
Object.defineProperty(Writable, Symbol.hasInstance, {
	value(this: unknown, value: unknown) {
		const isOne = Function.prototype[Symbol.hasInstance].call(this as Function, value);
		return isOne || (this === Writable && value instanceof Duplex);
	},
	configurable: true,
	writable: true,
});

export class Transform extends Duplex {
	override [initialize](options: TransformOptions = {}): void {
		super[initialize](options);
		if (typeof options.transform === 'function') {
			this._transform = options.transform;
		}

		if (typeof options.flush === 'function') {
			this._flush = options.flush;
		}
	}

	_transform(_chunk: unknown, _encoding: string, callback: Callback): void {
		callback();
	}

	_flush(callback: Callback): void {
		callback();
	}

	override _write(chunk: unknown, encoding: string, callback: Callback): void {
		this._transform(chunk, encoding, (error, value) => {
			if (error) {
				callback(error);
				return;
			}

			if (value !== undefined && value !== null) {
				this.push(value);
			}

			const { length, highWaterMark } = this._readableState;
			if (length < highWaterMark) {
				callback();
			} else {
				pending.set(this, callback);
			}
		});
	}

	override _read(): void {
		const callback = pending.get(this);
		pending.delete(this);
		callback?.();
		this._readableState.reading = false;
	}

	_final(callback: Callback): void {
		this._flush((error, value) => {
			if (error) {
				callback(error);
				return;
			}

			if (value !== undefined && value !== null) {
				this.push(value);
			}

			this.push(null);
			callback();
		});
	}
}

/** Writes that go on when somebody reads. Beside the object, since packages make transforms without the constructor. */
const pending = new WeakMap<object, Callback>();

export class PassThrough extends Transform {
	override _transform(chunk: unknown, _encoding: string, callback: Callback): void {
		callback(null, chunk);
	}
}
