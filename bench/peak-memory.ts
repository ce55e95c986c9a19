import { readFileSync } from 'node:fs';

/** Rare enough to take no measurable time from what is measured. */
const INTERVAL_MILLISECONDS = 40;

/** Samples the resident memory of a process and everything it started, from Linux's /proc; elsewhere the peak stays 0. */
export function watchMemory(pid: number): Disposable & { readonly peakBytes: () => number } {
	let peak = 0;
	const timer = setInterval(() => {
		peak = Math.max(peak, residentBytes(pid));
	}, INTERVAL_MILLISECONDS);
	return {
		peakBytes: () => peak,
		[Symbol.dispose]: () => {
			clearInterval(timer);
		},
	};
}

function residentBytes(pid: number): number {
	const status = readProcess(pid, 'status');
	const own = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024;
	// A thread that is not the first may have started one too, but only what the package managers do is watched here: they spawn from the first.
	const children = readProcess(pid, `task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
	return children.reduce((sum, child) => sum + residentBytes(child), own);
}

/** Empty when the process has ended since it was listed. */
function readProcess(pid: number, file: string): string {
	try {
		return readFileSync(`/proc/${pid}/${file}`, 'utf8');
	} catch {
		// Ended, or a system without /proc: there is nothing to add up.
		return '';
	}
}
