import { pipeline, Readable } from 'node:stream';
import { createGzip, createZstdCompress } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { MirrorError } from '../mirror-error.ts';
import { type Services, etagOf, isPackageName, isVersion } from '../services/index.ts';
import { chooseEncoding, hasCurrent } from './negotiate.ts';

const MAXIMUM_PAGE = 250;
const MAXIMUM_OFFSET = 100_000;
const MAXIMUM_AUDIT_BYTES = 8 * 1024 * 1024;

/** What lies below `/-/` and concerns no single package's document. */
export function addRegistryRoutes(app: FastifyInstance, { search, evidence }: Services): void {
	app.get('/-/ping', () => ({}));
	app.get('/-/whoami', ({ principal }) => ({ username: principal.username }));

	app.get('/-/v1/search', async ({ raw, principal }) => {
		const query = new URLSearchParams(raw.url?.split('?')[1]);
		const size = numberIn(query.get('size'), { fallback: 20, maximum: MAXIMUM_PAGE });
		const from = numberIn(query.get('from'), { fallback: 0, maximum: MAXIMUM_OFFSET });
		const page = await search.find({ principal, text: query.get('text') ?? '', size, from });
		return {
			objects: page.hits.map(({ summary, score, weekly }) => ({
				package: {
					...summary,
					publisher: summary.publisher === null ? undefined : { username: summary.publisher },
					// npm fails on a hit without this array.
					maintainers: summary.maintainers.map((username) => ({ username })),
				},
				score: { final: score, detail: { quality: 0, popularity: 0, maintenance: 0 } },
				searchScore: score,
				downloads: { weekly },
				updated: summary.date,
			})),
			total: page.total,
			time: new Date().toISOString(),
		};
	});

	addCatalogueRoute(app, search);

	app.get('/-/npm/v1/keys', ({ principal }) => evidence.keys({ principal }));
	app.get<{ Params: { '*': string } }>('/-/npm/v1/attestations/*', ({ params, principal }) =>
		evidence.attestations({ principal, ...parsePackageId(params['*']) }),
	);
	addAuditRoute(app);
}

/** Every package as a line, which clients keep and search themselves; with `since` only what changed. */
function addCatalogueRoute(app: FastifyInstance, search: Services['search']): void {
	app.get('/-/plugward/index', async ({ raw, headers, principal }, reply) => {
		const since = new URLSearchParams(raw.url?.split('?')[1]).get('since');
		const { revision, pieces } = await search.list({ principal, since });
		const encoding = chooseEncoding(headers['accept-encoding']);
		reply.header('cache-control', 'no-cache').header('vary', 'accept-encoding').header('etag', etagOf(revision, encoding));
		if (hasCurrent(headers['if-none-match'], revision)) {
			return reply.code(304).send();
		}

		reply.type('application/x-ndjson');
		const lines = Readable.from(pieces());
		if (encoding === 'identity') {
			return reply.send(lines);
		}

		const packer = encoding === 'zstd' ? createZstdCompress() : createGzip();
		// A client that goes away ends both; there is nobody left to tell.
		return reply.header('content-encoding', encoding).send(pipeline(lines, packer, () => undefined));
	});
}

/** No advisories are kept here. The body may be gzipped and is read only to its end, so that the connection can be used again. */
function addAuditRoute(app: FastifyInstance): void {
	app.register(async (scope) => {
		scope.removeAllContentTypeParsers();
		scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAXIMUM_AUDIT_BYTES }, (_request, _body, done) => {
			done(null, null);
		});
		scope.post('/-/npm/v1/security/advisories/bulk', () => ({}));
	});
}

function parsePackageId(id: string): { readonly name: string; readonly version: string } {
	const separator = id.lastIndexOf('@');
	const name = id.slice(0, Math.max(0, separator));
	const version = id.slice(separator + 1);
	if (!isPackageName(name) || !isVersion(version)) {
		throw new MirrorError(400, 'name-invalid', 'Expected name@version after /attestations/.');
	}

	return { name, version };
}

function numberIn(text: string | null, limits: { readonly fallback: number; readonly maximum: number }): number {
	return /^\d{1,9}$/u.test(text ?? '') ? Math.min(Number(text), limits.maximum) : limits.fallback;
}
