import { DOMException } from './dom-exception.ts';
import { defineHandler, Event, EventTarget } from './event-target.ts';
import { setTimeout } from './timers.ts';

const INTERNAL = Symbol('internal');
let fire: (signal: AbortSignal, reason: unknown) => void;

export class AbortSignal extends EventTarget {
	declare onabort: ((event: Event) => void) | null;
	#isAborted = false;
	#reason: unknown = undefined;
	/** Signals made by `any`, which are told before any listener of this one is. */
	readonly #dependents: AbortSignal[] = [];

	static {
		fire = (signal, reason) => {
			if (signal.#isAborted) {
				return;
			}

			// All of them say so before any listener runs.
			const told: AbortSignal[] = [];
			const tell = (each: AbortSignal): void => {
				if (!each.#isAborted) {
					each.#isAborted = true;
					each.#reason = reason;
					told.push(each);
					each.#dependents.forEach(tell);
				}
			};
			tell(signal);
			for (const each of told) {
				each.dispatchEvent(new Event('abort'));
			}
		};
	}

	constructor(token: unknown) {
		if (token !== INTERNAL) {
			throw Object.assign(new TypeError('Illegal constructor'), { code: 'ERR_ILLEGAL_CONSTRUCTOR' });
		}

		super();
	}

	static abort(reason: unknown = aborted()): AbortSignal {
		const signal = new AbortSignal(INTERNAL);
		fire(signal, reason);
		return signal;
	}

	static timeout(milliseconds: number): AbortSignal {
		const signal = new AbortSignal(INTERNAL);
		setTimeout(() => fire(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError')), milliseconds).unref();
		return signal;
	}

	static any(signals: Iterable<AbortSignal>): AbortSignal {
		const joined = new AbortSignal(INTERNAL);
		const sources = [...signals];
		const first = sources.find((signal) => signal.#isAborted);
		if (first !== undefined) {
			fire(joined, first.#reason);
			return joined;
		}

		for (const source of sources) {
			source.#dependents.push(joined);
		}

		return joined;
	}

	get aborted(): boolean {
		return this.#isAborted;
	}

	get reason(): unknown {
		return this.#reason;
	}

	throwIfAborted(): void {
		if (this.#isAborted) {
			throw this.#reason;
		}
	}

	override get [Symbol.toStringTag](): string {
		return 'AbortSignal';
	}
}

defineHandler(AbortSignal, 'abort');

export class AbortController {
	readonly #signal = new AbortSignal(INTERNAL);

	get signal(): AbortSignal {
		return this.#signal;
	}

	abort(reason: unknown = aborted()): void {
		fire(this.#signal, reason);
	}

	get [Symbol.toStringTag](): string {
		return 'AbortController';
	}
}

function aborted(): DOMException {
	return new DOMException('This operation was aborted', 'AbortError');
}
