import * as v from 'valibot';
import type { Evidence } from '../../evidence.ts';
import type { VerifiedBundle } from './bundle.ts';
import type { CollectRequest } from '../evidence/collect-request.ts';
import { invalid, quote, verified } from '../evidence/outcome.ts';
import type { Statement } from './statement.ts';

export const PUBLISH_TYPES: readonly string[] = [
	'https://github.com/npm/attestation/tree/main/specs/publish/v0.1',
	'https://github.com/npm/attestation/tree/main/specs/publish/v0.2',
];

const predicateSchema = v.looseObject({ name: v.string(), version: v.string(), registry: v.string() });

/** The registry's own logged statement that it accepted these bytes under this name. Only a registry key can make it. Throws `EvidenceFault`. */
export function checkPublishAttestation(
	request: Pick<CollectRequest, 'name' | 'version'>,
	{ bundle, statement }: { readonly bundle: VerifiedBundle; readonly statement: Statement },
): Evidence {
	if (bundle.signedBy !== 'key') {
		throw invalid('signer-mismatch', 'The publish attestation is signed by a build, expected a registry key.');
	}

	const result = v.safeParse(predicateSchema, statement.predicate);
	if (!result.success) {
		throw invalid('predicate-malformed', 'The publish attestation names no package, version or registry.');
	}

	const { name, version, registry } = result.output;
	if (name !== request.name || version !== request.version) {
		throw invalid(
			'claim-mismatch',
			`The publish attestation is for ${quote(`${name}@${version}`)}, expected ${request.name}@${request.version}.`,
		);
	}

	return verified('publish-attestation', `Published to ${quote(registry)}, as its log entry shows.`);
}
