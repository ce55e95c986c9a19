import * as v from 'valibot';
import { EngineError } from '../../errors.ts';
import { EVIDENCE_KIND_WORDS } from '../../evidence.ts';
import type { Evidence, EvidenceKind } from '../../evidence.ts';
import { verifyBundle } from './bundle.ts';
import type { KeyFinder } from './bundle.ts';
import type { CollectRequest } from '../evidence/collect-request.ts';
import { identityDifferences } from '../level/identity.ts';
import { absent, EvidenceFault, faultToEvidence, invalid, quote, unavailable } from '../evidence/outcome.ts';
import { checkProvenance } from './provenance.ts';
import { checkPublishAttestation, PUBLISH_TYPES } from './publish-attestation.ts';
import { findSigningKey } from '../evidence/registry-keys.ts';
import { SLSA_V02, SLSA_V1 } from './slsa-predicate.ts';
import { readStatement } from './statement.ts';
import { rootsFor } from '../roots/trust-roots.ts';

type AttestationKind = Extract<EvidenceKind, 'provenance' | 'publish-attestation'>;

export type AttestationEvidence = {
	readonly provenance: Evidence;
	readonly publish: Evidence;
	/** The earliest time at which a log or timestamp authority saw a verified attestation of this version. */
	readonly seenAt: number | null;
};

type Checked = { readonly evidence: Evidence; readonly seenAt: number | null };
type Attestation = { readonly predicateType: string; readonly bundle: unknown };

const MAXIMUM_ATTESTATIONS = 32;
const listSchema = v.looseObject({
	attestations: v.pipe(v.array(v.looseObject({ predicateType: v.string(), bundle: v.unknown() })), v.maxLength(MAXIMUM_ATTESTATIONS)),
});

/** Provenance and publish attestation out of what the registry served, or the words for why there is none. Never throws for bad evidence. */
export async function checkAttestations(request: CollectRequest): Promise<AttestationEvidence> {
	let list: readonly Attestation[];
	try {
		list = readList(request);
	} catch (error) {
		return { provenance: faultToEvidence('provenance', error), publish: faultToEvidence('publish-attestation', error), seenAt: null };
	}

	const checked: Checked[] = [];
	for (const attestation of list) {
		checked.push(...(await checkOne(request, attestation)));
	}

	const times = checked.filter(({ evidence }) => evidence.state === 'verified').flatMap(({ seenAt }) => seenAt ?? []);
	return {
		provenance: settle(request, 'provenance', checked),
		publish: settle(request, 'publish-attestation', checked),
		seenAt: times.length === 0 ? null : Math.min(...times),
	};
}

function readList({ attestations, attestationsClaimed, registryServes }: CollectRequest): readonly Attestation[] {
	if (attestations.type === 'not-served') {
		if (attestationsClaimed) {
			throw unavailable('claimed-not-served', `The registry claims attestations but did not serve them: ${quote(attestations.why)}.`);
		}

		throw registryServes.attestations
			? absent('attestation-absent', 'The registry carries attestations of other versions, but none of this one.')
			: unavailable('attestations-not-served', `${quote(attestations.why)}, so nobody could look.`);
	}

	const result = v.safeParse(listSchema, attestations.json);
	if (!result.success) {
		throw invalid(
			'attestations-malformed',
			`What the registry serves as attestations is not a list of them: ${quote(result.issues[0].message)}.`,
		);
	}

	return result.output.attestations;
}

