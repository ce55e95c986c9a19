import { existsSync } from 'node:fs';
import { EngineError } from '../errors.ts';
import { readGenerations, readOutlines } from './all-generations.ts';
import { appendAudit, appendAuditSync } from './audit.ts';
import { openPluginData } from './plugin-data.ts';
import { auditSegments, DEFAULT_AUDIT_RULES } from './audit-segments.ts';
import { listBundles, readBundle, removeBundle, writeBundle } from './bundles.ts';
import { commitGeneration, switchGeneration } from './commit.ts';
import { readCurrentGeneration, readCurrentUnlessDamaged } from './current.ts';
import type { Disk } from './disk.ts';
import { realDisk, temporaryName } from './disk.ts';
import { dryDisk } from './dry-disk.ts';
import { findGarbage, removeGarbage } from './garbage.ts';
import type { Generation } from './generation.ts';
import { FIRST_GENERATION } from './generation.ts';
import { readGeneration } from './generation-files.ts';
import type { Home, HomeOptions } from './home.ts';
import { writeError } from './home-errors.ts';
import { writeHomeArchive } from './home-archive/write-archive.ts';
import { hasIntents } from './journal.ts';
import { readQuarantine, writeQuarantine } from './quarantine.ts';
import { readKept, writeKept } from './kept-generations.ts';
import type { Layout } from './layout.ts';
import { layoutOfProfile } from './layout.ts';
import type { Mutex } from './mutex.ts';
import { bothMutexes, createMutex } from './mutex.ts';
import type { OpenStore } from './open-content-store.ts';
import { openContentStore } from './open-content-store.ts';
import { closeToOthers, remakeFolders } from './prepare-home.ts';
import { probeDisk } from './probe-disk.ts';
import { chooseProfile, lineOf, makeProfile, readProfiles, removeProfile, selectProfile } from './profiles.ts';
import { readOperations } from './recorded-operations.ts';
import type { RecoverReport } from './recover.ts';
import { listEntries } from './receipts.ts';
import { recoverHome } from './recover.ts';
import { replaceEntries } from './replace-entries.ts';
import { addRevocation, readRevocations } from './revocations.ts';
import { findKeptData, listKeptData, purgeKeptData } from './kept-data.ts';
import { openRuntimeFolder } from './runtime-folder.ts';
import { readScan, writeScan } from './scan-cache.ts';
import { openWithStore } from './shared-store/join-store.ts';
import { settleStore } from './shared-store/store-journal.ts';
import { otherHomes } from './shared-store/store-needs.ts';
import { removeDeadStaging } from './staging.ts';
import { readJobs, removeJob, writeJob } from './jobs.ts';
import { readTools, removeTool, writeTool } from './tools.ts';
import type { Unpacker } from './unpacker.ts';
import { watchCurrent } from './watch-current.ts';

/** Opens a home, making it when it is missing. Throws `home-unsafe`, `home-damaged`, `home-unwritable`. */
export async function openHome(options: HomeOptions): Promise<Home> {
	return openHomeOn(realDisk, options, async (here, { shared }) => {
		const { createUnpackThreads } = await import('./unpack-threads.ts');
		return createUnpackThreads({ homePath: options.path, shared }, here);
	});
}

/** The same on a given disk and, without `threads`, on this thread alone; for tests that make writes fail. */
export async function openHomeOn(
	disk: Disk,
	options: HomeOptions,
	threads?: (here: Unpacker, layout: Layout) => Promise<Unpacker>,
): Promise<Home> {
	const clock = options.clock ?? (() => new Date());
	const { path, store = null, storeOfNewHomes = null, waitMilliseconds } = options;
	const storeMutexOf = (layout: Layout) =>
		createMutex({ layout: { ...layout, ...layout.storeMutex }, disk, command: options.command ?? commandName(), clock });
	const common = await openWithStore({ disk, choice: { path, store, storeOfNewHomes }, waitMilliseconds, storeMutexOf });
	const layout = layoutOfProfile(common, await chooseProfile(common, options.profile ?? null));
	const home = assemble(disk, { layout, clock, options, threads: async (here) => threads?.(here, layout) ?? here, storeMutexOf });
	await recoverUnlessBusy(home, layout);
	return home;
}

/** Recovery is short, and half of it helps nobody. */
const NEVER = new AbortController().signal;

type Assembly = {
	readonly layout: Layout;
	readonly clock: () => Date;
	readonly options: HomeOptions;
	readonly threads: (here: Unpacker) => Promise<Unpacker>;
	readonly storeMutexOf: (layout: Layout) => Mutex;
};
type RecoverableHome = Home & { readonly tryRecover: () => Promise<RecoverReport | null> };

