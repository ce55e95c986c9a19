type Listener = (...args: unknown[]) => void;
type Entry = { readonly listener: Listener; readonly once: boolean };
type EventName = string | symbol;

/** Node's EventEmitter. Listeners live in one lazily made map, since packages inherit from it without calling its constructor. */
export class EventEmitter {
	static defaultMaxListeners = 10;
	static readonly EventEmitter = EventEmitter;

	static async once(emitter: EventEmitter, name: EventName): Promise<unknown[]> {
		return new Promise((resolve, reject) => {
			const onError = (error: unknown): void => {
				emitter.off(name, onEvent);
				reject(error);
			};
			const onEvent = (...args: unknown[]): void => {
				emitter.off('error', onError);
				resolve(args);
			};
			emitter.once(name, onEvent);
			if (name !== 'error') {
				emitter.once('error', onError);
			}
		});
	}

	static listenerCount(emitter: EventEmitter, name: EventName): number {
		return emitter.listenerCount(name);
	}

	on(name: EventName, listener: Listener): this {
		add(this, name, { listener, once: false });
		return this;
	}

	addListener(name: EventName, listener: Listener): this {
		return this.on(name, listener);
	}

	once(name: EventName, listener: Listener): this {
		add(this, name, { listener, once: true });
		return this;
	}

	prependListener(name: EventName, listener: Listener): this {
		listenersOf(this).set(name, [{ listener, once: false }, ...entries(this, name)]);
		return this;
	}

	prependOnceListener(name: EventName, listener: Listener): this {
		listenersOf(this).set(name, [{ listener, once: true }, ...entries(this, name)]);
		return this;
	}

	off(name: EventName, listener: Listener): this {
		const all = entries(this, name);
		const at = all.findLastIndex((entry) => entry.listener === listener);
		setEntries(this, name, at === -1 ? all : all.toSpliced(at, 1));
		return this;
	}

	removeListener(name: EventName, listener: Listener): this {
		return this.off(name, listener);
	}

	removeAllListeners(name?: EventName): this {
		if (name === undefined) {
			listenersOf(this).clear();
		} else {
			listenersOf(this).delete(name);
		}

		return this;
	}

	emit(name: EventName, ...args: unknown[]): boolean {
		if (name === 'error' && entries(this, errorMonitor).length > 0) {
			this.emit(errorMonitor, ...args);
		}

		const all = entries(this, name);
		if (all.length === 0) {
			if (name === 'error') {
				throw args[0] instanceof Error ? args[0] : new Error(`Unhandled error. (${String(args[0])})`);
			}

			return false;
		}

		for (const { listener, once } of all) {
			if (once) {
				this.off(name, listener);
			}

			Reflect.apply(listener, this, args);
		}

		return true;
	}

	listeners(name: EventName): Listener[] {
		return entries(this, name).map(({ listener }) => listener);
	}

	rawListeners(name: EventName): Listener[] {
		return this.listeners(name);
	}

	listenerCount(name: EventName): number {
		return entries(this, name).length;
	}

	eventNames(): EventName[] {
		return [...listenersOf(this).keys()];
	}

	setMaxListeners(count: number): this {
		limits.set(this, count);
		return this;
	}

	getMaxListeners(): number {
		return limits.get(this) ?? EventEmitter.defaultMaxListeners;
	}
}

/** Who listens to this hears of errors before anybody handles them, and does not count as handling them. */
const errorMonitor = Symbol('events.errorMonitor');

/** Only told again: nothing warns. */
const limits = new WeakMap<EventEmitter, number>();
const held = new WeakMap<EventEmitter, Map<EventName, readonly Entry[]>>();

function listenersOf(emitter: EventEmitter): Map<EventName, readonly Entry[]> {
	const known = held.get(emitter) ?? new Map<EventName, readonly Entry[]>();
	held.set(emitter, known);
	return known;
}

function entries(emitter: EventEmitter, name: EventName): readonly Entry[] {
	return listenersOf(emitter).get(name) ?? [];
}

function setEntries(emitter: EventEmitter, name: EventName, all: readonly Entry[]): void {
	if (all.length === 0) {
		listenersOf(emitter).delete(name);
	} else {
		listenersOf(emitter).set(name, all);
	}
}

function add(emitter: EventEmitter, name: EventName, entry: Entry): void {
	if (typeof entry.listener !== 'function') {
		throw new TypeError('The "listener" argument must be of type function.');
	}

	if (name !== 'newListener' && entries(emitter, 'newListener').length > 0) {
		emitter.emit('newListener', name, entry.listener);
	}

	setEntries(emitter, name, [...entries(emitter, name), entry]);
}

/** Older packages write `EventEmitter.call(this)` and `util.inherits`, which a class does not allow; this one does. */
function CallableEventEmitter(this: unknown): unknown {
	return new.target === undefined ? undefined : Reflect.construct(EventEmitter, [], new.target);
}

CallableEventEmitter.prototype = EventEmitter.prototype;
Object.defineProperty(EventEmitter.prototype, 'constructor', { value: CallableEventEmitter, writable: true, configurable: true });

export const eventsModule: unknown = Object.assign(CallableEventEmitter, {
	EventEmitter: CallableEventEmitter,
	defaultMaxListeners: EventEmitter.defaultMaxListeners,
	once: (emitter: EventEmitter, name: EventName) => EventEmitter.once(emitter, name),
	on,
	listenerCount: (emitter: EventEmitter, name: EventName) => emitter.listenerCount(name),
	getEventListeners: (emitter: EventEmitter, name: EventName) => emitter.listeners(name),
	getMaxListeners: (emitter: EventEmitter) => emitter.getMaxListeners(),
	setMaxListeners: (count = EventEmitter.defaultMaxListeners, ...emitters: readonly EventEmitter[]) => {
		for (const emitter of emitters) {
			emitter.setMaxListeners(count);
		}
	},
	errorMonitor,
	captureRejectionSymbol: Symbol.for('nodejs.rejection'),
	captureRejections: false,
});
Object.defineProperty(CallableEventEmitter, 'name', { value: 'EventEmitter', configurable: true });

/** `events.on`: what is emitted, one array of arguments after the other, until there is an error or nobody asks any more. */
async function* on(emitter: EventEmitter, name: EventName, { signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<unknown[]> {
	const waiting: unknown[][] = [];
	let failed: { readonly error: unknown } | null = null;
	let wake: () => void = () => undefined;
	const take = (...args: unknown[]): void => {
		waiting.push(args);
		wake();
	};
	const fail = (error: unknown): void => {
		failed = { error };
		wake();
	};
	const abort = (): void => fail(Object.assign(new Error('The operation was aborted'), { name: 'AbortError', code: 'ABORT_ERR' }));
	emitter.on(name, take);
	emitter.on('error', fail);
	signal?.addEventListener('abort', abort, { once: true });
	try {
		for (;;) {
			const next = waiting.shift();
			if (next !== undefined) {
				yield next;
			} else if (failed === null) {
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			} else {
				throw (failed as { readonly error: unknown }).error;
			}
		}
	} finally {
		emitter.off(name, take);
		emitter.off('error', fail);
		signal?.removeEventListener('abort', abort);
	}
}
