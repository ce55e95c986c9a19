import type {
	Applied,
	CollectionReport,
	ContainedText,
	DownloadNumbers,
	Decision,
	DoctorReport,
	ExaminedRegistry,
	ExceptionRequest,
	FileDifference,
	GenerationDiff,
	GenerationSummary,
	InstalledState,
	OutdatedReport,
	PackageContents,
	PackageInfo,
	Plan,
	PlanMark,
	RawEvidence,
	ReviewRequest,
	RunRequest,
	RunResult,
	SearchResult,
	StepName,
	TrustAudit,
	TrustExplanation,
	UnfetchedPackage,
	UpdateReview,
	VerifyReport,
} from './engine/index.ts';
import type { Fetching } from './fetching.ts';
import type { RuntimeAct, RuntimeView } from './runtime-view.ts';
import { NO_OWN_KEYS } from './keys/own-keys.ts';
import type { OwnKeys } from './keys/own-keys.ts';
import type { PaletteEntry } from './palette.ts';
import type { Setting } from './setting-entries.ts';
import type { Section } from './sections.ts';
import { EMPTY_LINE } from './terminal/line-editor.ts';
import type { LineEditor } from './terminal/line-editor.ts';

/** The largest first, or by path. */
export type FileOrder = 'size' | 'path';

export const PLUGIN_TABS = ['overview', 'readme', 'versions', 'permissions', 'provenance', 'dependencies', 'files', 'stats'] as const;
export type PluginTab = (typeof PLUGIN_TABS)[number];

/** What is looked at side by side in the review of an update; the one that has the keys. */
export const REVIEW_PANES = ['facts', 'changelog', 'files'] as const;
export type ReviewPane = (typeof REVIEW_PANES)[number];

/** An error as a screen shows it: what happened, why, and what to do. */
export type Failure = {
	readonly code: string;
	readonly message: string;
	readonly hint: string | null;
	readonly cause: string | null;
	readonly details: unknown;
};

/** Something that is fetched. The value before stays readable while a newer one loads or after that failed. */
export type Loadable<T> = {
	readonly status: 'idle' | 'loading' | 'ready' | 'failed';
	readonly value: T | null;
	/** Milliseconds since the epoch at which `value` arrived. */
	readonly loadedAt: number | null;
	readonly failure: Failure | null;
};

/** What was chosen to solve a conflict; as `--accept-young` and `--override` say it. */
export type TakenChoices = { readonly acceptYoung: readonly string[]; readonly overrides: readonly string[] };

/** What an operation was asked to do; kept so that it can be tried again. */
export type OperationRequest =
	| { readonly type: 'install'; readonly specs: readonly string[]; readonly choices?: TakenChoices }
	| { readonly type: 'update'; readonly names: readonly string[]; readonly toLatest: boolean; readonly choices?: TakenChoices }
	| { readonly type: 'remove'; readonly names: readonly string[] }
	| { readonly type: 'rollback'; readonly generation: number | null }
	| { readonly type: 'switch'; readonly generation: number }
	| { readonly type: 'undo'; readonly generation: number }
	| { readonly type: 'redo' }
	| { readonly type: 'mark'; readonly mark: PlanMark; readonly names: readonly string[] }
	| { readonly type: 'keep'; readonly generation: number; readonly isKept: boolean }
	| { readonly type: 'compare'; readonly from: number }
	| { readonly type: 'collect'; readonly isDryRun: boolean }
	| { readonly type: 'apply'; readonly plan: Plan; readonly decisions: readonly Decision[] }
	| { readonly type: 'verify'; readonly names: readonly string[] }
	| { readonly type: 'run'; readonly request: RunRequest }
	| { readonly type: 'doctor' }
	| { readonly type: 'registry'; readonly act: RegistryAct }
	| { readonly type: 'trust'; readonly act: TrustAct };

/** What is taken out of the user's own .npmrc. `scope` null: the default registry. */
export type RegistryAct = { readonly type: 'remove' | 'sign-out'; readonly scope: string | null };

/** What the trust screen can change: the user's own word, and the user's own policy. Never a generation. */
export type TrustAct =
	/** Its verdict may be a rejection too. */
	| { readonly type: 'endorse'; readonly review: ReviewRequest }
	| { readonly type: 'revoke'; readonly sha256: string; readonly about: string }
	| { readonly type: 'import'; readonly source: string }
	| { readonly type: 'pin' | 'unpin'; readonly name: string }
	| { readonly type: 'except'; readonly exception: ExceptionRequest };

