import type { Evidence } from '../../evidence.ts';
import { checkAttestations } from '../provenance/attestations.ts';
import type { AttestationEvidence } from '../provenance/attestations.ts';
import type { CollectRequest } from './collect-request.ts';
import { EngineError } from '../../errors.ts';
import { checkIntegrity } from './integrity-evidence.ts';
import { faultToEvidence } from './outcome.ts';
import { checkOpenpgp } from './openpgp-evidence.ts';
import { checkRegistrySignature } from './registry-signature.ts';
import type { PublishTime } from './registry-signature.ts';

/**
 * Everything provable about one artefact: always the four kinds, in the order integrity, registry signature, provenance, publish
 * attestation, and the OpenPGP signature where the user named keys for it. No network. Bad evidence is data: `invalid` with a code and both values. Only an unusable trust root throws
 * (`settings-invalid`).
 */
export async function collectEvidence(request: CollectRequest): Promise<readonly Evidence[]> {
	const attested = await attestationsOnce(request);
	return [
		attempt('integrity', () => checkIntegrity(request)),
		keepVerified(
			request,
			attempt('registry-signature', () => checkRegistrySignature(request, publishTime(request, attested.seenAt))),
		),
		keepVerified(request, attested.provenance),
		keepVerified(request, attested.publish),
		...(await openpgpEvidence(request)),
	];
}

async function openpgpEvidence(request: CollectRequest): Promise<readonly Evidence[]> {
	const { openpgp } = request;
	if (openpgp === undefined) {
		return [];
	}

	try {
		return [await checkOpenpgp(request, openpgp)];
	} catch (error) {
		if (error instanceof EngineError && error.code === 'settings-invalid') {
			throw error;
		}

		// Not kept from earlier: the keys are the user's, and one that was taken away or revoked since must not go on counting.
		return [faultToEvidence('openpgp', error)];
	}
}

// Verifying certificates is the costly part, and the same bytes were proven before: nothing served now can unprove them.
async function attestationsOnce(request: CollectRequest): Promise<AttestationEvidence> {
	const provenance = previouslyVerified(request, 'provenance');
	const publish = previouslyVerified(request, 'publish-attestation');
	return provenance !== null && publish !== null ? { provenance, publish, seenAt: null } : checkAttestations(request);
}

function attempt(kind: Evidence['kind'], check: () => Evidence): Evidence {
	try {
		return check();
	} catch (error) {
		return faultToEvidence(kind, error);
	}
}

function keepVerified(request: CollectRequest, evidence: Evidence): Evidence {
	return evidence.state === 'verified' ? evidence : (previouslyVerified(request, evidence.kind) ?? evidence);
}

function previouslyVerified({ previous }: CollectRequest, kind: Evidence['kind']): Evidence | null {
	return previous.find((entry) => entry.kind === kind && entry.state === 'verified') ?? null;
}

function publishTime({ publishedAt }: CollectRequest, seenAt: number | null): PublishTime {
	if (seenAt !== null) {
		return { milliseconds: seenAt, source: 'log' };
	}

	const milliseconds = publishedAt === null ? Number.NaN : Date.parse(publishedAt);
	return Number.isNaN(milliseconds) ? null : { milliseconds, source: 'registry' };
}
