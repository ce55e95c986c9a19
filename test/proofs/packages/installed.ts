import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { BundleInstance } from '../../../source/engine/sandbox/index.ts';

type Manifest = {
	readonly name: string;
	readonly version: string;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly optionalDependencies?: Readonly<Record<string, string>>;
	readonly peerDependencies?: Readonly<Record<string, string>>;
};

/** A package of a `node_modules` and all it depends on, as a lock would say it; ids are the folders. */
export async function closureOf(folder: string, closure = new Map<string, BundleInstance>()): Promise<ReadonlyMap<string, BundleInstance>> {
	if (closure.has(folder)) {
		return closure;
	}

	const manifest = await manifestOf(folder);
	const wanted = Object.keys({ ...manifest.peerDependencies, ...manifest.optionalDependencies, ...manifest.dependencies });
	const edges = await Promise.all(wanted.map(async (name) => [name, await lookUp(folder, name)] as const));
	const dependencies = Object.fromEntries(edges.flatMap(([name, found]) => (found === null ? [] : [[name, found]])));
	closure.set(folder, { name: manifest.name, version: manifest.version, treePath: folder, dependencies, droppedOptional: [] });
	for (const dependency of Object.values(dependencies)) {
		await closureOf(dependency, closure);
	}

	return closure;
}

/** The nearest `node_modules` above that holds it. */
async function lookUp(folder: string, name: string): Promise<string | null> {
	for (let at = folder; at !== dirname(at); at = dirname(at)) {
		const candidate = join(at, 'node_modules', name);
		if (await isFolder(candidate)) {
			return candidate;
		}
	}

	return null;
}

async function manifestOf(folder: string): Promise<Manifest> {
	return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
}

export async function isFolder(path: string): Promise<boolean> {
	// Most of the places looked at have no such package.
	return (await stat(path).catch(() => null))?.isDirectory() === true;
}
