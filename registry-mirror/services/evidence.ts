import type { Caller } from '../access/principal.ts';
import { MirrorError, notFound } from '../mirror-error.ts';
import type { BlobStorage } from '../storage/index.ts';
import type { LocalPackages } from './local/local-packages.ts';
import type { NameSources } from './name-sources.ts';
import { objectOrEmpty } from './package-document.ts';
import type { SigningKey } from './signing-key.ts';
import type { UpstreamEvidence } from './upstream/upstream-evidence.ts';

/** What proves where packages come from: keys and attestations of local packages, and the upstream's passed through unchanged. */
export type EvidenceService = {
	/**
	 * The mirror's own key carries `names`, the patterns it signs for, so that a client does not take the missing signature of a pulled
	 * package for a stripped one. The upstream's keys follow as they are, or are missing while nobody can reach it: the packages
	 * published here stay verifiable.
	 */
	keys(request: Caller): Promise<{ readonly keys: readonly unknown[] }>;
	/** Throws 404 when there is none. */
	attestations(request: Caller & { readonly name: string; readonly version: string }): Promise<unknown>;
};

type Options = {
	readonly sources: NameSources;
	readonly local: LocalPackages;
	readonly blobs: BlobStorage;
	readonly upstream: UpstreamEvidence | null;
	readonly signingKey: SigningKey;
};

export function createEvidenceService({ sources, local, blobs, upstream, signingKey }: Options): EvidenceService {
	return {
		async keys(request) {
			const own = sources.localNames.length === 0 ? [] : [{ ...signingKey.published, names: sources.localNames }];
			const pulled = upstream === null ? null : objectOrEmpty(await keysOf(upstream, { request, isNeeded: own.length === 0 }))['keys'];
			const keys = [...own, ...(Array.isArray(pulled) ? (pulled as readonly unknown[]) : [])];
			return keys.length > 0 ? { keys } : throwNone('keys');
		},
		async attestations({ principal, name, version }) {
			const id = `${name}@${version}`;
			if (sources.sourceOf(name) === 'upstream' && upstream !== null) {
				return (await upstream.attestations({ principal, name, version })) ?? throwNone(`attestations of ${id}`);
			}

			const versions = (await local.read({ principal, name }))?.versions ?? {};
			const provenance =
				(Object.hasOwn(versions, version) ? versions[version] : undefined)?.provenance ?? throwNone(`attestations of ${id}`);
			const blob = (await blobs.open(provenance.sha512, provenance.bytes)) ?? throwNone(`attestations of ${id}`);
			const bundle: unknown = JSON.parse((await blob.read()).toString('utf8'));
			return { attestations: [{ predicateType: provenance.predicateType, bundle }] };
		},
	};
}

async function keysOf(
	upstream: UpstreamEvidence,
	{ request, isNeeded }: { readonly request: Caller; readonly isNeeded: boolean },
): Promise<unknown> {
	try {
		return await upstream.keys(request);
	} catch (error) {
		if (!isNeeded && error instanceof MirrorError && error.status === 503) {
			return null;
		}

		throw error;
	}
}

function throwNone(what: string): never {
	throw notFound(`This registry has no ${what}.`);
}
