/**
 * A process that gets SIGUSR1 opens node's debugger on a port of this machine, and any program of the same user can send it: even the
 * process of a plugin could, since no permission of node covers signals. With a listener node does not.
 */
export function closeToDebugger(): void {
	if (process.listenerCount('SIGUSR1') === 0) {
		process.on('SIGUSR1', ignoreSignal);
	}
}

function ignoreSignal(): void {
	// To be there is all it is for.
}
