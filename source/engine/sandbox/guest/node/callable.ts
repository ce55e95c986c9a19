import { initialize } from './stream-base.ts';

type Class = new (...args: never[]) => object;

/**
 * A class that may also be called without `new`, as `Readable.call(this, options)` does in packages older than classes. Its state
 * is put into the object by the method `initialize` of stream-base.ts, which the constructor calls as well.
 */
export function callable<T extends Class>(original: T): T {
	function standIn(this: unknown, ...args: unknown[]): unknown {
		if (new.target !== undefined) {
			return Reflect.construct(original, args, new.target === standIn ? original : new.target);
		}

		if (!(this instanceof original)) {
			return Reflect.construct(original, args);
		}

		const start: unknown = Reflect.get(original.prototype as object, initialize);
		if (typeof start === 'function') {
			Reflect.apply(start, this, args);
		}

		return undefined;
	}

	Object.setPrototypeOf(standIn, original);
	Object.defineProperty(standIn, 'name', { value: original.name });
	standIn.prototype = original.prototype as object;
	Object.defineProperty(original.prototype, 'constructor', { value: standIn, writable: true, configurable: true });
	return standIn as unknown as T;
}
