import { createHash } from 'node:crypto';
import type { Integrity } from '../../../source/engine/integrity.ts';
import { integrityOfDigest } from '../../../source/engine/integrity.ts';
import type { CollectRequest, TrustRoots } from '../../../source/engine/trust/index.ts';
import type { IdentityClaims } from '../../helpers/local-sigstore.ts';

/** The package that the tests of this folder attest: `@acme/plug@1.2.3`, built by the workflow of acme/plug. */
export const NAME = '@acme/plug';
export const VERSION = '1.2.3';
export const COMMIT = 'ba214227977e57973d87219493ad93eeda9c7d6c';
export const BYTES = Buffer.from('the tarball');
export const INTEGRITY: Integrity = integrityOfDigest(createHash('sha512').update(BYTES).digest());
export const SHA512 = createHash('sha512').update(BYTES).digest('hex');
export const SLSA_V1 = 'https://slsa.dev/provenance/v1';
export const SLSA_V02 = 'https://slsa.dev/provenance/v0.2';
export const PUBLISH = 'https://github.com/npm/attestation/tree/main/specs/publish/v0.1';

/** The numbers of a repository and its owner, as a host gives them: another one each. */
function idsOf(slug: string): { readonly repository: string; readonly owner: string } {
	const numberOf = (text: string): string => String(createHash('sha256').update(text).digest().readUInt32BE());
	return slug === 'acme/plug'
		? { repository: '792829709', owner: '398027' }
		: { repository: numberOf(slug), owner: numberOf(slug.split('/')[0] ?? '') };
}

export function githubClaims(repository = 'acme/plug', changes: Readonly<Record<string, string>> = {}): IdentityClaims {
	const workflow = `${repository}/.github/workflows/publish.yml@refs/tags/v1.2.3`;
	return {
		sub: `https://github.com/${workflow}`,
		iss: 'https://token.actions.githubusercontent.com',
		event_name: 'push',
		job_workflow_ref: workflow,
		ref: 'refs/tags/v1.2.3',
		repository,
		repository_id: idsOf(repository).repository,
		repository_owner: repository.split('/')[0] ?? '',
		repository_owner_id: idsOf(repository).owner,
		runner_environment: 'github-hosted',
		sha: COMMIT,
		workflow: 'publish',
		workflow_ref: workflow,
		...changes,
	};
}

export function slsaV1(
	repository = 'acme/plug',
	changes: { readonly commit?: string; readonly ref?: string; readonly workflowPath?: string } = {},
) {
	const ref = changes.ref ?? 'refs/tags/v1.2.3';
	return {
		buildDefinition: {
			buildType: 'https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1',
			externalParameters: {
				workflow: { ref, repository: `https://github.com/${repository}`, path: changes.workflowPath ?? '.github/workflows/publish.yml' },
			},
			internalParameters: {
				github: { event_name: 'push', repository_id: idsOf(repository).repository, repository_owner_id: idsOf(repository).owner },
			},
			resolvedDependencies: [{ uri: `git+https://github.com/${repository}@${ref}`, digest: { gitCommit: changes.commit ?? COMMIT } }],
		},
		runDetails: { builder: { id: 'https://github.com/actions/runner/github-hosted' }, metadata: {} },
	};
}

export function slsaV02(repository = 'acme/plug') {
	return {
		buildType: 'https://github.com/npm/cli/gha/v2',
		builder: { id: 'https://github.com/actions/runner' },
		invocation: {
			configSource: {
				uri: `git+https://github.com/${repository}@refs/tags/v1.2.3`,
				digest: { sha1: COMMIT },
				entryPoint: '.github/workflows/publish.yml',
			},
			environment: {
				GITHUB_EVENT_NAME: 'push',
				GITHUB_REPOSITORY_ID: idsOf(repository).repository,
				GITHUB_REPOSITORY_OWNER_ID: idsOf(repository).owner,
			},
		},
	};
}

export function subject(changes: { readonly name?: string; readonly sha512?: string } = {}) {
	return { name: changes.name ?? `pkg:npm/%40acme/plug@${VERSION}`, digest: { sha512: changes.sha512 ?? SHA512 } };
}

export function statement(predicateType: string, predicate: unknown, subjects: readonly unknown[] = [subject()]) {
	return { _type: 'https://in-toto.io/Statement/v1', subject: subjects, predicateType, predicate };
}

export const publishPredicate = { name: NAME, version: VERSION, registry: 'https://registry.example.com' };

export type RequestChanges = Partial<CollectRequest> & {
	readonly list?: readonly { readonly predicateType: string; readonly bundle: unknown }[];
};

/** A request for the package with nothing wrong in it; `list` is what the attestations route answers. */
export function request(roots: TrustRoots, { list, ...changes }: RequestChanges = {}): CollectRequest {
	return {
		name: NAME,
		version: VERSION,
		integrity: INTEGRITY,
		expected: { integrity: INTEGRITY, shasum: null, source: 'registry' },
		signatures: [],
		keys: null,
		publishedAt: '2026-05-01T12:00:00.000Z',
		registryServes: { signatures: false, attestations: false },
		attestations:
			list === undefined ? { type: 'not-served', why: 'the registry answered 404' } : { type: 'served', json: { attestations: list } },
		attestationsClaimed: list !== undefined,
		offline: false,
		packageJson: { name: NAME, version: VERSION, repository: { type: 'git', url: 'git+https://github.com/acme/plug.git' } },
		registryManifest: {
			name: NAME,
			version: VERSION,
			dependencies: {},
			optionalDependencies: {},
			peerDependencies: {},
			hasInstallScript: false,
		},
		roots,
		previous: [],
		...changes,
	};
}

export function evidenceOf<T extends { readonly kind: string }>(evidence: readonly T[], kind: T['kind']): T {
	const found = evidence.find((entry) => entry.kind === kind);
	if (found === undefined) {
		throw new Error(`no ${kind} in the evidence`);
	}

	return found;
}