function assemble(disk: Disk, { layout, clock, options, threads, storeMutexOf }: Assembly): RecoverableHome {
	const open = openContentStore({ disk, layout, clock, threads });
	const own = createMutex({ layout, disk, command: options.command ?? commandName(), clock });
	const mutex = layout.shared === null ? own : bothMutexes(own, storeMutexOf(layout));
	const parts = { disk, layout, clock, open };
	const place = { disk, layout };
	const requireMutex = () => {
		if (!mutex.isHeld()) {
			throw new EngineError('internal', 'A home is changed only while its mutex is held.');
		}
	};

	const recover = () => recoverHome(place, open.receipts);
	const prepare = async () => {
		await remakeFolders(place);
		await ((await hasIntents(layout)) ? recover() : cleanStore(place));
	};
	const withMutex = exclusion({ mutex, waitMilliseconds: options.waitMilliseconds, prepare });

	return {
		path: options.path,
		layout,
		store: open.store,
		current: () => readCurrentGeneration(layout),
		generation: async (number) => (number === 0 ? FIRST_GENERATION : (await readGeneration(layout, { number, digest: null })).generation),
		generations: () => readGenerations(layout),
		line: () => lineWith(layout, readGenerations),
		outlines: () => lineWith(layout, readOutlines),
		...profilesOn(place, requireMutex),
		withMutex,
		commit: async (change, { signal }) => {
			requireMutex();
			return commitGeneration(parts, change, { signal });
		},
		...switchingOn(parts, requireMutex),
		revocations: () => readRevocations(layout),
		revoke: async (revocation) => {
			requireMutex();
			await addRevocation(place, revocation);
		},
		...toolsOn(place, requireMutex),
		...jobsOn(place),
		...scansOn(place),
		entries: () => listEntries(layout),
		writeArchive: async ({ path, numbers, chosen, proofs }, { signal }) => {
			const generations = await Promise.all(numbers.map((number) => readGeneration(layout, { number, digest: null })));
			const request = { path, generations, chosen, proofs, createdAt: clock().toISOString(), signal };
			return writeHomeArchive({ disk, layout, receipts: open.receipts }, request);
		},
		...cachesOn(place, requireMutex),
		operations: () => readOperations(layout),
		...runningOn(place, requireMutex),
		...auditOn({ ...place, rules: options.auditRules ?? DEFAULT_AUDIT_RULES }),
		...collectionOn({ place, open, requireMutex }),
		recover: async () =>
			underMutex(await mutex.acquire({ waitMilliseconds: options.waitMilliseconds, signal: NEVER, onWaiting: () => undefined }), recover),
		tryRecover: async () => {
			const held = await mutex.tryAcquire();
			return held === null ? null : underMutex(held, recover);
		},
		findLeftovers: () => recoverHome({ disk: dryDisk, layout }, open.receipts),
		hasUnfinished: () => hasIntents(layout),
		probeDisk: () => probeDisk(place),
		closeToOthers: () => closeToOthers(place),
		watchCurrent: (watching) => watchCurrent(layout, watching),
		[Symbol.asyncDispose]: open.dispose,
	};
}

type Exclusion = { readonly mutex: Mutex; readonly waitMilliseconds: number; readonly prepare: () => Promise<unknown> };

function exclusion({ mutex, waitMilliseconds, prepare }: Exclusion): Home['withMutex'] {
	return async (work, { signal, onWaiting }) =>
		underMutex(await mutex.acquire({ waitMilliseconds, signal, onWaiting }), async () => {
			// A process may have died since this home was opened.
			await prepare();
			return work();
		});
}

async function cleanStore(place: { readonly disk: Disk; readonly layout: Layout }): Promise<void> {
	await settleStore(place);
	await removeDeadStaging(place);
}

type Caches = Pick<Home, 'readBundle' | 'writeBundle' | 'bundleKeys' | 'removeBundle' | 'removeMetadata'>;

function cachesOn(place: { readonly disk: Disk; readonly layout: Layout }, requireMutex: () => void): Caches {
	return {
		readBundle: (key) => readBundle(place, key),
		writeBundle: (key, bytes) => writeBundle(place, key, bytes),
		bundleKeys: () => listBundles(place),
		removeBundle: async (key) => {
			requireMutex();
			await removeBundle(place, key);
		},
		removeMetadata: async () => {
			requireMutex();
			await removeMetadata(place);
		},
	};
}

// Renamed first: another process that writes into it then makes a new one instead of failing half way.
async function removeMetadata({ disk, layout }: { readonly disk: Disk; readonly layout: Layout }): Promise<void> {
	const temporary = temporaryName(layout.cache);
	try {
		if (existsSync(layout.cache)) {
			await disk.rename(layout.cache, temporary);
			await disk.removeTree(temporary);
		}
	} catch (error) {
		throw writeError(error, 'remove the metadata');
	}
}

async function underMutex<T>(held: { readonly release: () => Promise<void> }, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} finally {
		await held.release();
	}
}

function auditOn(place: Parameters<typeof appendAudit>[0]): Pick<Home, 'appendAudit' | 'appendAuditSync' | 'auditSegments'> {
	return {
		appendAudit: (entry) => appendAudit(place, entry),
		appendAuditSync: (entry) => appendAuditSync(place, entry),
		auditSegments: () => auditSegments(place.layout),
	};
}

