import { EngineError } from '../../errors.ts';

/**
 * Joins work on `name` that is under way or done, or starts it. Failed work is forgotten, so that the next caller tries anew; a caller whose
 * fellow cancelled the shared work starts it again for itself.
 */
export async function joinShared<T>(work: {
	readonly shared: Map<string, Promise<T>>;
	readonly name: string;
	readonly signal: AbortSignal;
	readonly start: () => Promise<T>;
	readonly forgetBeyond?: number;
}): Promise<T> {
	const { shared, name, signal } = work;
	for (;;) {
		const joined = shared.get(name);
		const promise = joined ?? work.start();
		if (joined === undefined) {
			shared.set(name, promise);
			forgetOldest(shared, work.forgetBeyond);
		}

		try {
			return await promise;
		} catch (error) {
			if (shared.get(name) === promise) {
				shared.delete(name);
			}

			const wasCancelledByAnother = error instanceof EngineError && error.code === 'cancelled' && joined !== undefined;
			if (!wasCancelledByAnother || signal.aborted) {
				throw error;
			}
		}
	}
}

function forgetOldest(shared: Map<string, unknown>, limit = Number.POSITIVE_INFINITY): void {
	const oldest = shared.keys().next();
	if (shared.size > limit && oldest.done !== true) {
		shared.delete(oldest.value);
	}
}

/** The promise, or a rejection as soon as the signal fires: the shared work may belong to another caller's signal. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
	const { promise: aborted, reject } = Promise.withResolvers<never>();
	const onAbort = (): void => {
		reject(new EngineError('cancelled', 'The operation was cancelled.', { cause: signal.reason }));
	};
	signal.addEventListener('abort', onAbort, { once: true });
	try {
		if (signal.aborted) {
			onAbort();
		}

		return await Promise.race([promise, aborted]);
	} finally {
		signal.removeEventListener('abort', onAbort);
	}
}
