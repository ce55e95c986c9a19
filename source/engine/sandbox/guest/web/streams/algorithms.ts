type Method = (...args: unknown[]) => unknown;

/** The method of a source, sink or transformer, bound to it; null when there is none. Throws TypeError when it is something else. */
export function methodOf(holder: unknown, name: string): Method | null {
	if (holder === null || holder === undefined) {
		return null;
	}

	const found: unknown = Reflect.get(Object(holder), name);
	if (found === undefined) {
		return null;
	}

	if (typeof found !== 'function') {
		throw Object.assign(new TypeError(`"${name}" must be a function.`), { code: 'ERR_INVALID_ARG_TYPE' });
	}

	return (...args) => Reflect.apply(found, holder, args) as unknown;
}

/** What the method gives or throws, as a promise; done at once when there is no method. A promise it gives is taken as it is, which keeps the order of events. */
export function promiseOf(method: Method | null, ...args: unknown[]): Promise<unknown> {
	try {
		return Promise.resolve(method?.(...args));
	} catch (error) {
		return Promise.reject(error);
	}
}

/** Somebody else looks at this promise, or nobody has to: its rejection is no error of its own. */
export function handled<T>(promise: Promise<T>): Promise<T> {
	promise.catch(() => undefined);
	return promise;
}

/** Calls one of the two when the promise settles, and lets what they throw come up as an unhandled rejection, since it would be a fault of ours. */
export function whenSettled<T>(promise: Promise<T>, fulfilled: (value: T) => void, rejected: (reason: unknown) => void): void {
	void promise.then(fulfilled, rejected);
}

/** Classes that only streams make; their constructors take this. */
export const INTERNAL = Symbol('internal');

export function refuseConstruction(token: unknown): void {
	if (token !== INTERNAL) {
		throw Object.assign(new TypeError('Illegal constructor'), { code: 'ERR_ILLEGAL_CONSTRUCTOR' });
	}
}

export function illegalState(message: string): TypeError {
	return Object.assign(new TypeError(`Invalid state: ${message}`), { code: 'ERR_INVALID_STATE' });
}
