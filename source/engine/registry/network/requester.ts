import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../../errors.ts';
import { openConnections } from './connections.ts';
import { credentialsFor } from './credentials.ts';
import type { NpmConfiguration } from '../configuration/npm-configuration.ts';
import { isRetriable, retryAfterSeconds, SilentConnection, toRequestError, type Asked } from './request-failure.ts';

const FIRST_RETRY_MILLISECONDS = 250;
const LONGEST_RETRY_MILLISECONDS = 10_000;
const LARGEST_ERROR_PAGE_BYTES = 262_144;

export type Question = {
	readonly url: URL;
	readonly what: string;
	readonly packageName: string | null;
	readonly headers?: Readonly<Record<string, string>>;
	/** A larger body, after decompression, is refused. */
	readonly maximumBytes: number;
	readonly signal: AbortSignal;
	/** Sees status, headers and connection before the body is read. */
	readonly onResponse?: (response: IncomingMessage) => void;
};

export type Answer = {
	/** 200, or 304 for a conditional request. */
	readonly status: number;
	readonly header: (name: string) => string | null;
	readonly body: Buffer;
};

/** How one call reaches the network: what the HTTP library and pacote both take as options, and the timer that cuts it when silent. */
export type CallContext = {
	readonly options: Readonly<Record<string, unknown>>;
	readonly asked: Asked;
	/** Ends the timer. With `abandon`, also closes the connection if it is still open. */
	readonly end: (how: 'complete' | 'abandon') => void;
	/** What to report for an error of this call: our timer's when it fired. */
	readonly reasonOf: (thrown: unknown) => unknown;
};

export type Requester = {
	readonly get: (question: Question) => Promise<Answer>;
	/** Opens one call that the caller drives itself. `onResponse` sees status and headers before the body. */
	readonly openCall: (
		question: Pick<Question, 'url' | 'what' | 'packageName' | 'signal'>,
		onResponse: (response: IncomingMessage) => void,
	) => Promise<CallContext>;
	/** Repeats `attempt` when it fails in a way that passes, with growing jittered pauses. Rejects with `EngineError`. */
	readonly withRetries: <T>(asked: Asked, signal: AbortSignal, attempt: () => Promise<T>) => Promise<T>;
	/** Cancels what is under way. */
	readonly close: () => void;
};

export function createRequester(configuration: NpmConfiguration): Requester {
	const connections = openConnections(configuration.proxy);
	const closing = new AbortController();

	const openCall: Requester['openCall'] = async ({ url, what, packageName, signal }, onResponse) => {
		const credentials = await credentialsFor(url, configuration);
		const silence = new AbortController();
		const { timeoutMilliseconds } = configuration;
		const timer = setTimeout(() => {
			silence.abort(new SilentConnection(timeoutMilliseconds));
		}, timeoutMilliseconds);
		const options = {
			...configuration.requestOptions,
			agent: connections.agentFor({
				origin: url.origin,
				onResponse: (response) => {
					watch(response, () => timer.refresh());
					onResponse(response);
				},
			}),
			signal: AbortSignal.any([signal, silence.signal, closing.signal]),
			// Longer than our own timer, which also watches the body.
			timeout: timeoutMilliseconds * 2,
			retry: { retries: 0 },
			userAgent: `plugward node/${process.version} ${process.platform} ${process.arch}`,
		};
		return {
			options,
			asked: { url, what, packageName, sentCredentials: credentials.isSet },
			end: (how) => {
				clearTimeout(timer);
				if (how === 'abandon') {
					silence.abort();
				}
			},
			reasonOf: (thrown) => {
				const reason: unknown = silence.signal.reason;
				return reason instanceof SilentConnection && !signal.aborted ? reason : thrown;
			},
		};
	};

	const withRetries: Requester['withRetries'] = async (asked, signal, attempt) => {
		for (let failures = 0; ; failures += 1) {
			try {
				return await attempt();
			} catch (error) {
				if (failures >= configuration.retries || !isRetriable(error)) {
					throw toRequestError(error, asked);
				}

				const stop = AbortSignal.any([signal, closing.signal]);
				await pause({ failures, retryAfter: retryAfterSeconds(error), signal: stop, asked });
			}
		}
	};

	return {
		openCall,
		withRetries,
		get: (question) => withRetries({ ...question, sentCredentials: false }, question.signal, () => getOnce(openCall, question)),
		close: () => {
			closing.abort();
			connections.close();
		},
	};
}

/** Tells of each sign of life, and cuts off the page of an error, which the library reads whole and nobody reads on. */
function watch(response: IncomingMessage, heard: () => void): void {
	let receivedBytes = 0;
	heard();
	response.on('data', (chunk: Buffer) => {
		heard();
		receivedBytes += chunk.length;
		if ((response.statusCode ?? 0) >= 400 && receivedBytes > LARGEST_ERROR_PAGE_BYTES) {
			response.destroy(new Error('error page too long'));
		}
	});
}

async function getOnce(openCall: Requester['openCall'], question: Question): Promise<Answer> {
	const { default: fetch } = await import('npm-registry-fetch');
	const call = await openCall(question, question.onResponse ?? (() => {}));
	let outcome: 'complete' | 'abandon' = 'abandon';
	try {
		const response = await fetch(question.url.href, { ...call.options, headers: question.headers });
		const body = await readCapped(response.body, question);
		outcome = 'complete';
		return { status: response.status, header: (name) => response.headers.get(name), body };
	} catch (error) {
		const reason = call.reasonOf(error);
		throw isRetriable(reason) ? reason : toRequestError(reason, call.asked);
	} finally {
		call.end(outcome);
	}
}

async function readCapped(body: AsyncIterable<unknown> | null, question: Question): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let receivedBytes = 0;
	for await (const chunk of body ?? []) {
		if (Buffer.isBuffer(chunk)) {
			receivedBytes += chunk.length;
			chunks.push(chunk);
		}

		if (receivedBytes > question.maximumBytes) {
			throw new EngineError(
				'registry-response-invalid',
				`${question.url.host} sent more than ${question.maximumBytes} bytes when asked for ${question.what}.`,
			);
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
