import { request as requestHttp, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { promisify } from 'node:util';

import type { HttpRequest } from './http-request.ts';

const MAXIMUM_RESPONSE_BYTES = 8 * 1024 * 1024;
const DECODERS: Readonly<Record<string, (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>>> = {
	gzip: promisify(gunzip),
	'x-gzip': promisify(gunzip),
	deflate: promisify(inflate),
	br: promisify(brotliDecompress),
};

export type HttpResponse = {
	readonly type: 'done';
	readonly status: number;
	readonly statusText: string;
	readonly headers: readonly (readonly [string, string])[];
	/** Decoded. */
	readonly body: Buffer;
	/** As counted on the wire. */
	readonly receivedBytes: number;
};

export type HttpFailure = {
	readonly type: 'failed';
	readonly code: string;
	readonly text: string;
	/** It did not fit into what the run may still receive; not only into one response. */
	readonly isRunOver: boolean;
};

type Target = {
	/** Already checked; the name is not looked up again. */
	readonly address: string;
	readonly maximumBytes: number;
	readonly signal: AbortSignal;
};

/** One request on a connection of its own, to one address. Never follows anything. */
export async function sendHttpRequest(request: HttpRequest, target: Target): Promise<HttpResponse | HttpFailure> {
	const maximumBytes = Math.min(MAXIMUM_RESPONSE_BYTES, target.maximumBytes);
	try {
		const message = await open(request, target);
		const body = await readBody(message, maximumBytes);
		if (body === null) {
			return tooLarge(request, maximumBytes);
		}

		return await toResponse(message, body);
	} catch (error) {
		if (target.signal.aborted) {
			throw error;
		}

		const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'ERR_NETWORK';
		return code === 'ERR_BUFFER_TOO_LARGE'
			? tooLarge(request, maximumBytes)
			: { type: 'failed', code, text: `The request to ${request.url.origin} failed (${code}).`, isRunOver: false };
	}
}

function open(request: HttpRequest, { address, signal }: Target): Promise<IncomingMessage> {
	const lookup: LookupFunction = (_host, options, callback) => {
		const family = isIP(address);
		if (options.all === true) {
			callback(null, [{ address, family }]);
		} else {
			callback(null, address, family);
		}
	};
	const options: RequestOptions = {
		method: request.method,
		headers: { 'user-agent': 'plugward', 'accept-encoding': 'gzip, br', ...Object.fromEntries(request.headers) },
		lookup,
		signal,
		agent: false,
	};
	const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
	const outgoing: ClientRequest =
		request.url.protocol === 'https:' ? requestHttps(request.url, options) : requestHttp(request.url, options);
	outgoing.once('response', resolve);
	outgoing.once('error', reject);
	outgoing.end(request.body ?? undefined);
	return promise;
}

/** Null when it is longer than allowed; the connection is then cut. */
async function readBody(message: IncomingMessage, maximumBytes: number): Promise<Buffer | null> {
	const parts: Buffer[] = [];
	let length = 0;
	for await (const part of message as AsyncIterable<Buffer>) {
		length += part.length;
		if (length > maximumBytes) {
			message.destroy();
			return null;
		}

		parts.push(part);
	}

	return Buffer.concat(parts, length);
}

async function toResponse(message: IncomingMessage, received: Buffer): Promise<HttpResponse> {
	const encoding = (message.headers['content-encoding'] ?? '').toLowerCase();
	const decode = Object.hasOwn(DECODERS, encoding) && received.length > 0 ? DECODERS[encoding] : undefined;
	const body = decode === undefined ? received : await decode(received, { maxOutputLength: MAXIMUM_RESPONSE_BYTES });
	const isDecoded = decode !== undefined;
	return {
		type: 'done',
		status: message.statusCode ?? 0,
		statusText: message.statusMessage ?? '',
		headers: pairs(message.rawHeaders).filter(
			([name]) => !isDecoded || !['content-encoding', 'content-length'].includes(name.toLowerCase()),
		),
		body,
		receivedBytes: received.length,
	};
}

function pairs(raw: readonly string[]): readonly (readonly [string, string])[] {
	return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []));
}

function tooLarge(request: HttpRequest, maximumBytes: number): HttpFailure {
	const isRunOver = maximumBytes < MAXIMUM_RESPONSE_BYTES;
	return {
		type: 'failed',
		code: 'ERR_TOO_LARGE',
		isRunOver,
		text: `The response of ${request.url.origin} is longer than ${maximumBytes} bytes.`,
	};
}
