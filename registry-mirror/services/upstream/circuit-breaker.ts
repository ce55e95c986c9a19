import { MirrorError } from '../../mirror-error.ts';

const FAILURES_TO_OPEN = 5;
const OPEN_MILLISECONDS = 10_000;

/** After five failures in a row nothing is tried for ten seconds; then one caller tries, and its result decides for all. */
export type CircuitBreaker = { run<T>(work: () => Promise<T>): Promise<T> };

export function createCircuitBreaker(options: { readonly now: () => number; readonly host: string }): CircuitBreaker {
	let failures = 0;
	let closedAgainAt = 0;
	return {
		async run(work) {
			if (failures >= FAILURES_TO_OPEN) {
				if (options.now() < closedAgainAt) {
					throw new MirrorError(
						503,
						'upstream-unreachable',
						`The upstream registry ${options.host} failed ${failures} times in a row; it is tried again within ${OPEN_MILLISECONDS / 1000} seconds.`,
						{ headers: { 'retry-after': String(OPEN_MILLISECONDS / 1000) } },
					);
				}

				// Set before the attempt, so that only one caller tries.
				closedAgainAt = options.now() + OPEN_MILLISECONDS;
			}

			try {
				const result = await work();
				failures = 0;
				return result;
			} catch (error) {
				// An answer that we do not like is still an answer; only silence and 5xx count.
				if (error instanceof MirrorError && error.code === 'upstream-unreachable') {
					failures += 1;
					closedAgainAt = options.now() + OPEN_MILLISECONDS;
				}

				throw error;
			}
		},
	};
}
