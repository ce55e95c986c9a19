export type Interruption = {
	/** Fires on the first SIGINT or SIGTERM. */
	readonly signal: AbortSignal;
	/** 143 instead of 130 when it was SIGTERM. */
	readonly exitCode: () => 130 | 143;
	readonly [Symbol.dispose]: () => void;
};

/**
 * The first signal asks the operation to stop where it is safe; the second leaves at once, and the journal repairs the home at the next
 * start.
 */
export function watchForInterruption(): Interruption {
	const controller = new AbortController();
	let exitCode: 130 | 143 = 130;
	const stop = (code: 130 | 143) => {
		if (controller.signal.aborted) {
			// oxlint-disable-next-line unicorn/no-process-exit
			process.exit(code);
		}

		exitCode = code;
		controller.abort();
	};
	const onInterrupt = () => stop(130);
	const onTerminate = () => stop(143);
	process.on('SIGINT', onInterrupt);
	process.on('SIGTERM', onTerminate);
	return {
		signal: controller.signal,
		exitCode: () => exitCode,
		[Symbol.dispose]: () => {
			process.off('SIGINT', onInterrupt);
			process.off('SIGTERM', onTerminate);
		},
	};
}
