import type { IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { NpmConfiguration } from '../configuration/npm-configuration.ts';
import type { Connections } from './connections.ts';
import { type Credentials, credentialsFor } from './credentials.ts';
import { exchange } from './exchange.ts';
import { type Asked, SilentConnection } from './request-failure.ts';

const LARGEST_ERROR_PAGE_BYTES = 262_144;

/** How one call reaches the network: what the HTTP library and pacote both take as options, and the timer that cuts it when silent. */
export type CallContext = {
	readonly options: Readonly<Record<string, unknown>>;
	readonly asked: Asked;
	/** Sends the call. Rejects with what the connection or the status says. */
	readonly send: (headers?: Readonly<Record<string, string>>, body?: Buffer) => Promise<IncomingMessage>;
	/** Ends the timer. With `abandon`, also closes the connection if it is still open. */
	readonly end: (how: 'complete' | 'abandon') => void;
	/** What to report for an error of this call: our timer's when it fired. */
	readonly reasonOf: (thrown: unknown) => unknown;
};

/** Opens one call that the caller drives itself. `onResponse` sees status and headers before the body. */
export type CallOpener = (
	question: Pick<Asked, 'url' | 'what' | 'packageName'> & { readonly signal: AbortSignal; readonly staysAtOrigin?: true },
	onResponse: (response: IncomingMessage) => void,
) => Promise<CallContext>;

export function createCallOpener({
	configuration,
	connections,
	closing,
}: {
	readonly configuration: NpmConfiguration;
	readonly connections: Connections;
	readonly closing: AbortSignal;
}): CallOpener {
	return async ({ url, what, packageName, signal, staysAtOrigin = false }, onResponse) => {
		const credentials = await credentialsFor(url, configuration);
		const silence = new AbortController();
		const { timeoutMilliseconds } = configuration;
		const timer = setTimeout(() => {
			silence.abort(new SilentConnection(timeoutMilliseconds));
		}, timeoutMilliseconds);
		const userAgent = `plugward node/${process.version} ${process.platform} ${process.arch}`;
		const options = {
			...configuration.requestOptions,
			agent: connections.agentFor({
				origin: url.origin,
				onResponse: (response) => {
					watch(response, () => timer.refresh());
					onResponse(response);
				},
			}),
			signal: AbortSignal.any([signal, silence.signal, closing]),
			// Longer than our own timer, which also watches the body.
			timeout: timeoutMilliseconds * 2,
			retry: { retries: 0 },
			userAgent,
		};
		return {
			options,
			asked: { url, what, packageName, sentCredentials: credentials.isSet },
			send: (headers = {}, body?: Buffer) =>
				exchange(url, {
					headers: {
						'user-agent': userAgent,
						...(credentials.authorization === null ? {} : { authorization: credentials.authorization }),
						...headers,
					},
					agent: options.agent,
					connection: connectionOptions(configuration, credentials),
					signal: options.signal,
					staysAtOrigin,
					...(body === undefined ? {} : { body }),
				}),
			end: (how) => {
				clearTimeout(timer);
				if (how === 'abandon') {
					silence.abort();
				}
			},
			reasonOf: (thrown) => {
				const reason: unknown = silence.signal.reason;
				if (signal.aborted || closing.aborted) {
					return new DOMException('The operation was cancelled.', 'AbortError');
				}

				return reason instanceof SilentConnection ? reason : thrown;
			},
		};
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

function connectionOptions({ requestOptions }: NpmConfiguration, { cert, key }: Credentials): RequestOptions {
	const setting = (name: string): string | undefined => {
		const value = requestOptions[name];
		return typeof value === 'string' && value !== '' ? value : undefined;
	};
	const { ca } = requestOptions;
	return {
		...(typeof ca === 'string' || Array.isArray(ca) ? { ca: ca as string | string[] } : {}),
		cert: cert ?? setting('cert'),
		key: key ?? setting('key'),
		localAddress: setting('localAddress'),
		rejectUnauthorized: requestOptions['strictSSL'] !== false,
	};
}
