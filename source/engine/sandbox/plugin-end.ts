import type { CallFailure } from './guest-calls.ts';
import type { HostExit } from './host-process.ts';

/** How a connection ended before its time, or why one call failed. */
export type PluginEnd =
	| { readonly type: 'failed'; readonly failure: CallFailure }
	| { readonly type: 'limit'; readonly limit: PluginLimit }
	| { readonly type: 'breach'; readonly reason: string }
	| { readonly type: 'stopped'; readonly cause: unknown };

/** `heartbeat`: the isolate did not answer in time although nothing was asked of it that may take longer. */
export type PluginLimit = 'wall' | 'cpu' | 'memory' | 'heartbeat';

export class PluginEndedError extends Error {
	override readonly name = 'PluginEndedError';
	readonly end: PluginEnd;

	constructor(end: PluginEnd) {
		super(`the plugin ended: ${end.type}`);
		this.end = end;
	}
}

export function endOfFailure(failure: CallFailure): PluginEnd {
	if (failure.reason === 'memory') {
		return { type: 'limit', limit: 'memory' };
	}

	return failure.reason === 'time' ? { type: 'limit', limit: 'cpu' } : { type: 'failed', failure };
}

/** How a process ends itself, whichever part of it found that it cannot go on. */
const ENDED_ITSELF: ReadonlySet<string | null> = new Set(['SIGABRT', 'SIGTRAP', 'SIGILL']);

/** The last words of isolated-vm, of V8 and of the C++ library when one of them gets no memory in the thread of its process. */
const OUT_OF_MEMORY =
	/^is_heap_oom = [01]$|^# Fatal (?:process out of memory|JavaScript OOM)|JavaScript heap out of memory|std::bad_alloc/im;

/** A host ends only when the core kills it, so that any other end is a breach; only one that ended itself for want of memory is that. */
export function endOfExit(exit: HostExit): PluginEnd {
	if (ENDED_ITSELF.has(exit.signal) && OUT_OF_MEMORY.test(exit.stderr)) {
		return { type: 'limit', limit: 'memory' };
	}

	const how = exit.signal === null ? `with code ${exit.code ?? 'unknown'}` : `by ${exit.signal}`;
	const words = exit.stderr.trim().split('\n', 1)[0] ?? '';
	return { type: 'breach', reason: `the host process ended ${how}${words === '' ? '' : ` (${words.slice(0, 200)})`}` };
}
