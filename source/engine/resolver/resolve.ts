import { EngineError, throwIfAborted, toEngineError } from '../errors.ts';
import { Session } from './model/session.ts';
import type { Steps } from './model/session.ts';
import { answer } from './answer.ts';
import { keepLock, namesOfLock, unchangedLock } from './keep-lock.ts';
import type { LoadOptions, MetadataAnswer, ResolveOptions, ResolvePolicy, ResolveRequest } from './request.ts';
import type { Resolution, ResolveOutcome } from './resolution.ts';

/** The longest stretch without a look at the event loop. */
const SLICE_MILLISECONDS = 6;

/**
 * Solves a request. Rejects with `spec-unsupported` or `spec-invalid` for roots no registry can answer, `cancelled`, and whatever
 * the provider rejects with; that there is no solution is an outcome, not an error.
 */
export async function resolve(request: ResolveRequest, options: ResolveOptions): Promise<ResolveOutcome> {
	const kept = await keepUnchanged(request, options);
	if (kept !== null) {
		return { type: 'resolved', resolution: kept };
	}

	const session = new Session(request);
	const time: Time = { solveMilliseconds: 0, loadMilliseconds: 0, rounds: 0 };
	const outcome = await drive(answer(session), { session, time, options });
	if (outcome.type !== 'resolved') {
		return outcome;
	}

	const { resolution } = outcome;
	return { type: 'resolved', resolution: { ...resolution, statistics: { ...resolution.statistics, ...time } } };
}

/** What is locked stays as it is when it still holds; nothing newer is looked for. */
async function keepUnchanged(request: ResolveRequest, options: ResolveOptions): Promise<Resolution | null> {
	const lock = unchangedLock(request);
	if (lock === null) {
		return null;
	}

	throwIfAborted(options.signal);
	const startedAt = performance.now();
	const answers = await ask(namesOfLock(lock), { ...options, ...timesNeeded(request.policy) });
	const loadedAt = performance.now();
	const resolution = keepLock(lock, { request, answers });
	const solveMilliseconds = performance.now() - loadedAt;
	return (
		resolution && { ...resolution, statistics: { ...resolution.statistics, solveMilliseconds, loadMilliseconds: loadedAt - startedAt } }
	);
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
	// What is newest now is no hint of what was chosen then.
	const readsAhead = session.request.policy.asOf === null;
	for (const [name, answered] of await ask(names, { ...options, readsAhead, ...timesNeeded(session.request.policy) })) {
		session.table.add(name, answered);
	}

	time.loadMilliseconds += performance.now() - startedAt;
	time.rounds += 1;
}

/**
 * What was last changed before anything could be too young, or too late for the day in question, needs no time for each version. A tree
 * of an earlier day is asked for seldom, and whether its versions have times at all is told with it, so there all of them are needed.
 */
function timesNeeded({ minimumAgeMilliseconds, now, asOf }: ResolvePolicy): Pick<LoadOptions, 'timesAfter'> {
	if (asOf !== null) {
		return { timesAfter: Number.NEGATIVE_INFINITY };
	}

	return minimumAgeMilliseconds > 0 ? { timesAfter: now - minimumAgeMilliseconds } : {};
}

/** One answer for each name. */
async function ask(
	names: readonly string[],
	{ provider, signal, readsAhead = false, timesAfter }: Pick<ResolveOptions, 'provider'> & LoadOptions,
): Promise<ReadonlyMap<string, MetadataAnswer>> {
	try {
		const answers = await provider.load(names, { signal, readsAhead, ...(timesAfter === undefined ? {} : { timesAfter }) });
		const unanswered = names.find((name) => !answers.has(name));
		if (unanswered !== undefined) {
			throw new EngineError('internal', `The metadata provider was asked for ${unanswered} and gave no answer.`);
		}

		return answers;
	} catch (error) {
		throw toEngineError(error, { code: 'registry-unreachable', message: 'Package metadata could not be loaded.' });
	}
}
