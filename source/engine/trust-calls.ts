import type { Acceptance } from './acceptance.ts';
import type { CallOptions } from './events.ts';
import type { Evidence, EvidenceKind, EvidenceState, Level, SourceIdentity, Verdict } from './evidence.ts';

export type PolicyLayer = 'organisation' | 'user' | 'project';

/** The policy as it holds, and whose word each part of it is. */
export type PolicyReport = {
	readonly files: readonly {
		readonly source: PolicyLayer;
		readonly path: string;
		readonly isPresent: boolean;
		/** Id of the key that signed it; null for a file that needs no signature. */
		readonly signedBy: string | null;
	}[];
	readonly rules: readonly {
		readonly key: string;
		readonly value: unknown;
		readonly setBy: 'default' | PolicyLayer;
		/** Who stated it first, so that later layers can only tighten it; null when nobody did. */
		readonly lockedBy: PolicyLayer | null;
		/** What it means, in one sentence. */
		readonly text: string;
	}[];
	readonly exceptions: readonly {
		readonly package: string;
		readonly rule: string;
		readonly reason: string;
		readonly expires: string;
		readonly isExpired: boolean;
	}[];
	/** What was accepted for single versions of the current generation. */
	readonly acceptances: readonly HeldAcceptance[];
	/** What a file wanted to loosen and may not, one sentence each. */
	readonly refused: readonly string[];
};

export type SignedPolicy = {
	/** Id of the key that signed. */
	readonly key: string;
	/** A Sigstore bundle as JSON. */
	readonly bundle: unknown;
};

/** What was accepted for one installed version. */
export type HeldAcceptance = Acceptance & { readonly isExpired: boolean };

/** The level of one package of the current generation, and everything that led to it. */
export type TrustExplanation = {
	readonly id: string;
	readonly verdict: Verdict;
	/** What it counts as together with everything it depends on, in one sentence. */
	readonly effective: { readonly level: Level; readonly limitedBy: string | null; readonly text: string };
	readonly evidence: readonly Evidence[];
	readonly identity: SourceIdentity | null;
	/** How the builder differs from the one of the version before, old to new; empty when it does not. */
	readonly identityChanges: readonly { readonly field: string; readonly from: string; readonly to: string }[];
	/** What was let pass for this version by `--accept-...`, until when and why. */
	readonly acceptances: readonly HeldAcceptance[];
	/** What the user signed about these bytes and did not take back. */
	readonly ownReviews: readonly { readonly sha256: string; readonly verdict: 'endorse' | 'reject'; readonly expires: string }[];
	/** Who spoke about it, and through whom the user believes them: `you > Ana > Ben`. */
	readonly paths: readonly { readonly path: string; readonly text: string }[];
};

export type TrustAudit = {
	readonly generation: number;
	readonly packages: readonly {
		readonly id: string;
		/** Name of the plugin when the user asked for it, else null. */
		readonly plugin: string | null;
		readonly level: Level;
		/** For a plugin: what it counts as, and the dependency that holds it down. */
		readonly effectiveLevel: Level;
		readonly limitedBy: string | null;
		readonly provenance: EvidenceState;
		readonly signature: EvidenceState;
		readonly repository: string | null;
		readonly decision: Verdict['decision'];
	}[];
	readonly roots: readonly RootSummary[];
};

/** One Sigstore that is believed, and for which packages. */
export type RootSummary = {
	readonly id: string;
	/** Names that it may vouch for. */
	readonly scopes: readonly string[];
	/** URLs of registries whose packages only it may vouch for. */
	readonly registries: readonly string[];
	/** Built in; built in and refreshed since; a file of the policy; from a TUF repository of the policy. */
	readonly source: 'embedded' | 'refreshed' | 'file' | 'tuf';
	/** Of its TUF root; null for a file. */
	readonly version: number | null;
	/** ISO time, or null when it does not say. */
	readonly expiresAt: string | null;
	/** ISO time of the last refresh; null when there was none. */
	readonly refreshedAt: string | null;
	/** URL that it was fetched from, or null. */
	readonly mirror: string | null;
	/** Why what was fetched is not believed, or null. */
	readonly problem: string | null;
	/** What should be looked at, in one sentence: an end within 60 days, or the problem. */
	readonly warning: string | null;
};

/** A private Sigstore: a trusted_root.json, or the URL of a TUF repository with its root.json that came by another way. Relative paths start at `cwd`. */
export type RootRequest = {
	readonly id: string;
	readonly scopes: readonly string[];
	readonly registries?: readonly string[];
} & ({ readonly file: string } | { readonly tuf: string; readonly root: string });

