import { homedir } from 'node:os';
import { isAbsolute, join, resolve, sep } from 'node:path';
import type { Integrity } from '../integrity.ts';
import { hexOfIntegrity } from '../integrity.ts';

/** Every path of a home. Nothing else in the engine puts one together. */
export type Layout = {
	readonly home: string;
	readonly format: string;
	/** Whose `current` this layout names. Everything else is common to all profiles. */
	readonly profile: string;
	readonly current: string;
	readonly profiles: string;
	/** Names the profile that is used when none is asked for. */
	readonly selectedProfile: string;
	readonly cache: string;
	readonly generations: string;
	/** The content store outside of this home that it uses with others; null for its own. */
	readonly shared: SharedStore | null;
	readonly store: string;
	readonly storeFormat: string;
	/** What is moving into a shared store, so that any home that uses it can clean up after a dead one. */
	readonly storeJournal: string;
	/** Which homes use a shared store, and what each needs of it. */
	readonly storeHomes: string;
	readonly packages: string;
	readonly files: string;
	/** Where artefacts are unpacked before they move into the store: on the same file system, so that moving is a rename. */
	readonly staging: string;
	readonly bundles: string;
	/** What scans found; lies below the cache and goes with it. */
	readonly scans: string;
	/** What receipts say without their files; below the cache too. */
	readonly receiptIndex: string;
	/** What a plugin keeps; stays when it is updated or removed. */
	readonly pluginData: (folderName: string) => string;
	/** Holds those of all plugins. */
	readonly allPluginData: string;
	readonly revocations: string;
	/** What was agreed to and granted to tools, one file for each version. */
	readonly tools: string;
	readonly state: string;
	readonly journal: string;
	readonly jobs: string;
	/** Damaged files that stood in the way. */
	readonly setAside: string;
	readonly audit: string;
	/** Where the audit log goes when its file is full. */
	readonly auditSegments: string;
	/** Locked while the end of the audit log is read and a line is added, so that two processes never continue from the same line. */
	readonly auditLock: string;
	/** Locked by the operating system, never read or written: closing any other descriptor of it would end the lock. */
	readonly mutex: string;
	/** Locked by the one that is next in line, so that a busy process cannot starve the others. */
	readonly mutexQueue: string;
	readonly mutexHolder: string;
	/** The same three for a shared store. */
	readonly storeMutex: Pick<Layout, 'mutex' | 'mutexQueue' | 'mutexHolder'>;
	/** Numbers of the generations that the user marked to be kept. */
	readonly kept: string;
	/** Versions of plugins that crashed too often. */
	readonly quarantine: string;
	/** Sockets of the processes that keep plugins running, named by their process ids. */
	readonly runtime: string;
	readonly key: string;
	readonly generation: (number: number) => string;
	readonly entry: (integrity: Integrity) => string;
	readonly receipt: (integrity: Integrity) => string;
	/** Files of equal content and equal executable bit are one file on disk. */
	readonly sharedFile: (file: { readonly sha256: string; readonly executable: boolean }) => string;
	readonly bundle: (key: string) => string;
	readonly scan: (sha512: string, variant: string) => string;
	/** The path as messages name it: relative to the home, with `/`; below `store/` also in a shared store. */
	readonly relative: (path: string) => string;
};

/** A content store that several homes use. */
export type SharedStore = {
	/** Absolute. */
	readonly folder: string;
	/** Of this home among those that use it; hex. */
	readonly homeId: string;
};

/** The line of generations that every home has; its `current` lies where it lay before there were profiles. */
export const DEFAULT_PROFILE = 'default';

export const TREE = 'tree';
export const RECEIPT = 'receipt.json';
export const PACKED = 'package.tgz';

