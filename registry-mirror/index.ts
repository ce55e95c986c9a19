import type { AddressInfo } from 'node:net';
import { createPublicUrls } from './access/public-urls.ts';
import { createTokenGate } from './access/token-gate.ts';
import { MirrorError } from './mirror-error.ts';
import { createServer } from './routes/server.ts';
import { type UpstreamOptions, createServices } from './services/index.ts';
import { openAdvisoryFolder, openFileStorage } from './storage/index.ts';

export { MirrorError } from './mirror-error.ts';

export type MirrorLogLine =
	| { readonly type: 'request'; readonly method: string; readonly path: string; readonly status: number; readonly milliseconds: number }
	/** A failure of the mirror or its upstream. Messages name no token. */
	| { readonly type: 'failure'; readonly message: string };

export type MirrorOptions = {
	/** Absolute path; made when missing. One mirror at a time owns it. */
	readonly folder: string;
	readonly host?: '127.0.0.1';
	/** 0 takes any free port. */
	readonly port: number;
	/** Asked for on every route as `authorization: Bearer <token>`; null serves everybody on this machine. */
	readonly token: string | null;
	readonly upstream: UpstreamOptions | null;
	/** Names that are published here and never looked up at the upstream: `@scope/*` or one name each. Without an upstream all are. */
	readonly localScopes: readonly string[];
	/** Absolute path of a sharded set of OSV advisories to serve; none by default. */
	readonly advisories?: string | null;
	/** URLs a reverse proxy serves this mirror under, without a path. */
	readonly publicUrls?: readonly string[];
	readonly log?: (line: MirrorLogLine) => void;
	/** Milliseconds since the epoch; the system's clock by default. */
	readonly now?: () => number;
};

export type Mirror = AsyncDisposable & {
	/** With a slash at its end, as npm writes a registry. */
	readonly url: string;
	readonly token: string | null;
	/** Ends open requests and work at the upstream, and gives the folder back. */
	close(): Promise<void>;
};

/** Starts the registry on loopback. Throws MirrorError `folder-busy` when another mirror owns the folder. */
export async function startMirror(options: MirrorOptions): Promise<Mirror> {
	const log = options.log ?? (() => undefined);
	const closing = new AbortController();
	const background = new Set<Promise<unknown>>();
	const onFailure = (error: unknown) => {
		log({ type: 'failure', message: describe(error) });
	};

	const inBackground = (work: Promise<unknown>) => {
		const tracked = work.catch(onFailure).finally(() => background.delete(tracked));
		background.add(tracked);
	};

	const storage = await openFileStorage(options.folder, onFailure);
	try {
		const services = await createServices({
			...options,
			advisories: typeof options.advisories === 'string' ? openAdvisoryFolder(options.advisories) : null,
			storage,
			now: options.now ?? Date.now,
			signal: closing.signal,
			inBackground,
		});
		let port = options.port;
		const server = createServer(services, {
			settings: { cacheScope: options.token === null ? 'public' : 'private' },
			gate: createTokenGate(options.token),
			publicUrls: (host) => publicUrls(host),
			signal: closing.signal,
			onRequest: (line) => log({ type: 'request', ...line }),
			onFailure,
		});
		await server.listen({ host: options.host ?? '127.0.0.1', port });
		({ port } = server.server.address() as AddressInfo);
		const publicUrls = createPublicUrls({ port, declared: options.publicUrls ?? [] });
		const end = async () => {
			closing.abort();
			await server.close();
			await Promise.all(background);
			try {
				await services.downloads.flush();
			} finally {
				await storage.close();
			}
		};
		let ended: Promise<void> | null = null;
		// Once only: by a second time another mirror may own the folder.
		const close = () => (ended ??= end());
		return { url: `http://127.0.0.1:${port}/`, token: options.token, close, [Symbol.asyncDispose]: close };
	} catch (error) {
		await storage.close();
		throw error;
	}
}

function describe(error: unknown): string {
	if (!(error instanceof Error)) {
		return 'Something that is not an error was thrown.';
	}

	const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
	return error instanceof MirrorError ? `${error.message}${cause}` : `${error.stack ?? error.message}${cause}`;
}
