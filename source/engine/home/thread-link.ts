import { Worker } from 'node:worker_threads';
import { EngineError } from '../errors.ts';
import type { UnpackAnswer, UnpackRequest, UnpackWorkerData } from './unpack-messages.ts';
import { unpackError } from './unpack-messages.ts';

/** Requests and answers between this thread and one that unpacks. */
export type ThreadLink = {
	/** False before the thread has started, and after it has died. */
	readonly isReady: () => boolean;
	readonly send: (request: UnpackRequest) => void;
	/** The answer to this request. Rejects with the thread's own error, or with `internal` when the thread died. */
	readonly ask: <T extends UnpackAnswer['type']>(
		request: Extract<UnpackRequest, { id: number }>,
		options: { readonly expects: T; readonly transfer: readonly ArrayBuffer[] },
	) => Promise<Extract<UnpackAnswer, { type: T }>>;
	/** Whether the process has to stay alive for this thread. */
	readonly ref: () => void;
	readonly unref: () => void;
	readonly terminate: () => Promise<unknown>;
};

type Waiting = { readonly resolve: (answer: UnpackAnswer) => void; readonly reject: (error: Error) => void };

export function openThread(program: string, data: UnpackWorkerData): ThreadLink {
	// Neither the flags nor the environment of this process are any business of what handles hostile bytes.
	const worker = new Worker(program, { name: 'unpack', workerData: data, execArgv: [], env: {} });
	const waiting = new Map<number, Waiting>();
	let state: 'starting' | 'ready' | 'ended' = 'starting';

	function end(cause: unknown): void {
		state = 'ended';
		for (const { reject } of waiting.values()) {
			reject(endedEarly(cause));
		}

		waiting.clear();
	}

	worker.unref();
	worker.once('online', () => {
		state = 'ready';
	});
	worker.on('message', (answer: UnpackAnswer) => {
		const asked = waiting.get(answer.id);
		waiting.delete(answer.id);
		asked?.resolve(answer);
	});
	worker.once('error', end);
	worker.once('exit', end);

	function send(request: UnpackRequest, transfer: readonly ArrayBuffer[] = []): void {
		// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window.
		worker.postMessage(request, transfer);
	}

	return {
		isReady: () => state === 'ready',
		send,
		ask: async (request, { expects, transfer }) => {
			const answer = await new Promise<UnpackAnswer>((resolve, reject) => {
				if (state === 'ended') {
					reject(endedEarly(null));
				} else {
					waiting.set(request.id, { resolve, reject });
					send(request, transfer);
				}
			});
			return expect(answer, expects);
		},
		ref: () => {
			worker.ref();
		},
		unref: () => {
			worker.unref();
		},
		terminate: () => worker.terminate(),
	};
}

function endedEarly(cause: unknown): EngineError {
	return new EngineError('internal', 'A thread that unpacks ended before its work was done.', {
		hint: 'Try again; nothing was changed.',
		cause,
	});
}

function expect<T extends UnpackAnswer['type']>(answer: UnpackAnswer, type: T): Extract<UnpackAnswer, { type: T }> {
	if (answer.type === 'failed') {
		throw unpackError(answer.error);
	}

	if (answer.type !== type) {
		throw new EngineError('internal', `A thread that unpacks answered "${answer.type}", expected "${type}".`);
	}

	return answer as Extract<UnpackAnswer, { type: T }>;
}
