export type WasmModule = object;
export type WasmMemory = { readonly buffer: ArrayBuffer };
export type WasmInstance = { readonly exports: Readonly<Record<string, unknown>> };
/** Of the engine's namespace, what is used here. */
export type NativeWebAssembly = {
	readonly Module: {
		new (bytes: Uint8Array, options?: unknown): WasmModule;
		readonly prototype: object;
		exports(module: WasmModule): readonly { readonly name: string; readonly kind: string }[];
		imports(module: WasmModule): readonly { readonly module: string; readonly name: string }[];
		customSections(module: WasmModule, name: string): readonly ArrayBuffer[];
	};
	readonly Memory: { new (descriptor: object): WasmMemory; readonly prototype: object };
	readonly Instance: new (module: WasmModule, imports?: unknown) => WasmInstance;
};

/** Taken before the prelude removes the global; undefined where the host runs without compilers. */
const found: unknown = Reflect.get(globalThis, 'WebAssembly');
let memoryBytes = 0;

export function nativeWebAssembly(): NativeWebAssembly {
	if (found === undefined) {
		throw Object.assign(new Error('There is no WebAssembly in this host.'), { code: 'ERR_UNAVAILABLE_IN_SANDBOX' });
	}

	return found as NativeWebAssembly;
}

/** How much one memory may hold; all together are bounded by the core, which watches the process. */
export function setMemoryBound(bytes: number): void {
	memoryBytes = bytes;
}

export function maximumPages(): number {
	return Math.floor(memoryBytes / 65_536);
}
