/** What a session needs of isolated-vm, or of what stands in its place: the native host has no isolate and one process for one plugin. */
export type IsolateLibrary = {
	readonly Isolate: new (options: { readonly memoryLimit: number; readonly onCatastrophicError?: (message: string) => void }) => Isolate;
	/** A function that can be called from inside. */
	readonly Callback: new (work: (...given: unknown[]) => unknown) => object;
};

export type Isolate = {
	readonly isDisposed: boolean;
	/** Nanoseconds. */
	readonly cpuTime: bigint;
	createContextSync(): Context;
	createContext(): Promise<Context>;
	compileScriptSync(code: string, options: { readonly filename: string }): Script;
	compileScript(code: string, options: { readonly filename: string }): Promise<Script>;
	getHeapStatistics(): Promise<HeapStatistics>;
	getHeapStatisticsSync(): HeapStatistics;
	dispose(): void;
};

export type HeapStatistics = { readonly used_heap_size: number; readonly externally_allocated_size: number };

type ClosureOptions = { result: { reference: true }; timeout?: number };

export type Context = {
	/** `code` is the body of a function; `$0` is the first argument. */
	evalClosureSync(code: string, given: unknown[], options: ClosureOptions): unknown;
	evalClosure(code: string, given: object[], options: ClosureOptions): Promise<unknown>;
};

export type Script = {
	run(context: Context, options: { readonly timeout: number }): Promise<unknown>;
	runSync(context: Context, options: { readonly timeout: number }): unknown;
};

/** A function inside; strings and numbers cross. */
export type Reference<T extends (...given: never[]) => unknown> = {
	apply(receiver: undefined, given: Parameters<T>, options: { readonly timeout: number }): Promise<ReturnType<T>>;
	applySync(receiver: undefined, given: Parameters<T>, options: { readonly timeout: number }): ReturnType<T>;
};
