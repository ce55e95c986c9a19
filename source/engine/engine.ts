import type { AuditLogCalls } from './audit-log.ts';
import type { ClaimedProof } from './package-search/index.ts';
import type { ArtefactEvidence, Level, SourceIdentity, Verdict } from './evidence.ts';
import type { Evaluation } from './evaluation.ts';
import type { DataCalls } from './data-calls.ts';
import type { CallOptions } from './events.ts';
import type { JobCalls } from './jobs.ts';
import type { TaskDeclaration } from './manifest.ts';
import type { EngineError } from './errors.ts';
import type { ObservedPermissions, PermissionReport, RevokedGrant } from './permission-questions.ts';
import type { Grant, Permission } from './permission.ts';
import type { HeldAcceptance, TrustCalls } from './trust-calls.ts';
import type { CoreCalls, RuntimeCalls, RuntimePlugin, RuntimeTransition } from './runtime.ts';
import type { RegistryCalls } from './registry-calls.ts';
import type { ToolCalls } from './tool-calls.ts';
import type { UpdateCalls } from './update-review.ts';
import type { Applied, Change, Decision, Plan, PlanMark } from './plan.ts';
import type {
	ExplainReport,
	ExplainRequest,
	FrozenRequest,
	OutdatedReport,
	ResolveChoices,
	WhyReport,
	WhyRequest,
	WrittenLock,
} from './version-questions.ts';

export type EngineOptions = {
	/** Absolute path of the home; null takes `PLUGWARD_HOME`, then `$XDG_DATA_HOME/plugward`. */
	readonly home: string | null;
	/** Overrides the default registry of .npmrc. */
	readonly registry: string | null;
	readonly offline: boolean;
	/** Folder of the project .npmrc and of `$project` in fs permissions. */
	readonly cwd: string;
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** How long a call waits for another plugward that holds the home's mutex. */
	readonly waitMilliseconds: number;
	/** Who asks, for the history: the command line without secrets. */
	readonly command: string;
	/** The profile to work in; null or left out for the one the home has selected. */
	readonly profile?: string | null;
	/** A content store to share with other homes; null or left out for the one the home has, and for a new home `PLUGWARD_STORE`. */
	readonly store?: string | null;
	/** When the audit log goes on in a new file, and how many full ones stay; left out for 16 MiB and 64. */
	readonly auditRules?: { readonly segmentBytes: number; readonly segments: number };
	/** What this run wants of the sandbox; the policy may want more. `strict`: bubblewrap around each plugin or none runs. `jitless`: no machine code. */
	readonly sandbox?: { readonly strict: boolean; readonly jitless: boolean };
};

export type SearchHit = {
	readonly name: string;
	readonly version: string;
	readonly description: string;
	readonly publisher: string | null;
	/** ISO time or null. */
	readonly publishedAt: string | null;
	readonly keywords: readonly string[];
	/** As its package.json says it; null when the registry does not tell. */
	readonly license: string | null;
	/** Of the last week; null when the registry does not tell. */
	readonly downloads: number | null;
	/** Kinds of permission it declares; null when the registry does not tell. */
	readonly permissions: readonly string[] | null;
	/** What the registry claims to hold as proof; nobody checked it. Null when it does not tell. */
	readonly proof: ClaimedProof | null;
	/** Installed version, or null. */
	readonly installed: string | null;
	/** Level of the installed version, or null: what is not installed was not judged. */
	readonly level: Level | null;
};

export type SearchRequest = {
	/** Words, phrases in quotes, facets such as `permission:!net` and `updated:<30d`, and `sort:`. */
	readonly text: string;
	readonly size: number;
	readonly from: number;
	/** More searches follow soon, as while somebody types: the registry's list of packages is then fetched meanwhile. */
	readonly isLive?: boolean;
};

export type SearchResult = {
	readonly query: string;
	readonly hits: readonly SearchHit[];
	readonly total: number;
	/**
	 * `catalogue` when the list that the registry gives of its packages was searched here; `local-index` when the registry has neither list nor
	 * search: only packages seen before are found, and the screen says so.
	 */
	readonly source: 'registry' | 'catalogue' | 'local-index';
	readonly notice: string | null;
	/** What of the query was not understood, one sentence each; the rest was searched for. */
	readonly problems: readonly string[];
};

