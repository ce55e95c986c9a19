/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript, so what the types promise is converted all the same. */
import { DOMException } from './dom-exception.ts';
import { now } from './performance.ts';
import { queueTask } from './timers.ts';

type Listener = ((event: Event) => void) | { handleEvent: (event: Event) => void };
type Phase = { readonly capture?: unknown };
type ListenerOptions =
	| boolean
	| (Phase & { readonly once?: unknown; readonly passive?: unknown; readonly signal?: EventTarget & { readonly aborted: boolean } });
type Entry = {
	readonly listener: Listener;
	readonly capture: boolean;
	readonly once: boolean;
	readonly passive: boolean;
	isRemoved: boolean;
};
type EventInit = { readonly bubbles?: unknown; readonly cancelable?: unknown; readonly composed?: unknown };

const PHASES = { NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 };
let dispatch: (
	event: Event,
	target: EventTarget,
	call: (isStopped: () => boolean, setPassive: (isPassive: boolean) => void) => void,
) => void;

export class Event {
	static readonly NONE = 0;
	static readonly CAPTURING_PHASE = 1;
	static readonly AT_TARGET = 2;
	static readonly BUBBLING_PHASE = 3;
	readonly #type: string;
	readonly #init: { readonly bubbles: boolean; readonly cancelable: boolean; readonly composed: boolean };
	readonly #timeStamp = now();
	#target: EventTarget | null = null;
	#currentTarget: EventTarget | null = null;
	#phase = 0;
	#isDispatching = false;
	#isPassive = false;
	#isCanceled = false;
	#isPropagationStopped = false;
	#isStopped = false;

	static {
		dispatch = (event, target, call) => {
			if (event.#isDispatching) {
				throw new DOMException('The event is already being dispatched', 'InvalidStateError');
			}

			event.#isDispatching = true;
			event.#target = target;
			event.#currentTarget = target;
			event.#phase = PHASES.AT_TARGET;
			call(
				() => event.#isStopped,
				(isPassive) => {
					event.#isPassive = isPassive;
				},
			);
			event.#currentTarget = null;
			event.#phase = PHASES.NONE;
			event.#isDispatching = false;
			event.#isPassive = false;
			event.#isPropagationStopped = false;
			event.#isStopped = false;
		};
	}

	constructor(type: string, init: EventInit | null = {}) {
		if (arguments.length === 0) {
			throw Object.assign(new TypeError('The "type" argument must be specified'), { code: 'ERR_MISSING_ARGS' });
		}

		this.#type = String(type);
		const { bubbles, cancelable, composed } = init ?? {};
		this.#init = { bubbles: Boolean(bubbles), cancelable: Boolean(cancelable), composed: Boolean(composed) };
	}

	get type(): string {
		return this.#type;
	}
	get target(): EventTarget | null {
		return this.#target;
	}
	get currentTarget(): EventTarget | null {
		return this.#currentTarget;
	}
	get srcElement(): EventTarget | null {
		return this.#target;
	}
	get eventPhase(): number {
		return this.#phase;
	}
	get bubbles(): boolean {
		return this.#init.bubbles;
	}
	get cancelable(): boolean {
		return this.#init.cancelable;
	}
	get composed(): boolean {
		return this.#init.composed;
	}
	get defaultPrevented(): boolean {
		return this.#isCanceled;
	}
	get returnValue(): boolean {
		return !this.#isCanceled;
	}
	get cancelBubble(): boolean {
		return this.#isPropagationStopped;
	}
	set cancelBubble(value: unknown) {
		if (value) {
			this.stopPropagation();
		}
	}
	get timeStamp(): number {
		return this.#timeStamp;
	}
	get isTrusted(): boolean {
		return false;
	}

	composedPath(): EventTarget[] {
		return this.#currentTarget === null ? [] : [this.#currentTarget];
	}

	preventDefault(): void {
		if (this.#init.cancelable && !this.#isPassive) {
			this.#isCanceled = true;
		}
	}

	stopPropagation(): void {
		this.#isPropagationStopped = true;
	}

