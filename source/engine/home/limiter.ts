/** Lets at most `limit` pieces of work run at a time; the rest wait in order. */
export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

export function createLimiter(limit: number): Limiter {
	const waiting: (() => void)[] = [];
	let running = 0;

	return async (work) => {
		if (running >= limit) {
			await new Promise<void>((resolve) => {
				waiting.push(resolve);
			});
		} else {
			running += 1;
		}

		try {
			return await work();
		} finally {
			const next = waiting.shift();
			if (next === undefined) {
				running -= 1;
			} else {
				// The place passes on without becoming free in between.
				next();
			}
		}
	};
}
