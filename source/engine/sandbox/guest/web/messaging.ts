import { DOMException } from '../dom-exception.ts';
import { defineHandler, Event, EventTarget } from '../event-target.ts';
import { structuredClone } from '../structured-clone.ts';
import { setTimeout } from '../timers.ts';

type MessageInit = {
	readonly data?: unknown;
	readonly origin?: string;
	readonly lastEventId?: string;
	readonly source?: unknown;
	readonly ports?: readonly MessagePort[];
};

export class MessageEvent extends Event {
	readonly #init: MessageInit;

	constructor(type: string, init: MessageInit = {}) {
		super(type, init as Readonly<Record<string, unknown>>);
		this.#init = init;
	}

	get data(): unknown {
		return this.#init.data === undefined ? null : this.#init.data;
	}
	get origin(): string {
		return this.#init.origin ?? '';
	}
	get lastEventId(): string {
		return this.#init.lastEventId ?? '';
	}
	get source(): unknown {
		return this.#init.source ?? null;
	}
	get ports(): readonly MessagePort[] {
		return this.#init.ports ?? [];
	}
}

const INTERNAL = Symbol('internal');
let connect: (one: MessagePort, other: MessagePort) => void;

/** One end of a channel. What is sent arrives a turn later, once the other end listens. */
export class MessagePort extends EventTarget {
	declare onmessage: ((event: Event) => void) | null;
	#other: MessagePort | null = null;
	readonly #waiting: unknown[] = [];
	#isStarted = false;
	#isClosed = false;

	static {
		connect = (one, other) => {
			one.#other = other;
			other.#other = one;
		};
	}

	constructor(token: unknown) {
		if (token !== INTERNAL) {
			throw Object.assign(new TypeError('Illegal constructor'), { code: 'ERR_CONSTRUCT_CALL_INVALID' });
		}

		super();
	}

	postMessage(message: unknown, transfer?: unknown): void {
		const list = Array.isArray(transfer) ? transfer : ((transfer as { readonly transfer?: unknown } | undefined)?.transfer ?? []);
		if ((list as readonly unknown[]).includes(this)) {
			throw new DOMException('A port cannot be sent through itself.', 'DataCloneError');
		}

		const copy = structuredClone(message, { transfer: list });
		if (!this.#isClosed && this.#other !== null) {
			this.#other.#waiting.push(copy);
			this.#other.#deliver();
		}
	}

	start(): void {
		this.#isStarted = true;
		this.#deliver();
	}

	close(): void {
		if (!this.#isClosed) {
			const other = this.#other;
			this.#end();
			if (other !== null) {
				other.#end();
			}
		}
	}

	ref(): this {
		return this;
	}

	unref(): this {
		return this;
	}

	/** In node a listener is enough to start a port; in browsers only `onmessage` is. */
	override addEventListener(...given: Parameters<EventTarget['addEventListener']>): void {
		super.addEventListener(...given);
		if (given[0] === 'message') {
			this.start();
		}
	}

	#deliver(): void {
		if (this.#isStarted && !this.#isClosed && this.#waiting.length > 0) {
			setTimeout(() => this.#deliverNext(), 0);
		}
	}

	#deliverNext(): void {
		for (const data of this.#waiting.splice(0)) {
			this.dispatchEvent(new MessageEvent('message', { data }));
		}
	}

	#end(): void {
		this.#isClosed = true;
		setTimeout(() => this.dispatchEvent(new Event('close')), 0);
	}
}

defineHandler(MessagePort, 'message');
defineHandler(MessagePort, 'messageerror');

export class MessageChannel {
	readonly port1 = new MessagePort(INTERNAL);
	readonly port2 = new MessagePort(INTERNAL);

	constructor() {
		connect(this.port1, this.port2);
	}
}
