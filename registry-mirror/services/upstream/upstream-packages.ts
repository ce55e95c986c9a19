import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Caller } from '../../access/principal.ts';
import { MirrorError } from '../../mirror-error.ts';
import type { PackageSummary, UpstreamHead, UpstreamStorage } from '../../storage/index.ts';
import { createLeastRecentCache } from '../least-recent-cache.ts';
import type { PackageDocument } from '../package-document.ts';
import { createSingleFlight } from '../single-flight.ts';
import { type TarballSource, ingestPackument } from './ingest.ts';
import type { UpstreamClient, UpstreamResponse } from './upstream-client.ts';

/** `revalidate` asks the upstream before answering, as a client does that sends `cache-control: no-cache`. */
export type FindUpstream = Caller & { readonly name: string; readonly revalidate: boolean };

export type UpstreamPackages = {
	/** Null when the upstream has no such package. Throws 503 when nobody can know: offline, or unreachable and never seen. */
	find(wanted: FindUpstream): Promise<PackageDocument | null>;
	/** Where one version's bytes are; null when the version is unknown. */
	tarballSource(wanted: FindUpstream & { readonly version: string }): Promise<TarballSource | null>;
};

type Options = {
	readonly client: UpstreamClient;
	readonly storage: UpstreamStorage;
	readonly offline: boolean;
	readonly now: () => number;
	readonly onSummary: (summary: PackageSummary) => void;
	/** Takes work that nobody waits for, because the stale answer was already sent; it reports failures. */
	readonly inBackground: (work: Promise<unknown>) => void;
};

const FRESH_MILLISECONDS = 5 * 60_000;
/** Older than this, a request waits a moment for the upstream before it gets the stale answer. */
const STALE_MILLISECONDS = 24 * 3_600_000;
const PATIENCE_MILLISECONDS = 2000;
const NEGATIVE_MILLISECONDS = 60_000;
/** A confirmation this recent also serves clients that insist on a fresh one. */
const JUST_CHECKED_MILLISECONDS = 1000;
const MAXIMUM_PACKUMENT_BYTES = 128 * 1024 * 1024;
const TIMEOUT_MILLISECONDS = 60_000;

export function createUpstreamPackages(options: Options): UpstreamPackages {
	const { storage, now } = options;
	const heads = createLeastRecentCache<UpstreamHead>(50_000);
	const missingUntil = createLeastRecentCache<number>(50_000);
	const singleFlight = createSingleFlight<UpstreamHead | null>();

	const readHead = async (name: string) => {
		const head = heads.get(name) ?? (await storage.readHead(name));
		if (head !== null) {
			heads.set(name, head);
		}

		return head;
	};

	const refresh = (name: string, known: UpstreamHead | null) =>
		singleFlight(name, async () => {
			const head = await pull({ ...options, name, known });
			if (head === null) {
				missingUntil.set(name, now() + NEGATIVE_MILLISECONDS);
			} else {
				missingUntil.delete(name);
				heads.set(name, head);
				options.onSummary(head.summary);
			}

			return head;
		});

	const findHead = async ({ name, revalidate }: FindUpstream): Promise<UpstreamHead | null> => {
		const known = await readHead(name);
		if (options.offline) {
			return known ?? throwOffline(name);
		}

		if (!revalidate && now() < (missingUntil.get(name) ?? 0)) {
			return null;
		}

		const age = known === null ? Number.POSITIVE_INFINITY : now() - known.checkedAt;
		if (known === null || age < (revalidate ? JUST_CHECKED_MILLISECONDS : FRESH_MILLISECONDS)) {
			return known ?? (await refresh(name, null));
		}

		const refreshing = refresh(name, known);
		if (revalidate || age > STALE_MILLISECONDS) {
			return await orStale(refreshing, { known, inBackground: options.inBackground });
		}

		options.inBackground(refreshing);
		return known;
	};

	return {
		async find(wanted) {
			const head = await findHead(wanted);
			return head === null ? null : documentOf(head, { storage, forget: () => heads.delete(head.name) });
		},
		async tarballSource({ version, ...wanted }) {
			const section = (await findHead(wanted)) === null ? null : await storage.readSection(wanted.name, 'tarballs');
			// Our own section, written by `ingestPackument`.
			const sources = JSON.parse(section?.text ?? '{}') as Readonly<Record<string, TarballSource>>;
			return Object.hasOwn(sources, version) ? (sources[version] ?? null) : null;
		},
	};
}

async function orStale(
	refreshing: Promise<UpstreamHead | null>,
	{ known, inBackground }: { readonly known: UpstreamHead; readonly inBackground: Options['inBackground'] },
): Promise<UpstreamHead | null> {
	const impatience = new AbortController();
	inBackground(refreshing);
	try {
		const settled = refreshing.catch(() => known);
		return await Promise.race([settled, wait(PATIENCE_MILLISECONDS, known, { signal: impatience.signal })]);
	} finally {
		impatience.abort();
	}
}

function documentOf(
	head: UpstreamHead,
	{ storage, forget }: { readonly storage: UpstreamStorage; readonly forget: () => void },
): PackageDocument {
	return {
		name: head.name,
		source: 'upstream',
		digests: head.digests,
		async text(kind) {
			const section = await storage.readSection(head.name, kind);
			if (section === null) {
				// With the head left in place the upstream would confirm it by 304 and the damage would stay.
				await storage.remove(head.name);
				forget();
				throw new MirrorError(503, 'upstream-unreachable', `The stored document of "${head.name}" is damaged; it is pulled again.`);
			}

			return { digest: section.head.digests[kind], text: section.text };
		},
	};
}

type Pull = Options & { readonly name: string; readonly known: UpstreamHead | null };

async function pull({ client, storage, now, name, known }: Pull): Promise<UpstreamHead | null> {
	const request = {
		url: new URL(name.replace('/', '%2f'), client.baseUrl),
		headers: { accept: 'application/json', ...conditionsFrom(known) },
		maximumBytes: MAXIMUM_PACKUMENT_BYTES,
		timeoutMilliseconds: TIMEOUT_MILLISECONDS,
		allowOtherOrigin: false,
	};
	return await client.request(request, async (response) => {
		const body = await readAll(response);
		if (response.status === 404 || response.status === 410) {
			return null;
		}

		const bodyDigest = createHash('sha256').update(body).digest('hex');
		if (known !== null && (response.status === 304 || bodyDigest === known.bodyDigest)) {
			const confirmed = { ...known, checkedAt: now() };
			await storage.write(confirmed, null);
			return confirmed;
		}

		const { sections, digests, summary } = ingestPackument(name, body.toString('utf8'));
		const [etag, lastModified] = [response.headers.get('etag'), response.headers.get('last-modified')];
		const head: UpstreamHead = { name, checkedAt: now(), etag, lastModified, bodyDigest, digests, summary };
		await storage.write(head, sections);
		return head;
	});
}

function conditionsFrom(known: UpstreamHead | null): Readonly<Record<string, string>> {
	const { etag = null, lastModified = null } = known ?? {};
	if (etag !== null) {
		return { 'if-none-match': etag };
	}

	return lastModified === null ? {} : { 'if-modified-since': lastModified };
}

async function readAll({ chunks }: UpstreamResponse): Promise<Buffer> {
	const parts: Uint8Array[] = [];
	for await (const chunk of chunks) {
		parts.push(chunk);
	}

	return Buffer.concat(parts);
}

function throwOffline(name: string): never {
	throw new MirrorError(503, 'offline-missing', `This mirror is offline and has never seen "${name}".`, {
		headers: { 'npm-notice': 'offline mirror: package not stored' },
	});
}
