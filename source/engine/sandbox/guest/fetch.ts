/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript, so what the types promise is converted all the same. */
import { requestCapability } from './capabilities.ts';
import { encodeUtf8 } from './encoding.ts';
import type { AbortSignal } from './event-target.ts';
import { decodeUtf8 } from './text-decoder.ts';
import { URLSearchParams } from './url.ts';

type HeadersInit = Headers | Iterable<readonly [string, string]> | Readonly<Record<string, string>>;
type RequestInit = {
	readonly method?: string;
	readonly headers?: HeadersInit;
	readonly body?: unknown;
	readonly redirect?: string;
	readonly signal?: AbortSignal | null;
};
type Answer = {
	readonly status: number;
	readonly statusText: string;
	readonly url: string;
	readonly redirected: boolean;
	readonly headers: readonly (readonly [string, string])[];
	readonly body: string;
};

export class Headers {
	readonly #values = new Map<string, string>();

	constructor(init: HeadersInit = {}) {
		const pairs = Symbol.iterator in init ? init : Object.entries(init);
		for (const [name, value] of pairs) {
			this.append(name, value);
		}
	}

	append(name: string, value: string): void {
		const existing = this.get(name);
		this.set(name, existing === null ? value : `${existing}, ${value}`);
	}

	set(name: string, value: string): void {
		const key = String(name).toLowerCase();
		if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(key) || /[\0\r\n]/.test(String(value))) {
			throw new TypeError(`"${name}" is not a valid header.`);
		}

		this.#values.set(key, String(value).trim());
	}

	get(name: string): string | null {
		return this.#values.get(String(name).toLowerCase()) ?? null;
	}

	has(name: string): boolean {
		return this.#values.has(String(name).toLowerCase());
	}

	delete(name: string): void {
		this.#values.delete(String(name).toLowerCase());
	}

	forEach(callback: (value: string, name: string, headers: Headers) => void): void {
		for (const [name, value] of this) {
			callback(value, name, this);
		}
	}

	*[Symbol.iterator](): Generator<[string, string]> {
		yield* [...this.#values].sort(([a], [b]) => (a < b ? -1 : 1));
	}

	entries(): Generator<[string, string]> {
		return this[Symbol.iterator]();
	}

	*keys(): Generator<string> {
		for (const [name] of this) {
			yield name;
		}
	}

	*values(): Generator<string> {
		for (const [, value] of this) {
			yield value;
		}
	}
}

/** What request and response share: a body that is whole, and read once. */
class Body {
	bodyUsed = false;
	readonly #bytes: Uint8Array<ArrayBuffer>;

	constructor(bytes: Uint8Array<ArrayBuffer>) {
		this.#bytes = bytes;
	}

	async bytes(): Promise<Uint8Array<ArrayBuffer>> {
		if (this.bodyUsed) {
			throw new TypeError('The body was already read.');
		}

		this.bodyUsed = true;
		return this.#bytes;
	}

	async arrayBuffer(): Promise<ArrayBuffer> {
		const bytes = await this.bytes();
		return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
	}

	async text(): Promise<string> {
		return decodeUtf8(await this.bytes());
	}

	async json(): Promise<unknown> {
		return JSON.parse(await this.text());
	}
}

export class Request extends Body {
	readonly url: string;
	readonly method: string;
	readonly headers: Headers;
	readonly redirect: string;
	readonly signal: AbortSignal | null;

	constructor(input: unknown, init: RequestInit = {}) {
		super(toBytes(init.body));
		const base = input instanceof Request ? input : null;
		this.url = base === null ? String(input) : base.url;
		this.method = (init.method ?? base?.method ?? 'GET').toUpperCase();
		this.headers = new Headers(init.headers ?? base?.headers ?? {});
		this.redirect = init.redirect ?? base?.redirect ?? 'follow';
		this.signal = init.signal ?? base?.signal ?? null;
	}
}

export class Response extends Body {
	readonly status: number;
	readonly statusText: string;
	readonly headers: Headers;
	url = '';
	redirected = false;

	constructor(body: unknown = null, init: { readonly status?: number; readonly statusText?: string; readonly headers?: HeadersInit } = {}) {
		super(toBytes(body));
		this.status = init.status ?? 200;
		this.statusText = init.statusText ?? '';
		this.headers = new Headers(init.headers ?? {});
	}

	static json(value: unknown, init: { readonly status?: number } = {}): Response {
		return new Response(JSON.stringify(value), { ...init, headers: { 'content-type': 'application/json' } });
	}

	get ok(): boolean {
		return this.status >= 200 && this.status <= 299;
	}
}

/** The global `fetch`: whole bodies, one request to the broker, which decides. */
export async function fetch(input: unknown, init: RequestInit = {}): Promise<Response> {
	const request = new Request(input, init);
	request.signal?.throwIfAborted();
	const body = await request.bytes();
	const pending = requestCapability('net.fetch', {
		url: request.url,
		method: request.method,
		headers: [...request.headers],
		redirect: request.redirect,
		body: body.length === 0 ? null : body.toBase64(),
	}) as Promise<Answer>;
	const answer = await withSignal(pending, request.signal);
	const response = new Response(Uint8Array.fromBase64(answer.body), {
		status: answer.status,
		statusText: answer.statusText,
		headers: answer.headers,
	});
	response.url = answer.url;
	response.redirected = answer.redirected;
	return response;
}

function withSignal(pending: Promise<Answer>, signal: AbortSignal | null): Promise<Answer> {
	if (signal === null) {
		return pending;
	}

	const { promise, resolve, reject } = Promise.withResolvers<Answer>();
	signal.addEventListener('abort', () => reject(signal.reason), { once: true });
	pending.then(resolve, reject);
	return promise;
}

function toBytes(body: unknown): Uint8Array<ArrayBuffer> {
	if (body === null || body === undefined) {
		return new Uint8Array(0);
	}

	if (body instanceof ArrayBuffer) {
		return new Uint8Array(body.slice(0));
	}

	if (ArrayBuffer.isView(body)) {
		return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice();
	}

	return encodeUtf8(body instanceof URLSearchParams ? body.toString() : String(body));
}
