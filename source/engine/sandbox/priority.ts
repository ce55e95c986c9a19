import { readdirSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const BEHIND_CORE = 10;
const LOWEST = 19;

/**
 * Puts a process that was just started a step behind this one: a processor that both want goes to the one that watches, answers and kills first. Where
 * nobody else wants it, it changes nothing.
 */
export function letCoreFirst(pid: number): void {
	lower(pid, BEHIND_CORE);
}

/** Puts a process behind all others. */
export function letOthersFirst(pid: number): void {
	lower(pid, LOWEST);
}

/** It is never raised again: that takes rights this process does not have. */
function lower(pid: number, priority: number): void {
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
