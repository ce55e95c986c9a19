import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import type { PublicUrls } from '../access/public-urls.ts';
import type { TokenGate } from '../access/token-gate.ts';
import { MirrorError, notFound } from '../mirror-error.ts';
import type { Services } from '../services/index.ts';
import { addDownloadRoutes } from './download-routes.ts';
import { addPackageRoutes } from './package-routes.ts';
import { addRegistryRoutes } from './registry-routes.ts';
import type { RouteSettings } from './request-context.ts';
import { addTrustRoutes } from './trust-routes.ts';
import { addWriteRoutes } from './write-routes.ts';

export type RequestLine = {
	readonly method: string;
	/** Without query, and without anything that may be a token. */
	readonly path: string;
	readonly status: number;
	readonly milliseconds: number;
};

type Options = {
	readonly settings: RouteSettings;
	readonly gate: TokenGate;
	readonly publicUrls: PublicUrls;
	readonly signal: AbortSignal;
	readonly onRequest: (line: RequestLine) => void;
	readonly onFailure: (error: unknown) => void;
};

const MAXIMUM_BODY_BYTES = 1024 * 1024;
const MAXIMUM_HEADER_BYTES = 16 * 1024;
const REQUEST_MILLISECONDS = 300_000;

/** The HTTP side: checks first, then routes, and one place where failures become answers. */
export function createServer(services: Services, options: Options): FastifyInstance {
	const app = Fastify({
		bodyLimit: MAXIMUM_BODY_BYTES,
		requestTimeout: REQUEST_MILLISECONDS,
		forceCloseConnections: true,
		// Ours answer HEAD themselves: a made one would say that a tarball has 0 bytes.
		exposeHeadRoutes: false,
		http: { maxHeaderSize: MAXIMUM_HEADER_BYTES },
		routerOptions: { maxParamLength: 1000 },
	});
	app.decorateRequest('principal');
	app.decorateRequest('publicUrl', '');
	// Before the body is read, so that a stranger cannot make the mirror take 96 MiB.
	app.addHook('onRequest', async (request) => {
		request.publicUrl = options.publicUrls(request.headers.host);
		request.principal = options.gate(request.headers.authorization);
	});
	app.addHook('onResponse', async (request, reply) => {
		options.onRequest({
			method: request.method,
			path: loggablePath(request.raw.url ?? '/'),
			status: reply.statusCode,
			milliseconds: Math.round(reply.elapsedTime),
		});
	});
	app.setNotFoundHandler(() => {
		throw notFound('This registry has nothing at that address.');
	});
	app.setErrorHandler((error, _request, reply) => {
		const answer = toAnswer(error);
		if (answer.status >= 500) {
			options.onFailure(error);
		}

		// A handler may have begun an answer that was to be kept for a year.
		for (const name of ['etag', 'content-length', 'content-range', 'content-encoding']) {
			reply.removeHeader(name);
		}

		reply.header('cache-control', 'no-store');
		return reply.code(answer.status).headers(answer.headers).type('application/json').send({ error: answer.message, code: answer.code });
	});
	addRegistryRoutes(app, services);
	addTrustRoutes(app, services);
	addDownloadRoutes(app, services);
	addWriteRoutes(app, services, options.signal);
	addPackageRoutes(app, services, options.settings);
	return app;
}

function toAnswer(error: unknown): MirrorError {
	if (error instanceof MirrorError) {
		return error;
	}

	const { statusCode } = error as Partial<FastifyError>;
	if (statusCode === 413) {
		return new MirrorError(413, 'too-large', 'The body is larger than this route takes.', { cause: error });
	}

	if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
		return new MirrorError(statusCode, 'request-invalid', 'The request could not be read.', { cause: error });
	}

	// What went wrong inside may name paths and hosts; it goes to the log and not to the client.
	return new MirrorError(500, 'internal', 'The mirror failed on this request; its log says why.', { cause: error });
}

function loggablePath(url: string): string {
	const end = url.indexOf('?');
	return (end === -1 ? url : url.slice(0, end)).replace(/(\/token\/).+/u, '$1...').slice(0, 500);
}
