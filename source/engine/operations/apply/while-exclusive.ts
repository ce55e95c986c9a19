import type { CallOptions } from '../../events.ts';
import type { MutexHolder } from '../../home/index.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { EngineContext } from '../engine-context.ts';

/** Runs `work` while no other process changes the home, and tells whom it waits for. */
export async function whileExclusive<T>(context: EngineContext, { signal, onEvent }: CallOptions, work: () => Promise<T>): Promise<T> {
	return context.home.withMutex(work, {
		signal,
		onWaiting: (holder) => onEvent({ type: 'notice', severity: 'info', code: 'home-busy', text: waitingText(holder) }),
	});
}

function waitingText(holder: MutexHolder | null): string {
	if (holder === null) {
		return 'Waiting for another plugward to finish.';
	}

	// Written by another process: a time that is none says nothing.
	const since = Number.isNaN(Date.parse(holder.since)) ? '' : `, since ${new Date(holder.since).toTimeString().slice(0, 8)}`;
	return `Waiting for another plugward to finish: ${stripToLine(holder.command)} (process ${holder.pid}${since}).`;
}
