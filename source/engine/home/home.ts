import type { Integrity } from '../integrity.ts';
import type { Job } from '../jobs.ts';
import type { AuditEntry } from './audit.ts';
import type { AuditRules } from './audit-segments.ts';
import type { ContentStore } from './content-store.ts';
import type { Garbage, GarbageRule } from './garbage.ts';
import type { Generation, GenerationChange, GenerationOutline } from './generation.ts';
import type { PackageProof } from './home-archive/archive-content.ts';
import type { WrittenArchive } from './home-archive/write-archive.ts';
import type { Layout } from './layout.ts';
import type { MutexHolder } from './mutex.ts';
import type { QuarantineEntry } from './quarantine.ts';
import type { PluginData } from './plugin-data.ts';
import type { RecordedOperation } from './recorded-operations.ts';
import type { RecoverReport } from './recover.ts';
import type { Profile } from './profiles.ts';
import type { StoreHome } from './shared-store/store-homes.ts';
import type { Revocation } from './revocation.ts';
import type { KeptData } from './kept-data.ts';
import type { RuntimeFolder } from './runtime-folder.ts';
import type { ScanName } from './scan-cache.ts';
import type { ToolRecord } from './tools.ts';

export type HomeOptions = {
	/** Absolute. */
	readonly path: string;
	/** How long `withMutex` waits for another process before `home-busy`. */
	readonly waitMilliseconds: number;
	readonly clock?: () => Date;
	/** What another process that has to wait is told this one is doing; without secrets. */
	readonly command?: string;
	/** The profile to work in; null or left out for the selected one. */
	readonly profile?: string | null;
	/** A content store to share with other homes; refused when the home has another one. Null or left out for the one it has. */
	readonly store?: string | null;
	/** The same for a home that is made now; one that is there keeps its store. */
	readonly storeOfNewHomes?: string | null;
	/** When the audit log goes on in a new file, and how many full ones stay; left out for 16 MiB and 64. */
	readonly auditRules?: AuditRules;
};

