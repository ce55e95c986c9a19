/* oxlint-disable typescript/no-unnecessary-type-conversion -- callers are untyped JavaScript, so what the types promise is converted all the same. */
import { compute } from '../compute.ts';

const PARTS = ['protocol', 'username', 'password', 'hostname', 'port', 'pathname', 'search', 'hash'] as const;

type Fields = Readonly<Record<(typeof PARTS)[number], string>> & { readonly hasRegExpGroups: boolean };
type Input = string | Readonly<Record<string, string>>;

/** The URLPattern of the standard: the host compiles and matches it, on texts alone. */
export class URLPattern {
	readonly #pattern: string;
	readonly #fields: Fields;

	// As node's, which counts no parameter as required.
	constructor(...given: unknown[]) {
		const [first, second, third] = given;
		if (second !== undefined && second !== null && typeof second !== 'string' && typeof second !== 'object') {
			throw invalidArgument('second argument must be a string or object');
		}

		const base = typeof second === 'string' ? second : null;
		const options = base === null ? second : third;
		const ignoreCase = typeof options === 'object' && options !== null && Boolean(Reflect.get(options, 'ignoreCase'));
		const input = inputOf(first, 'Input must be an object or a string');
		if (base !== null && typeof input !== 'string') {
			throw Object.assign(new TypeError('Failed to construct URLPattern'), { code: 'ERR_INVALID_URL_PATTERN' });
		}

		this.#pattern = JSON.stringify({ input, base, ignoreCase });
		this.#fields = ask('pattern', { pattern: this.#pattern }) as Fields;
	}

	get protocol(): string {
		return this.#fields.protocol;
	}
	get username(): string {
		return this.#fields.username;
	}
	get password(): string {
		return this.#fields.password;
	}
	get hostname(): string {
		return this.#fields.hostname;
	}
	get port(): string {
		return this.#fields.port;
	}
	get pathname(): string {
		return this.#fields.pathname;
	}
	get search(): string {
		return this.#fields.search;
	}
	get hash(): string {
		return this.#fields.hash;
	}
	get hasRegExpGroups(): boolean {
		return this.#fields.hasRegExpGroups;
	}

	exec(input?: unknown, base?: unknown): unknown {
		const wanted = inputOf(input, 'URLPattern input needs to be a string or an object');
		const result = ask('match', { pattern: this.#pattern, input: wanted, ...(typeof base === 'string' ? { base } : {}) });
		return withUndefined(result);
	}

	test(input?: unknown, base?: unknown): boolean {
		return this.exec(input, base) !== null;
	}

	get [Symbol.toStringTag](): string {
		return 'URLPattern';
	}
}

for (const name of [...PARTS, 'hasRegExpGroups', 'exec', 'test']) {
	Object.defineProperty(URLPattern.prototype, name, { enumerable: true });
}

/** Parts that are no text do not count, as in node. */
function inputOf(value: unknown, complaint: string): Input {
	if (value === undefined || value === null || typeof value === 'string') {
		return value ?? {};
	}

	if (typeof value !== 'object') {
		throw invalidArgument(complaint);
	}

	const parts: Record<string, string> = {};
	for (const name of [...PARTS, 'baseURL']) {
		const part: unknown = Reflect.get(value, name);
		if (typeof part === 'string') {
			parts[name] = part;
		}
	}

	return parts;
}

function ask(operation: string, request: Readonly<Record<string, unknown>>): unknown {
	try {
		return compute(operation, request);
	} catch (error) {
		throw Object.assign(new TypeError(error instanceof Error ? error.message : ''), { code: Reflect.get(Object(error), 'code') });
	}
}

function invalidArgument(message: string): TypeError {
	return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' });
}

/** A group that took no part comes as null. */
function withUndefined(result: unknown): unknown {
	for (const part of Object.values(Object(result) as Readonly<Record<string, unknown>>)) {
		const groups: unknown = Reflect.get(Object(part), 'groups');
		for (const [name, value] of Object.entries(Object(groups) as Readonly<Record<string, unknown>>)) {
			if (value === null) {
				Reflect.set(Object(groups), name, undefined);
			}
		}
	}

	return result;
}
