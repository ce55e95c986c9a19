import type { CallOptions } from '../events.ts';
import { stripToLine } from '../strip-controls.ts';
import type { EngineContext } from './engine-context.ts';

/** Runs `work` while no other process changes the home, and tells whom it waits for. */
export async function whileExclusive<T>(context: EngineContext, { signal, onEvent }: CallOptions, work: () => Promise<T>): Promise<T> {
	return context.home.withMutex(work, {
		signal,
		onWaiting: (holder) =>
			onEvent({
				type: 'notice',
				severity: 'info',
				code: 'home-busy',
				text:
					holder === null
						? 'Waiting for another plugward to finish.'
						: `Waiting for another plugward to finish: ${stripToLine(holder.command)}.`,
			}),
	});
}
