import type { PluginLimits } from '../manifest.ts';
import { boundByKernel, type KernelBounds } from './kernel-bounds.ts';
import { letOthersFirst } from './priority.ts';
import { ProcessFigures } from './process-figures.ts';

const POLL_MILLISECONDS = 5;
/** While it has not taken half of its memory: nothing takes the other half in this time. */
const EASY_POLL_MILLISECONDS = 10;
/** While nothing was asked of the plugin; the bound of the kernel holds all the same. */
const IDLE_POLL_MILLISECONDS = 25;
const POLLS_PER_CPU_READING = 3;
/** A plugin that computes for longer than this in one call lets its neighbours go first from then on. */
const HOG_MILLISECONDS = 300;
/** What threads and compiled code of an honest plugin need beside its own data. */
const ADDRESS_SLACK_BYTES = 96 * 1024 * 1024;

export type ResourceUse = {
	readonly cpuMilliseconds: number;
	readonly peakMemoryBytes: number;
	/** What it uses now. */
	readonly memoryBytes: number;
};

export type WatchOptions = {
	readonly pid: number;
	/** Asked at each look, since they may change while the plugin runs. */
	readonly limits: () => PluginLimits;
	/** The processor time from which the limit counts: 0, or what had been used when the oldest call in flight began. */
	readonly cpuStart: () => number;
	readonly isBusy: () => boolean;
	/** What the kernel is told as well. */
	readonly kernelBounds: KernelBounds;
	readonly onExceeded: (limit: 'cpu' | 'memory') => void;
};

/**
 * Watches a process from outside. Isolate limits do not count resizable buffers, Intl or large builtins; resident memory counts everything.
 * Throws what the system throws when the process is gone already.
 */
export class ResourceWatch {
	readonly #options: WatchOptions;
	readonly #figures: ProcessFigures;
	/** What the host used in its empty state; null before that is known. */
	#empty: { readonly residentBytes: number; readonly dataBytes: number; readonly cpuMilliseconds: number } | null = null;
	#memoryBytes = 0;
	#peakMemoryBytes = 0;
	#cpuMilliseconds = 0;
	#polls = 0;
	#isHog = false;
	#isOver = false;
	#timer: NodeJS.Timeout;

	constructor(options: WatchOptions) {
		this.#options = options;
		this.#figures = new ProcessFigures(options.pid);
		this.#timer = setTimeout(this.#look, POLL_MILLISECONDS);
	}

	/** Takes what the host uses now as its empty state; memory and processor time count from here. */
	setBaseline(): void {
		this.#empty = { ...this.#figures.memory(), cpuMilliseconds: this.#figures.cpuMilliseconds() };
		this.#cpuMilliseconds = 0;
	}

	/** Has the kernel keep a bound above that state as well, where it can. */
	boundByKernel(): void {
		const { pid, limits, kernelBounds } = this.#options;
		const dataBytes = (this.#empty?.dataBytes ?? 0) + limits().memoryBytes + ADDRESS_SLACK_BYTES;
		boundByKernel(pid, { bounds: kernelBounds, dataBytes });
	}

	get use(): ResourceUse {
		return { cpuMilliseconds: this.#cpuMilliseconds, peakMemoryBytes: this.#peakMemoryBytes, memoryBytes: this.#memoryBytes };
	}

	stop(): void {
		clearTimeout(this.#timer);
		if (!this.#isOver) {
			this.#isOver = true;
			this.#readProcessor();
			this.#figures.close();
		}
	}

	readonly #look = (): void => {
		const { limits, cpuStart, isBusy, onExceeded, pid } = this.#options;
		const { memoryBytes, cpuMilliseconds } = limits();
		const isNear = this.#memoryBytes * 2 > memoryBytes;
		this.#timer = setTimeout(this.#look, isBusy() ? (isNear ? POLL_MILLISECONDS : EASY_POLL_MILLISECONDS) : IDLE_POLL_MILLISECONDS);
		this.#readMemory();
		this.#polls += 1;
		if (this.#polls % POLLS_PER_CPU_READING === 0) {
			this.#readProcessor();
		}

		const used = this.#cpuMilliseconds - cpuStart();
		if (!this.#isHog && used > HOG_MILLISECONDS) {
			this.#isHog = true;
			letOthersFirst(pid);
		}

		if (this.#memoryBytes > memoryBytes) {
			onExceeded('memory');
		} else if (used > cpuMilliseconds) {
			onExceeded('cpu');
		}
	};

	#readMemory(): void {
		if (this.#empty !== null) {
			this.#memoryBytes = Math.max(0, this.#figures.memory().residentBytes - this.#empty.residentBytes);
			this.#peakMemoryBytes = Math.max(this.#peakMemoryBytes, this.#memoryBytes);
		}
	}

	#readProcessor(): void {
		this.#cpuMilliseconds = Math.max(this.#cpuMilliseconds, this.#figures.cpuMilliseconds() - (this.#empty?.cpuMilliseconds ?? 0));
	}
}
