export { AUDIT_EVENTS } from './audit-log.ts';
export type { AuditLogCheck, AuditLogPage, AuditRecord, ExportedAuditLog } from './audit-log.ts';
export { createEngine, examine } from './load-engine.ts';
export type { DataCalls, KeptPluginData, KeptValues } from './data-calls.ts';
export type {
	CacheInfo,
	CacheVerification,
	DoctorCheck,
	DoctorReport,
	ExportedHome,
	ExportedTree,
	HomeExportRequest,
	VerifyFinding,
	VerifyReport,
} from './upkeep.ts';
export type {
	CollectionReport,
	CollectionRequest,
	GenerationDiff,
	GenerationSummary,
	InstalledPlugin,
	InstalledState,
	ListDifference,
	ProfileSummary,
} from './installed-state.ts';
export type { DevelopRequest, DevelopRound, RunRequest, RunResult, TestedCase, TestReport, TestRequest } from './task-runs.ts';
export type { Engine, EngineOptions, SearchRequest, Topics } from './engine.ts';
export type { DayOfDownloads, DownloadNumbers } from './download-numbers.ts';
export type { PackageInfo, ResolvedTree, SearchHit, SearchResult } from './package-answers.ts';
export { EngineError, isAbort, toEngineError } from './errors.ts';
export type { EngineErrorDetails, ErrorCode } from './errors.ts';
export type { CallOptions, EngineEvent, OnEvent, StepName } from './events.ts';
export { EXCEPTION_RULES } from './exception-rules.ts';
export { SEVERITIES } from './evaluation.ts';
export type { EvaluatedPackage, Evaluation, Fact, FactCode, ScanDifference, Severity } from './evaluation.ts';
export { EVIDENCE_KIND_WORDS, LEVELS } from './evidence.ts';
export type { ArtefactEvidence, Evidence, EvidenceKind, EvidenceState, Level, Reason, SourceIdentity, Verdict } from './evidence.ts';
export { hoursText } from './hours-text.ts';
export type { JsonSchema, PluginLimits, PluginManifest, TaskDeclaration } from './manifest.ts';
export { completeFacet, FACETS, matchRanges, parseSearchQuery, SEARCH_SORTS, SearchIndex, withSort } from './package-search/index.ts';
export type {
	ClaimedProof,
	Completion,
	InstalledFacts,
	MatchRange,
	SearchedPackage,
	SearchQuery,
	SearchSort,
} from './package-search/index.ts';
export { parsePermission, permissionCaution, permissionId } from './permission.ts';
export type { GrantUse, ObservedPermissions, PermissionAnswer, PermissionReport, RevokedGrant } from './permission-questions.ts';
export type { Grant, Permission, PermissionId } from './permission.ts';
export type { Applied, Change, Decision, Plan, PlanMark, PlannedPackage, PlannedScan, PlanSettings, Requirement } from './plan.ts';
export type {
	CoreCalls,
	CoreLogLine,
	QuarantinedPlugin,
	RuntimeCalls,
	RuntimeCore,
	RuntimeLogLine,
	RuntimeLogQuery,
	RuntimePhase,
	RuntimePlugin,
	RuntimeTransition,
} from './runtime.ts';
export type { Job, JobCalls, KnownJob } from './jobs.ts';
export type { RegistryCalls } from './registry-calls.ts';
export type { ExaminedRegistry, RegistryAnswer, RegistrySource } from './registry/index.ts';
export { CAPABILITIES, SIGNS } from './scan.ts';
export type { Capability, Observation, Observed, PackageScan, Place, Quality, Sign, SkippedFile } from './scan.ts';
export { quoteTarget } from './quote-for-shell.ts';
export { HIDDEN_MARK, stripControls, stripHidden, stripToLine } from './strip-controls.ts';
export type {
	ExceptionRequest,
	ImportReport,
	KeylessSigner,
	MadeStatement,
	PersonSummary,
	PolicyLayer,
	PolicyReport,
	PublishReport,
	RawEvidence,
	ReviewRequest,
	AdvisoryReport,
	HeldAcceptance,
	SignedAdvisories,
	RefreshedRootSummary,
	RootRequest,
	RootSummary,
	SignedPolicy,
	TrustAudit,
	TrustCalls,
	TrustDifference,
	TrustExplanation,
} from './trust-calls.ts';
export type {
	ExplainedRoot,
	ExplainReport,
	ExplainRequest,
	FrozenRequest,
	NotLatestReason,
	OutdatedPlugin,
	OutdatedReport,
	ResolveChoices,
	WhyEdge,
	WhyPackage,
	WhyReport,
	WhyRequest,
	WhyStep,
	WrittenLock,
} from './version-questions.ts';
export type { ToolCalls, ToolPlan, ToolRequest, ToolRunRequest, ToolRunResult, ToolWish } from './tool-calls.ts';
export type { StreamFacts, ToolStreams } from './sandbox/index.ts';
export type { ContainedFile, ContainedText, PackageContents, UnfetchedPackage } from './package-contents.ts';
export type {
	Changelog,
	DiffLine,
	FileChange,
	FileDifference,
	Hunk,
	ReviewedDependency,
	ReviewedScript,
	ReviewedVersion,
	UpdateReview,
	Widening,
} from './update-review.ts';
