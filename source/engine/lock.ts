import type { Integrity } from './integrity.ts';

/**
 * One installed instance: `name@version`, with a suffix `(peer@version,...)` when the same version lives in several peer contexts.
 * It names no host and no path, so a lock is the same on every machine.
 */
export type InstanceId = string;

export type LockRoot = {
	/** What the user asked for: a range, a version or a tag. */
	readonly spec: string;
	readonly instance: InstanceId;
};

export type LockPackage = {
	readonly name: string;
	readonly version: string;
	readonly integrity: Integrity;
	/** Exact edges: the name it is imported by -> the instance that answers. Optional and peer edges that were placed are here too. */
	readonly dependencies: Readonly<Record<string, InstanceId>>;
	/** Which of the names in `dependencies` came from peerDependencies. */
	readonly peers: readonly string[];
	/** Optional dependencies that were left out, with the reason. */
	readonly dropped: Readonly<Record<string, string>>;
	/** True when only optional edges lead here, so that another platform may skip it. */
	readonly optional: boolean;
	readonly os: readonly string[];
	readonly cpu: readonly string[];
	readonly libc: readonly string[];
	/** Path and file name on the registry when it is not `<name>/-/<name>-<version>.tgz`; never a host. */
	readonly tarballPath: string | null;
};

/** Everything a generation runs, for all platforms. Keys are sorted, so equal inputs give equal bytes. */
export type Lock = {
	readonly format: 1;
	readonly roots: Readonly<Record<string, LockRoot>>;
	readonly packages: Readonly<Record<InstanceId, LockPackage>>;
};

export const EMPTY_LOCK: Lock = { format: 1, roots: {}, packages: {} };
