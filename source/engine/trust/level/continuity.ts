import type { Evidence, SourceIdentity } from '../../evidence.ts';
import { describeIdentity, identityChange, namesBuilder, pinMismatch } from './identity.ts';
import { findException } from '../policy/policy.ts';
import type { TrustPolicy } from '../policy/policy.ts';

/** How a version relates to the approved one in the same major line. */
export type Continuity =
	/** No builder was approved yet; nothing got worse. */
	| { readonly type: 'first'; readonly text: string }
	/** The same builder, or another one that the policy pins or excepts. */
	| { readonly type: 'same'; readonly text: string }
	| { readonly type: 'changed'; readonly text: string; readonly from: string; readonly to: string }
	/** Less is proven than before. */
	| { readonly type: 'fallen'; readonly text: string; readonly from: string; readonly to: string };

export type ContinuityQuestion = {
	readonly name: string;
	readonly version: string;
	readonly evidence: readonly Evidence[];
	readonly identity: SourceIdentity | null;
	readonly identityPin: SourceIdentity | null;
	readonly previousEvidence: readonly Evidence[] | null;
	readonly policy: TrustPolicy;
	readonly now: number;
};

/**
 * Compares only what was cryptographically verified, and only with the version that was approved in the same major line, or below it when
 * the line is a new one: a back-port by another release line is no alarm, and a claim without proof is no evidence. `unavailable` counts as lost like `absent`, since whoever
 * can strip evidence can also say that it was never there.
 */
export function judgeContinuity(question: ContinuityQuestion): Continuity {
	const { identityPin, identity, policy, name } = question;
	const pin = policy.pins[name];
	if (pin !== undefined && identity !== null && namesBuilder(pin) && pinMismatch(pin, identity) === null) {
		return { type: 'same', text: `Built as your policy pins it: ${describeIdentity(identity)}.` };
	}

	if (identityPin !== null && identity !== null) {
		const change = identityChange(identityPin, identity);
		if (change === null) {
			return { type: 'same', text: `Built by the same workflow as before: ${describeIdentity(identity)}.` };
		}

		const exception = findException(policy, { ...question, rule: 'identity-change' });
		return exception === null
			? { type: 'changed', text: `Its builder changed from ${change.from} to ${change.to}.`, ...change }
			: { type: 'same', text: `Its builder changed, which your policy accepts until ${exception.expires}: ${exception.reason}.` };
	}

	return judgeFall(question);
}

function judgeFall(question: ContinuityQuestion): Continuity {
	const before = question.identityPin === null ? strongest(question.previousEvidence ?? []) : PROVENANCE;
	const after = strongest(question.evidence);
	if (after.rank >= before.rank) {
		const text =
			question.previousEvidence === null
				? 'No version of this line was approved before.'
				: 'As much is proven as about the version before.';
		return { type: 'first', text };
	}

	const exception = findException(question.policy, { ...question, rule: 'fall' });
	return exception === null
		? { type: 'fallen', text: `The version before had ${before.text}, this one has ${after.text}.`, from: before.text, to: after.text }
		: { type: 'same', text: `Less is proven than before, which your policy accepts until ${exception.expires}: ${exception.reason}.` };
}

type Strength = { readonly rank: number; readonly text: string };

const PROVENANCE: Strength = { rank: 2, text: 'verified provenance' };
const SIGNATURE: Strength = { rank: 1, text: 'a verified registry signature' };
const OPENPGP: Strength = { rank: 1, text: 'a verified OpenPGP signature' };
const NONE: Strength = { rank: 0, text: 'no verified signature or provenance' };

function strongest(evidence: readonly Evidence[]): Strength {
	const has = (kind: Evidence['kind']): boolean => evidence.some((entry) => entry.kind === kind && entry.state === 'verified');
	if (has('provenance')) {
		return PROVENANCE;
	}

	if (has('registry-signature') || has('publish-attestation')) {
		return SIGNATURE;
	}

	return has('openpgp') ? OPENPGP : NONE;
}
