import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Linux reports processor time in hundredths of a second on every architecture. */
const MILLISECONDS_PER_TICK = 10;

/**
 * What a process uses, out of descriptors that were opened once, so that a reused pid cannot be read by mistake. Zeroes once it has ended.
 * Throws what the system throws when it is gone already.
 */
export class ProcessFigures {
	readonly #memory: number;
	readonly #processor: number;
	#isOpen = true;

	constructor(pid: number) {
		// A quarter of the time that /proc/PID/status takes, which counts where fifty processes are looked at every few milliseconds.
		this.#memory = openSync(`/proc/${pid}/statm`, 'r');
		this.#processor = openSync(`/proc/${pid}/stat`, 'r');
	}

	memory(): { readonly residentBytes: number; readonly dataBytes: number } {
		const fields = read(this.#memory).split(' ');
		return { residentBytes: Number(fields[1] ?? 0) * pageBytes(), dataBytes: Number(fields[5] ?? 0) * pageBytes() };
	}

	cpuMilliseconds(): number {
		// The second field is the program's name in parentheses and may hold spaces; user and system time are fields 14 and 15.
		const fields = read(this.#processor)
			.replace(/^.*\) /s, '')
			.split(' ');
		return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * MILLISECONDS_PER_TICK;
	}

	close(): void {
		if (this.#isOpen) {
			this.#isOpen = false;
			closeSync(this.#memory);
			closeSync(this.#processor);
		}
	}
}

let knownPageBytes: number | null = null;

/** 4096, or more on some machines with ARM processors: nothing in node tells, so it is what this process itself is told in both units. */
function pageBytes(): number {
	knownPageBytes ??= measurePage();
	return knownPageBytes;
}

function measurePage(): number {
	const kilobytes = Number(/^VmSize:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? 0);
	const pages = Number.parseInt(readFileSync('/proc/self/statm', 'latin1'), 10);
	// It may have grown between the two.
	return 2 ** Math.round(Math.log2((kilobytes * 1024) / pages));
}

/** What is read is a string before anything else is read. */
const READ = Buffer.alloc(1024);

function read(descriptor: number): string {
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