function runningOn(
	place: { readonly disk: Disk; readonly layout: Layout },
	requireMutex: () => void,
): Pick<Home, 'quarantine' | 'setQuarantine' | 'runtimeFolder' | 'pluginData' | 'keptData' | 'keptDataOf' | 'purgeData'> {
	return {
		pluginData: (owner) => openPluginData(place, owner),
		keptData: () => listKeptData(place),
		keptDataOf: (owner) => findKeptData(place, owner),
		purgeData: async (folderName) => {
			requireMutex();
			await purgeKeptData(place, folderName);
		},
		runtimeFolder: openRuntimeFolder(place),
		quarantine: () => readQuarantine(place.layout),
		setQuarantine: async (entries) => {
			requireMutex();
			await writeQuarantine(place, entries);
		},
	};
}

function switchingOn(parts: Parameters<typeof switchGeneration>[0], requireMutex: () => void): Pick<Home, 'switchTo' | 'replaceEntries'> {
	return {
		switchTo: async (number, call) => {
			requireMutex();
			return switchGeneration(parts, number, call);
		},
		replaceEntries: async (integrities, call) => {
			requireMutex();
			await replaceEntries(parts, integrities, call);
		},
	};
}

function jobsOn(place: { readonly disk: Disk; readonly layout: Layout }): Pick<Home, 'jobs' | 'writeJob' | 'removeJob'> {
	return {
		jobs: () => readJobs(place.layout),
		writeJob: (job) => writeJob(place, job),
		removeJob: (job) => removeJob(place, job),
	};
}

type ProfileCalls = Pick<Home, 'profile' | 'profiles' | 'makeProfile' | 'selectProfile' | 'removeProfile'>;

function profilesOn(place: { readonly disk: Disk; readonly layout: Layout }, requireMutex: () => void): ProfileCalls {
	return {
		profile: place.layout.profile,
		profiles: () => readProfiles(place.layout),
		makeProfile: async (request) => {
			requireMutex();
			await makeProfile(place, request);
		},
		selectProfile: async (name) => {
			requireMutex();
			await selectProfile(place, name);
		},
		removeProfile: async (name) => {
			requireMutex();
			await removeProfile(place, name);
		},
	};
}

function scansOn(place: { readonly disk: Disk; readonly layout: Layout }): Pick<Home, 'readScan' | 'writeScan'> {
	return {
		readScan: (scan) => readScan(place, scan),
		writeScan: (scan, bytes) => writeScan(place, scan, bytes),
	};
}

function toolsOn(
	place: { readonly disk: Disk; readonly layout: Layout },
	requireMutex: () => void,
): Pick<Home, 'tools' | 'writeTool' | 'removeTool'> {
	return {
		tools: (name) => readTools(place.layout, name),
		writeTool: async (record) => {
			requireMutex();
			await writeTool(place, record);
		},
		removeTool: async (record) => {
			requireMutex();
			await removeTool(place, record);
		},
	};
}

type Collecting = {
	readonly place: { readonly disk: Disk; readonly layout: Layout };
	readonly open: OpenStore;
	readonly requireMutex: () => void;
};
type Collection = Pick<Home, 'findGarbage' | 'collectGarbage' | 'keptGenerations' | 'keepGeneration' | 'releaseGeneration' | 'otherHomes'>;

function collectionOn({ place, open, requireMutex }: Collecting): Collection {
	const { layout } = place;
	const find: Home['findGarbage'] = async (rule) =>
		findGarbage(rule, { layout, receipts: open.receipts, generations: await readGenerations(layout) });
	return {
		findGarbage: find,
		collectGarbage: async (rule, { signal }) => {
			requireMutex();
			const garbage = await find(rule);
			await removeGarbage(place, garbage, { signal });
			return garbage;
		},
		otherHomes: () => otherHomes(layout),
		keptGenerations: () => readKept(layout),
		keepGeneration: async (number) => {
			requireMutex();
			await readGeneration(layout, { number, digest: null });
			await writeKept(place, [...(await readKept(layout)), number]);
		},
		releaseGeneration: async (number) => {
			requireMutex();
			await writeKept(
				place,
				(await readKept(layout)).filter((kept) => kept !== number),
			);
		},
	};
}

// A journal that is not empty tells of a process that died, or of one that is at work now and holds the mutex.
async function recoverUnlessBusy(home: RecoverableHome, layout: Layout): Promise<void> {
	if (!(await hasIntents(layout))) {
		return;
	}

	try {
		await home.tryRecover();
	} catch (error) {
		// `current` is whole in any case, so a home that cannot be written can still be read; the next change reports it.
		if (!(error instanceof EngineError) || error.code !== 'home-unwritable') {
			throw error;
		}
	}
}

async function lineWith<T extends Pick<Generation, 'number' | 'meta'>>(
	layout: Layout,
	read: (layout: Layout) => Promise<readonly T[]>,
): Promise<readonly T[]> {
	const [generations, current] = await Promise.all([read(layout), readCurrentUnlessDamaged(layout)]);
	return lineOf(generations, { profile: layout.profile, current: current?.number ?? 0 });
}

// Only the name of the command: its arguments may hold secrets.
function commandName(): string {
	const word = process.argv[2] ?? '';
	return /^[a-z][a-z-]{0,30}$/.test(word) ? `plugward ${word}` : 'plugward';
}
