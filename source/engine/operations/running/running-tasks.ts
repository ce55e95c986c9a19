import type { Topics } from '../../engine.ts';

type Running = Topics['running'][number];

/** The plugins that run under this engine now. */
export type RunningTasks = {
	/** Returns the function that takes the entry away again. */
	readonly add: (task: Running) => () => void;
	readonly watch: (options: { readonly signal: AbortSignal }) => AsyncIterable<Topics['running']>;
};

export function trackRunningTasks(): RunningTasks {
	const tasks = new Set<Running>();
	let changed = Promise.withResolvers<void>();

	function announce(): void {
		changed.resolve();
		changed = Promise.withResolvers();
	}

	return {
		add(task) {
			tasks.add(task);
			announce();
			return () => {
				tasks.delete(task);
				announce();
			};
		},
		async *watch({ signal }) {
			const stopped = Promise.withResolvers<void>();
			signal.addEventListener('abort', () => stopped.resolve(), { once: true });
			while (!signal.aborted) {
				// Taken before the state is read, so that a change between the two is not missed.
				const next = changed.promise;
				yield [...tasks];
				await Promise.race([next, stopped.promise]);
			}
		},
	};
}
