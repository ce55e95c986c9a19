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

	setMaxListeners(): this {
		return this;
	}

	getMaxListeners(): number {
		return EventEmitter.defaultMaxListeners;
	}
}

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
	listenerCount: (emitter: EventEmitter, name: EventName) => emitter.listenerCount(name),
});
