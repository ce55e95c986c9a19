import type { KnownJob } from '../../jobs.ts';
import type { JobCalls } from '../../jobs.ts';
import type { EngineContext } from '../engine-context.ts';
import type { Guard } from '../people-and-policy/trust-calls.ts';

/** More are not kept: the oldest go first. */
const KEPT_JOBS = 50;

export function jobCalls(context: EngineContext, guard: Guard): JobCalls {
	const { home } = context;
	const list = async (): Promise<readonly KnownJob[]> =>
		(await home.jobs()).map((job) => ({ ...job, status: job.status === 'running' && !isAlive(job.pid) ? 'lost' : job.status }));
	return {
		list: (call) => guard(call, list),
		record: (job, call) =>
			guard(call, async () => {
				await home.writeJob(job);
				for (const old of (await home.jobs()).slice(KEPT_JOBS)) {
					await home.removeJob(old);
				}
			}),
		clear: (call) =>
			guard(call, async () => {
				const ended = (await list()).filter(({ status }) => status !== 'running');
				for (const job of ended) {
					await home.removeJob(job);
				}

				return ended.length;
			}),
	};
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// A process of somebody else is one all the same.
		return error instanceof Error && 'code' in error && error.code === 'EPERM';
	}
}
