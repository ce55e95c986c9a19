import { readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { EngineError } from '../../errors.ts';
import { type CallOptions, runStep } from '../../events.ts';
import type { InstanceId } from '../../lock.ts';
import { parsePluginManifest } from '../../parse-manifest.ts';
import { type BundleInstance, bundleForIsolate, type PackageFiles } from '../../sandbox/index.ts';
import type { EngineContext } from '../engine-context.ts';
import type { Runnable } from './run-task.ts';

/** True for what `run` takes as a folder rather than an installed name. */
export function isFolderTarget(target: string): boolean {
	return target === '.' || target.startsWith('./') || target.startsWith('../') || isAbsolute(target);
}

/** Makes a plugin in a folder ready to run, at level unknown and with no grants of its own; its dependencies come from its node_modules. */
export async function openFolderPlugin(context: EngineContext, target: string, { signal, onEvent }: CallOptions): Promise<Runnable> {
	const folder = await realFolder(resolve(context.options.cwd, target), target);
	const packageJson = await readPackageJson(folder);
	const manifest = parsePluginManifest(packageJson);
	const name = textField(packageJson, 'name') ?? target;
	const version = textField(packageJson, 'version') ?? '0.0.0';
	const instances = await collectInstances(folder);
	const bundle = await runStep({ name: 'bundle', detail: name, onEvent }, () =>
		bundleForIsolate(
			{ entry: { instance: folder, main: manifest?.main ?? null }, instances, target: manifest === null ? 'plain' : 'plugin' },
			{ signal },
		),
	);
	return {
		name,
		version,
		level: 'unknown',
		manifest,
		code: bundle.code,
		map: bundle.map,
		files: folderFiles(instances, bundle.mounts),
		powers: bundle.powers,
		grants: [],
		folder,
	};
}

/** What lies in the folders themselves, read without following a link out of them. */
function folderFiles(instances: ReadonlyMap<InstanceId, BundleInstance>, mounts: Readonly<Record<string, InstanceId>>): PackageFiles {
	const folderOf = (name: string): string => (Object.hasOwn(mounts, name) ? (instances.get(mounts[name] ?? '')?.treePath ?? '') : '');
	return {
		names: Object.keys(mounts),
		list: async (name) => {
			const folder = folderOf(name);
			const entries = folder === '' ? [] : await readdir(folder, { recursive: true, withFileTypes: true });
			const paths = entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
			return paths.filter((path) => !path.split('/').includes('node_modules')).map((path) => ({ path, sizeBytes: 0 }));
		},
		// The name came from the list, which holds regular files only.
		read: async (name, path) => readFile(join(folderOf(name), path)),
	};
}

/** Bundles one more file of a folder, as a script of its own. */
export async function bundleFile(folder: string, main: string, { signal }: { readonly signal: AbortSignal }): Promise<string> {
	const instances = await collectInstances(folder);
	return (await bundleForIsolate({ entry: { instance: folder, main }, instances, target: 'plain' }, { signal })).code;
}

export async function realFolder(path: string, shown: string): Promise<string> {
	try {
		return await realpath(path);
	} catch (error) {
		throw new EngineError('usage', `There is no folder ${shown}.`, { hint: 'Name a folder that holds a package.json.', cause: error });
	}
}

export async function readPackageJson(folder: string): Promise<unknown> {
	const file = join(folder, 'package.json');
	const text = await readFile(file, 'utf8').catch((error: unknown) => {
		throw new EngineError('usage', `${folder} has no readable package.json.`, {
			hint: 'Name a folder that holds a package.json.',
			cause: error,
		});
	});
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new EngineError('manifest-invalid', `${file} is not JSON.`, { hint: 'Correct the file.', cause: error });
	}
}

/** The folder and every package its node_modules resolve to, each under its real path, as node itself would find them. */
async function collectInstances(root: string): Promise<ReadonlyMap<InstanceId, BundleInstance>> {
	const instances = new Map<InstanceId, BundleInstance>();
	const queue = [root];
	for (const folder of queue) {
		if (instances.has(folder)) {
			continue;
		}

		const packageJson = await readPackageJson(folder);
		const dependencies: Record<string, InstanceId> = {};
		const droppedOptional: string[] = [];
		for (const name of dependencyNames(packageJson)) {
			const found = await findInNodeModules(folder, name);
			if (found === null) {
				droppedOptional.push(name);
			} else {
				dependencies[name] = found;
				queue.push(found);
			}
		}

		instances.set(folder, {
			name: textField(packageJson, 'name') ?? folder,
			version: textField(packageJson, 'version') ?? '0.0.0',
			treePath: folder,
			dependencies,
			droppedOptional,
		});
	}

	return instances;
}

async function findInNodeModules(from: string, name: string): Promise<string | null> {
	for (let folder = from; ; folder = dirname(folder)) {
		try {
			const candidate = await realpath(join(folder, 'node_modules', name));
			await readFile(join(candidate, 'package.json'));
			return candidate;
		} catch {
			// Not here: node looks in the next folder up, and so do we.
		}

		if (dirname(folder) === folder) {
			return null;
		}
	}
}

function dependencyNames(packageJson: unknown): readonly string[] {
	const names = new Set<string>();
	for (const field of ['dependencies', 'optionalDependencies', 'peerDependencies']) {
		const value = isRecord(packageJson) ? packageJson[field] : undefined;
		for (const name of isRecord(value) ? Object.keys(value) : []) {
			names.add(name);
		}
	}

	return [...names];
}

export function textField(packageJson: unknown, field: string): string | null {
	const value = isRecord(packageJson) ? packageJson[field] : undefined;
	return typeof value === 'string' ? value : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
