import type { Caller } from '../../access/principal.ts';
import { MirrorError } from '../../mirror-error.ts';
import type { UpstreamStorage } from '../../storage/index.ts';
import { createLeastRecentCache } from '../least-recent-cache.ts';
import { attestationsPath } from '../package-document.ts';
import { createSingleFlight } from '../single-flight.ts';
import type { UpstreamClient, UpstreamResponse } from './upstream-client.ts';

/** The upstream's evidence documents, passed through and kept so that they can be served offline. */
export type UpstreamEvidence = {
	/** Parsed JSON, or null when the upstream has none. Throws 503 when nobody can know. */
	attestations(wanted: Caller & { readonly name: string; readonly version: string }): Promise<unknown>;
	keys(wanted: Caller): Promise<unknown>;
};

type Options = {
	readonly client: UpstreamClient;
	readonly storage: UpstreamStorage;
	readonly offline: boolean;
	readonly now: () => number;
};

const FRESH_MILLISECONDS = 5 * 60_000;
const NEGATIVE_MILLISECONDS = 60_000;
const MAXIMUM_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MILLISECONDS = 30_000;

export function createUpstreamEvidence(options: Options): UpstreamEvidence {
	const missingUntil = createLeastRecentCache<number>(50_000);
	const singleFlight = createSingleFlight<unknown>();
	const find = (path: string, freshMilliseconds: number) =>
		singleFlight(path, async () => {
			const { now, storage } = options;
			const stored = await storage.readDocument(path);
			const isUsable = stored !== null && (options.offline || now() - stored.checkedAt < freshMilliseconds);
			if (isUsable) {
				return JSON.parse(stored.text) as unknown;
			}

			if (options.offline) {
				throw new MirrorError(503, 'offline-missing', 'This mirror is offline and has not stored that evidence.');
			}

			if (now() < (missingUntil.get(path) ?? 0)) {
				return null;
			}

			const pulled = await pullOrStored(options, { path, stored });
			if (pulled === null) {
				missingUntil.set(path, now() + NEGATIVE_MILLISECONDS);
			}

			return pulled;
		});

	return {
		// Evidence of a version never changes; only that there is none can.
		attestations: ({ name, version }) => find(attestationsPath(name, version), Number.POSITIVE_INFINITY),
		keys: () => find('/-/npm/v1/keys', FRESH_MILLISECONDS),
	};
}

async function pullOrStored(
	options: Options,
	{ path, stored }: { readonly path: string; readonly stored: { readonly text: string } | null },
): Promise<unknown> {
	const { client, storage, now } = options;
	const request = {
		url: new URL(path.slice(1), client.baseUrl),
		headers: { accept: 'application/json' },
		maximumBytes: MAXIMUM_BYTES,
		timeoutMilliseconds: TIMEOUT_MILLISECONDS,
		allowOtherOrigin: false,
	};
	try {
		return await client.request(request, async (response) => {
			const document = await parseAnswer(response, path);
			if (document !== null) {
				await storage.writeDocument(path, { checkedAt: now(), text: JSON.stringify(document) });
			}

			return document;
		});
	} catch (error) {
		if (stored !== null && error instanceof MirrorError && error.code === 'upstream-unreachable') {
			return JSON.parse(stored.text) as unknown;
		}

		throw error;
	}
}

async function parseAnswer({ status, chunks }: UpstreamResponse, path: string): Promise<unknown> {
	const parts: Uint8Array[] = [];
	for await (const chunk of chunks) {
		parts.push(chunk);
	}

	if (status !== 200) {
		return null;
	}

	try {
		return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown;
	} catch (error) {
		throw new MirrorError(502, 'upstream-invalid', `What the upstream sent for ${path} is not JSON.`, { cause: error });
	}
}
