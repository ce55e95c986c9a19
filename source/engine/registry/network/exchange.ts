import http from 'node:http';
import https from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';

const MOST_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** The rest of a longer answer is not worth keeping its connection for. */
const DRAINED_BYTES = 65_536;

export type ExchangeOptions = {
	readonly headers: Readonly<Record<string, string>>;
	/** Chooses the connections for each hop; takes credentials off on the way to another origin. */
	readonly agent: (url: URL) => http.Agent;
	/** Certificates and the local address. */
	readonly connection: https.RequestOptions;
	readonly signal: AbortSignal;
	/** Redirects to another origin are refused. */
	readonly staysAtOrigin?: boolean;
	/** Sent with PUT; without it, it is a GET. Not taken to another address: who receives it must be who was meant. */
	readonly body?: Buffer;
};

/** An answer that says no. */
export class StatusError extends Error {
	readonly statusCode: number;
	readonly headers: http.IncomingHttpHeaders;

	constructor({ statusCode = 0, headers }: http.IncomingMessage) {
		super(`status ${statusCode}`);
		this.statusCode = statusCode;
		this.headers = headers;
	}
}

/**
 * One GET, redirects followed, or one PUT, which follows none. Resolves with the head of the answer, whose body is not read yet and has to be read or destroyed. Rejects
 * with a `StatusError` from 400 on, and with what the connection threw. Of one request among hundreds the libraries around node's own
 * client cost more than the request itself; that is why it is used directly here.
 */
export async function exchange(from: URL, options: ExchangeOptions): Promise<http.IncomingMessage> {
	let url = from;
	for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
		const response = await ask(url, options);
		const { statusCode = 0, headers } = response;
		if (statusCode >= 400) {
			leave(response);
			throw new StatusError(response);
		}

		if (!REDIRECTS.has(statusCode)) {
			return response;
		}

		if (options.body !== undefined) {
			leave(response);
			throw new StatusError(response);
		}

		leave(response);
		const next = URL.parse(headers.location ?? '', url);
		if (next === null || (next.protocol !== 'https:' && next.protocol !== 'http:')) {
			throw new StatusError(response);
		}

		if (options.staysAtOrigin === true && next.origin !== from.origin) {
			throw new StatusError(response);
		}

		url = next;
	}

	throw Object.assign(new Error('too many redirects'), { code: 'ERR_TOO_MANY_REDIRECTS' });
}

/** The body as it was before it was compressed for the transfer. */
export function decodedBody(response: http.IncomingMessage): Readable {
	const decoder = decoderFor(response.headers['content-encoding']);
	// Errors travel with the pipeline: the reader of its end sees them.
	return decoder === null ? response : pipeline(response, decoder, () => undefined);
}

function decoderFor(encoding: string | undefined) {
	switch (encoding?.trim().toLowerCase()) {
		case 'gzip':
		case 'x-gzip':
			return createGunzip();
		case 'deflate':
			return createInflate();
		case 'br':
			return createBrotliDecompress();
		case 'zstd':
			return createZstdDecompress();
		case undefined:
		default:
			return null;
	}
}

function ask(url: URL, { headers, agent, connection, signal, body }: ExchangeOptions): Promise<http.IncomingMessage> {
	return new Promise((resolve, reject) => {
		const client = url.protocol === 'https:' ? https : http;
		const request = client.request(url, { agent: agent(url), headers, signal, method: body === undefined ? 'GET' : 'PUT', ...connection });
		request.once('response', (response) => {
			// Who watches it has set it flowing, and its reader comes later.
			response.pause();
			resolve(response);
		});
		// Stays after the answer: what breaks then is seen by whoever reads the body, and would otherwise end the process here.
		request.on('error', reject);
		request.end(body);
	});
}

/** Reads a short rest so that the connection can be used again; cuts off a long one. */
function leave(response: http.IncomingMessage): void {
	// Nobody reads it on, so nobody has to know that it broke.
	response.on('error', () => undefined);
	if (Number(response.headers['content-length'] ?? Number.POSITIVE_INFINITY) <= DRAINED_BYTES) {
		response.resume();
	} else {
		response.destroy();
	}
}
