import { inspect } from '../inspect.ts';
import { isDeepEqual } from './deep-equal.ts';

type Expected = RegExp | (new (...args: never[]) => unknown) | ((error: unknown) => boolean) | object;

class AssertionError extends Error {
	override readonly name = 'AssertionError';
	readonly code = 'ERR_ASSERTION';
	readonly actual: unknown;
	readonly expected: unknown;
	readonly operator: string;
	readonly generatedMessage: boolean;

	constructor(
		options: { readonly message?: unknown; readonly actual?: unknown; readonly expected?: unknown; readonly operator?: string } = {},
	) {
		super(
			typeof options.message === 'string'
				? options.message
				: `${inspect(options.actual)} ${options.operator ?? 'is not what was expected:'} ${inspect(options.expected)}`,
		);
		this.generatedMessage = options.message === undefined;
		this.actual = options.actual;
		this.expected = options.expected;
		this.operator = options.operator ?? 'fail';
	}
}

function require(isTrue: boolean, operator: string, [actual, expected, message]: readonly [unknown, unknown, unknown]): void {
	if (!isTrue) {
		throw message instanceof Error ? message : new AssertionError({ message, actual, expected, operator });
	}
}

function ok(value: unknown, message?: unknown): void {
	require(Boolean(value), '==', [value, true, message]);
}

function fits(error: unknown, expected: Expected | undefined): boolean {
	if (expected === undefined) {
		return true;
	}

	if (expected instanceof RegExp) {
		return expected.test(String(error));
	}

	if (typeof expected === 'function') {
		const prototype: unknown = Reflect.get(expected, 'prototype');
		if (typeof prototype === 'object' && prototype !== null && error instanceof expected) {
			return true;
		}

		return !Error.isPrototypeOf(expected) && (expected as (thrown: unknown) => unknown)(error) === true;
	}

	return Object.entries(expected).every(([key, value]) => {
		const actual: unknown = Reflect.get(Object(error), key);
		return value instanceof RegExp ? value.test(String(actual)) : isDeepEqual(actual, value, { strict: true });
	});
}

function throws(work: () => unknown, expected?: Expected, message?: unknown): void {
	let thrown: { readonly error: unknown } | null = null;
	try {
		work();
	} catch (error) {
		thrown = { error };
	}

	require(thrown !== null, 'throws', [undefined, expected, message ?? 'Missing expected exception.']);
	if (thrown !== null && !fits(thrown.error, expected)) {
		throw thrown.error;
	}
}

async function rejects(work: Promise<unknown> | (() => Promise<unknown>), expected?: Expected, message?: unknown): Promise<void> {
	let thrown: { readonly error: unknown } | null = null;
	try {
		await (typeof work === 'function' ? work() : work);
	} catch (error) {
		thrown = { error };
	}

	require(thrown !== null, 'rejects', [undefined, expected, message ?? 'Missing expected rejection.']);
	if (thrown !== null && !fits(thrown.error, expected)) {
		throw thrown.error;
	}
}

const looseEqual = (a: unknown, b: unknown): boolean => isDeepEqual(a, b, { strict: false });
const strictEqual = (a: unknown, b: unknown): boolean => isDeepEqual(a, b, { strict: true });

const methods = {
	ok,
	AssertionError,
	// oxlint-disable-next-line eqeqeq -- the loose comparison is what assert.equal promises.
	equal: (a: unknown, b: unknown, message?: unknown) => require(a == b || Object.is(a, b), '==', [a, b, message]),
	// oxlint-disable-next-line eqeqeq -- as above.
	notEqual: (a: unknown, b: unknown, message?: unknown) => require(a != b, '!=', [a, b, message]),
	strictEqual: (a: unknown, b: unknown, message?: unknown) => require(Object.is(a, b), 'strictEqual', [a, b, message]),
	notStrictEqual: (a: unknown, b: unknown, message?: unknown) => require(!Object.is(a, b), 'notStrictEqual', [a, b, message]),
	deepEqual: (a: unknown, b: unknown, message?: unknown) => require(looseEqual(a, b), 'deepEqual', [a, b, message]),
	notDeepEqual: (a: unknown, b: unknown, message?: unknown) => require(!looseEqual(a, b), 'notDeepEqual', [a, b, message]),
	deepStrictEqual: (a: unknown, b: unknown, message?: unknown) => require(strictEqual(a, b), 'deepStrictEqual', [a, b, message]),
	notDeepStrictEqual: (a: unknown, b: unknown, message?: unknown) => require(!strictEqual(a, b), 'notDeepStrictEqual', [a, b, message]),
	match: (text: string, pattern: RegExp, message?: unknown) => require(pattern.test(text), 'match', [text, pattern, message]),
	doesNotMatch: (text: string, pattern: RegExp, message?: unknown) =>
		require(!pattern.test(text), 'doesNotMatch', [text, pattern, message]),
	throws,
	rejects,
	doesNotThrow: (work: () => unknown) => void work(),
	doesNotReject: async (work: Promise<unknown> | (() => Promise<unknown>)) => {
		await (typeof work === 'function' ? work() : work);
	},
	fail: (message: unknown = 'Failed') => require(false, 'fail', [undefined, undefined, message]),
	ifError: (value: unknown) =>
		require(value === null || value === undefined, 'ifError', [value, null, value instanceof Error ? value : undefined]),
};

export const strictAssertModule: unknown = Object.assign((value: unknown, message?: unknown) => ok(value, message), {
	...methods,
	equal: methods.strictEqual,
	notEqual: methods.notStrictEqual,
	deepEqual: methods.deepStrictEqual,
	notDeepEqual: methods.notDeepStrictEqual,
});

export const assertModule: unknown = Object.assign((value: unknown, message?: unknown) => ok(value, message), {
	...methods,
	strict: strictAssertModule,
});