export type PackageInfo = {
	readonly name: string;
	readonly version: string;
	readonly description: string;
	readonly license: string;
	readonly homepage: string | null;
	readonly repository: string | null;
	readonly publisher: string | null;
	readonly publishedAt: string | null;
	readonly deprecated: string | null;
	readonly keywords: readonly string[];
	readonly distTags: Readonly<Record<string, string>>;
	/** Newest first. */
	readonly versions: readonly { readonly version: string; readonly publishedAt: string | null; readonly deprecated: boolean }[];
	readonly dependencies: Readonly<Record<string, string>>;
	readonly peerDependencies: Readonly<Record<string, string>>;
	readonly unpackedBytes: number | null;
	readonly fileCount: number | null;
	readonly hasInstallScript: boolean;
	readonly readme: string | null;
	/** Installed version, or null. */
	readonly installed: string | null;
	/** From what is installed; null before installing, since permissions are read from the verified tarball only. */
	readonly tasks: Readonly<Record<string, TaskDeclaration>> | null;
	/** Of what is installed: it runs outside of the isolate; left out for inside. */
	readonly runtime?: 'native';
	readonly permissions: readonly Permission[] | null;
	readonly grants: readonly Grant[];
	readonly trust: { readonly verdict: Verdict; readonly evidence: ArtefactEvidence['evidence'] } | null;
};

export type ResolvedTree = {
	readonly roots: readonly { readonly name: string; readonly spec: string; readonly version: string }[];
	readonly packages: readonly {
		readonly id: string;
		readonly name: string;
		readonly version: string;
		readonly dependencies: Readonly<Record<string, string>>;
	}[];
	readonly warnings: readonly string[];
	/** Wall time of the solve alone and of loading metadata. */
	readonly solveMilliseconds: number;
	readonly loadMilliseconds: number;
};

export type InstalledPlugin = {
	readonly name: string;
	readonly version: string;
	readonly spec: string;
	readonly description: string;
	readonly level: Level;
	/** Null for a plain package. */
	readonly tasks: readonly string[] | null;
	/** It runs outside of the isolate; left out for inside. */
	readonly runtime?: 'native';
	readonly permissions: readonly Permission[];
	readonly grants: readonly Grant[];
	readonly identity: SourceIdentity | null;
	/** Updates leave it alone. */
	readonly isHeld: boolean;
	/** What was let pass for this version. */
	readonly acceptances: readonly HeldAcceptance[];
	/** Installed, but it does not run. */
	readonly isDisabled: boolean;
	/** Made to stay in memory; `plugward start` starts it. */
	readonly stays: boolean;
	readonly dependencyCount: number;
	readonly sizeBytes: number;
	/** Newest version the spec allows and newest of all, as far as cached metadata knows. */
	readonly wanted: string | null;
	readonly latest: string | null;
	/** Why it cannot run as it is on disk, in one sentence; null when nothing is missing. `verify --repair` helps. */
	readonly problem: string | null;
};

export type InstalledState = {
	readonly generation: number;
	readonly plugins: readonly InstalledPlugin[];
	readonly packageCount: number;
	readonly storeBytes: number;
	/** `[PARENT>]NAME=SPEC`, sorted: what replaces the ranges that packages ask for. */
	readonly overrides: readonly string[];
};

export type GenerationSummary = {
	readonly number: number;
	readonly isCurrent: boolean;
	/** ISO time. */
	readonly createdAt: string;
	readonly command: string;
	readonly user: string;
	/** Marked to survive every collection. */
	readonly isKept: boolean;
	readonly changes: readonly Change[];
	readonly pluginCount: number;
	readonly packageCount: number;
};

/** One named line of generations of a home. */
export type ProfileSummary = {
	readonly name: string;
	/** The generation that is current in it; 0 when nothing was installed. */
	readonly generation: number;
	/** True for the one that is used when none is asked for. */
	readonly isSelected: boolean;
	/** Of its current generation. */
	readonly pluginCount: number;
};

