/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript, so what the types promise is converted all the same. */
import { detached } from './array-buffers.ts';
import { DOMException } from './dom-exception.ts';

type Options = { readonly transfer?: unknown };
type Seen = Map<object, unknown>;
/** Gives the copy of what it knows, else undefined. */
type Cloner = (value: object) => object | undefined;

const ERRORS: Readonly<Record<string, ErrorConstructor>> = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
const UNCLONEABLE = [WeakMap, WeakSet, Promise];
const cloners: Cloner[] = [];

/** For classes of lazy parts. */
export function addCloner(cloner: Cloner): void {
	cloners.push(cloner);
}

/** The structured clone algorithm over what exists in the isolate. */
export function structuredClone(value: unknown, options: Options | null = {}): unknown {
	const seen: Seen = new Map();
	const { transfer = [] } = options ?? {};
	const buffers = [...(transfer as Iterable<unknown>)];
	for (const buffer of buffers) {
		if (!(buffer instanceof ArrayBuffer)) {
			throw new DOMException('Value not transferable', 'DataCloneError');
		}
	}

	if (new Set(buffers).size < buffers.length) {
		throw new DOMException('A buffer is in the list twice.', 'DataCloneError');
	}

	// Everything is looked at before anything is taken away.
	const copy = cloneValue(value, seen);
	// It holds copies of the buffers; the originals are emptied, which is all that whoever sent them can see.
	for (const buffer of buffers) {
		detached(buffer as ArrayBuffer);
	}

	return copy;
}

function cloneValue(value: unknown, seen: Seen): unknown {
	if (typeof value === 'function' || typeof value === 'symbol') {
		throw new DOMException(`${String(value)} could not be cloned.`, 'DataCloneError');
	}

	if (typeof value !== 'object' || value === null) {
		return value;
	}

	if (seen.has(value)) {
		return seen.get(value);
	}

	const copy = emptyCopy(value, seen);
	seen.set(value, copy);
	fillCopy(value, copy, seen);
	return copy;
}

function emptyCopy(value: object, seen: Seen): object {
	if (value instanceof Date) {
		return new Date(value);
	}

	if (value instanceof RegExp) {
		return new RegExp(value.source, value.flags);
	}

	if (value instanceof ArrayBuffer) {
		return value.slice(0);
	}

	if (ArrayBuffer.isView(value)) {
		return cloneView(value, seen);
	}

	if (value instanceof Map || value instanceof Set) {
		return value instanceof Map ? new Map() : new Set();
	}

	if (value instanceof Error) {
		return cloneError(value, seen);
	}

	const boxed = [Boolean, Number, String, BigInt].find((kind) => value instanceof kind);
	if (boxed !== undefined) {
		return Object(value.valueOf()) as object;
	}

	for (const cloner of cloners) {
		const copy = cloner(value);
		if (copy !== undefined) {
			return copy;
		}
	}

	if (UNCLONEABLE.some((kind) => value instanceof kind)) {
		throw new DOMException(`${Object.prototype.toString.call(value)} could not be cloned.`, 'DataCloneError');
	}

	return Array.isArray(value) ? Array.from({ length: 0 }) : {};
}

/** Views of one buffer stay views of one buffer. */
function cloneView(view: ArrayBufferView, seen: Seen): object {
	const buffer = cloneValue(view.buffer, seen) as ArrayBuffer;
	if (view instanceof DataView) {
		return new DataView(buffer, view.byteOffset, view.byteLength);
	}

	const kind = Reflect.get(globalThis, String(Reflect.get(view, Symbol.toStringTag))) as new (...args: unknown[]) => object;
	return new kind(buffer, view.byteOffset, Reflect.get(view, 'length'));
}

function cloneError(error: Error, seen: Seen): object {
	if (error instanceof DOMException) {
		return Object.defineProperty(new DOMException(error.message, error.name), 'stack', {
			value: error.stack,
			configurable: true,
			writable: true,
		});
	}

	const kind = ERRORS[error.name] ?? Error;
	const made = Reflect.construct(Error, [], kind);
	seen.set(error, made);
	for (const name of ['message', 'cause', 'stack'] as const) {
		if (Object.hasOwn(error, name)) {
			Object.defineProperty(made, name, { value: cloneValue(error[name], seen), writable: true, configurable: true, enumerable: false });
		}
	}

	return made;
}

function fillCopy(value: object, copy: object, seen: Seen): void {
	if (value instanceof Map && copy instanceof Map) {
		for (const [key, item] of Array.from(value)) {
			copy.set(cloneValue(key, seen), cloneValue(item, seen));
		}
	} else if (value instanceof Set && copy instanceof Set) {
		for (const item of Array.from(value)) {
			copy.add(cloneValue(item, seen));
		}
	} else if (Array.isArray(copy) || Object.getPrototypeOf(copy) === Object.prototype) {
		if (Array.isArray(value) && Array.isArray(copy)) {
			copy.length = value.length;
		}

		for (const key of Object.keys(value)) {
			const item: unknown = Reflect.get(value, key);
			Object.defineProperty(copy, key, { value: cloneValue(item, seen), writable: true, enumerable: true, configurable: true });
		}
	}
}