/** What a refresh brought. */
export type RefreshedRootSummary = {
	readonly id: string;
	readonly mirror: string;
	/** TUF root versions; null when nothing was fetched before. */
	readonly versionBefore: number | null;
	readonly version: number;
	/** ISO times. */
	readonly expiresAt: string;
	readonly refreshedAt: string;
	/** False when the repository had nothing newer. */
	readonly isChanged: boolean;
};

export type PersonSummary = {
	readonly id: string;
	readonly name: string;
	readonly level: 'high' | 'medium' | 'low';
	readonly scopes: readonly string[];
	readonly expires: string;
	readonly isExpired: boolean;
	/** How many statements of theirs are kept here. */
	readonly statementCount: number;
};

/** One difference between what is proven about two versions. */
export type TrustDifference = {
	readonly from: string;
	readonly to: string;
	readonly identity: readonly { readonly field: string; readonly from: string; readonly to: string }[];
	readonly evidence: readonly { readonly kind: EvidenceKind; readonly from: EvidenceState; readonly to: EvidenceState }[];
	readonly level: { readonly from: Level; readonly to: Level };
};

export type MadeStatement = {
	/** Id of who signed: the user's own key, or a keyless identity. */
	readonly signer: string;
	/** Lower-case hex sha256 of the signed bytes; what a revocation names. */
	readonly sha256: string;
	/** `name@version` of what it is about; null when it is about no package. */
	readonly subject: string | null;
	/** ISO time; null for a revocation, which does not end. */
	readonly expires: string | null;
	/** The key was made just now, so that nobody knows it yet. */
	readonly isNewKey: boolean;
	/** The Sigstore bundle, for others. */
	readonly bundle: unknown;
};

export type ReviewRequest = {
	readonly verdict: 'endorse' | 'reject';
	/** `name` of something installed, or `name@version`. */
	readonly spec: string;
	/** Version that the review starts from; null when the whole was looked at. */
	readonly from: string | null;
	readonly notes: string;
	/** ISO time, at most a year from now. */
	readonly expires: string;
	/** Signs by a certificate for an identity; null signs with the user's own key. */
	readonly keyless: KeylessSigner | null;
};

/** Addresses of a Sigstore; null stands for the public one's. */
export type KeylessSigner = {
	readonly identityToken: string;
	readonly certificateAuthorityUrl: string | null;
	readonly logUrl: string | null;
	readonly timestampUrl: string | null;
};

export type PersonRequest = Pick<PersonSummary, 'id' | 'name' | 'level' | 'scopes' | 'expires'>;

/** Where statements come from: a file, an npm package that holds `endorsements.jsonl`, or the registry's own collection about one name. */
export type StatementSource =
	| { readonly type: 'file'; readonly path: string }
	| { readonly type: 'package'; readonly spec: string }
	| { readonly type: 'registry'; readonly name: string };

export type ImportReport = { readonly added: number; readonly known: number; readonly refused: readonly string[] };

/** Frees one package from one rule until it ends. */
export type ExceptionRequest = {
	/** A name, or `name@version`. */
	readonly package: string;
	/** One of `EXCEPTION_RULES`. */
	readonly rule: string;
	readonly reason: string;
	/** ISO time. */
	readonly expires: string;
};

/** The signed things themselves, for who wants to check them with another tool. */
export type RawEvidence = {
	readonly id: string;
	readonly evidence: readonly Evidence[];
	/** The registry's attestations document, unverified; null when it could not be had, which `attestationsNote` explains. */
	readonly attestations: unknown;
	readonly attestationsNote: string | null;
	/** Bundles of people about exactly these bytes. */
	readonly statements: readonly unknown[];
};

/** The set of advisories that the policy believes. */
export type AdvisoryReport = {
	/** A path, `registry` or `kept`; null for none. */
	readonly source: string | null;
	/** Key that vouches for it; null, with all below, when it is unsigned. */
	readonly signedBy: string | null;
	/** ISO time. */
	readonly createdAt: string | null;
	readonly ageDays: number | null;
	readonly count: number | null;
	/** Older than the policy wants. */
	readonly isStale: boolean;
	/** After an import: when the set that was kept before was made, or null. */
	readonly imported: { readonly previous: string | null } | null;
};

export type SignedAdvisories = {
	/** Absolute path of what was written. */
	readonly folder: string;
	readonly key: string;
	readonly isNewKey: boolean;
	readonly count: number;
	readonly shardCount: number;
	/** ISO time. */
	readonly createdAt: string;
};

/** How many statements the registry took, and how many it had. */
export type PublishReport = { readonly name: string; readonly published: number; readonly known: number };

