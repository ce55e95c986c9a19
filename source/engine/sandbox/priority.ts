import { readdirSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const LOWEST = 19;

/** Puts a process behind all others. It is never raised again: that takes rights this process does not have. */
export function letOthersFirst(pid: number): void {
	try {
		// Each thread by itself: Linux knows no priority of a whole process.
		for (const thread of readdirSync(`/proc/${pid}/task`)) {
			setPriority(Number(thread), LOWEST);
		}

		// Where tasks are grouped by session, it is the value of the group that counts between processes.
		writeFileSync(`/proc/${pid}/autogroup`, String(LOWEST));
	} catch {
		// A thread or all of it ended meanwhile, or the system has no such groups; the limits hold without this.
	}
}
