import type { AdvisoryStorage, PackageSummary, Storage } from '../storage/index.ts';
import { type AdvisoryService, createAdvisoryService } from './advisories.ts';
import { type Catalog, createCatalog } from './catalog.ts';
import { createDownloadService, type DownloadService } from './downloads.ts';
import { type EvidenceService, createEvidenceService } from './evidence.ts';
import { type LocalEdits, createLocalEdits } from './local/edit.ts';
import { createLocalPackages } from './local/local-packages.ts';
import { type Publish, createPublish } from './local/publish.ts';
import { createNameSources } from './name-sources.ts';
import { type SearchService, createSearchService } from './search.ts';
import { loadSigningKey } from './signing-key.ts';
import { type StatementService, createStatementService } from './statements.ts';
import { type TarballBytes, createTarballBytes } from './tarball-bytes.ts';
import { createUpstreamClient } from './upstream/upstream-client.ts';
import { createUpstreamEvidence } from './upstream/upstream-evidence.ts';
import { createUpstreamPackages } from './upstream/upstream-packages.ts';
import { createUpstreamTarballs } from './upstream/upstream-tarballs.ts';
import { type Variants, createVariants } from './variants.ts';

export type { DownloadSeries } from './downloads.ts';
export type { Encoding } from './variants.ts';
export { etagOf } from './variants.ts';
export { isPackageName, isVersion, versionOfTarball } from './package-name.ts';

export type UpstreamOptions = { readonly url: string; readonly authorization: string | null; readonly offline: boolean };

/** Everything the routes call. Each method takes the caller's `principal`. */
export type Services = {
	readonly catalog: Catalog;
	readonly variants: Variants;
	readonly tarballBytes: TarballBytes;
	readonly publish: Publish;
	readonly edits: LocalEdits;
	readonly search: SearchService;
	readonly evidence: EvidenceService;
	readonly statements: StatementService;
	readonly downloads: DownloadService;
	/** Null when the operator named none. */
	readonly advisories: AdvisoryService | null;
};

type Options = {
	readonly storage: Storage;
	readonly advisories: AdvisoryStorage | null;
	readonly upstream: UpstreamOptions | null;
	readonly localScopes: readonly string[];
	readonly now: () => number;
	/** Ends all work at the upstream. */
	readonly signal: AbortSignal;
	readonly inBackground: (work: Promise<unknown>) => void;
};

const VARIANT_BYTES = 64 * 1024 * 1024;

export async function createServices(options: Options): Promise<Services> {
	const { storage, now } = options;
	const sources = createNameSources({ localScopes: options.localScopes, hasUpstream: options.upstream !== null });
	const signingKey = await loadSigningKey(storage);
	// Only what is published here can be found to be missing without asking anybody.
	const downloads = createDownloadService({
		storage: storage.downloads,
		now,
		isHere: async ({ principal, name }) => sources.sourceOf(name) === 'upstream' || (await local.find({ principal, name })) !== null,
		inBackground: options.inBackground,
	});
	const search = createSearchService(storage, downloads);
	const upstream = options.upstream === null ? null : createUpstream({ ...options, upstream: options.upstream, search });
	const local = createLocalPackages({
		storage: storage.local,
		onSummary(name, summary) {
			if (summary === null) {
				search.remove(name);
			} else {
				search.put(summary);
			}
		},
	});
	return {
		catalog: createCatalog({ sources, local, upstream }),
		variants: createVariants({ maximumBytes: VARIANT_BYTES }),
		tarballBytes: createTarballBytes(storage.blobs),
		publish: createPublish({ packages: local, blobs: storage.blobs, signingKey, now }),
		edits: createLocalEdits({ packages: local, blobs: storage.blobs, now }),
		search,
		evidence: createEvidenceService({ sources, local, blobs: storage.blobs, upstream: upstream?.evidence ?? null, signingKey }),
		statements: createStatementService({ storage: storage.statements, now }),
		downloads,
		advisories: options.advisories === null ? null : createAdvisoryService(options.advisories),
	};
}

function createUpstream(options: Options & { readonly upstream: UpstreamOptions; readonly search: SearchService }) {
	const { storage, now, upstream, search, signal, inBackground } = options;
	const { offline } = upstream;
	const client = createUpstreamClient({ url: upstream.url, authorization: upstream.authorization, now, signal });
	const onSummary = (summary: PackageSummary) => {
		search.put(summary);
	};

	const packages = createUpstreamPackages({ client, storage: storage.upstream, offline, now, inBackground, onSummary });
	return {
		packages,
		tarballs: createUpstreamTarballs({ client, storage, packages, offline }),
		evidence: createUpstreamEvidence({ client, storage: storage.upstream, offline, now }),
	};
}
