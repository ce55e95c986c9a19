import { readdirSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** A processor that both want goes to the process that watches, answers and kills. */
export const BEHIND_CORE = 10;
export const BEHIND_ALL = 19;

/** Puts a process further back. It is never raised again: that takes rights this process does not have. */
export function lowerPriority(pid: number, priority: number): void {
	try {
		// Each thread by itself: Linux knows no priority of a whole process.
		for (const thread of readdirSync(`/proc/${pid}/task`)) {
			setPriority(Number(thread), priority);
		}

		// Where tasks are grouped by session, it is the value of the group that counts between processes.
		writeFileSync(`/proc/${pid}/autogroup`, String(priority));
	} catch {
		// A thread or all of it ended meanwhile, or the system has no such groups; the limits hold without this.
	}
}
