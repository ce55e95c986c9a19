import type { CallOptions } from './events.ts';

/** What one plugin keeps in this home, whatever its version; it stays when the plugin is removed. */
export type KeptPluginData = {
	/** Its name, or the path of the folder that was run; null when nobody wrote that down. */
	readonly owner: string | null;
	/** Below `data/` of the home. */
	readonly folderName: string;
	/** In the current generation. */
	readonly isInstalled: boolean;
	/** Values of `context.storage`. */
	readonly keyCount: number;
	readonly storageBytes: number;
	/** Below `$data`. */
	readonly fileCount: number;
	readonly filesBytes: number;
};

export type KeptValues = KeptPluginData & { readonly values: readonly { readonly key: string; readonly bytes: number }[] };

/** `target` is a plugin's name, a folder, or a `folderName`. */
export type DataCalls = {
	readonly list: (call: CallOptions) => Promise<readonly KeptPluginData[]>;
	/** Throws `usage` for one that keeps nothing. */
	readonly show: (target: string, call: CallOptions) => Promise<KeptValues>;
	/** Removes all of it for good; gives what it was. Throws `usage`, and `plugin-busy` while the plugin runs. */
	readonly purge: (target: string, call: CallOptions) => Promise<KeptPluginData>;
};
