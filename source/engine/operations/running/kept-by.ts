import type { Level } from '../../evidence.ts';
import type { PluginManifest } from '../../manifest.ts';
import type { Permission } from '../../permission.ts';
import { pinProgram } from '../../sandbox/index.ts';
import type { EngineContext } from '../engine-context.ts';

type Keeper = { readonly name: string; readonly folder: string | null; readonly manifest: PluginManifest | null };

/** Under which name a plugin keeps things. A folder may call itself whatever it likes, so what it keeps goes by its place. */
export function ownerOf({ name, folder }: Pick<Keeper, 'name' | 'folder'>): string {
	return folder === null ? name : `folder ${folder}`;
}

/** Roots, storage and its bound; a plain package keeps nothing. */
export async function keptBy({ home, options }: EngineContext, keeper: Keeper, grants: readonly Permission[]) {
	const project = options.cwd;
	const { manifest } = keeper;
	if (manifest === null) {
		return { roots: { project, data: null } };
	}

	const kept = home.pluginData(ownerOf(keeper));
	const isOpened = grants.some((grant) => grant.type === 'fs' && grant.path.startsWith('$data/'));
	const { storageBytes } = manifest.limits;
	const quotas = storageBytes === undefined ? {} : { storageBytes };
	return { roots: { project, data: isOpened ? await kept.folder() : null }, storage: kept.storage, quotas };
}

/** A program that is allowed for one run is the one that is found now. */
export async function pinned({ options }: EngineContext, permission: Permission, level: Level): Promise<Permission> {
	return permission.type === 'run'
		? {
				...permission,
				pin: await pinProgram(permission, { searchPath: options.environment['PATH'], allowsInterpreters: level === 'core' }),
			}
		: permission;
}
