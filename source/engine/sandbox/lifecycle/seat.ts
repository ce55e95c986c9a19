import type { EngineError } from '../../errors.ts';
import { asFailure } from './refusals.ts';
import type { Incarnation, PluginSetup } from './incarnation.ts';

/** Which incarnation serves for a plugin now, and what stays known of the plugin when another one takes over. */
export class Seat {
	setup: PluginSetup;
	/** Tasks it offers now. */
	tasks: readonly string[] = [];
	isShared = false;
	/** Its end is wanted, however it comes. */
	leaving: Incarnation | null = null;
	#incarnation: Incarnation | null = null;
	#deniedBefore = 0;
	#failure: EngineError | null = null;

	constructor(setup: PluginSetup) {
		this.setup = setup;
	}

	get incarnation(): Incarnation | null {
		return this.#incarnation;
	}

	/** Why it crashed or could not be started last. */
	get failure(): EngineError | null {
		return this.#failure;
	}

	/** Counts a request that was denied outside of the broker. */
	countDenial(): void {
		this.#deniedBefore += 1;
	}

	/** Denied requests, over all incarnations. */
	get denied(): number {
		return (this.#incarnation?.denied() ?? []).reduce((sum, { count }) => sum + count, this.#deniedBefore);
	}

	/** Null: nobody serves. */
	give(incarnation: Incarnation | null): void {
		this.#deniedBefore = this.denied;
		this.#incarnation = incarnation;
	}

	fail(error: unknown): EngineError {
		this.#failure = asFailure(error, this.setup.plugin);
		return this.#failure;
	}
}
