import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { isTemporaryName, replaceFile } from './disk.ts';
import { damaged, isMissing, writeError } from './home-errors.ts';
import type { Layout } from './layout.ts';

/** One plugin's own values, whatever its version. Keys and values are text; nothing here bounds them. */
export type PluginStorage = {
	/** With the bytes that each takes. */
	readonly entries: () => Promise<readonly { readonly key: string; readonly bytes: number }[]>;
	/** Null when there is none. */
	readonly get: (key: string) => Promise<string | null>;
	/** Replaces the value as a whole: after a power cut the old or the new one is there. */
	readonly set: (key: string, value: string) => Promise<void>;
	/** One that is missing is fine. */
	readonly delete: (key: string) => Promise<void>;
};

/** Names the owner in a folder whose own name cannot. */
export const OWNER_FILE = 'owner';

export type PluginData = {
	readonly storage: PluginStorage;
	/** Absolute path of the folder behind `$data`; it is made when it is missing. */
	readonly folder: () => Promise<string>;
};

type Place = { readonly disk: Disk; readonly layout: Layout };

/** `owner` is a plugin's name, or whatever else stands for one; two owners never share anything. */
export function openPluginData({ disk, layout }: Place, owner: string): PluginData {
	const name = pluginDataFolder(owner);
	const folder = layout.pluginData(name);
	const values = join(folder, 'storage');
	const files = join(folder, 'files');
	const change = async (work: () => Promise<void>): Promise<void> => {
		try {
			await work();
		} catch (error) {
			throw writeError(error, `keep data of ${owner}`);
		}
	};
	/** Where the name of the folder does not say it. */
	const nameOwner = async (): Promise<void> => {
		const path = join(folder, OWNER_FILE);
		if (name.startsWith('sha256-') && !existsSync(path)) {
			await replaceFile(disk, path, Buffer.from(owner));
		}
	};
	return {
		storage: {
			entries: () => readEntries(layout, values),
			get: async (key) => (await readValue(layout, join(values, fileNameOf(key))))?.value ?? null,
			set: (key, value) =>
				change(async () => {
					await disk.makeFolder(values);
					await nameOwner();
					await replaceFile(disk, join(values, fileNameOf(key)), Buffer.from(JSON.stringify({ key, value })));
				}),
			delete: (key) => change(() => disk.removeFile(join(values, fileNameOf(key)))),
		},
		folder: async () => {
			await change(async () => {
				await disk.makeFolder(files);
				await nameOwner();
			});
			return files;
		},
	};
}

type Value = { readonly key: string; readonly value: string };

async function readEntries(layout: Layout, values: string): Promise<readonly { readonly key: string; readonly bytes: number }[]> {
	let names: readonly string[];
	try {
		names = await readdir(values);
	} catch (error) {
		if (isMissing(error)) {
			return [];
		}

		throw damaged(layout.relative(values), 'cannot be listed', { cause: error });
	}

	const entries = await Promise.all(
		names
			.filter((name) => !isTemporaryName(name))
			.map(async (name) => {
				const value = await readValue(layout, join(values, name));
				return value === null ? [] : [{ key: value.key, bytes: Buffer.byteLength(value.key) + Buffer.byteLength(value.value) }];
			}),
	);
	return entries.flat().toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

async function readValue(layout: Layout, path: string): Promise<Value | null> {
	let text: string;
	try {
		text = await readFile(path, 'utf8');
	} catch (error) {
		if (isMissing(error)) {
			return null;
		}

		throw damaged(layout.relative(path), 'cannot be read', { cause: error });
	}

	return parseValue(text) ?? raise(damaged(layout.relative(path), 'is not a value of a plugin'));
}

function parseValue(text: string): Value | null {
	try {
		const json = JSON.parse(text) as Partial<Value> | null;
		return typeof json?.key === 'string' && typeof json.value === 'string' ? { key: json.key, value: json.value } : null;
	} catch {
		return null;
	}
}

function raise(error: Error): never {
	throw error;
}

/** A key may hold anything, also what no file name can. */
function fileNameOf(key: string): string {
	return createHash('sha256').update(key).digest('hex');
}

/** Below `data/`. */
export function pluginDataFolder(owner: string): string {
	return /^[@\w.~/-]{1,214}$/.test(owner) && !owner.startsWith('.')
		? encodeURIComponent(owner)
		: `sha256-${createHash('sha256').update(owner).digest('hex')}`;
}
