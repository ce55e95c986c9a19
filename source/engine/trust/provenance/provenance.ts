import type { Evidence, SourceIdentity } from '../../evidence.ts';
import type { VerifiedBundle } from './bundle.ts';
import { readCertificateClaims } from './certificate-claims.ts';
import type { CertificateClaims } from './certificate-claims.ts';
import type { CollectRequest } from '../evidence/collect-request.ts';
import { describeIdentity } from '../level/identity.ts';
import { invalid, quote, verified } from '../evidence/outcome.ts';
import { normalizeRepository, repositoryOf } from './repository-url.ts';
import { readBuildClaims } from './slsa-predicate.ts';
import type { BuildClaims } from './slsa-predicate.ts';
import type { Statement } from './statement.ts';

/**
 * Provenance holds when the certificate, the predicate and the tarball all name the same source. A builder can write anything into a
 * predicate and anyone can get a certificate; only their agreement says something. Throws `EvidenceFault`.
 */
export function checkProvenance(
	request: Pick<CollectRequest, 'packageJson'>,
	{ bundle, statement }: { readonly bundle: VerifiedBundle; readonly statement: Statement },
): Evidence {
	if (bundle.signedBy !== 'certificate') {
		throw invalid('certificate-missing', 'The provenance is signed with a bare key, expected the certificate of a build.');
	}

	const certificate = readCertificateClaims(bundle.signer);
	const { identity } = certificate;
	compareClaims(certificate, readBuildClaims(statement.predicateType, statement.predicate));
	const stated = repositoryOf(request.packageJson);
	const root = bundle.rootId === 'public' ? '' : ` (trust root "${quote(bundle.rootId)}")`;
	if (stated === null || normalizeRepository(stated) === null) {
		const what = stated === null ? 'no repository' : `"${quote(stated)}" as its repository, which is none`;
		return verified(
			'provenance',
			`Built from ${describeIdentity(identity)}${root}; its package.json names ${what}, so nothing binds the two.`,
			{
				identity,
				code: 'repository-unbound',
				root: bundle.rootId,
			},
		);
	}

	compareRepository(stated, identity);
	return verified('provenance', `Built from ${describeIdentity(identity)}${root}, the repository that its package.json names.`, {
		identity,
		root: bundle.rootId,
	});
}

function compareClaims({ identity, workflowRef }: CertificateClaims, claims: BuildClaims): void {
	if (identity.repository === null || identity.commit === null) {
		throw invalid('certificate-incomplete', `The certificate of ${quote(identity.subject)} names no source repository or commit.`);
	}

	const expected: readonly (readonly [string, string | null, string | null])[] = [
		['repository', identity.repository, claims.repository],
		['commit', identity.commit, claims.commit],
		// A URL is a workflow of another repository, which old certificates name in place of the one that called it.
		['workflow', identity.workflow?.startsWith('https://') === true ? null : identity.workflow, claims.workflow],
		['workflow ref', workflowRef, claims.workflowRef],
		['ref', identity.ref, claims.ref],
		['trigger', identity.trigger, claims.trigger],
		['repository id', identity.repositoryId, claims.repositoryId],
		['owner id', identity.ownerId, claims.ownerId],
	];
	for (const [field, certified, claimed] of expected) {
		// Old certificates and builders leave fields out; what both of them name must be equal.
		if (certified !== null && claimed !== null && certified !== claimed) {
			throw invalid('claim-mismatch', `The certificate says ${field} ${quote(certified)}, the provenance says ${quote(claimed)}.`);
		}
	}
}

function compareRepository(stated: string, identity: SourceIdentity): void {
	const built = normalizeRepository(identity.repository ?? '');
	const named = normalizeRepository(stated);
	if (built === null || built !== named) {
		throw invalid('repository-mismatch', `It was built from ${quote(identity.repository)}, its package.json names ${quote(stated)}.`);
	}
}
