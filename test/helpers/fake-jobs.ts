import { appendFileSync } from 'node:fs';

import type { Job, JobCalls } from '../../source/engine/jobs.ts';

/** Jobs in memory, and on request in a file, for a test that looks after the app has ended. */
export function sampleJobCalls(initial: readonly Job[], file: string | null): JobCalls {
	let jobs = initial;
	return {
		list: async () => jobs,
		async record(job) {
			jobs = [job, ...jobs.filter(({ id }) => id !== job.id)];
			if (file !== null) {
				appendFileSync(file, `${JSON.stringify(job)}\n`);
			}
		},
		async clear() {
			const { length } = jobs;
			jobs = [];
			return length;
		},
	};
}
