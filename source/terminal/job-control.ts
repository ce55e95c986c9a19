/** In an orphaned process group the kernel ignores the stop signal, and no continue signal ever comes. */
const STOP_GRACE_MILLISECONDS = 300;

/** Stops the whole process group like Ctrl-Z in a cooked terminal; resolves once the shell continues it. */
export async function stopProcess(): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	process.once('SIGCONT', resolve);
	const timer = setTimeout(resolve, STOP_GRACE_MILLISECONDS);
	try {
		process.kill(0, 'SIGTSTP');
		await promise;
	} finally {
		clearTimeout(timer);
		process.off('SIGCONT', resolve);
	}
}

/** Calls back after a stop that the app did not ask for itself (`kill -TSTP`, then `fg`). Returns how to stop listening. */
export function onTerminalSignals(listeners: { readonly onContinue: () => void }): () => void {
	process.on('SIGCONT', listeners.onContinue);
	return () => {
		process.off('SIGCONT', listeners.onContinue);
	};
}