export type OperationResult =
	| { readonly type: 'planned'; readonly plan: Plan }
	| { readonly type: 'applied'; readonly applied: Applied }
	| { readonly type: 'verified'; readonly report: VerifyReport }
	| { readonly type: 'kept'; readonly generation: number; readonly isKept: boolean }
	| { readonly type: 'compared'; readonly diff: GenerationDiff }
	| { readonly type: 'collected'; readonly report: CollectionReport }
	| { readonly type: 'ran'; readonly run: RunResult }
	/** One sentence for each thing that is so now. */
	| { readonly type: 'told'; readonly sentences: readonly string[] };

export type OperationStep = {
	readonly step: StepName;
	readonly detail: string;
	readonly status: 'running' | 'done' | 'failed';
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	readonly milliseconds: number | null;
};

export type OutputLine = { readonly kind: 'log' | 'warn' | 'error' | 'notice' | 'warning'; readonly text: string };

export type Operation = Fetching & {
	readonly id: number;
	readonly title: string;
	/** The scripted command that does the same, without the program's name. */
	readonly command: string;
	/** `past`: of an earlier start, and only told. */
	readonly request: OperationRequest | { readonly type: 'past' };
	readonly status: 'running' | 'cancelling' | 'done' | 'failed' | 'cancelled';
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	readonly endedAt: number | null;
	readonly steps: readonly OperationStep[];
	/** What a task says of itself; null when it says nothing. */
	readonly progress: { readonly fraction: number | null; readonly text: string } | null;
	readonly output: readonly OutputLine[];
	readonly result: OperationResult | null;
	readonly failure: Failure | null;
};

/** What lies over a section; the last one is on top. */
export type Page =
	| { readonly type: 'plugin'; readonly name: string; readonly tab: PluginTab }
	/** One file of a package, installed or fetched. `name` as on its plugin page. */
	| { readonly type: 'file'; readonly name: string; readonly path: string }
	| { readonly type: 'operation'; readonly operation: number }
	| { readonly type: 'plan'; readonly operation: number; readonly plan: Plan; readonly answers: Answers }
	| { readonly type: 'conflict'; readonly operation: number; readonly failure: Failure }
	| { readonly type: 'form'; readonly form: RunForm }
	/** The whole of what is known about why a plugin has its level, or the signed things behind it. */
	| { readonly type: 'trust-why'; readonly name: string }
	| { readonly type: 'trust-raw'; readonly name: string }
	/** One update before it is planned, and one file of it. */
	| { readonly type: 'review'; readonly name: string; readonly to: string; readonly pane: ReviewPane }
	| { readonly type: 'review-file'; readonly name: string; readonly to: string; readonly path: string }
	/** What would happen, before it does. */
	| { readonly type: 'ask'; readonly request: OperationRequest; readonly sentences: readonly string[] }
	/** Every key of every screen. */
	| { readonly type: 'keys' }
	/** What an empty home opens with. */
	| { readonly type: 'welcome' }
	/** What each level of trust takes. */
	| { readonly type: 'levels' }
	/** Everything that can be done; what is typed picks from it. */
	| { readonly type: 'palette'; readonly line: LineEditor; readonly entries: readonly PaletteEntry[] }
	/** What would be signed or written, before it is. */
	| { readonly type: 'confirm'; readonly act: TrustAct }
	/** What a plugin that runs may do; `key` of its line in the list. */
	| { readonly type: 'runtime-grants'; readonly key: string; readonly plugin: string }
	| { readonly type: 'runtime-confirm'; readonly act: RuntimeAct }
	| { readonly type: 'help' };

/** How the log of the runtime screen is shown. */
export type RuntimeLog = {
	/** This and worse. */
	readonly level: 'log' | 'warn' | 'error';
	/** False: it stands still, so that it can be scrolled. */
	readonly isFollowing: boolean;
};

/** What the user decided so far, by requirement id; nothing there means undecided. */
export type Answers = Readonly<Record<string, 'accept' | 'deny'>>;

export type FormField = {
	readonly name: string;
	readonly label: string;
	/** A secret is never drawn. */
	readonly kind: 'text' | 'number' | 'boolean' | 'json' | 'secret';
	readonly required: boolean;
	readonly line: LineEditor;
};

export type RunForm = {
	/** What the filled form becomes. */
	readonly about: 'run' | 'endorse' | 'reject' | 'import' | 'except' | 'limits' | 'apply' | 'setting' | 'registry' | 'sign-in';
	readonly target: string;
	/** Null for a plain package, where the first field names the exported function. */
	readonly task: string | null;
	readonly description: string;
	readonly fields: readonly FormField[];
	readonly focused: number;
	readonly problem: string | null;
};

