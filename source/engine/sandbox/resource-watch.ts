import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';

import type { PluginLimits } from '../manifest.ts';
import { letOthersFirst } from './priority.ts';

const POLL_MILLISECONDS = 5;
/** While it has not taken half of its memory: nothing takes the other half in this time. */
const EASY_POLL_MILLISECONDS = 10;
/** While nothing was asked of the plugin; the bound of the kernel holds all the same. */
const IDLE_POLL_MILLISECONDS = 25;
const POLLS_PER_CPU_READING = 3;
/** Linux reports processor time in hundredths of a second on every architecture. */
const MILLISECONDS_PER_TICK = 10;
/** A plugin that computes for longer than this in one call lets its neighbours go first from then on. */
const HOG_MILLISECONDS = 300;
const PRLIMIT = '/usr/bin/prlimit';
/** What threads and compiled code of an honest plugin need beside its own data. */
const ADDRESS_SLACK_BYTES = 96 * 1024 * 1024;

export type ResourceUse = {
	readonly cpuMilliseconds: number;
	readonly peakMemoryBytes: number;
	/** What it uses now. */
	readonly memoryBytes: number;
};

export type ResourceWatch = {
	/** Takes what the host uses now as its empty state; memory and processor time count from here. */
	readonly setBaseline: () => void;
	/** Has the kernel keep a bound above that state as well, where it can: starting a program for it takes a millisecond or two of this process. */
	readonly boundByKernel: () => void;
	readonly use: () => ResourceUse;
	readonly stop: () => void;
};

/**
 * Watches a process from outside through descriptors that were opened once, so that a reused pid cannot be watched by mistake.
 * Isolate limits do not count resizable buffers, Intl or large builtins; resident memory counts everything.
 */
export function watchResources(options: {
	readonly pid: number;
	/** Asked at each look, since they may change while the plugin runs. */
	readonly limits: () => PluginLimits;
	/** The processor time from which the limit counts: 0, or what had been used when the oldest call in flight began. */
	readonly cpuStart: () => number;
	readonly isBusy: () => boolean;
	/** What the kernel is told as well: nothing for a process in which isolates are still to be made, which reserve a lot, and no bound on files for one that may write some. */
	readonly kernelBounds: 'none' | 'memory' | 'memory-and-files';
	readonly onExceeded: (limit: 'cpu' | 'memory') => void;
}): ResourceWatch {
	const { pid } = options;
	const status = openSync(`/proc/${pid}/status`, 'r');
	const stat = openSync(`/proc/${pid}/stat`, 'r');
	let baselineBytes: number | null = null;
	let dataBytes = 0;
	let peakBytes = 0;
	let cpuBaseline = 0;
	let cpuMilliseconds = 0;
	let memoryBytes = 0;
	let polls = 0;
	let isHog = false;
	let timer: NodeJS.Timeout;
	const poll = (): void => {
		const isNear = memoryBytes * 2 > options.limits().memoryBytes;
		timer = setTimeout(poll, options.isBusy() ? (isNear ? POLL_MILLISECONDS : EASY_POLL_MILLISECONDS) : IDLE_POLL_MILLISECONDS);
		const { residentBytes } = readMemory(status);
		if (baselineBytes !== null) {
			memoryBytes = Math.max(0, residentBytes - baselineBytes);
			peakBytes = Math.max(peakBytes, memoryBytes);
		}

		if (!isHog && cpuMilliseconds - options.cpuStart() > HOG_MILLISECONDS) {
			isHog = true;
			letOthersFirst(pid);
		}

		const limits = options.limits();
		polls += 1;
		if (polls % POLLS_PER_CPU_READING === 0) {
			cpuMilliseconds = Math.max(cpuMilliseconds, readCpuMilliseconds(stat) - cpuBaseline);
		}

		if (memoryBytes > limits.memoryBytes) {
			options.onExceeded('memory');
		} else if (cpuMilliseconds - options.cpuStart() > limits.cpuMilliseconds) {
			options.onExceeded('cpu');
		}
	};

	timer = setTimeout(poll, POLL_MILLISECONDS);
	let isOpen = true;
	return {
		setBaseline: () => {
			({ residentBytes: baselineBytes, dataBytes } = readMemory(status));
			cpuBaseline = readCpuMilliseconds(stat);
			cpuMilliseconds = 0;
		},
		boundByKernel: () => {
			if (options.kernelBounds !== 'none') {
				const bytes = dataBytes + options.limits().memoryBytes + ADDRESS_SLACK_BYTES;
				setBounds(pid, [`--data=${bytes}`, '--core=0', ...(options.kernelBounds === 'memory' ? [] : ['--fsize=0'])]);
			}
		},
		use: () => ({ cpuMilliseconds, peakMemoryBytes: Math.max(0, peakBytes), memoryBytes }),
		stop: () => {
			clearTimeout(timer);
			if (isOpen) {
				isOpen = false;
				cpuMilliseconds = Math.max(cpuMilliseconds, readCpuMilliseconds(stat) - cpuBaseline);
				closeSync(status);
				closeSync(stat);
			}
		},
	};
}

/** True where a hard limit can be set from outside; the watch above holds without it. */
export function canBoundAddressSpace(): boolean {
	return existsSync(PRLIMIT);
}

/**
 * A second bound that the kernel keeps even while this process is busy. Set after the isolates exist, which reserve a lot. A host then
 * writes no file, and no dump of a plugin's memory is left behind.
 */
function setBounds(pid: number, bounds: readonly string[]): void {
	if (!canBoundAddressSpace()) {
		return;
	}

	const child = spawn(PRLIMIT, ['--pid', String(pid), ...bounds], { env: {}, cwd: '/', stdio: 'ignore' });
	// The host may be gone already; then there is nothing to bound.
	child.on('error', () => undefined);
}

function readMemory(descriptor: number): { readonly residentBytes: number; readonly dataBytes: number } {
	const text = readProc(descriptor);
	return { residentBytes: kilobytes(text, 'VmRSS') * 1024, dataBytes: kilobytes(text, 'VmData') * 1024 };
}

function kilobytes(status: string, field: string): number {
	const at = status.indexOf(`\n${field}:`);
	return at === -1 ? 0 : Number.parseInt(status.slice(at + field.length + 2, at + field.length + 24), 10);
}

function readCpuMilliseconds(descriptor: number): number {
	// The second field is the program's name in parentheses and may hold spaces; user and system time are fields 14 and 15.
	const fields = readProc(descriptor)
		.replace(/^.*\) /s, '')
		.split(' ');
	return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * MILLISECONDS_PER_TICK;
}

/** What is read is a string before anything else is read. */
const READ = Buffer.alloc(8192);

function readProc(descriptor: number): string {
	try {
		return READ.toString('latin1', 0, readSync(descriptor, READ, 0, READ.length, 0));
	} catch (error) {
		// ESRCH: the process has just ended, which its exit event tells.
		if (error instanceof Error && 'code' in error && error.code === 'ESRCH') {
			return '';
		}

		throw error;
	}
}
