import { validateHeaderName, validateHeaderValue } from 'node:http';

export type HttpRequest = {
	readonly url: URL;
	readonly method: string;
	/** Names in lower case. */
	readonly headers: readonly (readonly [string, string])[];
	readonly redirect: 'follow' | 'error' | 'manual';
	readonly body: Buffer | null;
};

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const MAXIMUM_URL_CHARACTERS = 8192;
const MAXIMUM_HEADERS = 100;
const MAXIMUM_HEADER_CHARACTERS = 16_384;
// The authority and the framing belong to the broker; a plugin must not be able to speak of another host or smuggle a second request.
const REFUSED_HEADERS: ReadonlySet<string> = new Set([
	'host',
	'connection',
	'keep-alive',
	'transfer-encoding',
	'te',
	'trailer',
	'upgrade',
	'expect',
	'content-length',
	'proxy-authorization',
	'proxy-connection',
	'accept-encoding',
]);

/** Reads what the guest's fetch sends. A sentence when it is not a request. */
export function parseHttpRequest(args: Readonly<Record<string, unknown>>): HttpRequest | string {
	const { url: address, method, redirect, body } = args;
	const url = typeof address === 'string' && address.length <= MAXIMUM_URL_CHARACTERS ? URL.parse(address) : null;
	if (url === null) {
		return 'fetch needs a whole URL.';
	}

	if (typeof method !== 'string' || !METHODS.has(method)) {
		return `The method ${String(method).slice(0, 20)} is not available; there are ${[...METHODS].join(', ')}.`;
	}

	if (redirect !== 'follow' && redirect !== 'error' && redirect !== 'manual') {
		return 'redirect is "follow", "error" or "manual".';
	}

	if (body !== null && typeof body !== 'string') {
		return 'The body is not base64 text.';
	}

	const headers = parseHeaders(args['headers']);
	return typeof headers === 'string'
		? headers
		: { url, method, redirect, headers, body: body === null ? null : Buffer.from(body, 'base64') };
}

function parseHeaders(value: unknown): readonly (readonly [string, string])[] | string {
	if (!Array.isArray(value) || value.length > MAXIMUM_HEADERS) {
		return `A request has at most ${MAXIMUM_HEADERS} headers.`;
	}

	const headers: (readonly [string, string])[] = [];
	for (const pair of value as readonly unknown[]) {
		const [name, text] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
		if (typeof name !== 'string' || typeof text !== 'string' || text.length > MAXIMUM_HEADER_CHARACTERS) {
			return 'A header is a name and a text.';
		}

		try {
			validateHeaderName(name);
			validateHeaderValue(name, text);
		} catch {
			return 'A header has a name or a value with characters that headers cannot hold.';
		}

		if (!REFUSED_HEADERS.has(name.toLowerCase())) {
			headers.push([name.toLowerCase(), text]);
		}
	}

	return headers;
}
