import type { Evidence } from '../../evidence.ts';
import { EngineError } from '../../errors.ts';
import type { Integrity } from '../../integrity.ts';
import type { RegistryKey } from '../../registry/index.ts';
import type { IndexedManifest } from '../../resolver/index.ts';
import { collectEvidence, matchesAny } from '../../trust/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { openpgpRequest } from './openpgp-request.ts';
import { publishTimeForProof } from './publish-time.ts';

export type ArtefactFacts = {
	readonly manifest: IndexedManifest;
	/** Epoch milliseconds. */
	readonly publishedAt: number | null;
	readonly integrity: Integrity;
	readonly packageJson: unknown;
	/** The tarball's bytes. */
	readonly readPacked: () => Promise<Uint8Array>;
	/** Where the expectation comes from: a lock is believed before a registry. */
	readonly source: 'lock' | 'registry';
	readonly previous: readonly Evidence[];
	/** Another version of the package carries attestations, so that this registry is known to serve them. */
	readonly othersAttested: boolean;
};

/** Fetches what the registry has to say about one artefact and proves it. Throws `evidence-invalid` when anything is false. */
export async function collectArtefactEvidence(
	context: EngineContext,
	facts: ArtefactFacts,
	signal: AbortSignal,
): Promise<readonly Evidence[]> {
	const { manifest } = facts;
	const keys = await keysFor(context, manifest.name, signal);
	const claimed = manifest.attestationsUrl !== null;
	const attestations = claimed
		? await context.registry.attestations({ name: manifest.name, version: manifest.version, url: manifest.attestationsUrl }, { signal })
		: { type: 'not-served' as const, why: 'The registry lists no attestations' };
	const publishedAt = await publishTimeForProof(context, { manifest, publishedAt: facts.publishedAt, keys }, signal);
	const openpgp = await openpgpRequest(context, facts, signal);
	const evidence = await collectEvidence({
		name: manifest.name,
		version: manifest.version,
		registryUrl: await boundRegistry(context, manifest.name),
		integrity: facts.integrity,
		expected: { integrity: manifest.integrity, shasum: manifest.shasum, source: facts.source },
		signatures: manifest.signatures,
		keys,
		publishedAt: publishedAt === null ? null : new Date(publishedAt).toISOString(),
		registryServes: { signatures: keys !== null && keys.length > 0, attestations: claimed || facts.othersAttested },
		// The store compared it before it asked.
		bytesShasum: manifest.integrity === null ? manifest.shasum : null,
		attestations,
		attestationsClaimed: claimed,
		...(openpgp === null ? {} : { openpgp }),
		offline: context.options.offline,
		packageJson: facts.packageJson,
		registryManifest: manifest,
		roots: await context.trustRoots(),
		previous: facts.previous,
		now: context.clock().getTime(),
	});
	refuseInvalid(`${manifest.name}@${manifest.version}`, evidence);
	return evidence;
}

/** The registry of a package, where a trust root of the policy is bound to one; else nobody needs to know. */
export async function boundRegistry(context: EngineContext, name: string): Promise<string | null> {
	return context.policy.roots.some(({ registries }) => registries.length > 0) ? (await context.registry.open()).registryFor(name) : null;
}

/** The keys a registry signs this package with; a mirror that signs only its own packages names them. */
async function keysFor(context: EngineContext, name: string, signal: AbortSignal): Promise<readonly RegistryKey[] | null> {
	const keys = await context.registry.signingKeys(name, { signal });
	return keys?.filter(({ names }) => names === null || matchesAny(names, name)) ?? null;
}

function refuseInvalid(id: string, evidence: readonly Evidence[]): void {
	const invalid = evidence.filter(({ state }) => state === 'invalid');
	const [first] = invalid;
	if (first !== undefined) {
		throw new EngineError('evidence-invalid', `${id} is refused: ${first.reason}`, {
			hint: 'The package or the registry was tampered with, or the registry made a mistake; try another version or ask its publisher.',
			details: invalid,
		});
	}
}
