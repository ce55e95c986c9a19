import type { ReadableStreamDefaultController, SourceAlgorithms } from './default-controller.ts';

/** `ReadableStream.from`: chunks of an iterable, asynchronous or not. Throws TypeError for what is none. */
export function iterableSource(iterable: unknown): SourceAlgorithms {
	const iterator = iteratorOf(iterable);
	return {
		start: () => undefined,
		pull: async (controller) => {
			const result: unknown = await iterator.next();
			if (typeof result !== 'object' || result === null) {
				throw new TypeError('The iterator gave something that is no result.');
			}

			const { done, value } = result as { readonly done?: unknown; readonly value?: unknown };
			if (done === true) {
				(controller as ReadableStreamDefaultController).close();
			} else {
				(controller as ReadableStreamDefaultController).enqueue(await value);
			}
		},
		cancel: async (reason) => {
			const result: unknown = await iterator.return?.(reason);
			if (iterator.return !== undefined && (typeof result !== 'object' || result === null)) {
				throw new TypeError('The iterator gave something that is no result.');
			}
		},
	};
}

type AnyIterator = { readonly next: () => unknown; readonly return?: (value: unknown) => unknown };

function iteratorOf(iterable: unknown): AnyIterator {
	if (iterable !== null && iterable !== undefined) {
		const method: unknown = Reflect.get(Object(iterable), Symbol.asyncIterator) ?? Reflect.get(Object(iterable), Symbol.iterator);
		if (typeof method === 'function') {
			return Reflect.apply(method, iterable, []) as AnyIterator;
		}
	}

	throw Object.assign(new TypeError('It is not iterable.'), { code: 'ERR_ARG_NOT_ITERABLE' });
}
