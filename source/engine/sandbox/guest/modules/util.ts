import { format, formatWithOptions } from '../inspect.ts';
import { defineLazily } from '../parts.ts';
import { TextEncoder } from '../encoding.ts';
import { queueTask } from '../timers.ts';
import { TextDecoder } from '../text-decoder.ts';
import { isDeepEqual } from './deep-equal.ts';

type AnyFunction = (...args: unknown[]) => unknown;

const custom = Symbol.for('nodejs.util.promisify.custom');
// oxlint-disable-next-line no-control-regex
const CONTROL_SEQUENCE = /[\u001B\u009B][[\]()#;?]*(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-nq-uy=><~]/g;

function promisify(original: AnyFunction): AnyFunction {
	const own: unknown = Reflect.get(original, custom);
	if (typeof own === 'function') {
		return own as AnyFunction;
	}

	return function promisified(this: unknown, ...args: unknown[]) {
		return new Promise((resolve, reject) => {
			const callback = (error: unknown, value: unknown): void => (error === null || error === undefined ? resolve(value) : reject(error));
			Reflect.apply(original, this, [...args, callback]);
		});
	};
}

function callbackify(original: AnyFunction): AnyFunction {
	return function callbackified(this: unknown, ...args: unknown[]) {
		const callback = args.pop() as AnyFunction;
		const settle = async (): Promise<() => unknown> => {
			try {
				const value = await Reflect.apply(original, this, args);
				return () => callback(null, value);
			} catch (error) {
				return () => callback(error);
			}
		};
		// What the callback throws must not come back as a second call of it.
		void settle().then((report) => queueTask(report));
	};
}

function inherits(constructor: AnyFunction, parent: AnyFunction): void {
	Object.defineProperty(constructor, 'super_', { value: parent, writable: true, configurable: true });
	Object.setPrototypeOf(constructor.prototype as object, parent.prototype as object);
}

function debuglog(): () => undefined {
	return Object.assign(() => undefined, { enabled: false });
}

function isTag(tag: string): (value: unknown) => boolean {
	return (value) => Object.prototype.toString.call(value) === `[object ${tag}]`;
}

const VIEWS = ['Uint8Clamped', 'Uint16', 'Uint32', 'Int8', 'Int16', 'Int32', 'Float16', 'Float32', 'Float64', 'BigInt64', 'BigUint64'].map(
	(name) => `${name}Array`,
);

export const typesModule: Readonly<Record<string, unknown>> = {
	...Object.fromEntries(VIEWS.map((name) => [`is${name}`, isTag(name)])),
	...Object.fromEntries(['Map Iterator', 'Set Iterator'].map((tag) => [`is${tag.replace(' ', '')}`, isTag(tag)])),
	...Object.fromEntries(
		[Number, String, Boolean, BigInt, Symbol].map((type) => [`is${type.name}Object`, (value: unknown) => value instanceof type]),
	),
	isArgumentsObject: isTag('Arguments'),
	isDataView: (value: unknown) => value instanceof DataView,
	isExternal: () => false,
	isModuleNamespaceObject: isTag('Module'),
	isDate: (value: unknown) => value instanceof Date,
	isRegExp: (value: unknown) => value instanceof RegExp,
	isMap: (value: unknown) => value instanceof Map,
	isSet: (value: unknown) => value instanceof Set,
	isWeakMap: (value: unknown) => value instanceof WeakMap,
	isWeakSet: (value: unknown) => value instanceof WeakSet,
	isPromise: (value: unknown) => value instanceof Promise,
	isNativeError: (value: unknown) => value instanceof Error,
	isTypedArray: (value: unknown) => ArrayBuffer.isView(value) && !(value instanceof DataView),
	isUint8Array: (value: unknown) => value instanceof Uint8Array,
	isArrayBuffer: (value: unknown) => value instanceof ArrayBuffer,
	isAnyArrayBuffer: (value: unknown) => value instanceof ArrayBuffer,
	isArrayBufferView: (value: unknown) => ArrayBuffer.isView(value),
	isAsyncFunction: isTag('AsyncFunction'),
	isGeneratorFunction: isTag('GeneratorFunction'),
	isGeneratorObject: isTag('Generator'),
	isBoxedPrimitive: (value: unknown) => [String, Number, Boolean, Symbol, BigInt].some((type) => value instanceof type),
	isProxy: () => false,
	isSharedArrayBuffer: () => false,
};

export const utilModule: Readonly<Record<string, unknown>> = {
	format,
	formatWithOptions,
	promisify: Object.assign(promisify, { custom }),
	callbackify,
	inherits,
	deprecate: (original: unknown) => original,
	debuglog,
	debug: debuglog,
	aborted: (signal: AbortSignal) =>
		new Promise<void>((resolve) => {
			if (signal.aborted) {
				resolve();
			} else {
				signal.addEventListener('abort', () => resolve(), { once: true });
			}
		}),
	isDeepStrictEqual: (a: unknown, b: unknown) => isDeepEqual(a, b, { strict: true }),
	stripVTControlCharacters: (text: string) => text.replace(CONTROL_SEQUENCE, ''),
	toUSVString: (text: string) => text.toWellFormed(),
	types: typesModule,
	TextEncoder,
	TextDecoder,
	isArray: Array.isArray,
	isString: (value: unknown) => typeof value === 'string',
	isFunction: (value: unknown) => typeof value === 'function',
	isRegExp: (value: unknown) => value instanceof RegExp,
	isDate: (value: unknown) => value instanceof Date,
	isError: (value: unknown) => value instanceof Error,
	isObject: (value: unknown) => typeof value === 'object' && value !== null,
	isNull: (value: unknown) => value === null,
	isUndefined: (value: unknown) => value === undefined,
	isNumber: (value: unknown) => typeof value === 'number',
	isBoolean: (value: unknown) => typeof value === 'boolean',
};

defineLazily(utilModule, 'util', ['inspect', 'parseArgs', 'styleText', 'MIMEParams', 'MIMEType', 'diff', 'parseEnv']);
