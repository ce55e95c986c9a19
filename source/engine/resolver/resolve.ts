import { EngineError, throwIfAborted, toEngineError } from '../errors.ts';
import { Session } from './model/session.ts';
import type { Steps } from './model/session.ts';
import { answer } from './answer.ts';
import type { ResolveOptions, ResolveRequest } from './request.ts';
import type { ResolveOutcome } from './resolution.ts';

/** The longest stretch without a look at the event loop. */
const SLICE_MILLISECONDS = 6;

/**
 * Solves a request. Rejects with `spec-unsupported` or `spec-invalid` for roots no registry can answer, `cancelled`, and whatever
 * the provider rejects with; that there is no solution is an outcome, not an error.
 */
export async function resolve(request: ResolveRequest, options: ResolveOptions): Promise<ResolveOutcome> {
	const session = new Session(request);
	const time: Time = { solveMilliseconds: 0, loadMilliseconds: 0, rounds: 0 };
	const outcome = await drive(answer(session), { session, time, options });
	if (outcome.type !== 'resolved') {
		return outcome;
	}

	const { resolution } = outcome;
	return { type: 'resolved', resolution: { ...resolution, statistics: { ...resolution.statistics, ...time } } };
}

type Time = { solveMilliseconds: number; loadMilliseconds: number; rounds: number };

async function drive<T>(
	steps: Steps<T>,
	{ session, time, options }: { readonly session: Session; readonly time: Time; readonly options: ResolveOptions },
): Promise<T> {
	for (;;) {
		throwIfAborted(options.signal);
		const startedAt = performance.now();
		session.pauseAt = startedAt + SLICE_MILLISECONDS;
		const step = steps.next();
		time.solveMilliseconds += performance.now() - startedAt;
		session.isOutOfTime = time.solveMilliseconds > options.budgetMilliseconds;
		if (step.done === true) {
			return step.value;
		}

		if (step.value.type === 'need') {
			await load(step.value.names, { session, time, options });
		} else {
			await new Promise((done) => {
				setImmediate(done);
			});
		}
	}
}

async function load(
	names: readonly string[],
	{ session, time, options }: { readonly session: Session; readonly time: Time; readonly options: ResolveOptions },
): Promise<void> {
	const startedAt = performance.now();
	try {
		const answers = await options.provider.load(names, { signal: options.signal });
		for (const name of names) {
			const answered = answers.get(name);
			if (answered === undefined) {
				throw new EngineError('internal', `The metadata provider was asked for ${name} and gave no answer.`);
			}

			session.table.add(name, answered);
		}
	} catch (error) {
		throw toEngineError(error, { code: 'registry-unreachable', message: 'Package metadata could not be loaded.' });
	}

	time.loadMilliseconds += performance.now() - startedAt;
	time.rounds += 1;
}
