import { EngineError, throwIfAborted } from '../errors.ts';
import type { AddRequest } from './content-store.ts';

type Joined<T> = {
	readonly promise: Promise<T>;
	readonly controller: AbortController;
	readonly listeners: Set<AddRequest['onProgress']>;
	waiting: number;
};

/** Concurrent requests for the same artefact share one transfer; it is cancelled only when nobody waits for it any more. */
export function createJoiner<T>(add: (request: AddRequest) => Promise<T>): (request: AddRequest) => Promise<T> {
	const running = new Map<string, Joined<T>>();

	function start(key: string, request: AddRequest): Joined<T> {
		const controller = new AbortController();
		const listeners = new Set<AddRequest['onProgress']>();
		const onProgress: AddRequest['onProgress'] = (received, total, finished) => {
			for (const listener of listeners) {
				listener(received, total, finished);
			}
		};

		const promise = add({ ...request, signal: controller.signal, onProgress }).finally(() => {
			if (running.get(key)?.promise === promise) {
				running.delete(key);
			}
		});
		// Whoever waits handles it; when all left, the cancellation is nobody's error.
		promise.catch(() => undefined);
		const joined = { promise, controller, listeners, waiting: 0 };
		running.set(key, joined);
		return joined;
	}

	return async (request) => {
		throwIfAborted(request.signal);
		const key = `${request.expected.integrity ?? request.expected.shasum ?? 'unknown'} ${request.name}@${request.version}`;
		const joined = running.get(key) ?? start(key, request);
		joined.listeners.add(request.onProgress);
		joined.waiting += 1;
		let onAbort: (() => void) | undefined;
		try {
			return await Promise.race([
				joined.promise,
				new Promise<never>((_resolve, reject) => {
					onAbort = () => {
						reject(new EngineError('cancelled', 'The operation was cancelled.', { cause: request.signal.reason }));
					};
					request.signal.addEventListener('abort', onAbort, { once: true });
				}),
			]);
		} finally {
			if (onAbort !== undefined) {
				request.signal.removeEventListener('abort', onAbort);
			}

			joined.listeners.delete(request.onProgress);
			joined.waiting -= 1;
			if (joined.waiting === 0 && request.signal.aborted) {
				if (running.get(key) === joined) {
					running.delete(key);
				}

				joined.controller.abort(request.signal.reason);
			}
		}
	};
}
