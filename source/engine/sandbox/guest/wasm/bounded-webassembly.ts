import { bytesIn } from '../array-buffers.ts';
import { maximumPages, nativeWebAssembly, type WasmMemory, type WasmModule } from '../native-webassembly.ts';
import { limitMemories } from './limit-memories.ts';

type MemoryDescriptor = { readonly initial?: unknown; readonly minimum?: unknown; readonly maximum?: unknown; readonly shared?: unknown };
type Namespace = Readonly<Record<string, unknown>>;

/** WebAssembly as it is, but for memories: none is shared, none resizable, and none may grow beyond the memory bound of the plugin. */
export function boundedWebAssembly(): Namespace {
	const native = nativeWebAssembly();
	const { Module: NativeModule, Memory: NativeMemory, Instance } = native;

	function Module(bytes: unknown, options?: unknown): WasmModule {
		requireNew(new.target, 'Module');
		const given = bytesIn(bytes);
		if (given === null) {
			throw new TypeError('WebAssembly.Module(): Argument 0 must be a buffer source');
		}

		return Reflect.construct(
			NativeModule,
			[limitMemories(given, maximumPages()), options],
			new.target === Module ? NativeModule : new.target,
		) as WasmModule;
	}

	function Memory(descriptor: MemoryDescriptor): WasmMemory {
		requireNew(new.target, 'Memory');
		return Reflect.construct(NativeMemory, [bounded(descriptor)], new.target === Memory ? NativeMemory : new.target) as WasmMemory;
	}

	replaceConstructor(NativeModule, Module);
	replaceConstructor(NativeMemory, Memory);
	for (const name of ['toResizableBuffer', 'toFixedLengthBuffer']) {
		Reflect.deleteProperty(NativeMemory.prototype, name);
	}

	for (const name of ['customSections', 'exports', 'imports'] as const) {
		Object.defineProperty(Module, name, { value: NativeModule[name], writable: true, configurable: true });
	}

	const compiled = (bytes: unknown): WasmModule => Reflect.construct(Module, [bytes]) as WasmModule;
	const instantiate = async (source: unknown, imports?: unknown): Promise<unknown> => {
		if (source instanceof NativeModule) {
			return new Instance(source, imports);
		}

		const module = compiled(source);
		return { module, instance: new Instance(module, imports) };
	};
	const streamed = async (source: unknown): Promise<ArrayBuffer> =>
		((await source) as { arrayBuffer: () => Promise<ArrayBuffer> }).arrayBuffer();
	const namespace: Record<string, unknown> = {};
	for (const name of Object.getOwnPropertyNames(native)) {
		namespace[name] = Reflect.get(native, name);
	}

	Object.assign(namespace, {
		Module,
		Memory,
		compile: async (bytes: unknown) => compiled(bytes),
		instantiate,
		compileStreaming: async (source: unknown) => compiled(await streamed(source)),
		instantiateStreaming: async (source: unknown, imports?: unknown) => instantiate(await streamed(source), imports),
	});
	Object.defineProperty(namespace, Symbol.toStringTag, { value: 'WebAssembly', configurable: true });
	return namespace;
}

function bounded(descriptor: MemoryDescriptor): object {
	const { initial, minimum, maximum, shared } = descriptor;
	if (shared === true) {
		throw new TypeError('There are no shared memories in the sandbox.');
	}

	const least = Number(initial ?? minimum ?? 0);
	const most = maximumPages();
	if (least > most) {
		throw new RangeError(`A memory of ${least} pages was asked for; at most ${most} fit into the memory bound.`);
	}

	return { initial: least, maximum: maximum === undefined ? most : Math.min(Number(maximum), most) };
}

function requireNew(target: unknown, name: string): void {
	if (target === undefined) {
		throw new TypeError(`WebAssembly.${name} must be invoked with 'new'`);
	}
}

/** The prototype leads to ours, not to the one without bounds. */
function replaceConstructor(native: { readonly prototype: object }, own: { prototype: object }): void {
	own.prototype = native.prototype;
	Object.defineProperty(native.prototype, 'constructor', { value: own, writable: true, configurable: true });
}
