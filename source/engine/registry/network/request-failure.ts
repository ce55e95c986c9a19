import { EngineError, isAbort } from '../../errors.ts';

const RETRIABLE_STATUSES = new Set([408, 420, 429, 500, 502, 503, 504]);
const RETRIABLE_CODES = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'EAI_AGAIN', 'ETIMEDOUT', 'ERR_STREAM_PREMATURE_CLOSE']);
const CERTIFICATE_CODES = new Set([
	'SELF_SIGNED_CERT_IN_CHAIN',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
	'CERT_HAS_EXPIRED',
	'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** What was asked, for the sentence: `the metadata of "left-pad"`. */
export type Asked = {
	readonly url: URL;
	readonly what: string;
	/** The package it is about; null for routes of the registry itself. */
	readonly packageName: string | null;
	readonly sentCredentials: boolean;
};

/** A connection stayed silent for too long; thrown by our own timer. */
export class SilentConnection extends Error {
	readonly milliseconds: number;

	constructor(milliseconds: number) {
		super('silent connection');
		this.milliseconds = milliseconds;
	}
}

/** HTTP status of what the HTTP library threw, or null when no answer came. */
export function statusOf(thrown: unknown): number | null {
	return thrown instanceof Error && 'statusCode' in thrown && typeof thrown.statusCode === 'number' ? thrown.statusCode : null;
}

/** What a registry answers that has no such route. */
const NO_ROUTE_STATUSES = new Set([404, 405, 410, 501]);

/** True when a rejected request means that the registry does not know what was asked of it at all. */
export function isRouteMissing(thrown: unknown): boolean {
	return thrown instanceof EngineError && NO_ROUTE_STATUSES.has(statusOf(thrown.cause) ?? 0);
}

export function isRetriable(thrown: unknown): boolean {
	const status = statusOf(thrown);
	return status === null ? RETRIABLE_CODES.has(systemCode(thrown)) : RETRIABLE_STATUSES.has(status);
}

/** Seconds a registry asks to wait (`retry-after`), or null. */
export function retryAfterSeconds(thrown: unknown): number | null {
	const headers: unknown = thrown instanceof Error && 'headers' in thrown ? thrown.headers : null;
	const value: unknown = typeof headers === 'object' && headers !== null ? Reflect.get(headers, 'retry-after') : null;
	const seconds = Number(Array.isArray(value) ? value[0] : (value ?? Number.NaN));
	return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

/** The one place where a failed request becomes an engine error. */
export function toRequestError(thrown: unknown, asked: Asked): EngineError {
	if (thrown instanceof EngineError) {
		return thrown;
	}

	if (thrown instanceof SilentConnection) {
		return unreachable(asked, `${asked.url.host} was silent for ${thrown.milliseconds / 1000} s when asked for ${asked.what}.`, thrown);
	}

	if (isAbort(thrown)) {
		return new EngineError('cancelled', 'The operation was cancelled.', { cause: thrown });
	}

	const status = statusOf(thrown);
	return status === null ? fromConnection(thrown, asked) : fromStatus(status, thrown, asked);
}

function fromStatus(status: number, cause: unknown, asked: Asked): EngineError {
	const { host } = asked.url;
	if (status === 401 || status === 403) {
		const message = `${host} answered ${status} when asked for ${asked.what}: ${asked.sentCredentials ? 'your credentials do not allow it' : 'it wants credentials and none are configured'}.`;
		return new EngineError('authentication-required', message, {
			cause,
			hint: `Run "npm login --registry ${asked.url.origin}/" and try again.`,
		});
	}

	if (status === 407) {
		return unreachable(asked, `The proxy wants credentials before it passes requests to ${host}.`, cause);
	}

	if (status === 404 && asked.packageName !== null) {
		return new EngineError('package-not-found', `${host} has no ${asked.what.replace(/^the /, '')}.`, {
			cause,
			hint: asked.sentCredentials
				? 'Check the spelling, and that your account may read it.'
				: 'Check the spelling; a private package also looks like this without "npm login".',
		});
	}

	if (status >= 500 || status === 429 || status === 408) {
		return unreachable(asked, `${host} answered ${status} when asked for ${asked.what}.`, cause);
	}

	return new EngineError('registry-response-invalid', `${host} answered ${status} when asked for ${asked.what}.`, {
		cause,
		hint: `Check that ${asked.url.origin} is an npm registry.`,
	});
}

function fromConnection(cause: unknown, asked: Asked): EngineError {
	const code = systemCode(cause);
	const { host } = asked.url;
	switch (code) {
		case 'ECONNREFUSED':
			return unreachable(asked, `Nothing listens at ${host} (${code}).`, cause);
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return unreachable(asked, `The host name ${asked.url.hostname} could not be resolved (${code}).`, cause);
	}

	if (CERTIFICATE_CODES.has(code)) {
		return new EngineError('registry-unreachable', `The certificate of ${host} is not trusted (${code}).`, {
			cause,
			hint: 'Set "cafile" in ~/.npmrc if your network has its own authority.',
		});
	}

	return unreachable(
		asked,
		`The connection to ${host} broke when asked for ${asked.what} (${code === '' ? 'no reason given' : code}).`,
		cause,
	);
}

function unreachable(asked: Asked, message: string, cause: unknown): EngineError {
	return new EngineError('registry-unreachable', message, {
		cause,
		hint: `Check the network and that ${asked.url.origin} is the right registry, or pass --offline.`,
	});
}

function systemCode(thrown: unknown): string {
	return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
}
