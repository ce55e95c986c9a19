import type { Evidence, EvidenceKind, SourceIdentity } from '../../evidence.ts';
import { judgeContinuity } from './continuity.ts';
import type { Continuity } from './continuity.ts';
import { underLiveRoots } from './live-roots.ts';
import type { TrustPolicy } from '../policy/policy.ts';
import { NO_STANDING } from './standing.ts';
import type { Standing } from './standing.ts';

export type JudgeRequest = {
	readonly name: string;
	readonly version: string;
	readonly evidence: readonly Evidence[];
	/** Who built the version that was approved before in the same major line; null at the first install. */
	readonly identityPin: SourceIdentity | null;
	/** The evidence of that version; null when there is none. */
	readonly previousEvidence: readonly Evidence[] | null;
	/** Null when no time is known: then the age is not judged. */
	readonly ageHours: number | null;
	/** True where it may be older than that. */
	readonly ageIsLeast?: boolean;
	/** True for what is installed already: its age is not judged, since waiting would protect nobody. */
	readonly isInstalled: boolean;
	readonly policy: TrustPolicy;
	readonly hasInstallScript: boolean;
	/** The registry's deprecation message, or null. */
	readonly deprecated: string | null;
	/** True for a registry that the policy lists as the user's own: the minimum age does not apply. */
	readonly isOwnRegistry: boolean;
	/** What this version is the first to fix in the installed one, by an advisory that the policy believes; null or left out for nothing. */
	readonly securityFix?: { readonly advisory: string; readonly affected: string } | null;
	/** What an advisory of the policy says when it calls this version malware; null or left out when none does. */
	readonly malware?: { readonly advisory: string; readonly summary: string } | null;
	/** What was accepted about the installed version and has ended since; null or left out for nothing. */
	readonly endedAcceptance?: { readonly text: string; readonly expires: string; readonly isOfBuilder: boolean } | null;
	readonly standing?: Standing;
	/** Milliseconds since the epoch, for exceptions that expire; the present when left out. */
	readonly now?: number;
};

/** What the rules look at, prepared once. */
export type JudgedFacts = {
	readonly request: JudgeRequest;
	readonly standing: Standing;
	readonly continuity: Continuity;
	readonly identity: SourceIdentity | null;
	readonly invalid: readonly Evidence[];
	readonly now: number;
	readonly state: (kind: EvidenceKind) => Evidence['state'];
};

export function prepareFacts(asked: JudgeRequest): JudgedFacts {
	const request = { ...asked, evidence: underLiveRoots(asked.evidence, asked) };
	const state = (kind: EvidenceKind): Evidence['state'] => request.evidence.find((entry) => entry.kind === kind)?.state ?? 'unavailable';
	const provenance = request.evidence.find((entry) => entry.kind === 'provenance' && entry.state === 'verified');
	const identity = provenance?.identity ?? null;
	const now = request.now ?? Date.now();
	return {
		request,
		standing: request.standing ?? NO_STANDING,
		continuity: judgeContinuity({ ...request, identity, now }),
		identity,
		invalid: request.evidence.filter((entry) => entry.state === 'invalid'),
		now,
		state,
	};
}
