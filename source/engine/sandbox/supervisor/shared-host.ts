import { EngineError } from '../../errors.ts';
import { FrameBreach, TO_HOST, type Frame } from '../frames.ts';
import type { HostLink } from '../host-link.ts';
import type { HostEvents, HostProcess } from '../host-process.ts';
import type { PluginEnd } from '../plugin-end.ts';
import { ResourceWatch } from '../resource-watch.ts';

/** Plugins in one process, and the memory all of them may take together. */
const PLACES = 64;
const MEMORY_BYTES = 1024 * 1024 * 1024;
const MAXIMUM_SLOT = 0xff_ff;

/**
 * One process for several plugins that are believed anyway (levels core and verified), an isolate each. What one of them does to the
 * process it does to all; then all of them end and start again in processes of their own.
 */
export class SharedHost {
	readonly #host: HostProcess;
	readonly #places = new Map<number, HostEvents>();
	readonly #watch: ResourceWatch;
	#lastSlot = 0;
	#isOver = false;

	constructor(host: HostProcess) {
		this.#host = host;
		this.#watch = new ResourceWatch({
			pid: host.pid,
			limits: () => ({ wallMilliseconds: Infinity, cpuMilliseconds: Infinity, memoryBytes: MEMORY_BYTES }),
			cpuStart: () => 0,
			isBusy: () => false,
			kernelBounds: 'none',
			onExceeded: () => this.#endAll({ type: 'limit', limit: 'memory' }),
		});
		this.#watch.setBaseline();
		host.listen({
			onFrame: (frame) => this.#pass(frame),
			onQuestion: (frame) => this.#passQuestion(frame),
			onEnd: (end) => this.#endAll(end),
		});
	}

	get hasRoom(): boolean {
		return !this.#isOver && this.#places.size < PLACES && this.#lastSlot < MAXIMUM_SLOT;
	}

	get isEmpty(): boolean {
		return this.#places.size === 0;
	}

	/** A place for one plugin; never one that another had before. */
	take(onFree: () => void): HostLink {
		this.#lastSlot += 1;
		const slot = this.#lastSlot;
		const free = (): void => {
			if (this.#places.delete(slot)) {
				onFree();
			}
		};

		return {
			pid: this.#host.pid,
			slot,
			writesFiles: false,
			listen: (events) => {
				if (this.#isOver) {
					events.onEnd({ type: 'stopped', cause: neighbourFault() });
				} else {
					this.#places.set(slot, events);
				}
			},
			send: (kind, id, payload) => this.#host.send(kind, id, payload, slot),
			answer: (id, payload) => this.#host.answer(id, payload),
			isWaiting: () => this.#host.isWaiting(),
			end: ({ isHanging }) => {
				free();
				if (isHanging) {
					this.#endAll({ type: 'stopped', cause: neighbourFault() });
				} else if (!this.#isOver) {
					this.#host.send(TO_HOST.unload, 0, '', slot);
				}
			},
			gone: () => Promise.resolve(),
		};
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#endAll({ type: 'stopped', cause: null });
		await this.#host.exited;
	}

	/** Late words of a place that was freed are dropped; of one that never was they end the process. */
	#pass(frame: Frame): void {
		this.#expectPlace(frame);
		this.#places.get(frame.slot)?.onFrame(frame);
	}

	/** Every plugin of the process stands still until there is an answer: a place which was freed gets one too, and the others get it in time. */
	#passQuestion(frame: Frame): void {
		this.#expectPlace(frame);
		const events = this.#places.get(frame.slot);
		if (events === undefined) {
			this.#host.answer(frame.id, JSON.stringify({ error: { code: 'ERR_ENDED', message: 'The plugin was ended.' } }));
		} else {
			events.onQuestion(frame);
		}
	}

	#expectPlace({ slot }: Frame): void {
		if (slot === 0 || slot > this.#lastSlot) {
			throw new FrameBreach(`a message for place ${slot}, which does not exist`);
		}
	}

	#endAll(end: PluginEnd): void {
		if (this.#isOver) {
			return;
		}

		this.#isOver = true;
		this.#watch.stop();
		this.#host.kill();
		const places = [...this.#places.values()];
		this.#places.clear();
		for (const events of places) {
			events.onEnd(end);
		}
	}
}

function neighbourFault(): EngineError {
	return new EngineError('sandbox-unavailable', 'A plugin in the same shared process had to be killed with it.');
}