/** The folder that holds everything installed. Reading needs no mutex and always sees a whole generation. */
export type Home = {
	readonly path: string;
	readonly layout: Layout;
	readonly store: ContentStore;
	/** The profile whose generations this home shows and makes. */
	readonly profile: string;
	readonly profiles: () => Promise<readonly Profile[]>;
	/** Its current generation is `from`, or none when that is 0. The mutex must be held. Throws `usage`, `generation-not-found`. */
	readonly makeProfile: (request: { readonly name: string; readonly from: number }) => Promise<void>;
	/** Makes it the one that is used when none is asked for. The mutex must be held. Throws `profile-not-found`. */
	readonly selectProfile: (name: string) => Promise<void>;
	/** Its generations stay until a collection. The mutex must be held. Throws `profile-not-found`, `usage`. */
	readonly removeProfile: (name: string) => Promise<void>;
	/** Number 0 and an empty lock for a new home. Throws `home-damaged`, naming the file. */
	readonly current: () => Promise<Generation>;
	/** Throws `generation-not-found`, `home-damaged`. */
	readonly generation: (number: number) => Promise<Generation>;
	/** Of all profiles, ascending; without the empty generation 0. */
	readonly generations: () => Promise<readonly Generation[]>;
	/** Those of this profile and the one it started from, ascending. Without a readable `current`, those made in it. */
	readonly line: () => Promise<readonly Generation[]>;
	/** The same without what they hold, which takes longer to read and check the more there are. */
	readonly outlines: () => Promise<readonly GenerationOutline[]>;
	/**
	 * Runs `work` while no other process changes this home. The exclusion ends with its owner, however that dies, and is never taken
	 * from a live one. Throws `home-busy` after the waiting time, naming the holder.
	 */
	readonly withMutex: <T>(
		work: () => Promise<T>,
		options: { readonly signal: AbortSignal; readonly onWaiting: (holder: MutexHolder | null) => void },
	) => Promise<T>;
	/** Makes the next generation and switches to it. The mutex must be held. Throws `plan-stale`, `disk-full`, `home-unwritable`. */
	readonly commit: (change: GenerationChange, options: { readonly signal: AbortSignal }) => Promise<Generation>;
	/** Switches `current` to an existing generation: no network, no unpacking. The mutex must be held. */
	readonly switchTo: (number: number, options: { readonly signal: AbortSignal; readonly command: string }) => Promise<Generation>;
	/**
	 * Puts artefacts into the content store: those added with `replaces` in the place of damaged entries (`repair`), or those of a tool
	 * that may run without being installed (`keep`). No generation changes. The mutex must be held.
	 */
	readonly replaceEntries: (
		integrities: readonly Integrity[],
		options: { readonly signal: AbortSignal; readonly command: string; readonly type: 'repair' | 'keep' },
	) => Promise<void>;
	/** What one plugin keeps, whatever its version. */
	readonly pluginData: (owner: string) => PluginData;
	/** What all plugins keep, sorted by owner. */
	readonly keptData: () => Promise<readonly KeptData[]>;
	/** Null when the owner keeps nothing. */
	readonly keptDataOf: (owner: string) => Promise<KeptData | null>;
	/** Removes what one plugin keeps. The mutex must be held. */
	readonly purgeData: (folderName: string) => Promise<void>;
	readonly revocations: () => Promise<readonly Revocation[]>;
	/** The mutex must be held. */
	readonly revoke: (revocation: Revocation) => Promise<void>;
	/** What is known of the versions of one tool, oldest first. Throws `home-damaged`. */
	readonly tools: (name: string) => Promise<readonly ToolRecord[]>;
	/** The mutex must be held. */
	readonly writeTool: (record: ToolRecord) => Promise<void>;
	/** The mutex must be held. */
	readonly removeTool: (record: Pick<ToolRecord, 'name' | 'version'>) => Promise<void>;
	/** What went on after its terminal was lost, newest first. */
	readonly jobs: () => Promise<readonly Job[]>;
	readonly writeJob: (job: Job) => Promise<void>;
	readonly removeJob: (job: Pick<Job, 'id'>) => Promise<void>;
	/** `key` is hex. Null when absent or not written by this home. */
	readonly readBundle: (key: string) => Promise<Uint8Array | null>;
	readonly writeBundle: (key: string, bytes: Uint8Array) => Promise<void>;
	/** Removes what registries said; it is asked for again when needed. The mutex must be held. */
	readonly removeMetadata: () => Promise<void>;
	/** Null when absent or not written by this home. */
	readonly readScan: (scan: ScanName) => Promise<Uint8Array | null>;
	readonly writeScan: (scan: ScanName, bytes: Uint8Array) => Promise<void>;
	/** Everything in the content store, whether a generation needs it or not. */
	readonly entries: () => Promise<readonly Integrity[]>;
	/** Keys of all bundles kept. */
	readonly bundleKeys: () => Promise<readonly string[]>;
	/** A bundle that is missed is made again. The mutex must be held. */
	readonly removeBundle: (key: string) => Promise<void>;
	/** Every change of `current` on record, oldest first. */
	readonly operations: () => Promise<readonly RecordedOperation[]>;
	/** Adds one line to `state/audit.jsonl`, chained to the line before it by whichever process. */
	readonly appendAudit: (entry: AuditEntry) => Promise<void>;
	/** Files of the audit log that are full, oldest first; `layout.audit` comes after them. */
	readonly auditSegments: () => readonly string[];
	/** The same before it returns, for what must be on record before an answer is given. */
	readonly appendAuditSync: (entry: AuditEntry) => void;
	/** What nothing needs any more under this rule; removes nothing. */
	readonly findGarbage: (rule: GarbageRule) => Promise<Garbage>;
	/** Finds and removes it. Never what a kept generation needs. The mutex must be held. */
	readonly collectGarbage: (rule: GarbageRule, options: { readonly signal: AbortSignal }) => Promise<Garbage>;
	/** The other homes that use the same content store, by path; none for a home with a store of its own. */
	readonly otherHomes: () => Promise<readonly StoreHome[]>;
	/** Generations marked to survive every collection, ascending. */
	readonly keptGenerations: () => Promise<readonly number[]>;
	/** Writes generations, and the packages they need as they were fetched, into one new file outside the home. Throws `usage`, `home-damaged`. */
	readonly writeArchive: (
		request: {
			/** Absolute. */
			readonly path: string;
			readonly numbers: readonly number[];
			/** The one an import takes when none is named. */
			readonly chosen: number;
			readonly proofs: ReadonlyMap<Integrity, PackageProof>;
		},
		options: { readonly signal: AbortSignal },
	) => Promise<WrittenArchive>;
	/** Marks one. Throws `generation-not-found`. The mutex must be held. */
	readonly keepGeneration: (number: number) => Promise<void>;
	/** Takes the mark away. The mutex must be held. */
	readonly releaseGeneration: (number: number) => Promise<void>;
	/** Where processes that keep plugins running can be reached. */
	readonly runtimeFolder: RuntimeFolder;
	/** Versions of plugins that crashed too often. Throws `home-damaged`. */
	readonly quarantine: () => Promise<readonly QuarantineEntry[]>;
	/** Replaces the list. The mutex must be held. */
	readonly setQuarantine: (entries: readonly QuarantineEntry[]) => Promise<void>;
	/** Completes or removes what an interrupted operation left behind. Takes the mutex itself; call it outside `withMutex`. */
	readonly recover: () => Promise<RecoverReport>;
	/** What `recover` would do now; changes nothing. While an operation runs its half-done work is part of it. */
	readonly findLeftovers: () => Promise<RecoverReport>;
	/** True while an operation runs or after one was interrupted. */
	readonly hasUnfinished: () => Promise<boolean>;
	/** Writes one file and links it, and takes both away. Throws `home-unwritable`, `disk-full`. */
	readonly probeDisk: () => Promise<{ readonly canLink: boolean }>;
	/** Takes every right on the home's folder from other users. */
	readonly closeToOthers: () => Promise<void>;
	/** Yields the present number first, then each change, also by other processes, until the signal fires. */
	readonly watchCurrent: (options: { readonly signal: AbortSignal }) => AsyncIterable<number>;
	/** Removes what this process has added and not committed. */
	readonly [Symbol.asyncDispose]: () => Promise<void>;
};
