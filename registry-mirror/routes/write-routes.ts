import type { FastifyInstance } from 'fastify';
import { notFound } from '../mirror-error.ts';
import type { Services } from '../services/index.ts';
import { parsePackagePath } from './package-path.ts';

type NameParameters = { readonly scope?: string; readonly name: string };
type TagParameters = NameParameters & { readonly tag: string };

const MAXIMUM_PUBLISH_BYTES = 96 * 1024 * 1024;

/** Publish, deprecate, unpublish and dist-tags. */
export function addWriteRoutes(app: FastifyInstance, services: Services, signal: AbortSignal): void {
	addPublishRoutes(app, services, signal);
	addTagRoutes(app, services);
}

function addPublishRoutes(app: FastifyInstance, { catalog, publish, edits }: Services, signal: AbortSignal): void {
	app.put('/*', { bodyLimit: MAXIMUM_PUBLISH_BYTES }, async ({ raw, body, principal }, reply) => {
		const path = parsePackagePath(raw.url ?? '/');
		if (path?.type === 'package-revision') {
			catalog.requireLocal(path.name);
			await edits.keepOnly({ principal, name: path.name, revision: path.revision, body });
			return reply.send({ ok: true, id: path.name });
		}

		if (path?.type !== 'package') {
			throw notFound('Nothing can be put at that address.');
		}

		catalog.requireLocal(path.name);
		if (!hasAttachments(body)) {
			await edits.deprecate({ principal, name: path.name, body });
			return reply.send({ ok: true, id: path.name });
		}

		const published = await publish({ principal, name: path.name, body, signal });
		return reply.code(201).send({ ok: true, success: true, id: published.name, rev: String(published.revision) });
	});

	app.delete('/*', async ({ raw, principal }, reply) => {
		const path = parsePackagePath(raw.url ?? '/');
		if (path?.type === 'package-revision') {
			catalog.requireLocal(path.name);
			await edits.unpublishAll({ principal, name: path.name, revision: path.revision });
			return reply.send({ ok: true });
		}

		if (path?.type === 'tarball-revision') {
			// npm withdraws the version first, which removed the bytes, and then asks for them to be removed.
			catalog.requireLocal(path.name);
			await edits.requireWithdrawn({ principal, name: path.name, version: path.version });
			return reply.send({ ok: true });
		}

		throw notFound('Nothing can be deleted at that address.');
	});
}

function hasAttachments(body: unknown): boolean {
	if (typeof body !== 'object' || body === null || !('_attachments' in body)) {
		return false;
	}

	const { _attachments: attachments } = body;
	return typeof attachments === 'object' && attachments !== null && Object.keys(attachments).length > 0;
}

function addTagRoutes(app: FastifyInstance, { catalog, edits }: Services): void {
	// A scope may come escaped in one segment or plain in two.
	for (const prefix of ['/-/package/:name/dist-tags', '/-/package/:scope/:name/dist-tags']) {
		app.get<{ Params: NameParameters }>(prefix, ({ params, principal }) => catalog.distTags({ principal, name: nameOf(params) }));

		app.put<{ Params: TagParameters }>(`${prefix}/:tag`, async ({ params, principal, body }, reply) => {
			const name = nameOf(params);
			catalog.requireLocal(name);
			await edits.setTag({ principal, name, tag: params.tag, version: body });
			return reply.code(201).send({ ok: true, id: name });
		});

		app.delete<{ Params: TagParameters }>(`${prefix}/:tag`, async ({ params, principal }, reply) => {
			const name = nameOf(params);
			catalog.requireLocal(name);
			await edits.removeTag({ principal, name, tag: params.tag });
			return reply.send({ ok: true, id: name });
		});
	}
}

function nameOf({ scope, name }: NameParameters): string {
	return scope === undefined ? name : `${scope}/${name}`;
}
