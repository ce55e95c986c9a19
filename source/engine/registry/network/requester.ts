import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { EngineError } from '../../errors.ts';
import { openConnections } from './connections.ts';
import { decodedBody } from './exchange.ts';
import { type CallOpener, createCallOpener } from './open-call.ts';
import type { NpmConfiguration } from '../configuration/npm-configuration.ts';
import { isRetriable, retryAfterSeconds, toRequestError, type Asked } from './request-failure.ts';

const FIRST_RETRY_MILLISECONDS = 250;
const SHORT_BODY_BYTES = 512 * 1024;
const LONGEST_RETRY_MILLISECONDS = 10_000;

export type Question = {
	readonly url: URL;
	readonly what: string;
	readonly packageName: string | null;
	readonly headers?: Readonly<Record<string, string>>;
	/** A larger body, after decompression, is refused. */
	readonly maximumBytes: number;
	/** Leaves it to the caller to decompress the body, and to hold it to the limit. */
	readonly leavesPacked?: true;
	readonly signal: AbortSignal;
	/** Not asked again when it fails in a way that passes. */
	readonly isOnce?: true;
	/** A redirect to another origin is refused: it would tell that one what was asked for. */
	readonly staysAtOrigin?: true;
	/** Sent with PUT. */
	readonly body?: Buffer;
	/** Sees status, headers and connection before the body is read. */
	readonly onResponse?: (response: IncomingMessage) => void;
};

/** A compression that `leavesPacked` leaves as it is. */
export type Packing = 'gzip' | 'zstd';

export type Answer = {
	/** 200, or 304 for a conditional request. */
	readonly status: number;
	readonly header: (name: string) => string | null;
	readonly body: Buffer;
	/** How the body is compressed; always null unless `leavesPacked` was asked for. */
	readonly packing: Packing | null;
};

export type Requester = {
	/** A PUT when the question has a body. */
	readonly get: (question: Question) => Promise<Answer>;
	readonly openCall: CallOpener;
	/** The pause after so many failures in a row: it grows, and is not the same for any two clients. */
	readonly rest: (asked: Asked, failures: number, signal: AbortSignal) => Promise<void>;
	/** How often a transfer may be taken up again without a byte of progress. */
	readonly retries: number;
	/** Repeats `attempt` when it fails in a way that passes, with growing jittered pauses. Rejects with `EngineError`. */
	readonly withRetries: <T>(asked: Asked, signal: AbortSignal, attempt: () => Promise<T>) => Promise<T>;
	/** Cancels what is under way. */
	readonly close: () => void;
};

export function createRequester(configuration: NpmConfiguration): Requester {
	const connections = openConnections(configuration.proxy);
	const closing = new AbortController();

	const openCall = createCallOpener({ configuration, connections, closing: closing.signal });

	const rest = (asked: Asked, after: { failures: number; retryAfter: number | null }, signal: AbortSignal): Promise<void> =>
		pause({ ...after, signal: AbortSignal.any([signal, closing.signal]), asked });

	const retrying = async <T>(asked: Asked, again: { signal: AbortSignal; retries: number }, attempt: () => Promise<T>): Promise<T> => {
		const { signal, retries } = again;
		for (let failures = 0; ; failures += 1) {
			try {
				return await attempt();
			} catch (error) {
				if (failures >= retries || !isRetriable(error)) {
					throw toRequestError(error, asked);
				}

				await rest(asked, { failures, retryAfter: retryAfterSeconds(error) }, signal);
			}
		}
	};

	return {
		openCall,
		rest: (asked, failures, signal) => rest(asked, { failures: failures - 1, retryAfter: null }, signal),
		retries: configuration.retries,
		withRetries: (asked, signal, attempt) => retrying(asked, { signal, retries: configuration.retries }, attempt),
		get: (question) => {
			const retries = question.isOnce === true ? 0 : configuration.retries;
			return retrying({ ...question, sentCredentials: false }, { signal: question.signal, retries }, () => askOnce(openCall, question));
		},
		close: () => {
			closing.abort();
			connections.close();
		},
	};
}

async function askOnce(openCall: Requester['openCall'], question: Question): Promise<Answer> {
	const call = await openCall(question, question.onResponse ?? (() => {}));
	let outcome: 'complete' | 'abandon' = 'abandon';
	try {
		const response = await call.send({ 'accept-encoding': 'gzip', ...question.headers }, question.body);
		const { statusCode = 0, headers } = response;
		const packing = question.leavesPacked === true ? packingOf(headers['content-encoding']) : null;
		const body = packing === null ? await readBody(response, question) : await readCapped(response, question);
		outcome = 'complete';
		return { status: statusCode, header: (name) => headerText(headers[name.toLowerCase()]), body, packing };
	} catch (error) {
		const reason = call.reasonOf(error);
		throw isRetriable(reason) ? reason : toRequestError(reason, call.asked);
	} finally {
		call.end(outcome);
	}
}

function packingOf(encoding: string | undefined): Packing | null {
	return encoding === 'gzip' || encoding === 'zstd' ? encoding : null;
}

function headerText(value: string | readonly string[] | undefined): string | null {
	return typeof value === 'string' || value === undefined ? (value ?? null) : value.join(', ');
}

/** A short compressed body at once: as a stream it takes several times as long, and there are hundreds of them. */
async function readBody(response: IncomingMessage, question: Question): Promise<Buffer> {
	const { headers } = response;
	if (headers['content-encoding'] !== 'gzip' || !(Number(headers['content-length']) <= SHORT_BODY_BYTES)) {
		return readCapped(decodedBody(response), question);
	}

	const packed = await readCapped(response, question);
	try {
		return gunzipSync(packed, { maxOutputLength: question.maximumBytes });
	} catch (error) {
		throw error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE' ? tooLong(question) : error;
	}
}

function tooLong({ url, what, maximumBytes }: Question): EngineError {
	return new EngineError('registry-response-invalid', `${url.host} sent more than ${maximumBytes} bytes when asked for ${what}.`);
}

async function readCapped(body: AsyncIterable<unknown>, question: Question): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let receivedBytes = 0;
	for await (const chunk of body) {
		if (Buffer.isBuffer(chunk)) {
			receivedBytes += chunk.length;
			chunks.push(chunk);
		}

		if (receivedBytes > question.maximumBytes) {
			throw tooLong(question);
		}
	}

	return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, receivedBytes);
}

async function pause(after: { failures: number; retryAfter: number | null; signal: AbortSignal; asked: Asked }): Promise<void> {
	const grown = FIRST_RETRY_MILLISECONDS * 4 ** after.failures * (1 + Math.random());
	const milliseconds = Math.min(after.retryAfter === null ? grown : after.retryAfter * 1000, LONGEST_RETRY_MILLISECONDS);
	try {
		await sleep(milliseconds, undefined, { signal: after.signal });
	} catch (error) {
		throw toRequestError(error, after.asked);
	}
}
