import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

import type { Permission } from '../../permission.ts';
import { isLoopbackAddress, isOwnAddress, isPublicAddress } from './addresses.ts';
import { done, failed, type CapabilityOutcome } from './capability.ts';
import type { Gate } from './gate.ts';
import { parseHttpRequest, type HttpRequest } from './http-request.ts';
import { sendHttpRequest, type HttpResponse } from './http-exchange.ts';
import { createCounter, type Counter, type PluginQuotas } from './quotas.ts';

const MAXIMUM_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export type ResolveHost = (host: string) => Promise<readonly string[]>;

export type NetBroker = { readonly fetch: (args: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<CapabilityOutcome> };

type NetOptions = {
	readonly gate: Gate;
	readonly quotas: Pick<PluginQuotas, 'sentBytes' | 'receivedBytes'>;
	/** All addresses of a name; the system's resolver unless a test gives another. */
	readonly resolveHost?: ResolveHost;
};

/**
 * `net.fetch`. The authority comes from the URL alone, the name is resolved here and the connection goes to exactly the address that
 * was checked; every redirect starts over. Plain http only on a port that a grant names and that is not 443.
 */
export function createNetBroker(options: NetOptions): NetBroker {
	const budget: Budget = {
		sent: createCounter('sent', { bound: options.quotas.sentBytes, unit: 'bytes' }),
		received: createCounter('received', { bound: options.quotas.receivedBytes, unit: 'bytes' }),
	};
	return {
		fetch: async (args, signal) => {
			const request = parseHttpRequest(args);
			if (typeof request === 'string') {
				return failed('ERR_INVALID_ARGUMENT', request);
			}

			return follow({ request, options, budget, signal });
		},
	};
}

type Budget = { readonly sent: Counter; readonly received: Counter };

type Exchange = {
	readonly request: HttpRequest;
	readonly options: NetOptions;
	readonly budget: Budget;
	readonly signal: AbortSignal;
};

async function follow({ request, options, budget, signal }: Exchange): Promise<CapabilityOutcome> {
	let current = request;
	for (let hops = 0; hops <= MAXIMUM_REDIRECTS; hops += 1) {
		const address = await authorise(current, options);
		if (typeof address !== 'string') {
			return address;
		}

		const refused = budget.sent.take(current.url.href.length + (current.body?.length ?? 0));
		if (refused !== null) {
			return refused;
		}

		const response = await sendHttpRequest(current, { address, maximumBytes: budget.received.left(), signal });
		if (response.type === 'failed') {
			// What was cut off was received all the same, and would have been beyond the bound.
			return (response.isRunOver ? budget.received.take(budget.received.left() + 1) : null) ?? failed(response.code, response.text);
		}

		budget.received.add(response.receivedBytes);
		const next = nextRequest(current, response);
		if (next === null || current.redirect === 'manual') {
			return done(toAnswer(current, { response, hops }));
		}

		if (current.redirect === 'error' || typeof next === 'string') {
			return failed('ERR_REDIRECT', typeof next === 'string' ? next : `${current.url.origin} redirects, which the request does not allow.`);
		}

		current = next;
	}

	return failed('ERR_REDIRECT', `More than ${MAXIMUM_REDIRECTS} redirects, from ${request.url.origin}.`);
}

/** The address to connect to, or why not. */
async function authorise(
	{ url, method }: HttpRequest,
	{ gate, resolveHost = resolveBySystem }: NetOptions,
): Promise<string | CapabilityOutcome> {
	if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '') {
		return failed('ERR_INVALID_URL', 'A plugin can fetch https and http URLs without a user name or password in them.');
	}

	const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
	const anyMethod: Permission = { type: 'net', host: url.hostname, port, reason: '' };
	// The method is named only where the host is granted for others.
	const isHostKnown = gate.grants.some((grant) => grant.type === 'net' && grant.host === url.hostname && grant.port === port);
	const withMethod: Permission = { ...anyMethod, methods: [method] };
	const permission = isHostKnown ? withMethod : anyMethod;
	const denied = (rule: 'not-granted' | 'plain-http' | 'private-address', text: string): CapabilityOutcome => ({
		type: 'denied',
		permission,
		rule,
		// Without the query, which may hold secrets.
		resource: `${url.origin}${url.pathname}`,
		text,
	});
	if (!gate.allows(withMethod)) {
		return denied('not-granted', `Network access to ${url.hostname}:${port}${isHostKnown ? ` with ${method}` : ''} was not granted.`);
	}

	if (url.protocol === 'http:' && port === 443) {
		return denied('plain-http', `${url.hostname}:443 is granted for https; plain http needs a port of its own.`);
	}

	return chooseAddress(url.hostname, { resolveHost, refuse: (text) => denied('private-address', text) });
}

async function chooseAddress(
	host: string,
	{ resolveHost, refuse }: { readonly resolveHost: ResolveHost; readonly refuse: (text: string) => CapabilityOutcome },
): Promise<string | CapabilityOutcome> {
	const literal = host.replace(/^\[(.*)\]$/, '$1');
	if (isIP(literal) !== 0) {
		// Granted literally, character for character: that is what opens a private address.
		return literal;
	}

	let addresses: readonly string[];
	try {
		addresses = await resolveHost(host);
	} catch {
		return failed('ERR_HOST_NOT_FOUND', `The host ${host} was not found.`);
	}

	const isAllowed = host === 'localhost' ? isLoopbackAddress : isElsewhere;
	return (
		addresses.find((address) => isAllowed(address)) ??
		refuse(
			`${host} resolves to ${addresses.join(', ') || 'nothing'}, which is not a public address; such a host must be granted by its address.`,
		)
	);
}

/** Of the public internet, and not this machine by the name it has there. */
function isElsewhere(address: string): boolean {
	return isPublicAddress(address) && !isOwnAddress(address);
}

async function resolveBySystem(host: string): Promise<readonly string[]> {
	return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** Null when this is the last response; a sentence when the redirect cannot be followed. */
function nextRequest(request: HttpRequest, response: HttpResponse): HttpRequest | string | null {
	const location = response.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
	if (!REDIRECTS.has(response.status) || location === undefined) {
		return null;
	}

	const url = URL.parse(location, request.url);
	if (url === null) {
		return `${request.url.origin} redirects to something that is not a URL.`;
	}

	const isSameOrigin = url.origin === request.url.origin;
	const becomesGet = response.status === 303 || (request.method === 'POST' && response.status <= 302);
	return {
		...request,
		url,
		method: becomesGet && request.method !== 'HEAD' ? 'GET' : request.method,
		body: becomesGet ? null : request.body,
		headers: request.headers.filter(
			([name]) => (isSameOrigin || !['authorization', 'cookie'].includes(name)) && (!becomesGet || !name.startsWith('content-')),
		),
	};
}

function toAnswer(request: HttpRequest, { response, hops }: { readonly response: HttpResponse; readonly hops: number }): unknown {
	return {
		status: response.status,
		statusText: response.statusText,
		url: request.url.href,
		redirected: hops > 0,
		headers: response.headers,
		body: response.body.toString('base64'),
	};
}
