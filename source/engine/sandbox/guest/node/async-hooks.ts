type Work = (...args: unknown[]) => unknown;

/**
 * `AsyncLocalStorage` for what runs at once and for the continuations of its own promise. Without hooks in the engine a value cannot
 * follow a timer or a callback, so there it is the one of whoever runs next.
 */
class AsyncLocalStorage {
	#store: unknown = undefined;

	getStore(): unknown {
		return this.#store;
	}

	run(store: unknown, work: Work, ...args: unknown[]): unknown {
		const before = this.#store;
		this.#store = store;
		let isAsync = false;
		try {
			const value = work(...args);
			if (value instanceof Promise) {
				isAsync = true;
				return value.finally(() => {
					this.#store = before;
				});
			}

			return value;
		} finally {
			if (!isAsync) {
				this.#store = before;
			}
		}
	}

	exit(work: Work, ...args: unknown[]): unknown {
		return this.run(undefined, work, ...args);
	}

	enterWith(store: unknown): void {
		this.#store = store;
	}

	disable(): void {
		this.#store = undefined;
	}

	static bind(work: Work): Work {
		return work;
	}

	static snapshot(): (work: Work, ...args: unknown[]) => unknown {
		return (work, ...args) => work(...args);
	}
}

class AsyncResource {
	runInAsyncScope(work: Work, self: unknown, ...args: unknown[]): unknown {
		return Reflect.apply(work, self, args);
	}

	emitDestroy(): this {
		return this;
	}

	asyncId(): number {
		return 1;
	}

	triggerAsyncId(): number {
		return 0;
	}

	static bind(work: Work): Work {
		return work;
	}
}

export const asyncHooksModule: Readonly<Record<string, unknown>> = {
	AsyncLocalStorage,
	AsyncResource,
	createHook: () => ({ enable: () => undefined, disable: () => undefined }),
	executionAsyncId: () => 1,
	triggerAsyncId: () => 0,
	executionAsyncResource: () => ({}),
};
