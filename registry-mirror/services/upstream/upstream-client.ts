import { setTimeout as wait } from 'node:timers/promises';
import { MirrorError } from '../../mirror-error.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';

export type UpstreamRequest = {
	readonly url: URL;
	readonly headers?: Readonly<Record<string, string>>;
	/** Counts decoded bytes. */
	readonly maximumBytes: number;
	readonly timeoutMilliseconds: number;
	/** A redirect to another origin is followed (without the authorization) only where the bytes are verified afterwards. */
	readonly allowOtherOrigin: boolean;
};

/** A 2xx, 304, 404 or 410 answer; everything else was thrown. `chunks` enforces the size and must be read to its end or left by `break`. */
export type UpstreamResponse = {
	readonly status: number;
	readonly headers: Headers;
	readonly chunks: AsyncIterable<Uint8Array>;
};

export type UpstreamClient = {
	/** Base with a slash at its end. */
	readonly baseUrl: URL;
	/** Hands the response to `consume`; a failure while reading the body counts as a failure of the request. */
	request<T>(request: UpstreamRequest, consume: (response: UpstreamResponse) => Promise<T>): Promise<T>;
};

type Options = {
	readonly url: string;
	/** The whole header value, or null. Sent to the upstream's origin only. */
	readonly authorization: string | null;
	readonly now: () => number;
	readonly signal: AbortSignal;
};

const MAXIMUM_REDIRECTS = 5;
const RETRY_AFTER_MILLISECONDS = 200;
const ANSWERS = new Set([304, 404, 410]);

/** Throws `request-invalid` when `url` is not a plain http or https URL. */
export function createUpstreamClient(options: Options): UpstreamClient {
	const baseUrl = parseBaseUrl(options.url);
	const breaker = createCircuitBreaker({ now: options.now, host: baseUrl.host });
	const attempt = async <T>(request: UpstreamRequest, consume: (response: UpstreamResponse) => Promise<T>) => {
		const signal = AbortSignal.any([options.signal, AbortSignal.timeout(request.timeoutMilliseconds)]);
		const exchange = { ...options, baseUrl, request, signal };
		const response = await followRedirects(exchange).catch((error: unknown) => throwUnreachable(baseUrl, error));
		try {
			return await consume({ status: response.status, headers: response.headers, chunks: bounded(response, exchange) });
		} finally {
			if (!response.bodyUsed) {
				await response.body?.cancel();
			}
		}
	};

	return {
		baseUrl,
		request: (request, consume) =>
			breaker.run(async () => {
				try {
					return await attempt(request, consume);
				} catch (error) {
					if (!(error instanceof MirrorError) || error.code !== 'upstream-unreachable' || options.signal.aborted) {
						throw error;
					}

					await wait(RETRY_AFTER_MILLISECONDS, undefined, { signal: options.signal });
					return await attempt(request, consume);
				}
			}),
	};
}

function parseBaseUrl(text: string): URL {
	const url = URL.parse(text.endsWith('/') ? text : `${text}/`);
	// The text is not repeated: it may hold the password that makes it wrong.
	if (url === null || !/^https?:$/u.test(url.protocol) || url.username !== '' || url.password !== '' || url.search !== '') {
		throw new MirrorError(400, 'request-invalid', 'The upstream must be an http or https URL without credentials and without a query.');
	}

	return url;
}

type Exchange = Options & { readonly baseUrl: URL; readonly request: UpstreamRequest; readonly signal: AbortSignal };

async function followRedirects({ baseUrl, request, authorization, signal }: Exchange): Promise<Response> {
	let url = request.url;
	for (let hop = 0; hop <= MAXIMUM_REDIRECTS; hop++) {
		const isUpstream = url.origin === baseUrl.origin;
		const response = await fetch(url, {
			headers: { ...request.headers, ...(isUpstream && authorization !== null ? { authorization } : {}) },
			redirect: 'manual',
			signal,
		});
		const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
		if (location === null) {
			return await acceptAnswer(response, baseUrl);
		}

		await response.body?.cancel();
		url = redirectTarget({ from: url, location, baseUrl, allowOtherOrigin: request.allowOtherOrigin });
	}

	throw new MirrorError(502, 'upstream-invalid', `The upstream registry ${baseUrl.host} redirected more than ${MAXIMUM_REDIRECTS} times.`);
}

function redirectTarget(redirect: { from: URL; location: string; baseUrl: URL; allowOtherOrigin: boolean }): URL {
	const { from, location, baseUrl } = redirect;
	const target = URL.parse(location, from);
	const isSameOrigin = target?.origin === baseUrl.origin;
	const isDowngrade = from.protocol === 'https:' && target?.protocol !== 'https:';
	if (target === null || !/^https?:$/u.test(target.protocol) || isDowngrade || (!isSameOrigin && !redirect.allowOtherOrigin)) {
		throw new MirrorError(502, 'upstream-refused', `The upstream registry ${baseUrl.host} redirected to a place that is not followed.`);
	}

	return target;
}

async function acceptAnswer(response: Response, baseUrl: URL): Promise<Response> {
	if (response.ok || ANSWERS.has(response.status)) {
		return response;
	}

	await response.body?.cancel();
	if (response.status >= 500 || response.status === 408 || response.status === 429) {
		throw new MirrorError(503, 'upstream-unreachable', `The upstream registry ${baseUrl.host} answered ${response.status}.`);
	}

	// 403 and not 5xx, because clients repeat the latter for a minute.
	throw new MirrorError(
		403,
		'upstream-refused',
		`The upstream registry ${baseUrl.host} refused this mirror: it answered ${response.status}.`,
	);
}

async function* bounded(response: Response, { request, baseUrl }: Exchange): AsyncGenerator<Uint8Array> {
	if (response.body === null) {
		return;
	}

	const reader = response.body.getReader();
	let received = 0;
	try {
		for (;;) {
			// Only reading is the upstream's doing; what the consumer throws is not.
			const { done, value } = await reader.read().catch((error: unknown) => throwUnreachable(baseUrl, error));
			if (done) {
				return;
			}

			received += value.length;
			if (received > request.maximumBytes) {
				throw new MirrorError(
					502,
					'upstream-invalid',
					`The upstream sent more than ${request.maximumBytes} bytes for ${request.url.pathname}.`,
				);
			}

			yield value;
		}
	} finally {
		// A body that failed or was left early is given up; one that was read to its end does not mind.
		await reader.cancel().catch(() => undefined);
	}
}

function throwUnreachable(baseUrl: URL, cause: unknown): never {
	throw cause instanceof MirrorError
		? cause
		: new MirrorError(503, 'upstream-unreachable', `The upstream registry ${baseUrl.host} cannot be reached.`, { cause });
}
