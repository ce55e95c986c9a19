import { followContexts } from '../async-context.ts';

type Work = (...args: unknown[]) => unknown;
type Context = ReadonlyMap<object, unknown>;

const NONE: Context = new Map();
let current: Context = NONE;
let isFollowed = false;
let lastId = 1;

function runIn(context: Context, work: Work, self?: unknown, args: readonly unknown[] = []): unknown {
	const before = current;
	current = context;
	try {
		return Reflect.apply(work, self, args);
	} finally {
		current = before;
	}
}

function bindTo(context: Context, work: Work, self?: unknown): Work {
	const bound = function (this: unknown, ...args: unknown[]): unknown {
		return runIn(context, work, self ?? this, args);
	};
	return Object.defineProperty(bound, 'length', { value: work.length, configurable: true });
}

/**
 * Contexts follow timers, tasks and the callbacks of promises from now on. What waits with `await` comes along because the bundler
 * writes the waiting of a program that uses this as callbacks of promises: the engine gives no hook into its own.
 */
function follow(): void {
	if (isFollowed) {
		return;
	}

	isFollowed = true;
	const bind = (work: Work): Work => {
		const context = current;
		return (...args) => runIn(context, work, undefined, args);
	};
	followContexts(bind as never);
	// oxlint-disable-next-line typescript/unbound-method -- it is called with the promise below.
	const then = Promise.prototype.then as unknown as Work;
	const bindOne = (callback: unknown): unknown => (typeof callback === 'function' ? bind(callback as Work) : callback);
	const following = function (this: unknown, onFulfilled?: unknown, onRejected?: unknown): unknown {
		return Reflect.apply(then, this, [bindOne(onFulfilled), bindOne(onRejected)]);
	};
	const prototype: object = Promise.prototype;
	Reflect.defineProperty(following, 'name', { value: 'then', configurable: true });
	// oxlint-disable-next-line unicorn/no-thenable -- it takes the place of the promise's own.
	Reflect.defineProperty(prototype, 'then', { value: following, writable: true, configurable: true });
}

class AsyncLocalStorage {
	readonly name: string;
	readonly #default: unknown;

	constructor({ name = '', defaultValue }: { readonly name?: string; readonly defaultValue?: unknown } = {}) {
		this.name = name;
		this.#default = defaultValue;
		follow();
	}

	getStore(): unknown {
		return current.has(this) ? current.get(this) : this.#default;
	}

	run(store: unknown, work: Work, ...args: unknown[]): unknown {
		return runIn(this.#with(store), work, undefined, args);
	}

	exit(work: Work, ...args: unknown[]): unknown {
		return this.run(undefined, work, ...args);
	}

	enterWith(store: unknown): void {
		current = this.#with(store);
	}

	disable(): void {
		const left = new Map(current);
		left.delete(this);
		current = left;
	}

	#with(store: unknown): Context {
		return new Map(current).set(this, store);
	}

	static bind(work: Work): Work {
		return bindTo(current, work);
	}

	static snapshot(): (work: Work, ...args: unknown[]) => unknown {
		const context = current;
		return (work, ...args) => runIn(context, work, undefined, args);
	}
}

class AsyncResource {
	readonly #context = current;
	readonly #id: number;

	constructor() {
		lastId += 1;
		this.#id = lastId;
	}

	runInAsyncScope(work: Work, self?: unknown, ...args: unknown[]): unknown {
		return runIn(this.#context, work, self, args);
	}

	bind(work: Work, self?: unknown): Work {
		return bindTo(this.#context, work, self);
	}

	emitDestroy(): this {
		return this;
	}

	asyncId(): number {
		return this.#id;
	}

	triggerAsyncId(): number {
		return 0;
	}

	static bind(work: Work, _type?: unknown, self?: unknown): Work {
		return bindTo(current, work, self);
	}
}

export const asyncHooksModule: Readonly<Record<string, unknown>> = {
	AsyncLocalStorage,
	AsyncResource,
	createHook: () => ({ enable: () => undefined, disable: () => undefined }),
	executionAsyncId: () => 1,
	triggerAsyncId: () => 0,
	executionAsyncResource: () => ({}),
	asyncWrapProviders: {},
};
