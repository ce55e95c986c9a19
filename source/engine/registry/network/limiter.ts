import { throwIfAborted } from '../../errors.ts';

/** Lets at most `limit` pieces of work run at once; the rest wait in order. Work whose signal has fired is not begun: `cancelled`. */
export function createLimiter(limit: number): <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T> {
	const waiting: (() => void)[] = [];
	let running = 0;

	return async (signal, work) => {
		if (running < limit) {
			running += 1;
		} else {
			// Woken with the slot already its own.
			await new Promise<void>((resolve) => waiting.push(resolve));
		}

		try {
			throwIfAborted(signal);
			return await work();
		} finally {
			const next = waiting.shift();
			if (next === undefined) {
				running -= 1;
			} else {
				next();
			}
		}
	};
}
