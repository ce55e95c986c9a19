type Listener = (message: unknown, name: string) => void;

class Channel {
	readonly name: string;
	readonly #listeners = new Set<Listener>();

	constructor(name: string) {
		this.name = name;
	}

	get hasSubscribers(): boolean {
		return this.#listeners.size > 0;
	}

	subscribe(listener: Listener): void {
		this.#listeners.add(listener);
	}

	unsubscribe(listener: Listener): boolean {
		return this.#listeners.delete(listener);
	}

	publish(message: unknown): void {
		for (const listener of this.#listeners) {
			listener(message, this.name);
		}
	}
}

const channels = new Map<string, Channel>();

function channel(name: string): Channel {
	return channels.getOrInsertComputed(name, () => new Channel(name));
}

type Work = (...args: unknown[]) => unknown;
type Traced = Record<string, unknown>;
const PHASES = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;

/** What happens around a call, told to five channels. */
class TracingChannel {
	declare readonly start: Channel;
	declare readonly end: Channel;
	declare readonly asyncStart: Channel;
	declare readonly asyncEnd: Channel;
	declare readonly error: Channel;

	constructor(name: string) {
		for (const phase of PHASES) {
			Reflect.set(this, phase, channel(`tracing:${name}:${phase}`));
		}
	}

	get hasSubscribers(): boolean {
		return PHASES.some((phase) => this[phase].hasSubscribers);
	}

	subscribe(listeners: Readonly<Record<string, Listener>>): void {
		for (const phase of PHASES) {
			const listener = listeners[phase];
			if (listener !== undefined) {
				this[phase].subscribe(listener);
			}
		}
	}

	unsubscribe(listeners: Readonly<Record<string, Listener>>): boolean {
		return PHASES.map((phase) => listeners[phase] === undefined || this[phase].unsubscribe(listeners[phase])).every(Boolean);
	}

	traceSync(work: Work, context: Traced = {}, self?: unknown, ...args: unknown[]): unknown {
		this.start.publish(context);
		try {
			const result = Reflect.apply(work, self, args);
			context['result'] = result;
			return result;
		} catch (error) {
			context['error'] = error;
			this.error.publish(context);
			throw error;
		} finally {
			this.end.publish(context);
		}
	}

	tracePromise(work: Work, context: Traced = {}, self?: unknown, ...args: unknown[]): unknown {
		const settle = (name: 'result' | 'error', value: unknown): void => {
			context[name] = value;
			if (name === 'error') {
				this.error.publish(context);
			}

			this.asyncStart.publish(context);
			this.asyncEnd.publish(context);
		};
		this.start.publish(context);
		try {
			return Promise.resolve(Reflect.apply(work, self, args)).then(
				(value: unknown) => {
					settle('result', value);
					return value;
				},
				(error: unknown) => {
					settle('error', error);
					throw error;
				},
			);
		} catch (error) {
			context['error'] = error;
			this.error.publish(context);
			throw error;
		} finally {
			this.end.publish(context);
		}
	}
}

export const diagnosticsChannelModule: Readonly<Record<string, unknown>> = {
	Channel,
	channel,
	hasSubscribers: (name: string) => channel(name).hasSubscribers,
	subscribe: (name: string, listener: Listener) => channel(name).subscribe(listener),
	unsubscribe: (name: string, listener: Listener) => channel(name).unsubscribe(listener),
	tracingChannel: (name: string) => new TracingChannel(name),
};

export const perfHooksModule: Readonly<Record<string, unknown>> = {
	performance: globalThis.performance,
	PerformanceObserver: class {
		observe(): void {}
		disconnect(): void {}
	},
	constants: {},
	monitorEventLoopDelay: () => ({ enable: () => true, disable: () => true, min: 0, max: 0, mean: 0 }),
};

export const workerThreadsModule: Readonly<Record<string, unknown>> = {
	isMainThread: true,
	parentPort: null,
	workerData: null,
	threadId: 0,
	resourceLimits: {},
	Worker: function Worker() {
		throw Object.assign(new Error('There are no worker threads in the sandbox.'), { code: 'ERR_UNAVAILABLE_IN_SANDBOX' });
	},
};

export function ttyModule(isTerminal: (descriptor: number) => boolean): Readonly<Record<string, unknown>> {
	return {
		isatty: isTerminal,
		ReadStream: function ReadStream() {},
		WriteStream: class {
			getColorDepth(): number {
				return 1;
			}
			hasColors(): boolean {
				return false;
			}
		},
	};
}

/** `v8` and `vm` as far as packages look at them without needing them. */
export const v8Module: Readonly<Record<string, unknown>> = {
	getHeapStatistics: () => ({ heap_size_limit: 0, total_heap_size: 0, used_heap_size: 0 }),
	setFlagsFromString: () => undefined,
	startupSnapshot: { isBuildingSnapshot: () => false },
	cachedDataVersionTag: () => 0,
};
