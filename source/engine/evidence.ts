import type { Integrity } from './integrity.ts';

/** `absent`: this registry serves that kind of evidence and has none here. `unavailable`: nobody could look (stripped, offline). */
export type EvidenceState = 'verified' | 'absent' | 'unavailable' | 'invalid';

export type EvidenceKind = 'integrity' | 'registry-signature' | 'provenance' | 'publish-attestation' | 'openpgp';

export const EVIDENCE_KIND_WORDS: Readonly<Record<EvidenceKind, string>> = {
	integrity: 'Integrity',
	'registry-signature': 'Registry signature',
	provenance: 'Provenance',
	'publish-attestation': 'Publish attestation',
	openpgp: 'OpenPGP signature',
};

/** What was proven about one artefact, with the sentence that says how or why not. */
export type Evidence = {
	readonly kind: EvidenceKind;
	readonly state: EvidenceState;
	/** One sentence for a reader; for `invalid` it names both values. */
	readonly reason: string;
	/** Stable word for `--json`, for instance `subject-mismatch`; null when verified without a reservation like `repository-unbound` or `sha1-only`. */
	readonly code: string | null;
	/** Who signed; only on a verified provenance. */
	readonly identity: SourceIdentity | null;
	/** Id of the trust root that vouched for it; only on a verified provenance, and not on those of before it was kept. */
	readonly root?: string;
};

/** Where and by what a package was built, from the signing certificate. Compared exactly, never by pattern. */
export type SourceIdentity = {
	readonly issuer: string;
	readonly subject: string;
	readonly repository: string | null;
	readonly repositoryId: string | null;
	readonly ownerId: string | null;
	readonly workflow: string | null;
	readonly ref: string | null;
	readonly commit: string | null;
	readonly trigger: string | null;
	readonly runner: string | null;
};

export const LEVELS = ['unknown', 'known', 'trusted', 'verified', 'core'] as const;
/** Ordered from least to most. */
export type Level = (typeof LEVELS)[number];

export type Reason = { readonly rule: string; readonly passed: boolean; readonly text: string };

/** The level of one artefact, always with its reasons and with what would raise it. */
export type Verdict = {
	readonly level: Level;
	readonly decision: 'allow' | 'warn' | 'ask' | 'deny';
	/** Of evidence, then of levels, then of policy with the severest last. */
	readonly reasons: readonly Reason[];
	readonly wouldRaise: readonly string[];
};

/** Everything known about one artefact; cached in the store by content. */
export type ArtefactEvidence = {
	readonly name: string;
	readonly version: string;
	readonly integrity: Integrity;
	readonly evidence: readonly Evidence[];
};
