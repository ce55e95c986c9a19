import type { CapabilityOutcome } from './capability.ts';
import { sizeOfFile, sizeOfFolder } from './folder-size.ts';
import { overLimit, type PluginQuotas } from './quotas.ts';
import type { StoragePlace } from './storage.ts';

type Outcome = Promise<CapabilityOutcome>;

/** What a plugin keeps beyond a run: its values and the files below `$data`, under one bound. */
export type Keeping = {
	/** Runs one piece of work after the other, so that the bound holds whatever is asked for at once. */
	readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
	/** Key -> bytes. */
	readonly values: () => Promise<Map<string, number>>;
	/** Null when there is room for so many values and bytes; call it in turn. */
	readonly refuseValue: (key: string, bytes: number) => Promise<CapabilityOutcome | null>;
	/** Writes a file below `$data` when there is room. `isAdded`: the bytes come after those that stand there already. */
	readonly writeFile: (path: string, size: { readonly bytes: number; readonly isAdded: boolean }, work: () => Outcome) => Outcome;
};

export function createKeeping({
	storage,
	folder,
	quotas,
}: {
	readonly storage: StoragePlace | null;
	/** Behind `$data`. */
	readonly folder: string | null;
	readonly quotas: Pick<PluginQuotas, 'storageBytes' | 'storageKeys'>;
}): Keeping {
	let last: Promise<unknown> = Promise.resolve();
	let known: Map<string, number> | null = null;
	const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
		const turn = last.then(work, work);
		last = turn.catch(() => undefined);
		return turn;
	};
	const values = async (): Promise<Map<string, number>> =>
		(known ??= new Map((await storage?.entries())?.map(({ key, bytes }) => [key, bytes])));
	const filesBytes = async (): Promise<number> => (folder === null ? 0 : sizeOfFolder(folder));
	const refuse = (measured: number): CapabilityOutcome | null =>
		measured > quotas.storageBytes ? overLimit('storage', { bound: quotas.storageBytes, measured, unit: 'bytes' }) : null;
	return {
		inTurn,
		values,
		refuseValue: async (key, bytes) => {
			const others = [...(await values())].filter(([name]) => name !== key);
			return others.length + 1 > quotas.storageKeys
				? overLimit('storage', { bound: quotas.storageKeys, measured: others.length + 1, unit: 'keys' })
				: refuse(others.reduce((sum, [, size]) => sum + size, bytes) + (await filesBytes()));
		},
		writeFile: (path, { bytes, isAdded }, work) =>
			inTurn(async () => {
				const otherFiles = (await filesBytes()) - (isAdded ? 0 : await sizeOfFile(path));
				return refuse([...(await values()).values()].reduce((sum, size) => sum + size, otherFiles + bytes)) ?? (await work());
			}),
	};
}
