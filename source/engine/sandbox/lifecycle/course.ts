import { EngineError } from '../../errors.ts';
import type { RuntimePhase } from '../../runtime.ts';
import { advance, backOffMilliseconds, INITIAL, type Lifecycle, type LifecycleEvent } from './states.ts';

export type Transition = {
	readonly plugin: string;
	readonly from: RuntimePhase;
	readonly to: RuntimePhase;
	readonly event: LifecycleEvent['type'];
};

export type CourseOptions = {
	readonly plugin: string;
	readonly onTransition: (transition: Transition) => void;
	/** Milliseconds until the start after that many crashes. */
	readonly backOff?: (crashes: number) => number;
};

/** Where one plugin stands in its life; states.ts says what may follow, and every step is told. */
export class Course {
	readonly #options: CourseOptions;
	#life: Lifecycle = INITIAL;

	constructor(options: CourseOptions) {
		this.#options = options;
	}

	get life(): Lifecycle {
		return this.#life;
	}

	/** Throws `internal` for what cannot happen now: then the driver has a fault. */
	advance(event: LifecycleEvent): void {
		const { plugin, onTransition, backOff = backOffMilliseconds } = this.#options;
		const from = this.#life;
		const to = advance(from, event, backOff);
		if (to === null) {
			throw new EngineError('internal', `${plugin}: "${event.type}" cannot happen while it is ${from.phase}.`);
		}

		this.#life = to;
		onTransition({ plugin, from: from.phase, to: to.phase, event: event.type });
	}

	advanceIf(phase: RuntimePhase, event: LifecycleEvent): void {
		if (this.#life.phase === phase) {
			this.advance(event);
		}
	}
}
