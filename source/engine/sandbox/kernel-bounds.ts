import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

const PRLIMIT = '/usr/bin/prlimit';

/** Nothing for a process in which isolates are still to be made, which reserve a lot; no bound on files for one that may write some. */
export type KernelBounds = 'none' | 'memory' | 'memory-and-files';

/** True where a hard limit can be set from outside; watching holds without it. */
export function canBoundAddressSpace(): boolean {
	return existsSync(PRLIMIT);
}

/**
 * A bound that the kernel keeps even while this process is busy, for what a process has for itself beside the program. Set after the isolates exist. A host
 * then writes no file, and no dump of a plugin's memory is left behind. Starting the program for it takes a millisecond or two.
 */
export function boundByKernel(pid: number, { bounds, dataBytes }: { readonly bounds: KernelBounds; readonly dataBytes: number }): void {
	if (bounds === 'none' || !canBoundAddressSpace()) {
		return;
	}

	const words = ['--pid', String(pid), `--data=${dataBytes}`, '--core=0', ...(bounds === 'memory' ? [] : ['--fsize=0'])];
	const child = spawn(PRLIMIT, words, { env: {}, cwd: '/', stdio: 'ignore' });
	// The host may be gone already; then there is nothing to bound.
	child.on('error', () => undefined);
}
