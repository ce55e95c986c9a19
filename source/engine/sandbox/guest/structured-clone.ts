/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript, so what the types promise is converted all the same. */
import { DOMException } from './event-target.ts';

const ERRORS: Readonly<Record<string, ErrorConstructor>> = {
	Error,
	EvalError,
	RangeError,
	ReferenceError,
	SyntaxError,
	TypeError,
	URIError,
};

/** The structured clone algorithm over what exists in the isolate; transfers are copies. */
export function structuredClone(value: unknown): unknown {
	return cloneValue(value, new Map());
}

function cloneValue(value: unknown, seen: Map<object, unknown>): unknown {
	if (typeof value === 'function' || typeof value === 'symbol') {
		throw new DOMException(`${String(value)} could not be cloned.`, 'DataCloneError');
	}

	if (typeof value !== 'object' || value === null) {
		return value;
	}

	if (seen.has(value)) {
		return seen.get(value);
	}

	const copy = emptyCopy(value);
	seen.set(value, copy);
	fillCopy(value, copy, seen);
	return copy;
}

function emptyCopy(value: object): object {
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
		const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
		return value instanceof DataView
			? new DataView(bytes.buffer)
			: (Reflect.construct(Object.getPrototypeOf(value).constructor, [bytes.buffer]) as object);
	}

	if (value instanceof Map) {
		return new Map();
	}

	if (value instanceof Set) {
		return new Set();
	}

	if (value instanceof Error) {
		return Object.assign(new (ERRORS[value.name] ?? Error)(value.message), { stack: value.stack });
	}

	if (value instanceof WeakMap || value instanceof WeakSet || value instanceof Promise) {
		throw new DOMException(`${String(value)} could not be cloned.`, 'DataCloneError');
	}

	return Array.isArray(value) ? Array.from({ length: 0 }) : {};
}

function fillCopy(value: object, copy: object, seen: Map<object, unknown>): void {
	if (value instanceof Map && copy instanceof Map) {
		for (const [key, item] of value) {
			copy.set(cloneValue(key, seen), cloneValue(item, seen));
		}
	} else if (value instanceof Set && copy instanceof Set) {
		for (const item of value) {
			copy.add(cloneValue(item, seen));
		}
	} else if (Array.isArray(copy) || Object.getPrototypeOf(copy) === Object.prototype) {
		for (const [key, item] of Object.entries(value)) {
			Object.defineProperty(copy, key, { value: cloneValue(item, seen), writable: true, enumerable: true, configurable: true });
		}

		if (Array.isArray(value) && Array.isArray(copy)) {
			copy.length = value.length;
		}
	}
}
