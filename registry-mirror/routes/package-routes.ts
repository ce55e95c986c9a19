import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MirrorError, notFound } from '../mirror-error.ts';
import { type Services, etagOf } from '../services/index.ts';
import { parseByteRange } from './byte-range.ts';
import { ABBREVIATED_MEDIA_TYPE, chooseEncoding, hasCurrent, wantsAbbreviated } from './negotiate.ts';
import { type PackagePath, parsePackagePath } from './package-path.ts';
import type { RouteSettings } from './request-context.ts';

type PathOf<Type extends PackagePath['type']> = Extract<PackagePath, { readonly type: Type }>;
type Read = {
	readonly services: Services;
	readonly settings: RouteSettings;
	readonly request: FastifyRequest;
	readonly reply: FastifyReply;
};

/** GET and HEAD of packuments, manifests and tarballs. They share one route, since `/@scope/name` and `/name/tag` look alike to a router. */
export function addPackageRoutes(app: FastifyInstance, services: Services, settings: RouteSettings): void {
	app.route({
		method: ['GET', 'HEAD'],
		url: '/*',
		handler(request, reply) {
			const path = parsePackagePath(request.raw.url ?? '/');
			const read = { services, settings, request, reply };
			switch (path?.type) {
				case 'package':
					return sendPackument(read, path);
				case 'manifest':
					return sendManifest(read, path);
				case 'tarball':
					return sendTarball(read, path);
				case 'package-revision':
				case 'tarball-revision':
				case undefined:
					throw notFound('This registry has nothing at that address.');
			}
		},
	});
}

async function sendPackument({ services, settings, request, reply }: Read, { name }: PathOf<'package'>): Promise<FastifyReply> {
	const { headers, principal, publicUrl } = request;
	// npm asks with ?write=true before it changes a document, and must not get a stale one.
	const revalidate = /no-cache|max-age=0/u.test(headers['cache-control'] ?? '') || request.raw.url?.endsWith('write=true') === true;
	const document = await services.catalog.document({ principal, name, revalidate });
	const kind = wantsAbbreviated(headers.accept) ? 'abbreviated' : 'full';
	const encoding = chooseEncoding(headers['accept-encoding']);
	// Always asked again, which costs one 304: a version published now must be installable now.
	reply.header('vary', 'accept, accept-encoding').header('cache-control', `${settings.cacheScope}, no-cache`);
	if (hasCurrent(headers['if-none-match'], document.digests[kind])) {
		return reply.code(304).header('etag', etagOf(document.digests[kind], encoding)).send();
	}

	const variant = await services.variants.get({ document, kind, encoding, publicUrl });
	if (variant.encoding !== 'identity') {
		reply.header('content-encoding', variant.encoding);
	}

	return reply
		.header('etag', variant.etag)
		.type(kind === 'full' ? 'application/json; charset=utf-8' : ABBREVIATED_MEDIA_TYPE)
		.send(variant.body);
}

async function sendManifest({ services, settings, request, reply }: Read, path: PathOf<'manifest'>): Promise<FastifyReply> {
	const { principal, publicUrl } = request;
	const manifest = await services.catalog.manifest({ principal, name: path.name, versionOrTag: path.versionOrTag, publicUrl });
	return reply.header('cache-control', `${settings.cacheScope}, no-cache`).send(manifest);
}

async function sendTarball({ services, settings, request, reply }: Read, { name, version }: PathOf<'tarball'>): Promise<FastifyReply> {
	const { headers, principal } = request;
	const tarball = await services.catalog.tarball({ principal, name, version });
	const etag = `"sha512-${tarball.sha512}"`;
	reply
		.header('etag', etag)
		.header('accept-ranges', 'bytes')
		.header('cache-control', `${settings.cacheScope}, max-age=31536000, immutable`)
		.type('application/octet-stream');
	if (headers['if-none-match']?.includes(etag) === true) {
		return reply.code(304).send();
	}

	// A part of other bytes than the client began with would be of no use to it.
	const ifRange = headers['if-range'];
	const range = ifRange === undefined || ifRange === etag ? parseByteRange(headers.range, tarball.bytes) : null;
	const length = range === null ? tarball.bytes : range.end - range.start + 1;
	if (range !== null) {
		reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${tarball.bytes}`);
	}

	if (request.method === 'HEAD') {
		return reply.header('content-length', length).send();
	}

	const stored = await services.tarballBytes.read(tarball, range);
	const content = stored ?? (await readRestored(services, { wanted: { principal, name, version }, range }));
	// Once for each download: a transfer taken up again ends with the part that has the last byte, and one that broke never finishes.
	if (range === null || range.end === tarball.bytes - 1) {
		reply.raw.once('finish', () => services.downloads.count(name));
	}

	return reply.header('content-length', length).send(content);
}

async function readRestored(
	{ catalog, tarballBytes }: Services,
	{
		wanted,
		range,
	}: { readonly wanted: Parameters<Services['catalog']['tarball']>[0]; readonly range: Parameters<Services['tarballBytes']['read']>[1] },
): Promise<Buffer | NodeJS.ReadableStream> {
	const restored = await tarballBytes.read(await catalog.restoreTarball(wanted), range);
	if (restored === null) {
		throw new MirrorError(503, 'internal', `The stored tarball of ${wanted.name}@${wanted.version} was lost twice.`);
	}

	return restored;
}
