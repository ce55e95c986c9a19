/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript. */
import { AbortController, AbortSignal } from '../abort.ts';
import { URL } from '../url.ts';
import { Body, extractBody, type Extracted } from './body.ts';
import { Headers } from './headers.ts';
import type { ReadableStream } from './streams/readable-stream.ts';
import { TransformStream } from './streams/transform-stream.ts';

export type RequestInit = Readonly<Record<string, unknown>>;

const NORMALIZED = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'];
const FORBIDDEN = ['CONNECT', 'TRACE', 'TRACK'];
const PLAIN = {
	cache: ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'],
	credentials: ['same-origin', 'omit', 'include'],
	mode: ['cors', 'same-origin', 'no-cors', 'navigate'],
	redirect: ['follow', 'manual', 'error'],
} as const;
type Plain = keyof typeof PLAIN;

export class Request extends Body {
	readonly #url: string;
	readonly #method: string;
	readonly #headers: Headers;
	readonly #signal: AbortSignal;
	readonly #plain: Readonly<Record<Plain, string>>;
	readonly #integrity: string;
	readonly #keepalive: boolean;

	constructor(input: unknown, init: RequestInit | null = {}) {
		const given = init ?? {};
		const base = input instanceof Request ? input : null;
		const headers = new Headers(given['headers'] ?? base?.headers);
		const method = methodOf(given['method'] ?? base?.method ?? 'GET');
		const body = bodyOf(base, given, method);
		if (body.type !== null && !headers.has('content-type')) {
			headers.append('content-type', body.type);
		}

		super(body.source, headers);
		this.#url = base === null ? urlOf(input) : base.url;
		this.#method = method;
		this.#headers = headers;
		this.#signal = signalOf(given['signal'] === undefined ? base?.signal : given['signal']);
		this.#plain = {
			cache: plainOf('cache', given, base),
			credentials: plainOf('credentials', given, base),
			mode: plainOf('mode', given, base),
			redirect: plainOf('redirect', given, base),
		};
		({ integrity: this.#integrity, keepalive: this.#keepalive } = restOf(given, base));
	}

	get url(): string {
		return this.#url;
	}
	get method(): string {
		return this.#method;
	}
	get headers(): Headers {
		return this.#headers;
	}
	get signal(): AbortSignal {
		return this.#signal;
	}
	get cache(): string {
		return this.#plain.cache;
	}
	get credentials(): string {
		return this.#plain.credentials;
	}
	get mode(): string {
		return this.#plain.mode;
	}
	get redirect(): string {
		return this.#plain.redirect;
	}
	get integrity(): string {
		return this.#integrity;
	}
	get keepalive(): boolean {
		return this.#keepalive;
	}
	get destination(): string {
		return '';
	}
	get duplex(): string {
		return 'half';
	}
	get referrer(): string {
		return 'about:client';
	}
	get referrerPolicy(): string {
		return '';
	}

	clone(): Request {
		const copy = extractedOf(this.cloneSource());
		return new Request(this.#url, {
			method: this.#method,
			headers: this.#headers,
			signal: this.#signal,
			...this.#plain,
			integrity: this.#integrity,
			keepalive: this.#keepalive,
			...(copy === null ? {} : { body: copy, duplex: 'half' }),
		});
	}

	get [Symbol.toStringTag](): string {
		return 'Request';
	}
}

/** What `extractBody` takes, of what `cloneSource` gives. */
export function extractedOf(source: Extracted['source']): unknown {
	return source === null ? null : 'stream' in source ? source.stream : source.bytes;
}

function bodyOf(base: Request | null, init: RequestInit, method: string): Extracted {
	const given = init['body'];
	const hasBody = given !== null && given !== undefined;
	if ((hasBody || (base !== null && base.body !== null && given === undefined)) && (method === 'GET' || method === 'HEAD')) {
		throw new TypeError('Request with GET/HEAD method cannot have body.');
	}

	if (!hasBody) {
		return base === null ? extractBody(null) : takeOver(base);
	}

	const extracted = extractBody(given);
	if (extracted.source !== null && 'stream' in extracted.source && init['duplex'] !== 'half') {
		throw new TypeError('RequestInit: duplex option is required when sending a body.');
	}

	return extracted;
}

/** The body of another request goes over to this one. */
function takeOver(base: Request): Extracted {
	const { body } = base;
	if (body === null) {
		return { source: null, type: null };
	}

	if (base.bodyUsed || body.locked) {
		throw new TypeError('Cannot construct a Request with a Request object that has already been used.');
	}

	// The base has lost its body at once, not when this one is read.
	return { source: { stream: body.pipeThrough(new TransformStream()) as ReadableStream }, type: null };
}

function methodOf(method: unknown): string {
	const text = String(method);
	const upper = text.toUpperCase();
	if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/i.test(text) || FORBIDDEN.includes(upper)) {
		throw new TypeError(`'${text}' is not a valid HTTP method.`);
	}

	return NORMALIZED.includes(upper) ? upper : text;
}

function urlOf(input: unknown): string {
	let url: URL;
	try {
		url = new URL(input);
	} catch (error) {
		throw new TypeError(`Failed to parse URL from ${String(input)}`, { cause: error });
	}

	if (url.username !== '' || url.password !== '') {
		throw new TypeError(`Request cannot be constructed from a URL that includes credentials: ${String(input)}`);
	}

	return url.href;
}

function signalOf(given: unknown): AbortSignal {
	if (given === null || given === undefined) {
		return new AbortController().signal;
	}

	if (!(given instanceof AbortSignal)) {
		throw new TypeError('The signal of a request must be an AbortSignal.');
	}

	return AbortSignal.any([given]);
}

function restOf(init: RequestInit, base: Request | null): { readonly integrity: string; readonly keepalive: boolean } {
	return { integrity: String(init['integrity'] ?? base?.integrity ?? ''), keepalive: Boolean(init['keepalive'] ?? base?.keepalive) };
}

function plainOf(name: Plain, init: RequestInit, base: Request | null): string {
	const value = init[name];
	if (value === undefined) {
		return base?.[name] ?? PLAIN[name][0];
	}

	if (!PLAIN[name].some((known) => known === String(value))) {
		throw new TypeError(`"${String(value)}" is no ${name} of a request.`);
	}

	return String(value);
}