/** What one attestation says about each kind; nothing when it is of a kind that we do not judge. */
async function checkOne(request: CollectRequest, attestation: Attestation): Promise<readonly Checked[]> {
	const labelled = kindOf(attestation.predicateType);
	try {
		const findKey = keyFinder(request);
		const bundle = await verifyBundle(attestation.bundle, {
			roots: rootsFor(request.name, request.roots.roots, request.registryUrl ?? null),
			findKey,
		});
		const statement = readStatement(bundle.payload, request);
		if (statement.predicateType !== attestation.predicateType && (labelled ?? kindOf(statement.predicateType)) !== null) {
			// The label is not signed: what counts is what was signed, and a label that hides or feigns a kind is a lie.
			throw invalid(
				'predicate-mismatch',
				`The registry labels an attestation ${quote(attestation.predicateType)}, the signed statement says ${quote(statement.predicateType)}.`,
			);
		}

		switch (labelled) {
			case 'provenance':
				return [{ evidence: checkProvenance(request, { bundle, statement }), seenAt: bundle.seenAt }];
			case 'publish-attestation':
				return [{ evidence: checkPublishAttestation(request, { bundle, statement }), seenAt: bundle.seenAt }];
			case null:
				return [];
		}
	} catch (error) {
		return blame(labelled, error);
	}
}

// An attestation of a kind we do not judge proves nothing and harms nothing, unless its label hides what it is.
function blame(labelled: AttestationKind | null, thrown: unknown): readonly Checked[] {
	if (thrown instanceof EngineError && !(thrown instanceof EvidenceFault)) {
		// A trust root that cannot be used is the user's to mend and says nothing about the package.
		throw thrown;
	}

	if (labelled !== null) {
		return [{ evidence: faultToEvidence(labelled, thrown), seenAt: null }];
	}

	const hides = thrown instanceof EvidenceFault && thrown.evidenceCode === 'predicate-mismatch';
	return hides ? [{ evidence: faultToEvidence('provenance', thrown), seenAt: null }] : [];
}

/** One false statement of a kind spoils it; else one that holds is enough. */
function settle(request: CollectRequest, kind: AttestationKind, checked: readonly Checked[]): Evidence {
	const own = checked.map(({ evidence }) => evidence).filter((evidence) => evidence.kind === kind);
	const falseOne = own.find((evidence) => evidence.state === 'invalid');
	if (falseOne !== undefined) {
		return falseOne;
	}

	const good = own.filter((evidence) => evidence.state === 'verified');
	const conflict = findConflict(good);
	if (conflict !== null) {
		return faultToEvidence(kind, conflict);
	}

	return good[0] ?? own[0] ?? faultToEvidence(kind, missing(request, kind, checked.length));
}

function findConflict(good: readonly Evidence[]): EvidenceFault | null {
	const [first, ...rest] = good.flatMap((evidence) => evidence.identity ?? []);
	const difference = first === undefined ? undefined : rest.flatMap((other) => identityDifferences(first, other))[0];
	return difference === undefined
		? null
		: invalid(
				'identity-conflict',
				`Two provenances name different builders: ${difference.field} ${quote(difference.from)} and ${quote(difference.to)}.`,
			);
}

function missing({ attestationsClaimed, registryServes }: CollectRequest, kind: AttestationKind, served: number): EvidenceFault {
	if (served === 0 && attestationsClaimed) {
		return unavailable('claimed-not-served', 'The registry claims attestations but served an empty list.');
	}

	return served > 0 || registryServes.attestations
		? absent('attestation-absent', `The registry serves attestations, but no ${EVIDENCE_KIND_WORDS[kind].toLowerCase()} of this version.`)
		: unavailable('attestations-not-served', 'The registry served an empty list and shows no attestation of any other version.');
}

function kindOf(predicateType: string): AttestationKind | null {
	if (predicateType === SLSA_V02 || predicateType === SLSA_V1) {
		return 'provenance';
	}

	return PUBLISH_TYPES.includes(predicateType) ? 'publish-attestation' : null;
}

function keyFinder(request: CollectRequest): KeyFinder {
	return (hint) => {
		const key = findSigningKey(hint, { embedded: request.roots.registryKeys, served: request.keys ?? [], usage: 'npm:attestations' });
		if (key === null || key.publicKey === null) {
			throw unavailable('key-unknown', `It is signed with key ${quote(hint)}, which is neither built in nor served by the registry.`);
		}

		return { publicKey: key.publicKey, validFor: (date) => key.start <= date.getTime() && date.getTime() <= key.end };
	};
}
