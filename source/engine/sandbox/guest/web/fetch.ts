import type { AbortSignal } from '../abort.ts';
import { encodeUtf8, latin1 } from '../encoding.ts';
import { requestCapability } from '../capabilities.ts';
import { Request, type RequestInit } from './request.ts';
import { describeResponse, Response } from './response.ts';

type Answer = {
	readonly status: number;
	readonly statusText: string;
	readonly url: string;
	readonly redirected: boolean;
	readonly headers: readonly (readonly [string, string])[];
	readonly body: string;
};

const NULL_BODY = [204, 205, 304];

/** The global `fetch`: whole bodies, one request to the broker, which decides. */
export async function fetch(input: unknown, init?: RequestInit): Promise<Response> {
	const request = new Request(input, init);
	request.signal.throwIfAborted();
	if (request.url.startsWith('data:')) {
		return dataResponse(request.url);
	}

	const body = await request.bytes();
	const pending = requestCapability('net.fetch', {
		url: request.url,
		method: request.method,
		headers: [...request.headers],
		redirect: request.redirect,
		body: body.length === 0 ? null : body.toBase64(),
	}) as Promise<Answer>;
	const answer = await withSignal(pending, request.signal);
	const response = new Response(NULL_BODY.includes(answer.status) ? null : Uint8Array.fromBase64(answer.body), {
		status: answer.status,
		statusText: answer.statusText,
		headers: answer.headers,
	});
	return describeResponse(response, { type: 'basic', url: answer.url, redirected: answer.redirected });
}

function withSignal(pending: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
	const { promise, resolve, reject } = Promise.withResolvers<Answer>();
	signal.addEventListener('abort', () => reject(signal.reason), { once: true });
	pending.then(resolve, reject);
	return promise;
}

/** https://fetch.spec.whatwg.org/#data-urls: nothing leaves the isolate. */
function dataResponse(url: string): Response {
	const text = url.slice('data:'.length).replace(/#.*/s, '');
	const comma = text.indexOf(',');
	if (comma === -1) {
		throw new TypeError('fetch failed', { cause: new TypeError('The data: URL has no data.') });
	}

	const type = text.slice(0, comma).trim();
	const isBase64 = /; *base64$/i.test(type);
	const bytes = percentDecoded(text.slice(comma + 1));
	const plain = type.replace(/; *base64$/i, '');
	const body = isBase64 ? Uint8Array.fromBase64(latin1(bytes).replaceAll(/[\t\n\f\r ]/g, '')) : bytes;
	const shown = plain.startsWith(';') ? `text/plain${plain}` : plain === '' ? 'text/plain;charset=US-ASCII' : plain;
	return describeResponse(new Response(body, { headers: { 'content-type': shown } }), { type: 'basic', url, redirected: false });
}

function percentDecoded(text: string): Uint8Array<ArrayBuffer> {
	const bytes = encodeUtf8(text);
	let length = 0;
	for (let at = 0; at < bytes.length; at += 1) {
		const escape = /^[0-9a-f]{2}$/i.test(latin1(bytes.subarray(at + 1, at + 3))) && bytes[at] === 0x25;
		bytes[length] = escape ? Number.parseInt(latin1(bytes.subarray(at + 1, at + 3)), 16) : (bytes[at] ?? 0);
		at += escape ? 2 : 0;
		length += 1;
	}

	return bytes.slice(0, length);
}
