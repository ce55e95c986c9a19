import { hexOfIntegrity, parseIntegrity } from '../../source/engine/integrity.ts';
import { githubClaims, SLSA_V1, slsaV1, statement } from '../engine/trust/attested-package.ts';
import type { FakeRegistry, ServedVersion } from './fake-registry.ts';
import type { IdentityClaims, LocalSigstore } from './local-sigstore.ts';

export type AttestedVersion = {
	readonly name: string;
	readonly version: string;
	/** `owner/name` of the repository that the package.json names; `acme/plug` when left out. */
	readonly repository?: string;
	/** Laid over the manifest. */
	readonly manifest?: Readonly<Record<string, unknown>>;
	readonly files?: Readonly<Record<string, string>>;
	/** Laid over the claims of a normal release. */
	readonly claims?: IdentityClaims;
	/** What the provenance says of the build; a normal release when left out. */
	readonly predicate?: object;
};

/** Publishes a version with true provenance of the repository it names. */
export async function serveAttested(
	{ registry, sigstore }: { readonly registry: FakeRegistry; readonly sigstore: LocalSigstore },
	{ name, version, repository = 'acme/plug', manifest = {}, files = {}, claims = {}, predicate = slsaV1(repository) }: AttestedVersion,
): Promise<ServedVersion> {
	const served = registry.serve(
		name,
		version,
		{ repository: { type: 'git', url: `git+https://github.com/${repository}.git` }, ...manifest },
		files,
	);
	const integrity = parseIntegrity(served.integrity);
	const subject = {
		name: `pkg:npm/${name.replace('@', '%40')}@${version}`,
		digest: { sha512: integrity === null ? '' : hexOfIntegrity(integrity) },
	};
	const bundle = await sigstore.attest(statement(SLSA_V1, predicate, [subject]), { claims: { ...githubClaims(repository), ...claims } });
	registry.serveAttestations(name, version, { attestations: [{ predicateType: SLSA_V1, bundle }] });
	return served;
}
