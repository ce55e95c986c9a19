/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript. */
type Context = Record<PropertyKey, unknown>;
type Options = string | { readonly filename?: unknown } | undefined;

const contexts = new WeakSet<object>();
// oxlint-disable-next-line no-eval -- it runs code that belongs to this isolate already.
const evaluate = globalThis.eval;
/** What the language itself has; a new context sees nothing else of the globals here. */
const LANGUAGE = new Set(
	(
		'AggregateError Array ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean DataView Date Error EvalError Float16Array Float32Array ' +
		'Float64Array Function Infinity Int16Array Int32Array Int8Array Intl Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ' +
		'ReferenceError Reflect RegExp Set String Symbol SyntaxError Temporal TypeError URIError Uint16Array Uint32Array Uint8Array ' +
		'Uint8ClampedArray WeakMap WeakSet decodeURI decodeURIComponent encodeURI encodeURIComponent escape eval isFinite isNaN parseFloat parseInt ' +
		'undefined unescape'
	).split(' '),
);

function requireContext(value: unknown): Context {
	if (typeof value !== 'object' || value === null || !contexts.has(value)) {
		throw Object.assign(new TypeError('The "contextifiedObject" argument must be an vm.Context.'), { code: 'ERR_INVALID_ARG_TYPE' });
	}

	return value as Context;
}

function createContext(value: unknown = {}): Context {
	contexts.add(value as object);
	return value as Context;
}

function runInThisContext(code: unknown, options?: Options): unknown {
	return evaluate(named(code, options));
}

/** The code sees the object as its globals and the language's own. It shares their prototypes with everybody: this is order, not a wall. */
function runInContext(code: unknown, contextified: unknown, options?: Options): unknown {
	const context = requireContext(contextified);
	const scope = new Proxy(context, {
		has: (target, key) => Reflect.has(target, key) || key !== 'plugwardCode',
		get: (target, key) => {
			if (key === Symbol.unscopables) {
				return undefined;
			}

			if (Reflect.has(target, key)) {
				return Reflect.get(target, key);
			}

			return key === 'globalThis' ? scope : LANGUAGE.has(String(key)) ? (Reflect.get(globalThis, key) as unknown) : undefined;
		},
	});
	// oxlint-disable-next-line typescript/no-implied-eval -- as above.
	const run = new Function('plugwardScope', 'plugwardCode', 'with (plugwardScope) { return eval(plugwardCode); }');
	return Reflect.apply(run, scope, [scope, named(code, options)]);
}

function named(code: unknown, options: Options): string {
	const filename = typeof options === 'string' ? options : options?.filename;
	return typeof filename === 'string' ? `${String(code)}\n//# sourceURL=${filename.replaceAll(/\s/g, '%20')}` : String(code);
}

class Script {
	readonly #code: string;
	readonly #options: Options;
	readonly cachedDataRejected = undefined;

	constructor(code: unknown, options?: Options) {
		// As in node, what cannot be parsed is found out now. Nothing calls it.
		// oxlint-disable-next-line typescript/no-implied-eval, no-new -- it is only parsed.
		new Function(String(code).replace(/^#!.*/, ''));
		this.#code = String(code);
		this.#options = options;
	}

	runInThisContext(): unknown {
		return runInThisContext(this.#code, this.#options);
	}

	runInContext(context: unknown): unknown {
		return runInContext(this.#code, context, this.#options);
	}

	runInNewContext(context: unknown): unknown {
		return runInContext(this.#code, createContext(context), this.#options);
	}
}

function compileFunction(code: unknown, parameters: readonly string[] = [], options?: Options): unknown {
	// oxlint-disable-next-line typescript/no-implied-eval -- as above.
	return new Function(...parameters, named(code, options));
}

/** `vm` inside of one isolate: code in an order of its own, with the bounds of its plugin in place of a `timeout`. */
export const vmModule: Readonly<Record<string, unknown>> = {
	Script,
	createContext,
	createScript: (code: unknown, options?: Options) => new Script(code, options),
	isContext: (value: unknown) => typeof value === 'object' && value !== null && contexts.has(value),
	runInThisContext,
	runInContext,
	runInNewContext: (code: unknown, context?: unknown, options?: Options) => runInContext(code, createContext(context), options),
	compileFunction,
	constants: {},
};
