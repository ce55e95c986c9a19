import { resolve } from 'node:path';
import type { KeptPluginData, KeptValues } from '../../data-calls.ts';
import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { KeptData } from '../../home/index.ts';
import { quoteTarget } from '../../quote-for-shell.ts';
import { stripToLine } from '../../strip-controls.ts';
import { whileExclusive } from '../apply/while-exclusive.ts';
import { listCores } from '../cores/steer-cores.ts';
import type { EngineContext } from '../engine-context.ts';
import { isFolderTarget } from './folder-plugin.ts';
import { ownerOf } from './kept-by.ts';

const FOLDER = 'folder ';

export async function listData(context: EngineContext): Promise<readonly KeptPluginData[]> {
	const { roots } = (await context.home.current()).lock;
	return (await context.home.keptData()).map((kept) => describe(kept, roots));
}

export async function showData(context: EngineContext, target: string): Promise<KeptValues> {
	const { lock } = await context.home.current();
	const owner = ownerOfTarget(context, target);
	const kept = await requireKept(context, { target, owner });
	const values = kept.owner === null ? [] : await context.home.pluginData(kept.owner).storage.entries();
	return { ...describe(kept, lock.roots), values };
}

export async function purgeData(context: EngineContext, target: string, call: CallOptions): Promise<KeptPluginData> {
	const owner = ownerOfTarget(context, target);
	const kept = describe(await requireKept(context, { target, owner }), (await context.home.current()).lock.roots);
	await requireStopped(context, { target, owner }, call);
	await whileExclusive(context, call, async () => {
		await context.home.appendAudit({
			event: 'plugin-data-purged',
			plugin: owner,
			version: null,
			keys: kept.keyCount,
			files: kept.fileCount,
			bytes: kept.storageBytes + kept.filesBytes,
		});
		await context.home.purgeData(kept.folderName);
	});
	return kept;
}

/** A folder of data may be named too, as `data list` shows one whose owner nobody knows. */
function ownerOfTarget({ options }: EngineContext, target: string): string {
	return isFolderTarget(target) ? ownerOf({ name: '', folder: resolve(options.cwd, target) }) : target;
}

async function requireKept(
	{ home }: EngineContext,
	{ target, owner }: { readonly target: string; readonly owner: string },
): Promise<KeptData> {
	const kept = (await home.keptDataOf(owner)) ?? (await home.keptData()).find(({ folderName }) => folderName === target) ?? null;
	if (kept === null) {
		throw new EngineError('usage', `${stripToLine(target)} keeps nothing in this home.`, { hint: 'See who does: plugward data list' });
	}

	return kept;
}

/** What a plugin keeps must not go from under it. */
async function requireStopped(
	context: EngineContext,
	{ target, owner }: { readonly target: string; readonly owner: string },
	call: CallOptions,
): Promise<void> {
	const cores = await listCores(context, call);
	const isRunning = cores.some(({ plugins }) =>
		plugins.some(
			({ plugin, target: started, phase }) => phase !== 'stopped' && (plugin === owner || ownerOfTarget(context, started) === owner),
		),
	);
	if (isRunning) {
		throw new EngineError('plugin-busy', `${stripToLine(target)} runs now.`, {
			hint: `Stop it first: plugward stop ${quoteTarget(stripToLine(target))}`,
		});
	}
}

function describe(kept: KeptData, roots: Readonly<Record<string, unknown>>): KeptPluginData {
	const { owner } = kept;
	const isFolder = owner?.startsWith(FOLDER) === true;
	return {
		...kept,
		owner: owner === null ? null : isFolder ? owner.slice(FOLDER.length) : owner,
		isInstalled: owner !== null && Object.hasOwn(roots, owner),
	};
}
