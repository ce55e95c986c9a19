import { readdirSync, readFileSync } from 'node:fs';

/**
 * Memory in MB of 10^6 bytes of a process and all it started, each shared page counted by its share (PSS), from Linux's /proc. `isCounted`
 * is asked with the command line of each.
 */
export function proportionalMegabytes(pid: number, isCounted: (commandLine: string) => boolean = () => true): number {
	const own = isCounted(readProcess(pid, 'cmdline').replaceAll('\0', ' ')) ? pssBytes(pid) : 0;
	return own / 1_000_000 + childrenOf(pid).reduce((sum, child) => sum + proportionalMegabytes(child, isCounted), 0);
}

function pssBytes(pid: number): number {
	return Number(/^Pss:\s+(\d+)/m.exec(readProcess(pid, 'smaps_rollup'))?.[1] ?? 0) * 1024;
}

function childrenOf(pid: number): readonly number[] {
	try {
		return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
			readProcess(pid, `task/${task}/children`).trim().split(' ').filter(Boolean).map(Number),
		);
	} catch {
		// Ended since it was listed.
		return [];
	}
}

function readProcess(pid: number, file: string): string {
	try {
		return readFileSync(`/proc/${pid}/${file}`, 'utf8');
	} catch {
		// Ended, or a system without /proc: there is nothing to add up.
		return '';
	}
}
