type Bind = <T extends (...args: never[]) => unknown>(work: T) => T;

let bind: Bind | null = null;

/** Called once somebody wants values that follow what they start. */
export function followContexts(by: Bind): void {
	bind = by;
}

/** What runs later runs in the context that is now; costs nothing while nobody has one. */
export function inContext<T extends (...args: never[]) => unknown>(work: T): T {
	return bind === null ? work : bind(work);
}
