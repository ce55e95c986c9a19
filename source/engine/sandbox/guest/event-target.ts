/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript, so what the types promise is converted all the same. */
import { setTimeout } from './timers.ts';

type Listener = ((event: Event) => void) | { handleEvent: (event: Event) => void };
type ListenerOptions = boolean | { readonly once?: boolean; readonly signal?: AbortSignal };
type Entry = { readonly listener: Listener; readonly once: boolean };

export class Event {
	readonly type: string;
	readonly bubbles = false;
	readonly cancelable: boolean;
	readonly timeStamp = Date.now();
	target: EventTarget | null = null;
	currentTarget: EventTarget | null = null;
	defaultPrevented = false;
	stopped = false;

	constructor(type: string, init: { readonly cancelable?: boolean } = {}) {
		this.type = String(type);
		this.cancelable = init.cancelable === true;
	}

	preventDefault(): void {
		this.defaultPrevented = this.cancelable;
	}

	stopPropagation(): void {
		// There is no tree to propagate through.
	}

	stopImmediatePropagation(): void {
		this.stopped = true;
	}
}

export class CustomEvent extends Event {
	readonly detail: unknown;

	constructor(type: string, init: { readonly cancelable?: boolean; readonly detail?: unknown } = {}) {
		super(type, init);
		this.detail = init.detail ?? null;
	}
}

export class EventTarget {
	readonly #listeners = new Map<string, Entry[]>();

	addEventListener(type: string, listener: Listener | null, options: ListenerOptions = {}): void {
		const entries = this.#listeners.get(type) ?? [];
		if (listener === null || entries.some((entry) => entry.listener === listener)) {
			return;
		}

		const { once = false, signal } = typeof options === 'object' ? options : {};
		this.#listeners.set(type, [...entries, { listener, once }]);
		signal?.addEventListener('abort', () => this.removeEventListener(type, listener), { once: true });
	}

	removeEventListener(type: string, listener: Listener | null): void {
		const entries = this.#listeners.get(type) ?? [];
		this.#listeners.set(
			type,
			entries.filter((entry) => entry.listener !== listener),
		);
	}

	dispatchEvent(event: Event): boolean {
		event.target = this;
		event.currentTarget = this;
		for (const { listener, once } of this.#listeners.get(event.type) ?? []) {
			if (once) {
				this.removeEventListener(event.type, listener);
			}

			if (typeof listener === 'function') {
				listener.call(this, event);
			} else {
				listener.handleEvent(event);
			}

			if (event.stopped) {
				break;
			}
		}

		return !event.defaultPrevented;
	}
}

export class DOMException extends Error {
	override readonly name: string;
	readonly code = 0;

	constructor(message = '', name = 'Error') {
		super(message);
		this.name = name;
	}
}

export class AbortSignal extends EventTarget {
	aborted = false;
	reason: unknown = undefined;
	onabort: ((event: Event) => void) | null = null;

	static abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): AbortSignal {
		const signal = new AbortSignal();
		fireAbort(signal, reason);
		return signal;
	}

	static timeout(milliseconds: number): AbortSignal {
		const signal = new AbortSignal();
		setTimeout(() => fireAbort(signal, new DOMException('The operation timed out', 'TimeoutError')), milliseconds);
		return signal;
	}

	static any(signals: Iterable<AbortSignal>): AbortSignal {
		const joined = new AbortSignal();
		for (const signal of signals) {
			if (signal.aborted) {
				fireAbort(joined, signal.reason);
			} else {
				signal.addEventListener('abort', () => fireAbort(joined, signal.reason), { once: true });
			}
		}

		return joined;
	}

	throwIfAborted(): void {
		if (this.aborted) {
			throw this.reason;
		}
	}
}

export class AbortController {
	readonly signal = new AbortSignal();

	abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
		fireAbort(this.signal, reason);
	}
}

function fireAbort(signal: AbortSignal, reason: unknown): void {
	if (signal.aborted) {
		return;
	}

	signal.aborted = true;
	signal.reason = reason;
	const event = new Event('abort');
	signal.onabort?.(event);
	signal.dispatchEvent(event);
}