/** `--home`, then `PLUGWARD_HOME`, then `$XDG_DATA_HOME/plugward`, then `~/.local/share/plugward`. Absolute. */
export function resolveHomePath(options: {
	readonly home: string | null;
	readonly environment: Readonly<Record<string, string | undefined>>;
}): string {
	const { environment } = options;
	const chosen = options.home ?? nonEmpty(environment['PLUGWARD_HOME']);
	if (chosen !== null) {
		return resolve(chosen);
	}

	const dataFolder = nonEmpty(environment['XDG_DATA_HOME']);
	// The XDG base directory specification: a relative path is invalid and is to be ignored.
	return dataFolder === null || !isAbsolute(dataFolder)
		? join(nonEmpty(environment['HOME']) ?? homedir(), '.local/share/plugward')
		: join(dataFolder, 'plugward');
}

export function createLayout(home: string, profile: string = DEFAULT_PROFILE, shared: SharedStore | null = null): Layout {
	const generations = join(home, 'generations');
	const store = shared?.folder ?? join(home, 'store');
	const packages = join(store, 'packages');
	const files = join(store, 'files');
	const bundles = join(home, 'bundles');
	const scans = join(home, 'cache', 'scans');
	const state = join(home, 'state');
	const profiles = join(home, 'profiles');
	return {
		home,
		shared,
		format: join(home, 'format.json'),
		profile,
		current: profile === DEFAULT_PROFILE ? join(home, 'current') : join(profiles, `${profile}.json`),
		profiles,
		selectedProfile: join(state, 'profile.json'),
		cache: join(home, 'cache'),
		generations,
		store,
		storeFormat: join(store, 'store.json'),
		storeJournal: join(store, 'journal'),
		storeHomes: join(store, 'homes'),
		packages,
		files,
		staging: join(store, 'staging'),
		bundles,
		scans,
		receiptIndex: join(home, 'cache', 'receipts'),
		pluginData: (folderName) => join(home, 'data', folderName),
		allPluginData: join(home, 'data'),
		revocations: join(home, 'revocations.json'),
		tools: join(home, 'tools'),
		state,
		journal: join(state, 'journal'),
		jobs: join(state, 'jobs'),
		setAside: join(state, 'set-aside'),
		audit: join(state, 'audit.jsonl'),
		auditSegments: join(state, 'audit'),
		auditLock: join(state, 'audit-lock'),
		mutex: join(state, 'mutex'),
		mutexQueue: join(state, 'mutex-queue'),
		mutexHolder: join(state, 'mutex.json'),
		storeMutex: { mutex: join(store, 'mutex'), mutexQueue: join(store, 'mutex-queue'), mutexHolder: join(store, 'mutex.json') },
		kept: join(state, 'kept.json'),
		quarantine: join(state, 'quarantine.json'),
		// Short, since the path of a socket has at most 107 bytes.
		runtime: join(state, 'run'),
		key: join(state, 'key'),
		generation: (number) => join(generations, generationFolderName(number)),
		entry: (integrity) => join(packages, hexOfIntegrity(integrity)),
		// Asked for by the hundred, and `join` looks at each of its letters.
		receipt: (integrity) => `${packages}${sep}${hexOfIntegrity(integrity)}${sep}${RECEIPT}`,
		sharedFile: (file) => join(files, file.executable ? `${file.sha256}-x` : file.sha256),
		bundle: (key) => join(bundles, key),
		scan: (sha512, variant) => join(scans, `${sha512}-${variant}`),
		relative: (path) => {
			if (shared !== null && path.startsWith(`${store}/`)) {
				return `store/${path.slice(store.length + 1)}`;
			}

			return path.startsWith(`${home}/`) ? path.slice(home.length + 1) : path;
		},
	};
}

/** The same home seen from another of its profiles. */
export function layoutOfProfile({ home, shared }: Layout, profile: string): Layout {
	return createLayout(home, profile, shared);
}

export function generationFolderName(number: number): string {
	return String(number).padStart(6, '0');
}

/** The number a folder of `generations/` stands for, or null when it is not one. */
export function generationNumberOf(folderName: string): number | null {
	return /^\d{6,}$/.test(folderName) && Number(folderName) > 0 ? Number(folderName) : null;
}

function nonEmpty(text: string | undefined): string | null {
	return text === undefined || text === '' ? null : text;
}
