import type { Job, KnownJob } from './engine/index.ts';
import { commandOf, titleOf } from './actions/request-words.ts';
import { startFetching } from './fetching.ts';
import { plural } from './format.ts';
import type { KeyName } from './keys/binding.ts';
import type { Operation, OperationResult } from './state.ts';

/** An operation as the next start tells it. `pid`: the process that does it. */
export function jobOf(operation: Operation, pid: number): Job {
	const { status, startedAt, endedAt, request } = operation;
	return {
		id: `${startedAt}-${pid}-${operation.id}`,
		title: request.type === 'past' ? operation.title : titleOf(request),
		command: request.type === 'past' ? operation.command : commandOf(request),
		status: status === 'cancelling' ? 'running' : status,
		startedAt: new Date(startedAt).toISOString(),
		endedAt: endedAt === null ? null : new Date(endedAt).toISOString(),
		pid,
		sentences: sentencesOf(operation),
		isSeen: false,
	};
}

function sentencesOf({ failure, result, status }: Operation): readonly string[] {
	if (failure !== null) {
		return [failure.message, ...(failure.hint === null ? [] : [failure.hint])];
	}

	return result === null ? (status === 'cancelled' ? ['It was cancelled; what was current stays current.'] : []) : resultSentences(result);
}

function resultSentences(result: OperationResult): readonly string[] {
	switch (result.type) {
		case 'planned':
			return [
				`The plan was ready with ${plural(result.plan.changes.length, 'change')}, and nobody was there to agree: nothing has changed.`,
			];
		case 'applied':
			return result.applied.unchanged
				? ['Nothing had to change.']
				: [`Generation ${result.applied.toGeneration} is current (was ${result.applied.fromGeneration}).`];
		case 'verified':
			return [`${plural(result.report.packagesChecked, 'package')} checked, ${plural(result.report.findings.length, 'finding')}.`];
		case 'kept':
			return [`Generation ${result.generation} is ${result.isKept ? 'kept' : 'no longer kept'}.`];
		case 'compared':
			return [`${plural(result.diff.changes.length, 'change')} between generation ${result.diff.from} and ${result.diff.to}.`];
		case 'collected':
			return [`${plural(result.report.packageCount, 'package')} ${result.report.removed ? 'removed' : 'would be removed'}.`];
		case 'told':
			return result.sentences;
		case 'ran':
			return [`${result.run.plugin} ${result.run.task} ended; its result was for the terminal that is gone.`];
	}
}

/** A job of an earlier start among the operations of this one. `id` is below zero, where no operation of this start is. */
export function operationOf(job: KnownJob, id: number): Operation {
	const startedAt = Date.parse(job.startedAt);
	return {
		id,
		title: job.title,
		command: job.command,
		request: { type: 'past' },
		status: job.status === 'running' ? 'done' : job.status === 'lost' ? 'failed' : job.status,
		startedAt,
		endedAt: Date.parse(job.endedAt ?? job.startedAt),
		steps: [],
		...startFetching(startedAt),
		progress: null,
		output: [{ kind: 'notice', text: 'It went on after its terminal was lost.' }],
		result: {
			type: 'told',
			sentences: job.status === 'lost' ? ['It ended without a word; what it left half done was completed or taken back.'] : job.sentences,
		},
		failure: null,
	};
}

/** What the next start says about them, in one line. */
export function jobsNotice(jobs: readonly KnownJob[], key: KeyName): string | null {
	const [first] = jobs;
	if (first === undefined) {
		return null;
	}

	const word = { running: 'still runs', done: 'finished', failed: 'failed', cancelled: 'was cancelled', lost: 'ended without a word' }[
		first.status
	];
	const more = jobs.length === 1 ? '' : ` and ${jobs.length - 1} more`;
	return `While you were away: ${first.title} ${word}${more}. ${first.status === 'running' ? '' : `${first.sentences[0] ?? ''} `}Key ${key('go-activity')} shows it.`;
}