export type Notice = { readonly tone: 'info' | 'warning' | 'bad'; readonly text: string };

export type Size = { readonly columns: number; readonly rows: number };

/** The terminal, and how many percent of it details have beside a list; left out for as much as the app thinks right. */
export type ScreenSize = Size & { readonly detailShare?: number };

/** Which text field takes the keys; null when keys are commands. */
export type Editing =
	| { readonly type: 'search' }
	| { readonly type: 'filter'; readonly list: string }
	| { readonly type: 'form' }
	| { readonly type: 'palette' };

/** What is loaded once. */
export type Loaded = {
	readonly installed: InstalledState;
	readonly history: readonly GenerationSummary[];
	readonly search: SearchResult;
	readonly outdated: OutdatedReport;
	readonly verification: VerifyReport;
	readonly trust: TrustAudit;
	readonly runtime: RuntimeView;
	readonly doctor: DoctorReport;
	readonly settings: readonly Setting[];
	readonly registries: readonly ExaminedRegistry[];
};

/** What is loaded once for each name. */
export type LoadedByName = {
	readonly infos: PackageInfo;
	readonly explanations: TrustExplanation;
	readonly rawEvidence: RawEvidence;
	/** By `name@version` of the new version. */
	readonly reviews: UpdateReview;
	/** What is in a package, as far as its bytes are here. */
	readonly contents: PackageContents | UnfetchedPackage;
	readonly downloads: DownloadNumbers;
	/** By `name path`. */
	readonly files: ContainedText;
	/** By `name@version path`. */
	readonly differences: FileDifference;
};

export type LoadedSlots = { readonly [K in keyof Loaded]: Loadable<Loaded[K]> };
export type LoadedNames = { readonly [K in keyof LoadedByName]: Readonly<Record<string, Loadable<LoadedByName[K]>>> };

export type State = LoadedSlots &
	LoadedNames & {
		readonly version: string;
		readonly homePath: string;
		readonly profile: string;
		readonly registry: string;
		readonly size: ScreenSize;
		/** Milliseconds since the epoch, renewed when something happens; ages are told from it. */
		readonly now: number;
		readonly section: Section;
		readonly pages: readonly Page[];
		readonly editing: Editing | null;
		readonly searchLine: LineEditor;
		/** Names of the plugins that the next update is about; none for the selected one. */
		readonly marked: readonly string[];
		/** What is fetched to be shown, by what is loaded with it; see `slotKey`. */
		readonly fetches: Readonly<Record<string, Fetching>>;
		/** Newest first. */
		readonly operations: readonly Operation[];
		/** Selected item by list, and filter text by list. */
		readonly selected: Readonly<Record<string, string>>;
		readonly filters: Readonly<Record<string, LineEditor>>;
		/** First visible line by document. */
		readonly scrolls: Readonly<Record<string, number>>;
		/** Of the files of a package. */
		readonly fileOrder: FileOrder;
		readonly notice: Notice | null;
		/** Checked. */
		readonly ownKeys: OwnKeys;
		readonly runtimeLog: RuntimeLog;
		/** What an empty home opens with was read. */
		readonly isWelcomeClosed: boolean;
		/** True after one request to quit while an operation runs. */
		readonly isQuitArmed: boolean;
	};

export const IDLE = { status: 'idle', value: null, loadedAt: null, failure: null } as const;

export function initialState(facts: {
	readonly version: string;
	readonly homePath: string;
	readonly profile: string;
	readonly registry: string;
	readonly size: Size;
	readonly section: Section;
	readonly now: number;
	readonly ownKeys?: OwnKeys;
}): State {
	return {
		ownKeys: NO_OWN_KEYS,
		...facts,
		pages: [],
		editing: null,
		installed: IDLE,
		history: IDLE,
		search: IDLE,
		outdated: IDLE,
		verification: IDLE,
		trust: IDLE,
		doctor: IDLE,
		settings: IDLE,
		registries: IDLE,
		infos: {},
		runtime: IDLE,
		runtimeLog: { level: 'log', isFollowing: true },
		explanations: {},
		rawEvidence: {},
		reviews: {},
		contents: {},
		downloads: {},
		files: {},
		differences: {},
		searchLine: EMPTY_LINE,
		marked: [],
		fetches: {},
		operations: [],
		selected: {},
		filters: {},
		scrolls: {},
		fileOrder: 'size',
		notice: null,
		isWelcomeClosed: false,
		isQuitArmed: false,
	};
}