/** What is kept to be faster, and what it takes. */
export type CacheInfo = {
	readonly metadataBytes: number;
	readonly storeBytes: number;
	/** Packages in the content store, of all generations. */
	readonly packageCount: number;
	readonly bundleCount: number;
};

export type CacheVerification = {
	readonly packagesChecked: number;
	readonly findings: readonly VerifyFinding[];
};

/** One thing that must be right for plugward to work. */
export type DoctorCheck = {
	readonly id: string;
	readonly state: 'ok' | 'warn' | 'fail';
	/** What was found, in one sentence. */
	readonly text: string;
	/** What to do about it; null when there is nothing to do. */
	readonly fix: string | null;
};

export type DoctorReport = {
	readonly checks: readonly DoctorCheck[];
	/** One sentence for each thing that was put right. */
	readonly fixed: readonly string[];
};

/** What came and what went, of one list. */
export type ListDifference<T> = { readonly added: readonly T[]; readonly removed: readonly T[] };

/** What differs between two generations, as if one went from `from` to `to`. */
export type GenerationDiff = {
	readonly from: number;
	readonly to: number;
	readonly changes: readonly Change[];
	/** Names that are asked for in one of them only while the package is in both: it became a plugin, or only others need it now. */
	readonly plugins: ListDifference<string>;
	/** Plugins that both have, asked for with another range, version or tag. */
	readonly specs: readonly { readonly name: string; readonly from: string; readonly to: string }[];
	readonly grants: ListDifference<Pick<Grant, 'plugin' | 'permission'>>;
	/** Names of plugins that updates leave alone. */
	readonly held: ListDifference<string>;
	/** Names of plugins that are installed but switched off. */
	readonly disabled: ListDifference<string>;
	/** `[PARENT>]NAME=SPEC`. */
	readonly overrides: ListDifference<string>;
};

/** Which generations stay besides the current one and those marked to be kept. A generation stays when any rule wants it. */
export type CollectionRequest = {
	/** How many of the newest. */
	readonly newest: number;
	/** Younger ones stay too; null for no such rule. */
	readonly olderThanDays: number | null;
	/** Finds and removes nothing. */
	readonly isDryRun: boolean;
	/** Also forgets the homes that used the same content store and are not there any more. */
	readonly forgetsVanished?: boolean;
};

export type CollectionReport = {
	readonly removed: boolean;
	readonly generations: readonly number[];
	readonly keptGenerations: readonly number[];
	readonly packageCount: number;
	readonly bundleCount: number;
	/** Packed and unpacked size of the packages; files shared with what stays are counted although they stay. */
	readonly bytes: number;
	/** Paths of the homes that were forgotten. */
	readonly forgottenHomes: readonly string[];
};

export type VerifyFinding = {
	readonly id: string;
	readonly problem: 'changed' | 'missing' | 'extra' | 'evidence-invalid' | 'revoked';
	/** Path inside the package, or null when the whole entry is concerned. */
	readonly path: string | null;
	readonly text: string;
};

export type VerifyReport = {
	readonly generation: number;
	readonly packagesChecked: number;
	readonly filesChecked: number;
	readonly bytesChecked: number;
	readonly findings: readonly VerifyFinding[];
	/** Ids of what was fetched again; empty unless a repair was asked for. */
	readonly repaired: readonly string[];
	readonly packages: readonly { readonly id: string; readonly level: Level; readonly evidence: ArtefactEvidence['evidence'] }[];
};

export type ExportedTree = {
	/** Absolute path of the node_modules folder. */
	readonly folder: string;
	readonly generation: number;
	/** Package folders made; one package has several where versions collide. All counts are 0 when nothing had to be done. */
	readonly folders: number;
	readonly linkedFiles: number;
	readonly copiedFiles: number;
	readonly unchanged: boolean;
};

export type HomeExportRequest = {
	/** The archive to make; it must not exist. A relative path starts at `cwd`. */
	readonly file: string;
	/** Null: the current one. */
	readonly generation: number | null;
	/** With every other generation of the profile. */
	readonly all: boolean;
};

export type ExportedHome = {
	/** Absolute path of the archive. */
	readonly file: string;
	/** The one an import takes when none is named. */
	readonly generation: number;
	readonly generations: readonly number[];
	readonly packageCount: number;
	/** Packages about which the registry had nothing to say, or could not be asked. */
	readonly withoutProof: number;
	readonly bytes: number;
	/** sha512 of the archive, to compare it after its way. */
	readonly integrity: string;
};

