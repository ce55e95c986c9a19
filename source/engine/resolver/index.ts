export { compilePackageIndex } from './metadata/compile.ts';
export { openPackageIndex } from './metadata/open.ts';
export type { EdgeMap, IndexedManifest, PackageIndex } from './metadata/package-index.ts';
export type {
	LoadOptions,
	MetadataAnswer,
	Denial,
	MetadataProvider,
	OnLikely,
	Override,
	Platform,
	ResolveOptions,
	ResolvePolicy,
	ResolveRequest,
	Revocation,
	RootRequest,
} from './request.ts';
export type { Conflict, Fact, Failure, FailureKind, SuggestedOverride, Suggestion } from './failure.ts';
export type { Resolution, ResolvedPackage, ResolvedRoot, ResolveOutcome, ResolveStatistics } from './resolution.ts';
export { compareVersions, parseRange, satisfies } from './semver/range.ts';
export type { Interval, Range } from './semver/range.ts';
export { isExactVersion, parseVersion } from './semver/version.ts';
export type { Version } from './semver/version.ts';
export { likelyNeeds } from './model/likely-needs.ts';
export { resolve } from './resolve.ts';
export { verifyResolution } from './verify.ts';
export type { RangeRules } from './verify-overrides.ts';
export type { Problem } from './problem.ts';
