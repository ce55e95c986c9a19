import type { AuditLogCalls } from './audit-log.ts';
import type { DataCalls } from './data-calls.ts';
import type { Evaluation } from './evaluation.ts';
import type { DownloadNumbers } from './download-numbers.ts';
import type { CallOptions } from './events.ts';
import type {
	CollectionReport,
	CollectionRequest,
	GenerationDiff,
	GenerationSummary,
	InstalledState,
	ProfileSummary,
} from './installed-state.ts';
import type { JobCalls } from './jobs.ts';
import type { ContentCalls } from './package-contents.ts';
import type { PackageInfo, ResolvedTree, SearchResult } from './package-answers.ts';
import type { PermissionReport, RevokedGrant } from './permission-questions.ts';
import type { Permission } from './permission.ts';
import type { Applied, Decision, Plan, PlanMark } from './plan.ts';
import type { RegistryCalls } from './registry-calls.ts';
import type { CoreCalls, RuntimeCalls, RuntimePlugin, RuntimeTransition } from './runtime.ts';
import type { DevelopRequest, RunRequest, RunResult, TestReport, TestRequest } from './task-runs.ts';
import type { ToolCalls } from './tool-calls.ts';
import type { TrustCalls } from './trust-calls.ts';
import type { UpdateCalls } from './update-review.ts';
import type { CacheInfo, CacheVerification, DoctorReport, ExportedHome, ExportedTree, HomeExportRequest, VerifyReport } from './upkeep.ts';
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
	/** False: no registry is asked how often a package was downloaded. Left out for true. */
	readonly asksDownloads?: boolean;
	/** What this run wants of the sandbox; the policy may want more. `strict`: bubblewrap around each plugin or none runs. `jitless`: no machine code. */
	readonly sandbox?: { readonly strict: boolean; readonly jitless: boolean };
};

export type SearchRequest = {
	/** Words, phrases in quotes, facets such as `permission:!net` and `updated:<30d`, and `sort:`. */
	readonly text: string;
	readonly size: number;
	readonly from: number;
	/** More searches follow soon, as while somebody types: the registry's list of packages is then fetched meanwhile. */
	readonly isLive?: boolean;
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
	/**
	 * How often a package was downloaded, whatever version of it. That nobody tells is an answer. `fresh`: asked again, though it was a moment ago.
	 * Throws `package-not-found`.
	 */
	readonly downloads: (request: { readonly spec: string; readonly fresh: boolean }, options: CallOptions) => Promise<DownloadNumbers>;
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
	/** Looks into packages, installed or not. */
	readonly contents: ContentCalls;
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