export type RunRequest = {
	/** An installed plugin's name, or a folder that starts with `.` or `/`. */
	readonly target: string;
	/** Null runs the only task, or lists the tasks in the error. For a plain package: the exported function to call. */
	readonly task: string | null;
	/** Already parsed JSON. */
	readonly input: unknown;
	/** Extra grants for this run alone, as given by `--allow`. */
	readonly allow: readonly Permission[];
	/** Watches what the plugin needs; `write` also puts it into the package.json of a folder. See `RunResult.observed`. */
	readonly observe?: 'report' | 'write';
	/** Runs it although its code imports what the sandbox does not have; calling that throws. */
	readonly anyway?: boolean;
};

export type RunResult = {
	readonly plugin: string;
	readonly version: string;
	readonly task: string;
	readonly level: Level;
	/** It ran outside of the isolate; left out for inside. */
	readonly runtime?: 'native';
	readonly output: unknown;
	readonly milliseconds: number;
	readonly peakMemoryBytes: number | null;
	/** Calls that were refused, with what would have granted each. */
	readonly denied: readonly { readonly permission: string; readonly count: number; readonly hint: string }[];
	/** Only of a watched run. */
	readonly observed?: ObservedPermissions;
	/** Only of a watched run: why it failed; what was seen until then counts all the same. */
	readonly failure?: EngineError;
};

export type TestRequest = {
	/** A folder that starts with `.` or `/`. */
	readonly target: string;
	/** Parts of paths: only files that hold one of them; none for all. */
	readonly only: readonly string[];
};

export type TestReport = {
	readonly plugin: string;
	readonly version: string;
	readonly files: readonly {
		/** Relative to the folder. */
		readonly file: string;
		/** Why the file as a whole could not be run; null when it could. */
		readonly problem: string | null;
		readonly tests: readonly TestedCase[];
	}[];
	readonly passed: number;
	readonly failed: number;
	readonly skipped: number;
};

export type TestedCase = {
	/** With the names of its suites in front. */
	readonly name: string;
	readonly state: 'passed' | 'failed' | 'skipped' | 'todo';
	readonly message: string | null;
	readonly milliseconds: number;
};

export type DevelopRequest = RunRequest & {
	/** Called after each run, the first included; the next begins when a file of the folder changes. */
	readonly onRound: (round: DevelopRound) => void;
};

export type DevelopRound = {
	/** Counts from 1. */
	readonly number: number;
	/** Paths in the folder that changed; empty for the first. */
	readonly changed: readonly string[];
	readonly result: RunResult | null;
	/** Why there is no result. */
	readonly failure: EngineError | null;
};

export type Topics = {
	/** Fires when `current` changes, also by another process. */
	readonly generation: { readonly number: number };
	/** Plugins running now under this engine. */
	readonly running: readonly {
		readonly plugin: string;
		readonly version: string;
		readonly task: string;
		readonly pid: number;
		readonly startedAt: string;
	}[];
	/** Plugins that stay, after each change and at most once a second for their figures; the transitions since the last time. */
	readonly runtime: { readonly plugins: readonly RuntimePlugin[]; readonly transitions: readonly RuntimeTransition[] };
};

