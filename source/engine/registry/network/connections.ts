import http from 'node:http';
import https from 'node:https';
import { EngineError } from '../../errors.ts';
import type { NpmConfiguration } from '../configuration/npm-configuration.ts';

/** A registry far away answers each connection once in a round trip, so a large tree takes as many round trips as there are packages for each. */
const MAXIMUM_SOCKETS_PER_HOST = 64;
/** A proxy cannot reach our loopback, and a mirror's token must not travel to it. */
const NEVER_PROXIED = ['localhost', '127.0.0.1', '[::1]', '::1'];

// `addRequest` is how node's http hands a request to its agent; agents of npm's own libraries override it too, but it has no types.
type RequestOptions = Record<string, unknown>;
type AddRequest = (request: http.ClientRequest, options: RequestOptions) => void;

type Call = {
	/** Credentials go to this origin and to no other. */
	readonly origin: string;
	/** Called for each answer, redirects included, before its body is read. */
	readonly onResponse: (response: http.IncomingMessage) => void;
};

/** The keep-alive sockets of one client. */
export type Connections = {
	/** Chooses the agent for each hop of one call. */
	readonly agentFor: (call: Call) => (url: URL) => http.Agent;
	readonly close: () => void;
};

export function openConnections(proxy: NpmConfiguration['proxy']): Connections {
	const options = { keepAlive: true, maxSockets: MAXIMUM_SOCKETS_PER_HOST, proxyEnv: proxyEnvironment(proxy) };
	const pools = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };
	return {
		agentFor: (call) => (url) => watchedAgent(url.protocol === 'https:' ? pools['https:'] : pools['http:'], url, call),
		close: () => {
			pools['http:'].destroy();
			pools['https:'].destroy();
		},
	};
}

/**
 * The pool as one call sees it. The HTTP library follows redirects by itself and keeps a token when only port or protocol differ;
 * this is the last place before the bytes leave, so here anything that proves who the user is comes off unless the origin is the call's own.
 */
function watchedAgent(pool: http.Agent, url: URL, call: Call): http.Agent {
	const addRequest: AddRequest = (request, options) => {
		request.once('response', call.onResponse);
		if (url.origin === call.origin) {
			toPool(pool).addRequest(request, options);
			return;
		}

		request.removeHeader('authorization');
		request.removeHeader('cookie');
		const { cert: _cert, key: _key, pfx: _pfx, auth: _auth, ...rest } = options;
		toPool(pool).addRequest(request, rest);
	};
	return Object.create(pool, { addRequest: { value: addRequest } }) as http.Agent;
}

function toPool(pool: http.Agent): { readonly addRequest: AddRequest } {
	return pool as http.Agent & { readonly addRequest: AddRequest };
}

function proxyEnvironment({ http: forHttp, https: forHttps, except }: NpmConfiguration['proxy']): NodeJS.ProcessEnv {
	for (const proxy of [forHttp, forHttps]) {
		if (proxy !== null && !/^https?:\/\//.test(proxy)) {
			throw new EngineError('settings-invalid', `The proxy ${new URL(proxy).protocol}//... is of a kind that is not supported.`, {
				hint: 'Use an http or https proxy.',
			});
		}
	}

	// npm takes `example.com` for its subdomains too; node wants them written out.
	const hosts = (except ?? '').split(',').flatMap((entry) => {
		const host = entry.trim().replace(/^\./, '');
		return host === '' ? [] : [host, `.${host}`];
	});
	return {
		...(forHttp === null ? {} : { http_proxy: forHttp }),
		...(forHttps === null ? {} : { https_proxy: forHttps }),
		no_proxy: [...hosts, ...NEVER_PROXIED].join(','),
	};
}
