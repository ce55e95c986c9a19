import process from 'node:process';

import { failureOf } from '../failure.ts';
import { keyNames } from '../key-bindings.ts';
import { jobOf, jobsNotice, operationOf } from '../lost-jobs.ts';
import { findOperation, runningOperation } from '../select.ts';
import type { ActionContext } from './context.ts';
import type { Operations } from './operations.ts';

/** On record before it is waited for: a process that dies then has said what it was about. */
export async function finishAlone(context: ActionContext, operations: Operations): Promise<void> {
	const { engine, store } = context;
	const running = runningOperation(store.getState());
	if (running === null) {
		return;
	}

	const call = { signal: new AbortController().signal, onEvent: () => undefined };
	await engine.jobs.record(jobOf(running, process.pid), call);
	await operations.settled();
	const ended = findOperation(store.getState(), running.id);
	if (ended !== null) {
		await engine.jobs.record(jobOf(ended, process.pid), call);
	}
}

/** Tells once what earlier starts went on with when their terminal was lost. */
export async function tellJobs({ engine, store, signal }: ActionContext): Promise<void> {
	const call = { signal, onEvent: () => undefined };
	try {
		const unseen = (await engine.jobs.list(call)).filter(({ isSeen }) => !isSeen);
		const text = jobsNotice(unseen, keyNames(store.getState()));
		if (text === null) {
			return;
		}

		const operations = unseen.map((job, index) => operationOf(job, -1 - index));
		store.dispatch({ type: 'past-told', operations, notice: { tone: 'info', text } });
		for (const job of unseen) {
			// One that still runs is told again when it has ended, and one that was lost has no end that would be told.
			if (job.status !== 'running') {
				await engine.jobs.record({ ...job, status: job.status === 'lost' ? 'failed' : job.status, isSeen: true }, call);
			}
		}
	} catch (thrown) {
		if (!signal.aborted) {
			store.dispatch({
				type: 'noticed',
				notice: { tone: 'warning', text: `What went on before is not shown: ${failureOf(thrown).message}` },
			});
		}
	}
}