/** The engine's door. Every call rejects with `EngineError` only and honours its signal within 50 ms. */
export type Engine = {
	readonly homePath: string;
	/** The profile this engine works in, whatever is selected meanwhile. */
	readonly profile: string;
	/** The default registry that npm's configuration names. Throws `settings-invalid`. */
	readonly registryUrl: (options: CallOptions) => Promise<string>;
	readonly search: (request: SearchRequest, options: CallOptions) => Promise<SearchResult>;
	readonly info: (spec: string, options: CallOptions) => Promise<PackageInfo>;
	readonly resolve: (specs: readonly string[], options: CallOptions & ResolveChoices) => Promise<ResolvedTree>;
	/**
	 * Tells everything that can be found out about a package and what it depends on before installing it: `against` is the version to
	 * compare with (null: the installed one), `advisories` an absolute path or `registry` (null: what the policy names).
	 */
	readonly evaluate: (
		spec: string,
		options: CallOptions & { readonly against: string | null; readonly advisories: string | null },
	) => Promise<Evaluation>;
	readonly planInstall: (specs: readonly string[], options: CallOptions & ResolveChoices) => Promise<Plan>;
	/** No names: everything. */
	readonly planUpdate: (names: readonly string[], options: CallOptions & ResolveChoices & { readonly toLatest: boolean }) => Promise<Plan>;
	/** Adds overrides and drops those whose left side is named; everything keeps its version that can. */
	readonly planOverride: (
		change: { readonly set: readonly string[]; readonly drop: readonly string[] },
		options: CallOptions,
	) => Promise<Plan>;
	/** Exactly what a lock file holds, without resolving. Throws `lock-invalid`, `lock-mismatch`. */
	readonly planFrozen: (request: FrozenRequest, options: CallOptions) => Promise<Plan>;
	/** Null writes nothing. Throws `usage` for a file that is there and is no lock. */
	readonly writeLock: (file: string | null, options: CallOptions) => Promise<WrittenLock>;
	readonly planRemove: (names: readonly string[], options: CallOptions) => Promise<Plan>;
	/** Null: the generation before the current one. */
	readonly planRollback: (generation: number | null, options: CallOptions) => Promise<Plan>;
	/** Any generation, earlier or later. */
	readonly planSwitch: (generation: number, options: CallOptions) => Promise<Plan>;
	/** Takes back what one generation changed, on top of the current one. Null: what the current generation changed. */
	readonly planUndo: (generation: number | null, options: CallOptions) => Promise<Plan>;
	/** To the generation that the last undo, rollback or switch back left. */
	readonly planRedo: (options: CallOptions) => Promise<Plan>;
	/** Pins, holds or disables installed plugins, or takes that back. Needs no registry. */
	readonly planMark: (mark: PlanMark, names: readonly string[], options: CallOptions) => Promise<Plan>;
	readonly applyPlan: (plan: Plan, options: CallOptions & { readonly decisions: readonly Decision[] }) => Promise<Applied>;
	/** No names: all plugins. */
	readonly outdated: (names: readonly string[], options: CallOptions) => Promise<OutdatedReport>;
	/** Looks at one update before it is planned. */
	readonly updates: UpdateCalls;
	/** What would come of a request, hypothetically. Throws `spec-invalid`, `spec-unsupported`; that there is no solution is an answer. */
	readonly explain: (request: ExplainRequest, options: CallOptions) => Promise<ExplainReport>;
	/** Who asked for `NAME` or `NAME@RANGE`. Throws `not-installed`. */
	readonly why: (request: WhyRequest, options: CallOptions) => Promise<WhyReport>;
	readonly list: (options: CallOptions) => Promise<InstalledState>;
	readonly history: (options: CallOptions) => Promise<readonly GenerationSummary[]>;
	/** `to` null: the current generation. Throws `generation-not-found`. */
	readonly diff: (from: number, to: number | null, options: CallOptions) => Promise<GenerationDiff>;
	/** The lines of generations in this home: the default one first. */
	readonly profiles: (options: CallOptions) => Promise<readonly ProfileSummary[]>;
	/** `from` null: the current generation of this profile; 0: nothing. Throws `usage`, `generation-not-found`, `policy-refused`. */
	readonly makeProfile: (request: { readonly name: string; readonly from: number | null }, options: CallOptions) => Promise<ProfileSummary>;
	/** The profile that is used from now on when none is asked for. Throws `profile-not-found`. */
	readonly selectProfile: (name: string, options: CallOptions) => Promise<ProfileSummary>;
	/** Its generations stay until a collection. Throws `profile-not-found`, and `usage` for the default and the selected one. */
	readonly removeProfile: (name: string, options: CallOptions) => Promise<ProfileSummary>;
	/** Marks a generation to survive every collection. Throws `generation-not-found`. */
	readonly keepGeneration: (generation: number, options: CallOptions) => Promise<void>;
	/** Takes the mark away. */
	readonly releaseGeneration: (generation: number, options: CallOptions) => Promise<void>;
	/** Removes old generations and what only they needed. */
	readonly collectGarbage: (request: CollectionRequest, options: CallOptions) => Promise<CollectionReport>;
	/** No names: the whole current generation. Findings are data; only a broken home throws. */
	readonly verify: (names: readonly string[], options: CallOptions) => Promise<VerifyReport>;
	/** Looks at everything plugward depends on; with `fix`, first puts right what can be put right safely. */
	readonly doctor: (options: CallOptions & { readonly fix: boolean }) => Promise<DoctorReport>;
	readonly cacheInfo: (options: CallOptions) => Promise<CacheInfo>;
	/** Re-hashes every package of the content store, also those that only old generations need. */
	readonly verifyCache: (options: CallOptions) => Promise<CacheVerification>;
	/** Removes metadata, bundles, and packages that no generation needs; all of it comes back when needed. Gives what is left. */
	readonly cleanCache: (options: CallOptions) => Promise<CacheInfo>;
	/**
	 * Links a node_modules of the current generation; a relative folder starts at `cwd`. Throws `usage` for a folder that is neither empty
	 * nor of an earlier export.
	 */
	readonly exportNodeModules: (folder: string, options: CallOptions) => Promise<ExportedTree>;
	/** Writes generations with everything they need into one file, for a place without a registry. Throws `usage`, `not-installed`. */
	readonly exportHome: (request: HomeExportRequest, options: CallOptions) => Promise<ExportedHome>;
	/**
	 * Plans to make a generation of such a file the next one here. Asks no registry; every byte is held against the lock, evidence is proven
	 * again, and grants in the file count for nothing. `generation` null: the one it was made for. Throws `archive-refused`.
	 */
	readonly planImport: (request: { readonly file: string; readonly generation: number | null }, options: CallOptions) => Promise<Plan>;
	/** Verifies, fetches again what is changed, missing or extra, and verifies again. Makes no generation. Throws `offline-missing`. */
	readonly repair: (names: readonly string[], options: CallOptions) => Promise<VerifyReport>;
	/** Operations that went on after their terminal was lost. */
	readonly jobs: JobCalls;
	/** The registries that npm's configuration names, and signing in to them. */
	readonly registries: RegistryCalls;
	/** Policy, people and proofs. */
	readonly trust: TrustCalls;
	/** Why calls of an installed plugin or of a folder are allowed or denied. Null: all it asks for. Throws `not-installed`, `usage`. */
	readonly explainPermissions: (
		request: { readonly target: string; readonly permission: string | null; readonly use?: boolean },
		options: CallOptions,
	) => Promise<PermissionReport>;
	/**
	 * Takes a grant from a plugin for good: no rollback brings it back, and where the plugin runs it has lost it when this resolves. Throws
	 * `usage` when neither the current generation nor a process has one like it.
	 */
	readonly revokeGrant: (
		request: { readonly plugin: string; readonly permission: Permission },
		options: CallOptions,
	) => Promise<RevokedGrant>;
	/** What was run, granted, denied and changed in this home. */
	readonly auditLog: AuditLogCalls;
	readonly runTask: (request: RunRequest, options: CallOptions) => Promise<RunResult>;
	/** Plugins that stay in memory and are called many times. */
	readonly runtime: RuntimeCalls;
	/** The plugins that stay in all processes of this home. */
	readonly cores: CoreCalls;
	/** Runs the `*.test.js` files of a plugin's folder in the sandbox, without rights. Failures are data. Throws `usage`. */
	readonly testPlugin: (request: TestRequest, options: CallOptions) => Promise<TestReport>;
	/** Runs a task of a folder now and again after each change of a file in it, until the signal fires. Gives how often. Throws `usage`. */
	readonly develop: (request: DevelopRequest, options: CallOptions) => Promise<{ readonly rounds: number }>;
	readonly tools: ToolCalls;
	/** What plugins keep in this home. */
	readonly data: DataCalls;
	/** Yields the present state first, then each change, until the signal fires. */
	readonly subscribe: <T extends keyof Topics>(topic: T, options: { readonly signal: AbortSignal }) => AsyncIterable<Topics[T]>;
	readonly [Symbol.asyncDispose]: () => Promise<void>;
};
