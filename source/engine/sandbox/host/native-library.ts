import { cpuUsage, getBuiltinModule, memoryUsage } from 'node:process';
import { isNativeError } from 'node:util/types';
import { createContext, runInContext, Script as VmScript } from 'node:vm';

import type { Context, HeapStatistics, Isolate, IsolateLibrary, Script } from './isolate-library.ts';

/** What the bundle of a native plugin calls for node's own modules. */
const MODULES = 'plugwardNative';

/** What node's modules give and take has to be the same thing to the plugin. */
const NATIVE_GLOBALS = [
	'Buffer',
	'process',
	'URL',
	'URLSearchParams',
	'TextEncoder',
	'TextDecoder',
	'WebAssembly',
	'SharedArrayBuffer',
	'Atomics',
	'WeakRef',
	'FinalizationRegistry',
] as const;

/** An error of node's modules is one to the plugin, although it was made outside of its context. */
const SAME_ERRORS = `(isNativeError) => {
	const ordinary = Function.prototype[Symbol.hasInstance];
	Object.defineProperty(Error, Symbol.hasInstance, {
		value(thing) { return ordinary.call(this, thing) || (this === Error && isNativeError(thing)); },
	});
}`;

/**
 * Stands in the place of isolated-vm for a plugin that runs outside of an isolate: a context of this very process, in which the same
 * prelude gives the same `context` to the plugin, and node's modules are node's own. It keeps nothing in. What does is the permission
 * model that the process was started under, and the core, which measures and kills it.
 */
export const nativeLibrary: IsolateLibrary = {
	Isolate: class implements Isolate {
		readonly isDisposed = false;

		get cpuTime(): bigint {
			const { user, system } = cpuUsage();
			return BigInt(user + system) * 1000n;
		}

		createContextSync(): Context {
			return new NativeContext();
		}

		async createContext(): Promise<Context> {
			return new NativeContext();
		}

		compileScriptSync(code: string, { filename }: { readonly filename: string }): Script {
			const script = new VmScript(code, { filename });
			const runSync: Script['runSync'] = (context) => (context as NativeContext).run(script);
			return { runSync, run: async (context, options) => runSync(context, options) };
		}

		async compileScript(code: string, options: { readonly filename: string }): Promise<Script> {
			return this.compileScriptSync(code, options);
		}

		getHeapStatisticsSync(): HeapStatistics {
			const { heapUsed, external } = memoryUsage();
			return { used_heap_size: heapUsed, externally_allocated_size: external };
		}

		async getHeapStatistics(): Promise<HeapStatistics> {
			return this.getHeapStatisticsSync();
		}

		dispose(): void {
			// The end of the process is the end of it.
		}
	},
	Callback: class {
		readonly call: (...given: unknown[]) => unknown;

		constructor(work: (...given: unknown[]) => unknown) {
			this.call = work;
		}
	},
};

class NativeContext implements Context {
	readonly #context = createContext({ [MODULES]: (name: string) => getBuiltinModule(name) });

	run(script: VmScript): unknown {
		runInContext(SAME_ERRORS, this.#context)(isNativeError);
		for (const name of NATIVE_GLOBALS) {
			Reflect.defineProperty(this.#context, name, { value: Reflect.get(globalThis, name), writable: true, configurable: true });
		}

		return script.runInContext(this.#context);
	}

	evalClosureSync(code: string, given: readonly unknown[]): unknown {
		const names = given.map((_, index) => `$${index}`).join(', ');
		const closure: unknown = runInContext(`(function (${names}) {${code}\n})`, this.#context);
		const values = given.map((one) => (typeof one === 'object' && one !== null && 'call' in one ? one.call : one));
		const inside: unknown = typeof closure === 'function' ? Reflect.apply(closure, undefined, values) : null;
		const applySync = (_: undefined, words: readonly unknown[]): unknown =>
			typeof inside === 'function' ? Reflect.apply(inside, undefined, words) : undefined;
		return { applySync, apply: async (receiver: undefined, words: readonly unknown[]): Promise<unknown> => applySync(receiver, words) };
	}

	async evalClosure(code: string, given: readonly object[]): Promise<unknown> {
		return this.evalClosureSync(code, given);
	}
}
