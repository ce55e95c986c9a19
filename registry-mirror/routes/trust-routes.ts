import type { FastifyInstance } from 'fastify';
import { notFound } from '../mirror-error.ts';
import type { Services } from '../services/index.ts';

type Rest = { Params: { '*': string } };

const MAXIMUM_STATEMENT_BYTES = 256 * 1024;

/** What people said of packages, and advisories about them. */
export function addTrustRoutes(app: FastifyInstance, { statements, advisories }: Services): void {
	app.get<Rest>('/-/trust/v1/statements/*', async ({ params, principal }, reply) => {
		reply.header('cache-control', 'no-cache');
		return { statements: await statements.about({ principal, name: params['*'] }) };
	});
	app.put<Rest>('/-/trust/v1/statements/*', { bodyLimit: MAXIMUM_STATEMENT_BYTES }, async ({ params, principal, body }, reply) => {
		const isNew = await statements.add({ principal, name: params['*'], bundle: body });
		return reply.code(isNew ? 201 : 200).send({ ok: true });
	});

	app.get<Rest>('/-/advisories/*', async ({ params, principal }, reply) => {
		if (advisories === null) {
			throw notFound('This registry keeps no advisories.');
		}

		const bytes = await advisories.file({ principal, name: params['*'] });
		return reply.header('cache-control', 'no-cache').type('application/json').send(bytes);
	});
}
