import { lstat, opendir, realpath } from 'node:fs/promises';
import { join } from 'node:path';

import { permissionId, type Permission, type PermissionId } from '../permission.ts';
import { createForbiddenPaths, type ForbiddenPaths } from './broker/forbidden-paths.ts';
import { createRoots, type Roots } from './broker/roots.ts';
import { splitPath } from './path-patterns.ts';

/** A folder with more in it than this is not looked through at each start. */
const MAXIMUM_ENTRIES = 5000;

/** What node's permission model opens for a plugin that runs outside of an isolate; the broker answers for the rest. */
export type NativeOpenings = {
	/** Absolute real paths of files, and of folders with everything below them. */
	readonly reads: readonly string[];
	readonly writes: readonly string[];
	/** Where the process stands: the project when something of it is opened, else `/`. */
	readonly workingFolder: string;
	/** Grants for files that node's words cannot say exactly; they hold for `context.fs` alone. */
	readonly byBroker: readonly PermissionId[];
};

type OpeningsRequest = {
	readonly grants: readonly Permission[];
	readonly roots: { readonly project: string; readonly data: string | null };
	readonly forbiddenPaths: readonly string[];
};

/**
 * A grant is opened to node itself only where that is no more than the grant: one file, or a folder with all below it that now holds no
 * link, no name with a dot in front and nothing that no grant opens. Node knows no other patterns, and follows links.
 */
export async function nativeOpenings({ grants, roots, forbiddenPaths }: OpeningsRequest): Promise<NativeOpenings> {
	const [places, forbidden] = await Promise.all([createRoots(roots), createForbiddenPaths(forbiddenPaths, { except: roots.data })]);
	const opened: { readonly access: 'read' | 'write'; readonly path: string }[] = [];
	const byBroker: PermissionId[] = [];
	for (const grant of grants) {
		const path = grant.type === 'fs' ? await pathOf(grant.path, { places, forbidden }) : null;
		if (grant.type === 'fs' && path !== null) {
			opened.push({ access: grant.access, path });
		} else if (grant.type === 'fs') {
			byBroker.push(permissionId(grant));
		}
	}

	const pathsFor = (access: 'read' | 'write'): readonly string[] => [
		...new Set(opened.filter((one) => one.access === access).map(({ path }) => path)),
	];
	const project = await realpath(roots.project).catch(() => null);
	const isInProject = project !== null && opened.some(({ path }) => path === project || path.startsWith(`${project}/`));
	return { reads: pathsFor('read'), writes: pathsFor('write'), workingFolder: isInProject ? project : '/', byBroker };
}

/** Null for what cannot be said exactly. */
async function pathOf(
	pattern: string,
	{ places, forbidden }: { readonly places: Roots; readonly forbidden: ForbiddenPaths },
): Promise<string | null> {
	const names = splitPath(pattern);
	const expanded = names === null ? null : places.expand(names);
	if (expanded === null) {
		return null;
	}

	const isFolder = expanded.at(-1) === '**';
	const path = (isFolder ? expanded.slice(0, -1) : expanded).join('/');
	// A comma would be two paths to node.
	if (path === '' || /[*?,]/.test(path) || forbidden.holds(path) || !(await isItself(path))) {
		return null;
	}

	const facts = await lstat(path).catch(() => null);
	if (facts === null) {
		return isFolder ? null : path;
	}

	if (isFolder) {
		return facts.isDirectory() && (await isPlain(path, forbidden)) ? path : null;
	}

	return facts.isFile() && facts.nlink === 1 ? path : null;
}

/** Whether no link lies on the way: to what is there, or to the folder that something would be made in. */
async function isItself(path: string): Promise<boolean> {
	for (const [one, rest] of [
		[path, ''],
		[path.slice(0, path.lastIndexOf('/')) || '/', path.slice(path.lastIndexOf('/'))],
	] as const) {
		const real = await realpath(one).catch(() => null);
		if (real !== null) {
			return join(real, rest) === path;
		}
	}

	return false;
}

async function isPlain(folder: string, forbidden: ForbiddenPaths): Promise<boolean> {
	let entries = 0;
	for await (const entry of await opendir(folder, { recursive: true })) {
		entries += 1;
		const path = join(entry.parentPath, entry.name);
		if (entries > MAXIMUM_ENTRIES || entry.name.startsWith('.') || !(entry.isFile() || entry.isDirectory()) || forbidden.holds(path)) {
			return false;
		}

		if (entry.isFile() && (await lstat(path)).nlink !== 1) {
			return false;
		}
	}

	return true;
}
