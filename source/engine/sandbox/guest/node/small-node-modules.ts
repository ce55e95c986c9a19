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

export const diagnosticsChannelModule: Readonly<Record<string, unknown>> = {
	Channel,
	channel,
	hasSubscribers: (name: string) => channel(name).hasSubscribers,
	subscribe: (name: string, listener: Listener) => channel(name).subscribe(listener),
	unsubscribe: (name: string, listener: Listener) => channel(name).unsubscribe(listener),
	tracingChannel: (name: string) => ({
		hasSubscribers: false,
		traceSync: (work: (...args: unknown[]) => unknown, _context: unknown, self: unknown, ...args: unknown[]) =>
			Reflect.apply(work, self, args),
		tracePromise: (work: (...args: unknown[]) => unknown, _context: unknown, self: unknown, ...args: unknown[]) =>
			Reflect.apply(work, self, args),
		start: channel(`tracing:${name}:start`),
		end: channel(`tracing:${name}:end`),
		error: channel(`tracing:${name}:error`),
	}),
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
