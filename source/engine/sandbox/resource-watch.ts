import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';

import type { PluginLimits } from '../manifest.ts';
import { letOthersFirst } from './priority.ts';

const POLL_MILLISECONDS = 5;
/** While nothing was asked of the plugin; the bound of the kernel holds all the same. */
const IDLE_POLL_MILLISECONDS = 25;
const POLLS_PER_CPU_READING = 4;
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
	/** Whether the kernel is told the bound as well; not for a process in which isolates are still to be made, which reserve a lot. */
	readonly isBoundByKernel: boolean;
	readonly onExceeded: (limit: 'cpu' | 'memory') => void;
}): ResourceWatch {
	const { pid } = options;
	const status = openSync(`/proc/${pid}/status`, 'r');
	const stat = openSync(`/proc/${pid}/stat`, 'r');
	let baselineBytes: number | null = null;
	let peakBytes = 0;
	let cpuBaseline = 0;
	let cpuMilliseconds = 0;
	let memoryBytes = 0;
	let polls = 0;
	let isHog = false;
	let timer: NodeJS.Timeout;
	const poll = (): void => {
		timer = setTimeout(poll, options.isBusy() ? POLL_MILLISECONDS : IDLE_POLL_MILLISECONDS);
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
			const memory = readMemory(status);
			baselineBytes = memory.residentBytes;
			cpuBaseline = readCpuMilliseconds(stat);
			cpuMilliseconds = 0;
			if (options.isBoundByKernel) {
				boundAddressSpace(pid, memory.dataBytes + options.limits().memoryBytes + ADDRESS_SLACK_BYTES);
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
 * A second bound that the kernel keeps even while this process is busy. Set after the isolates exist, which reserve a lot. No file can
 * be written then, and no dump of the plugin's memory is left behind.
 */
function boundAddressSpace(pid: number, bytes: number): void {
	if (!canBoundAddressSpace()) {
		return;
	}

	const child = spawn(PRLIMIT, ['--pid', String(pid), `--data=${bytes}`, '--fsize=0', '--core=0'], { env: {}, cwd: '/', stdio: 'ignore' });
	// The host may be gone already; then there is nothing to bound.
	child.on('error', () => undefined);
}

function readMemory(descriptor: number): { readonly residentBytes: number; readonly dataBytes: number } {
	const text = readProc(descriptor);
	return { residentBytes: kilobytes(text, 'VmRSS') * 1024, dataBytes: kilobytes(text, 'VmData') * 1024 };
}

function kilobytes(status: string, field: string): number {
	return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
}

function readCpuMilliseconds(descriptor: number): number {
	// The second field is the program's name in parentheses and may hold spaces; user and system time are fields 14 and 15.
	const fields = readProc(descriptor)
		.replace(/^.*\) /s, '')
		.split(' ');
	return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * MILLISECONDS_PER_TICK;
}

function readProc(descriptor: number): string {
	const buffer = Buffer.alloc(8192);
	try {
		return buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, buffer.length, 0));
	} catch (error) {
		// ESRCH: the process has just ended, which its exit event tells.
		if (error instanceof Error && 'code' in error && error.code === 'ESRCH') {
			return '';
		}

		throw error;
	}
}
