import type { Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';

import { WalkRefused } from './walk.ts';

export const FORBIDDEN_TEXT = 'This path belongs to plugward or holds credentials; no grant opens it.';

export type ForbiddenPaths = {
	/** Whether a real path is one of them or lies below one. */
	readonly holds: (realPath: string) => boolean;
	/** Throws a denial. With a file's own stat it also recognises a hard link to one of them. */
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
	const known = await Promise.all(paths.map((path) => identify(path)));
	const own = except === null ? null : await identify(except);
	const isOwn = (realPath: string): boolean => own?.places.some((place) => realPath === place || realPath.startsWith(`${place}/`)) ?? false;
	const holds = (realPath: string): boolean =>
		basename(realPath) === '.npmrc' ||
		(!isOwn(realPath) &&
			known.some(({ places }) => places.some((place) => realPath === place || realPath.startsWith(place === '/' ? '/' : `${place}/`))));
	return {
		holds,
		refuse: (realPath, stat) => {
			const isHardLink = stat !== null && known.some(({ identity }) => identity?.dev === stat.dev && identity.ino === stat.ino);
			if (holds(realPath) || isHardLink) {
				throw new WalkRefused('denied', 'forbidden-path', FORBIDDEN_TEXT);
			}
		},
	};
}

type Known = { readonly places: readonly string[]; readonly identity: Pick<Stats, 'dev' | 'ino'> | null };

async function identify(path: string): Promise<Known> {
	try {
		const [real, identity] = await Promise.all([realpath(path), stat(path)]);
		return { places: [path, real], identity };
	} catch (error) {
		if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
			// It does not exist yet; a plugin must not be the one who creates it.
			return { places: [path], identity: null };
		}

		throw error;
	}
}