/** What the user believes, and what others say. Nothing here changes a generation. */
export type TrustCalls = {
	/** Tells what the policy says, and by whose word. */
	readonly checkPolicy: (options: CallOptions) => Promise<PolicyReport>;
	/** Signs an organisation's policy with the user's own key, which is made when there is none. Throws `settings-invalid`. */
	readonly signPolicy: (file: string, options: CallOptions) => Promise<SignedPolicy>;
	/** Why an installed package has its level. Throws `not-installed`. */
	readonly why: (name: string, options: CallOptions) => Promise<TrustExplanation>;
	/** The level of everything installed, from cached evidence: no network. */
	readonly audit: (options: CallOptions) => Promise<TrustAudit>;
	/** What is proven about one version and not about another, both installed or named exactly and in the store. Throws `not-installed`. */
	readonly diff: (from: string, to: string, options: CallOptions) => Promise<TrustDifference>;
	/** Signs what the user thinks of one artefact, and keeps it. Throws `not-installed`, `usage`. */
	readonly review: (request: ReviewRequest, options: CallOptions) => Promise<MadeStatement>;
	/** Takes back an own statement. Throws `usage` for one that is not the user's. */
	readonly revoke: (sha256: string, options: CallOptions) => Promise<MadeStatement>;
	/** Tells others whom the user trusts. */
	readonly vouch: (person: PersonRequest, options: CallOptions) => Promise<MadeStatement>;
	readonly people: (options: CallOptions) => Promise<readonly PersonSummary[]>;
	/** Writes the user's policy file. Throws `policy-refused` when the organisation names the people. */
	readonly addPerson: (person: PersonRequest, options: CallOptions) => Promise<void>;
	/** By id or name. Throws `usage` for somebody who is not there. */
	readonly removePerson: (person: string, options: CallOptions) => Promise<void>;
	/** Pins the builder of an installed package in the user's policy. Throws `not-installed`, `policy-refused`, `evidence-invalid` without provenance. */
	readonly pin: (name: string, options: CallOptions) => Promise<SourceIdentity>;
	readonly unpin: (name: string, options: CallOptions) => Promise<void>;
	/** Writes an exception into the user's policy; one for the same package and rule goes. Throws `usage`, `policy-refused`. */
	readonly addException: (exception: ExceptionRequest, options: CallOptions) => Promise<void>;
	/** Throws `usage` when there is none. */
	readonly removeException: (exception: Pick<ExceptionRequest, 'package' | 'rule'>, options: CallOptions) => Promise<void>;
	/** What the words about an installed package stand on, as it was signed. Asks the registry for attestations unless offline. */
	readonly raw: (name: string, options: CallOptions) => Promise<RawEvidence>;
	readonly roots: (options: CallOptions) => Promise<readonly RootSummary[]>;
	/** Takes in a private Sigstore. From a TUF repository it is fetched at once. Throws `settings-invalid`, `usage`, and what a refresh throws. */
	readonly addRoot: (root: RootRequest, options: CallOptions) => Promise<void>;
	/**
	 * Fetches roots anew, each chain of TUF roots followed from the built-in root or the user's file. `id` null: all that are fetched; `mirror`
	 * another address of the public one. Throws `offline-missing`, `registry-unreachable`, `evidence-invalid`, `usage`; then nothing has changed.
	 */
	readonly refreshRoots: (
		request: { readonly id: string | null; readonly mirror: string | null },
		options: CallOptions,
	) => Promise<readonly RefreshedRootSummary[]>;
	readonly removeRoot: (id: string, options: CallOptions) => Promise<void>;
	/** Verifies and keeps what others said. What does not verify is told and left out. */
	readonly importStatements: (source: StatementSource, options: CallOptions) => Promise<ImportReport>;
	/** Gives the name's registry what the user said about it. Throws `usage` for nothing said, `registry-response-invalid`. */
	readonly publishStatements: (name: string, options: CallOptions) => Promise<PublishReport>;
	/** Every kept statement as it came. */
	readonly exportStatements: (options: CallOptions) => Promise<readonly unknown[]>;
	/** Which advisories the policy believes, and how old they are. Throws `settings-invalid`, `evidence-invalid`. */
	readonly advisories: (options: CallOptions) => Promise<AdvisoryReport>;
	/** Verifies and keeps a signed set from a folder or the `registry`; a `key` is written into the policy. Throws `evidence-invalid`, `usage`. */
	readonly importAdvisories: (
		request: { readonly source: string; readonly key: string | null },
		options: CallOptions,
	) => Promise<AdvisoryReport>;
	/** Signs OSV advisories with the user's own key into a folder. Throws `usage`. */
	readonly signAdvisories: (request: { readonly from: string; readonly to: string }, options: CallOptions) => Promise<SignedAdvisories>;
	/** Id of the user's own key, which is made when there is none. */
	readonly ownId: (options: CallOptions) => Promise<string>;
};
