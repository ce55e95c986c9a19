import { watch } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolve } from 'node:path';
import type { DevelopRequest, DevelopRound, RunResult } from '../../task-runs.ts';
import { EngineError, isAbort, toEngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { EngineContext } from '../engine-context.ts';
import { isFolderTarget, realFolder } from './folder-plugin.ts';
import { runTask } from './run-task.ts';

/** Editors write a file in several steps; what comes within this time is one change. */
const SETTLE_MILLISECONDS = 80;
const IGNORED = /(?:^|\/)(?:node_modules|\.[^/]*)(?:\/|$)|~$/;

/** Bundles and runs a folder's task again after each change, in a new process each time. A run that is still under way is cancelled. */
export async function develop(
	context: EngineContext,
	{ onRound, ...request }: DevelopRequest,
	options: CallOptions,
): Promise<{ readonly rounds: number }> {
	if (!isFolderTarget(request.target)) {
		throw new EngineError('usage', `"${stripToLine(request.target)}" is no folder: expected one that starts with ./, ../ or /.`, {
			hint: 'For example: plugward dev ./my-plugin',
		});
	}

	const folder = await realFolder(resolve(context.options.cwd, request.target), request.target);
	const changes = collectChanges(folder, options.signal);
	let rounds = 0;
	let changed: readonly string[] = [];
	try {
		while (!options.signal.aborted) {
			rounds += 1;
			const isOver = new AbortController();
			const running = runRound(context, request, { ...options, signal: AbortSignal.any([options.signal, isOver.signal]) });
			const next = changes.next();
			const first = await Promise.race([running.then(() => 'ended' as const), next.then(() => 'changed' as const)]);
			if (first === 'changed') {
				isOver.abort();
			}

			const round = await running;
			if (first === 'ended') {
				onRound({ number: rounds, changed, ...round });
			}

			changed = await next;
		}
	} finally {
		await changes.ended;
	}

	return { rounds };
}

async function runRound(
	context: EngineContext,
	request: Omit<DevelopRequest, 'onRound'>,
	options: CallOptions,
): Promise<Pick<DevelopRound, 'result' | 'failure'>> {
	try {
		const result: RunResult = await runTask(context, request, options);
		return { result, failure: null };
	} catch (error) {
		return { result: null, failure: toEngineError(error, { code: 'internal', message: 'The run failed inside plugward.' }) };
	}
}

type Changes = {
	/** Paths that changed since, once they have settled; empty when the signal has fired. */
	readonly next: () => Promise<readonly string[]>;
	readonly ended: Promise<void>;
};

function collectChanges(folder: string, signal: AbortSignal): Changes {
	const names = new Set<string>();
	let arrived = Promise.withResolvers<void>();
	const follow = async (): Promise<void> => {
		try {
			for await (const { filename } of watch(folder, { recursive: true, signal })) {
				if (filename !== null && !IGNORED.test(filename)) {
					names.add(filename);
					arrived.resolve();
				}
			}
		} catch (error) {
			if (!isAbort(error)) {
				throw error;
			}
		} finally {
			arrived.resolve();
		}
	};
	return {
		ended: follow(),
		next: async () => {
			await arrived.promise;
			if (signal.aborted) {
				return [];
			}

			await sleep(SETTLE_MILLISECONDS);
			arrived = Promise.withResolvers();
			const changed = [...names].toSorted();
			names.clear();
			return changed;
		},
	};
}
