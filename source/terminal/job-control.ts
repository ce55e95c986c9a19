/** In an orphaned process group the kernel ignores the stop signal, and no continue signal ever comes. */
const STOP_GRACE_MILLISECONDS = 300;

export type TerminalSignals = {
	/** Stops the whole process group like Ctrl-Z in a cooked terminal; resolves once the shell continues it. */
	readonly stopProcess: () => Promise<void>;
	/** Ends listening. */
	readonly stop: () => void;
};

/**
 * Listens for what a shell or somebody else does with the process. `onStop` hears of a request to stop (`kill -TSTP`), which must end in
 * `stopProcess`; `onContinue` of the end of a stop, also of one that could not be seen coming (`kill -STOP`).
 */
export function onTerminalSignals({
	onStop,
	onContinue,
}: {
	readonly onStop: () => void;
	readonly onContinue: () => void;
}): TerminalSignals {
	process.on('SIGTSTP', onStop);
	process.on('SIGCONT', onContinue);
	return {
		async stopProcess() {
			const { promise, resolve } = Promise.withResolvers<void>();
			process.once('SIGCONT', resolve);
			// Nobody listens now, so that the signal does what it does by itself.
			process.off('SIGTSTP', onStop);
			const timer = setTimeout(resolve, STOP_GRACE_MILLISECONDS);
			try {
				process.kill(0, 'SIGTSTP');
				await promise;
			} finally {
				clearTimeout(timer);
				process.off('SIGCONT', resolve);
				process.on('SIGTSTP', onStop);
			}
		},
		stop() {
			process.off('SIGTSTP', onStop);
			process.off('SIGCONT', onContinue);
		},
	};
}
