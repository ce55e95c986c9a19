/* oxlint-disable typescript/no-unnecessary-type-conversion -- callers are untyped JavaScript. */
import { URL } from '../url.ts';
import { Body, extractBody } from './body.ts';
import { Headers } from './headers.ts';
import { extractedOf } from './request.ts';

type ResponseInit = { readonly status?: unknown; readonly statusText?: unknown; readonly headers?: unknown };
type Facts = { readonly type: string; readonly url: string; readonly redirected: boolean; readonly status?: number };

const WITHOUT_BODY = [101, 103, 204, 205, 304];
const REDIRECTS = [301, 302, 303, 307, 308];

/** Says of a response what only the network knows. */
export let describeResponse: (response: Response, facts: Facts) => Response;

export class Response extends Body {
	#status: number;
	readonly #statusText: string;
	readonly #headers: Headers;
	#facts: Facts = { type: 'default', url: '', redirected: false };

	static {
		describeResponse = (response, facts) => {
			response.#facts = facts;
			response.#status = facts.status ?? response.#status;
			return response;
		};
	}

	constructor(body: unknown = null, init: ResponseInit | null = {}) {
		const { status = 200, statusText = '', headers: given } = init ?? {};
		const code = Number(status);
		if (!Number.isInteger(code) || code < 200 || code > 599) {
			throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
		}

		if (!/^[\t\u0020-\u007E\u0080-\u00FF]*$/.test(String(statusText))) {
			throw new TypeError('Invalid statusText');
		}

		const headers = new Headers(given);
		const { source, type } = extractBody(body);
		if (source !== null && WITHOUT_BODY.includes(code)) {
			throw new TypeError(`Response constructor: Invalid response status code ${code}`);
		}

		if (type !== null && !headers.has('content-type')) {
			headers.append('content-type', type);
		}

		super(source, headers);
		this.#status = code;
		this.#statusText = String(statusText);
		this.#headers = headers;
	}

	static error(): Response {
		return describeResponse(new Response(), { type: 'error', url: '', redirected: false, status: 0 });
	}

	static json(value: unknown, init: ResponseInit | null = {}): Response {
		const text = JSON.stringify(value) as string | undefined;
		if (text === undefined) {
			throw new TypeError('The value is not JSON.');
		}

		const headers = new Headers(init?.headers);
		if (!headers.has('content-type')) {
			headers.append('content-type', 'application/json');
		}

		return new Response(text, { ...init, headers });
	}

	static redirect(url: unknown, status: unknown = 302): Response {
		const { href } = new URL(url);
		const code = Number(status);
		if (!REDIRECTS.includes(code)) {
			throw new RangeError(`Invalid status code ${code}`);
		}

		return new Response(null, { status: code, headers: { location: href } });
	}

	get type(): string {
		return this.#facts.type;
	}
	get url(): string {
		return this.#facts.url;
	}
	get redirected(): boolean {
		return this.#facts.redirected;
	}
	get status(): number {
		return this.#status;
	}
	get ok(): boolean {
		return this.#status >= 200 && this.#status <= 299;
	}
	get statusText(): string {
		return this.#statusText;
	}
	get headers(): Headers {
		return this.#headers;
	}

	clone(): Response {
		const copy = new Response(extractedOf(this.cloneSource()), {
			status: this.#status === 0 ? 200 : this.#status,
			statusText: this.#statusText,
			headers: this.#headers,
		});
		return describeResponse(copy, { ...this.#facts, status: this.#status });
	}

	get [Symbol.toStringTag](): string {
		return 'Response';
	}
}
