import type { CallOptions } from './events.ts';

/** What an operation became that went on after its terminal was lost. */
export type Job = {
	/** Names it in the home: letters, digits and dashes. */
	readonly id: string;
	readonly title: string;
	/** The scripted command that does the same, without the program's name. */
	readonly command: string;
	readonly status: 'running' | 'done' | 'failed' | 'cancelled';
	/** ISO times. */
	readonly startedAt: string;
	readonly endedAt: string | null;
	/** Of the process that does it. */
	readonly pid: number;
	/** What came of it, one sentence each. */
	readonly sentences: readonly string[];
	/** Somebody was told. */
	readonly isSeen: boolean;
};

/** A job as it is now: one whose process died without a word is neither running nor done. */
export type KnownJob = Omit<Job, 'status'> & { readonly status: Job['status'] | 'lost' };

export type JobCalls = {
	/** Newest first. */
	readonly list: (options: CallOptions) => Promise<readonly KnownJob[]>;
	/** Writes or replaces one. */
	readonly record: (job: Job, options: CallOptions) => Promise<void>;
	/** Removes all that do not run any more; gives how many. */
	readonly clear: (options: CallOptions) => Promise<number>;
};
