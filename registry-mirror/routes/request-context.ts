import type { Principal } from '../access/principal.ts';

declare module 'fastify' {
	interface FastifyRequest {
		/** Who asks, set before any handler runs. */
		principal: Principal;
		/** Under which URL this request came in, without a slash at its end. */
		publicUrl: string;
	}
}

/** What all routes of one server share. */
export type RouteSettings = {
	/** `private` when a token is asked for, so that no shared cache keeps what only its holder may see. */
	readonly cacheScope: 'private' | 'public';
};
