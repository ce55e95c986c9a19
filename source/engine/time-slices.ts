import { setImmediate as turn } from 'node:timers/promises';
import { throwIfAborted } from './errors.ts';

/** A third of a frame, so that keys and drawing come between. */
const SLICE_MILLISECONDS = 5;

/**
 * For work that never waits: call what it returns often. It gives the event loop back whenever the slice is used up, and rejects with
 * `cancelled` when the signal has fired meanwhile.
 */
export function timeSlices(signal: AbortSignal): () => Promise<void> {
	let since = performance.now();
	return async () => {
		if (performance.now() - since >= SLICE_MILLISECONDS) {
			await turn();
			throwIfAborted(signal);
			since = performance.now();
		}
	};
}
