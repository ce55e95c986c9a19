import { realpath } from 'node:fs/promises';

import { splitPath, type PathPattern } from '../path-patterns.ts';

/** A path a plugin asks for, placed in the file system as text; nothing was opened yet. */
export type RequestedPath = {
	/** As a grant would write it: `$project/logs/a.txt`. */
	readonly display: string;
	readonly absolute: string;
	readonly parentAbsolute: string;
	/** All names from `/`, with an empty first one. */
	readonly names: PathPattern;
	/** How many of the names are the root, which the user chose and which may be opened as it is. */
	readonly rootLength: number;
	readonly lastName: string;
	/** The same path where the last name is a folder on the way instead of the target. */
	readonly asFolder: FolderPath;
} & FolderPath;

export type FolderPath = {
	/** Opened without questions: `/`, or the real path of `$project` or `$data`. */
	readonly start: string;
	/** Opened below it one by one. */
	readonly folderNames: readonly string[];
	readonly display: string;
};

export type Roots = {
	/** Null when the text is not a path a plugin may write. */
	readonly locate: (path: unknown) => RequestedPath | null;
	/** A grant's pattern with its root in place; null when that root does not exist here. */
	readonly expand: (pattern: PathPattern) => PathPattern | null;
};

type Root = { readonly token: string; readonly path: string; readonly names: PathPattern };

/** Real paths of the roots are taken once per run; a link above a root is the user's own choice. */
export async function createRoots({ project, data }: { readonly project: string; readonly data: string | null }): Promise<Roots> {
	const roots = [await toRoot('$project', project), ...(data === null ? [] : [await toRoot('$data', data)])].filter(
		(root) => root !== null,
	);
	const expand = (pattern: PathPattern): PathPattern | null => {
		const token = pattern[0] ?? '';
		if (token === '') {
			return pattern;
		}

		const root = roots.find((candidate) => candidate.token === token);
		return root === undefined ? null : [...root.names, ...pattern.slice(1)];
	};

	return {
		expand,
		locate: (path) => {
			const names = typeof path === 'string' ? expandRequest(path, expand) : null;
			return names === null ? null : place(names, roots);
		},
	};
}

async function toRoot(token: string, path: string): Promise<Root | null> {
	let real: string;
	try {
		real = await realpath(path);
	} catch {
		// A root that is not there grants nothing; requests below it fail as not granted.
		return null;
	}

	const names = splitPath(real);
	// A folder whose own name looks like a wildcard would widen every pattern below it.
	return names === null || /[*?]/.test(real) ? null : { token, path: real, names: real === '/' ? [''] : names };
}

function expandRequest(path: string, expand: (pattern: PathPattern) => PathPattern | null): PathPattern | null {
	const names = splitPath(/^[/$]/.test(path) ? path : `$project/${path}`);
	return names === null ? null : expand(names);
}

function place(names: PathPattern, roots: readonly Root[]): RequestedPath {
	const inside = roots
		.filter((root) => root.names.every((name, index) => names[index] === name))
		.sort((a, b) => b.names.length - a.names.length)
		.at(0);
	const rootLength = inside?.names.length ?? 1;
	const rest = names.slice(rootLength);
	const display = inside === undefined ? names.join('/') : [inside.token, ...rest].join('/');
	const start = inside?.path ?? '/';
	return {
		display,
		absolute: names.join('/') || '/',
		parentAbsolute: names.slice(0, -1).join('/') || '/',
		names,
		rootLength,
		lastName: rest.at(-1) ?? '.',
		start,
		folderNames: rest.slice(0, -1),
		asFolder: { start, folderNames: rest, display },
	};
}
