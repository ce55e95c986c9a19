/** Runs `work` once per key at a time; whoever asks meanwhile gets the same promise. */
export type SingleFlight<T> = (key: string, work: () => Promise<T>) => Promise<T>;

export function createSingleFlight<T>(): SingleFlight<T> {
	const running = new Map<string, Promise<T>>();
	return (key, work) => {
		const joined = running.get(key);
		if (joined !== undefined) {
			return joined;
		}

		const started = work().finally(() => {
			running.delete(key);
		});
		running.set(key, started);
		return started;
	};
}
