import type { Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { WalkRefused } from './walk.ts';

export const FORBIDDEN_TEXT = 'This path belongs to plugward or holds credentials; no grant opens it.';

export type ForbiddenPaths = {
	/** Whether a real path is one of them or lies below one. */
	readonly holds: (realPath: string) => boolean;
	/** Throws a denial. With the stat of what was opened it also recognises a hard link to one of them, or a mount of one. */
	readonly refuse: (realPath: string, stat: Pick<Stats, 'dev' | 'ino'> | null) => void;
};

/**
 * What no grant opens: the given files and folders, and every .npmrc anywhere, since it holds tokens. `except` is the plugin's own folder,
 * which lies in one of them.
 */
export async function createForbiddenPaths(
	paths: readonly string[],
	{ except = null }: { readonly except?: string | null } = {},
): Promise<ForbiddenPaths> {
	const known = await Promise.all([...SYSTEM_FOLDERS, ...paths].map((path) => identify(path)));
	const { dev: rootDevice } = await stat('/');
	// Where they are no file systems of their own, their paths alone count.
	const systems = new Set(
		known
			.slice(0, SYSTEM_FOLDERS.length)
			.flatMap(({ identities }) => identities.map(({ dev }) => dev))
			.filter((dev) => dev !== rootDevice),
	);
	const identities = new Set(known.flatMap((one) => one.identities.map((identity) => keyOf(identity))));
	const own = except === null ? null : await identify(except);
	const isOwn = (realPath: string): boolean => own?.places.some((place) => realPath === place || realPath.startsWith(`${place}/`)) ?? false;
	const holds = (realPath: string): boolean =>
		basename(realPath) === '.npmrc' ||
		(!isOwn(realPath) &&
			known.some(({ places }) => places.some((place) => realPath === place || realPath.startsWith(place === '/' ? '/' : `${place}/`))));
	return {
		holds,
		refuse: (realPath, stat) => {
			// The same file by a hard link, or the same folder mounted at another place.
			const isSame = stat !== null && (identities.has(keyOf(stat)) || systems.has(stat.dev));
			if (holds(realPath) || (isSame && !isOwn(realPath))) {
				throw new WalkRefused('denied', 'forbidden-path', FORBIDDEN_TEXT);
			}
		},
	};
}

/** Processes, devices and the kernel: through them a file read by this process would show this process itself. */
const SYSTEM_FOLDERS = ['/proc', '/sys', '/dev'];
/** Of a forbidden folder the names in it are known by identity too, so that one mounted elsewhere alone is recognised. */
const MAXIMUM_CHILDREN = 1000;

type Identity = Pick<Stats, 'dev' | 'ino'>;
type Known = { readonly places: readonly string[]; readonly identities: readonly Identity[] };

function keyOf({ dev, ino }: Identity): string {
	return `${dev} ${ino}`;
}

async function childrenOf(path: string, isFolder: boolean): Promise<readonly Identity[]> {
	if (!isFolder || SYSTEM_FOLDERS.includes(path)) {
		return [];
	}

	const names = (await readdir(path)).slice(0, MAXIMUM_CHILDREN);
	const found = await Promise.allSettled(names.map((name) => stat(join(path, name))));
	return found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

async function identify(path: string): Promise<Known> {
	try {
		const [real, identity] = await Promise.all([realpath(path), stat(path)]);
		return { places: [path, real], identities: [identity, ...(await childrenOf(real, identity.isDirectory()))] };
	} catch (error) {
		if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
			// It does not exist yet; a plugin must not be the one who creates it.
			return { places: [path], identities: [] };
		}

		throw error;
	}
}
