import { hash } from 'node:crypto';
import { resolve } from 'node:path';
import type { ExportedTree } from '../../upkeep.ts';
import { EngineError, toEngineError } from '../../errors.ts';
import { type CallOptions, runStep } from '../../events.ts';
import type { Lock, LockPackage } from '../../lock.ts';
import { isPackageName } from '../../registry/index.ts';
import { stripToLine } from '../../strip-controls.ts';
import { binEntries } from './node-modules/bin-entries.ts';
import { placeInstances } from './node-modules/place-instances.ts';
import { readTarget, replaceTarget } from './node-modules/target-folder.ts';
import { type TreePackage, writeTree } from './node-modules/write-tree.ts';
import type { EngineContext } from '../engine-context.ts';
import { idOf } from '../locks/lock-queries.ts';
import { fitsPlatform } from '../doctor/platform.ts';

/**
 * Links an ordinary node_modules of the current generation out of the content store. Throws `usage` for a folder that is neither
 * empty nor of an earlier export, `home-damaged` when the store lacks a package.
 */
export async function exportNodeModules(context: EngineContext, folder: string, options: CallOptions): Promise<ExportedTree> {
	const target = resolve(context.options.cwd, folder);
	const { lock, number } = await context.home.current();
	try {
		const digest = hash('sha256', JSON.stringify([lock, context.platform]));
		if ((await readTarget(target)) === digest) {
			return { folder: target, generation: number, folders: 0, linkedFiles: 0, copiedFiles: 0, unchanged: true };
		}

		requireNames(lock);
		const packages = await readPackages(context, lock);
		const root = placeInstances(lock, (instance) => packages.has(instance));
		const written = await runStep({ name: 'unpack', detail: `${packages.size} packages`, onEvent: options.onEvent }, () =>
			replaceTarget(target, digest, (temporary) =>
				writeTree(root, { folder: temporary, packageOf: (instance) => known(packages, instance), signal: options.signal }),
			),
		);
		return { folder: target, generation: number, ...written, unchanged: false };
	} catch (error) {
		options.signal.throwIfAborted();
		throw toEngineError(error, {
			code: isFull(error) ? 'disk-full' : 'usage',
			message: 'The node_modules folder cannot be written.',
			hint: 'Check the space and the permissions there, or choose another folder.',
		});
	}
}

// A name becomes a folder here; the lock was checked for its form only.
function requireNames(lock: Lock): void {
	const names = [lock.roots, ...Object.values(lock.packages).map(({ dependencies }) => dependencies)].flatMap(Object.keys);
	const wrong = names.find((name) => !isPackageName(name));
	if (wrong !== undefined) {
		throw new EngineError('home-damaged', `The lock names "${stripToLine(wrong)}", which is no package name.`, {
			hint: 'Go back to a whole state: plugward rollback',
		});
	}
}

async function readPackages(context: EngineContext, lock: Lock): Promise<ReadonlyMap<string, TreePackage>> {
	const packages = new Map<string, TreePackage>();
	for (const [instance, locked] of Object.entries(lock.packages)) {
		const found = await readPackage(context, locked);
		if (found !== null) {
			packages.set(instance, found);
		}
	}

	return packages;
}

async function readPackage(context: EngineContext, locked: LockPackage): Promise<TreePackage | null> {
	const { store } = context.home;
	const receipt = await store.receipt(locked.integrity);
	if (receipt === null) {
		if (locked.optional && !fitsPlatform(locked, context.platform)) {
			return null;
		}

		throw new EngineError('home-damaged', `${idOf(locked)} is in the lock but not in the content store.`, {
			hint: 'See all of it: plugward verify',
		});
	}

	const files = new Set(receipt.files.map(({ path }) => path));
	const bins = binEntries(await store.readPackageJson(locked.integrity), { name: locked.name, files });
	return { source: store.treePath(locked.integrity), receipt, bins };
}

function known(packages: ReadonlyMap<string, TreePackage>, instance: string): TreePackage {
	const found = packages.get(instance);
	if (found === undefined) {
		throw new EngineError('internal', `${instance} was placed but not read.`);
	}

	return found;
}

function isFull(error: unknown): boolean {
	return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
