export type Strategy = { readonly highWaterMark?: unknown; readonly size?: unknown };
export type SizeOf = (chunk: unknown) => number;

/** How full the queue may be before the source is asked to wait. Throws RangeError for what is no number or below zero. */
export function highWaterMarkOf({ highWaterMark }: Strategy, standard: number): number {
	if (highWaterMark === undefined) {
		return standard;
	}

	const given = Number(highWaterMark);
	if (Number.isNaN(given) || given < 0) {
		throw Object.assign(new RangeError(`The high water mark cannot be ${given}.`), { code: 'ERR_INVALID_ARG_VALUE' });
	}

	return given;
}

export function sizeOf({ size }: Strategy): SizeOf {
	if (size === undefined) {
		return () => 1;
	}

	if (typeof size !== 'function') {
		throw Object.assign(new TypeError('The size of a strategy must be a function.'), { code: 'ERR_INVALID_ARG_TYPE' });
	}

	return (chunk) => Number(Reflect.apply(size, undefined, [chunk]));
}

function countOne(): number {
	return 1;
}

function countBytes(chunk: unknown): unknown {
	return (chunk as ArrayBufferView).byteLength;
}

Object.defineProperty(countOne, 'name', { value: 'size' });
Object.defineProperty(countBytes, 'name', { value: 'size' });

class QueuingStrategy {
	readonly #highWaterMark: number;

	constructor(init: { readonly highWaterMark?: unknown }) {
		if (typeof init !== 'object' || init === null || init.highWaterMark === undefined) {
			throw Object.assign(new TypeError('A queuing strategy needs a highWaterMark.'), { code: 'ERR_INVALID_ARG_TYPE' });
		}

		this.#highWaterMark = Number(init.highWaterMark);
	}

	get highWaterMark(): number {
		return this.#highWaterMark;
	}
}

export class CountQueuingStrategy extends QueuingStrategy {
	get size(): () => number {
		return countOne;
	}
}

export class ByteLengthQueuingStrategy extends QueuingStrategy {
	get size(): (chunk: unknown) => unknown {
		return countBytes;
	}
}
