import type { InstanceId } from '../../lock.ts';

/** One unpacked package of the closure, with the only packages its imports may reach. */
export type BundleInstance = {
	readonly name: string;
	readonly version: string;
	/** Absolute path of the unpacked package; nothing outside it (after realpath) is ever read for this instance. */
	readonly treePath: string;
	/** Exact edges: the name it is imported by -> the instance that answers. */
	readonly dependencies: Readonly<Record<string, InstanceId>>;
	/** Names that become modules which throw when loaded. */
	readonly droppedOptional: readonly string[];
};

/** A plugin is a module with tasks, a plain package one with functions, a tool the program behind a `bin`; native is a plugin outside of an isolate. */
export type BundleTarget = 'plugin' | 'plain' | 'tool' | 'native';

export type BundleRequest = {
	/** `main` is `./plugin.js` as the manifest says, or null for the package's own entry (exports, module, main). */
	readonly entry: { readonly instance: InstanceId; readonly main: string | null };
	readonly instances: ReadonlyMap<InstanceId, BundleInstance>;
	readonly target: BundleTarget;
};

/** An import of something that only has a meaning with rights of the machine: another process, a socket, machine code. */
export type HostPowerUse = {
	/** `child_process`, `http`, or `native addon`. */
	readonly power: string;
	/** As it is imported: `node:child_process`, `./build/Release/addon.node`. */
	readonly specifier: string;
	/** The packages on the way to the file, and the file: `foo > bar/lib/x.js`. */
	readonly trail: string;
	/** The file belongs to the package that is bundled, not to a dependency. */
	readonly isOwn: boolean;
	/** It happens whenever the file is loaded: not inside of `try`, of a condition or of a function. */
	readonly isRequired: boolean;
};

export type Bundle = {
	/** A classic script for the isolate; holds no absolute path. */
	readonly code: string;
	/** Source map of the code, made here and without its sources: the mount and the path of each, or the path alone in the entry's package. */
	readonly map: string;
	/** Under which name below `/plugward-package/node_modules/` the code knows each package of the closure. */
	readonly mounts: Readonly<Record<string, InstanceId>>;
	/** Path of the entry inside its package. */
	readonly entry: string;
	/** Node built-ins the code imports that exist here only as modules which throw, sorted: `child_process`, `net`. */
	readonly needs: readonly string[];
	/** Which of its imports need what no isolate has; at most 20, the required ones first. */
	readonly powers: readonly HostPowerUse[];
	/** Packages that are imported but not on a lock edge; they throw when loaded, as node would. Sorted. */
	readonly missing: readonly string[];
	/** Instances whose files are in the code, sorted. */
	readonly instances: readonly InstanceId[];
	/** Bytes read from the store to make it. */
	readonly inputBytes: number;
};

/** Part of the cache key of a bundle, with the closure's integrities: it changes whenever equal inputs could give other code. */
export const BUNDLE_FORMAT = 'plugward-bundle-4+esbuild-0.28.2';
