import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfAborted } from '../errors.ts';

const SLICE_MILLISECONDS = 8;

/** For long synchronous work, between its pieces: null, or every few milliseconds a promise that lets other work run and rejects when the signal fired. */
export function createPause(signal: AbortSignal): () => Promise<void> | null {
	let sliceStart = performance.now();

	async function rest(): Promise<void> {
		await nextTurn();
		throwIfAborted(signal);
		sliceStart = performance.now();
	}

	return () => (performance.now() - sliceStart < SLICE_MILLISECONDS ? null : rest());
}
