export type { CollectRequest, ComparedManifest, RegistryKey } from './evidence/collect-request.ts';
export { collectEvidence } from './evidence/collect.ts';
export { manifestFault } from './evidence/manifest-match.ts';
export { needsPublishTime } from './evidence/registry-signature.ts';
export { SECURITY_FIX, UNPROVEN } from './level/gate.ts';
export { judge, levelAtLeast } from './level/judge.ts';
export type { JudgeRequest } from './level/judged-facts.ts';
export { judgeClosure } from './level/closure.ts';
export type { ClosureMember, EffectiveLevel } from './level/closure.ts';
export { describeIdentity, identityChange, identityDifferences } from './level/identity.ts';
export type { IdentityPin } from './level/identity.ts';
export { matchesAny } from './policy/name-pattern.ts';
export { DEFAULT_POLICY, findException, isPersonId, MAXIMUM_ADVISORY_AGE_DAYS, organisationOf, parseTrustPolicy } from './policy/policy.ts';
export type {
	AdvisorySource,
	Ceiling,
	Certifier,
	OrganisationSource,
	PermissionCeilings,
	PolicyException,
	PolicyPerson,
	PolicyRoot,
	TrustPolicy,
} from './policy/policy.ts';
export { NO_STANDING } from './level/standing.ts';
export type { Standing } from './level/standing.ts';
export { loadTrustRoots, PUBLIC_ROOT_ID } from './roots/trust-roots.ts';
export { PUBLIC_MIRROR, readEmbeddedRoot } from './roots/embedded-root.ts';
export { loadKeptRoot } from './roots/load-kept-root.ts';
export { requireNotOlder } from './roots/kept-root.ts';
export { refreshTrustRoot } from './roots/refresh-root.ts';
export { rootWarning } from './roots/root-status.ts';
export { TufFault } from './roots/tuf-metadata.ts';
export type { TrustRoot, TrustRootFile, TrustRootOptions, TrustRoots } from './roots/trust-roots.ts';
export type { RefreshedRoot, TufRepository } from './roots/refresh-root.ts';
export { layerTrustPolicies } from './policy/policy-layers.ts';
export type { LayeredPolicy, PolicyKey, PolicyLayers, PolicySource } from './policy/policy-layers.ts';
export { TRUST_POLICY_SCHEMA } from './policy/policy-schema.ts';
export { evaluatePeople } from './people/evaluate-people.ts';
export type { PeopleQuestion } from './people/evaluate-people.ts';
export { CERTIFICATION_TYPE, IDENTITY_TRUST_TYPE, PUBLISHER_TYPE, REVIEW_TYPE, REVOKE_TYPE } from './people/person-statement.ts';
export type { PersonLevel, PersonStatement, UnsignedStatement } from './people/person-statement.ts';
export { personIdOf } from './people/dsse-envelope.ts';
export type { PersonId } from './people/dsse-envelope.ts';
export { openSignedPolicy, signPolicy } from './people/signed-policy.ts';
export { signStatement, verifyStatement } from './people/signed-statement.ts';
export { packageUrl } from './provenance/statement.ts';
export { signStatementKeyless } from './people/keyless.ts';
export type { KeylessSigner } from './people/keyless.ts';
export { pathsTo } from './people/trust-paths.ts';
export { indexStatements } from './people/statement-index.ts';
export { verifyAnyStatement } from './people/verify-any-statement.ts';
export type { SignedStatement } from './people/signed-statement.ts';
export type { GraphLimits, Person } from './people/trust-graph.ts';
export { judgeContinuity } from './level/continuity.ts';
export type { Continuity, ContinuityQuestion } from './level/continuity.ts';
export { FULL_BUDGET, SCANNER_VERSION, scanPackage } from './evaluation/scanner.ts';
export type { ScanBudget, ScanRequest } from './evaluation/scanner.ts';
export type { PackageFile } from './evaluation/package-facts.ts';
export { advisoryFacts, malwareAmong, parseAdvisories, securityFixes, SHARD_DIGITS, shardOf } from './evaluation/advisories.ts';
export type { Advisory } from './evaluation/advisories.ts';
export { ageInDays, digestOf, makeAdvisorySet, openAdvisorySet, requireShard } from './evaluation/signed-advisories.ts';
export type { AdvisorySet } from './evaluation/signed-advisories.ts';
export { compareScans } from './evaluation/compare-scans.ts';
export { licenceFacts } from './evaluation/licence.ts';
export { overreachFacts } from './evaluation/overreach.ts';
export { releaseFacts } from './evaluation/release-facts.ts';
export type { Release } from './evaluation/release-facts.ts';
export { resemblanceFact } from './evaluation/resembling-name.ts';
export { differenceFacts, scanFacts } from './evaluation/scan-facts.ts';