	stopImmediatePropagation(): void {
		this.#isPropagationStopped = true;
		this.#isStopped = true;
	}

	get [Symbol.toStringTag](): string {
		return 'Event';
	}
}

export class CustomEvent extends Event {
	readonly #detail: unknown;

	constructor(type: string, init: (EventInit & { readonly detail?: unknown }) | null = {}) {
		super(type, init);
		this.#detail = init?.detail ?? null;
	}

	get detail(): unknown {
		return this.#detail;
	}
}

export class EventTarget {
	readonly #listeners = new Map<string, readonly Entry[]>();

	addEventListener(type: string, listener: Listener | null | undefined, options: ListenerOptions = {}): void {
		if (listener === null || listener === undefined) {
			return;
		}

		if (typeof listener !== 'function' && typeof listener !== 'object') {
			throw Object.assign(new TypeError('A listener must be a function or an object.'), { code: 'ERR_INVALID_ARG_TYPE' });
		}

		const key = String(type);
		const { once, passive, signal } = typeof options === 'object' && options !== null ? options : {};
		const capture = isCapture(options);
		const entries = this.#listeners.get(key) ?? [];
		if (signal?.aborted === true || entries.some((entry) => entry.listener === listener && entry.capture === capture)) {
			return;
		}

		this.#listeners.set(key, [...entries, { listener, capture, once: Boolean(once), passive: Boolean(passive), isRemoved: false }]);
		signal?.addEventListener('abort', () => this.removeEventListener(key, listener, { capture }), { once: true });
	}

	removeEventListener(type: string, listener: Listener | null | undefined, options: boolean | Phase = {}): void {
		const capture = isCapture(options);
		const entries = this.#listeners.get(String(type)) ?? [];
		const found = entries.find((entry) => entry.listener === listener && entry.capture === capture);
		if (found !== undefined) {
			found.isRemoved = true;
			this.#listeners.set(
				String(type),
				entries.filter((entry) => entry !== found),
			);
		}
	}

	dispatchEvent(event: Event): boolean {
		if (!(event instanceof Event)) {
			throw Object.assign(new TypeError('Only an Event can be dispatched.'), { code: 'ERR_INVALID_ARG_TYPE' });
		}

		dispatch(event, this, (isStopped, setPassive) => {
			for (const entry of this.#listeners.get(event.type) ?? []) {
				if (isStopped()) {
					return;
				}

				if (!entry.isRemoved) {
					setPassive(entry.passive);
					this.#call(entry, event);
				}
			}
		});
		return !event.defaultPrevented;
	}

	/** What a listener throws is told, and the others are called all the same. */
	#call({ listener, capture, once }: Entry, event: Event): void {
		if (once) {
			this.removeEventListener(event.type, listener, { capture });
		}

		try {
			if (typeof listener === 'function') {
				listener.call(this, event);
			} else {
				listener.handleEvent(event);
			}
		} catch (error) {
			queueTask(() => {
				throw error;
			});
		}
	}

	get [Symbol.toStringTag](): string {
		return 'EventTarget';
	}
}

/** `onabort` and its like: a property that holds one listener, which keeps its place among the others. */
export function defineHandler(holder: { readonly prototype: EventTarget }, type: string): void {
	const handlers = new WeakMap<object, { readonly given: unknown; readonly listener: Listener }>();
	Object.defineProperty(holder.prototype, `on${type}`, {
		get(this: EventTarget) {
			return handlers.get(this)?.given ?? null;
		},
		set(this: EventTarget, given: unknown) {
			const last = handlers.get(this);
			this.removeEventListener(type, last?.listener);
			handlers.delete(this);
			if (typeof given === 'function') {
				const listener = (event: Event): void => void Reflect.apply(given, this, [event]);
				handlers.set(this, { given, listener });
				this.addEventListener(type, listener);
			}
		},
		configurable: true,
		enumerable: true,
	});
}

function isCapture(options: ListenerOptions | Phase): boolean {
	return typeof options === 'boolean' ? options : Boolean(options?.capture);
}
