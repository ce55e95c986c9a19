import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { measureCommand, type Measured } from '../measure-command.ts';
import type { Rivals } from '../install/rivals.ts';
import { readBunTree, readNpmTree, readOwnTree, readPnpmTree, type Tree } from './read-tree.ts';

export type Place = {
	/** Empty at first: caches, homes and lock files all go inside. */
	readonly folder: string;
	readonly registry: string;
	readonly roots: Readonly<Record<string, string>>;
	readonly environment: NodeJS.ProcessEnv;
};

/** A tool that works out the tree and fetches no package. */
export type Client = {
	readonly name: string;
	readonly prepare: (place: Place) => Promise<void>;
	/** Resolves from nothing: a lock file of an earlier call is gone, the metadata cache stays. */
	readonly resolve: (place: Place) => Promise<Measured>;
	/** The tree that the last call chose. */
	readonly tree: (place: Place) => Promise<Tree>;
};

export function createClients({ rivals, command }: { readonly rivals: Rivals; readonly command: string }): readonly Client[] {
	const npm = ['install', '--package-lock-only', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=silent'];
	return [
		rival('npm', {
			commandLine: ({ folder }) => [...rivals.npm, ...npm, '--cache', join(folder, 'cache')],
			lock: 'package-lock.json',
			read: readNpmTree,
		}),
		rival('pnpm', {
			commandLine: ({ folder }) => [
				...rivals.pnpm,
				'install',
				'--lockfile-only',
				'--no-frozen-lockfile',
				'--reporter=silent',
				`--store-dir=${join(folder, 'store')}`,
			],
			lock: 'pnpm-lock.yaml',
			read: readPnpmTree,
		}),
		rival('bun', { commandLine: () => [...rivals.bun, 'install', '--lockfile-only', '--silent'], lock: 'bun.lock', read: readBunTree }),
		plugward(command),
	];
}

function rival(
	name: string,
	tool: {
		readonly commandLine: (place: Place) => readonly string[];
		readonly lock: string;
		readonly read: (text: string, roots: Place['roots']) => Tree;
	},
): Client {
	return {
		name,
		prepare: async ({ folder, registry, roots }) => {
			await writeFile(
				join(folder, 'package.json'),
				JSON.stringify({ name: 'bench', version: '1.0.0', private: true, dependencies: roots }),
			);
			await writeFile(join(folder, '.npmrc'), `registry=${registry}\n`);
			await writeFile(join(folder, 'pnpm-workspace.yaml'), 'minimumReleaseAge: 0\n');
		},
		resolve: async (place) => {
			await rm(join(place.folder, tool.lock), { force: true });
			return measureCommand(tool.commandLine(place), {
				cwd: place.folder,
				environment: { ...place.environment, ...cachesIn(place.folder) },
			});
		},
		tree: async ({ folder, roots }) => tool.read(await readFile(join(folder, tool.lock), 'utf8'), roots),
	};
}

function cachesIn(folder: string): NodeJS.ProcessEnv {
	return {
		XDG_CACHE_HOME: join(folder, 'cache'),
		XDG_DATA_HOME: join(folder, 'data'),
		XDG_STATE_HOME: join(folder, 'state'),
		BUN_INSTALL_CACHE_DIR: join(folder, 'cache-bun'),
	};
}

function plugward(command: string): Client {
	const commandLine = ({ folder, registry, roots }: Place): readonly string[] => [
		process.execPath,
		command,
		'resolve',
		...Object.entries(roots).map(([name, spec]) => `${name}@${spec}`),
		'--home',
		join(folder, 'home'),
		'--registry',
		registry,
	];
	return {
		name: 'plugward',
		prepare: async ({ folder }) => {
			await mkdir(join(folder, 'home'), { mode: 0o700 });
			await writeFile(join(folder, 'home', 'trust-policy.json'), '{"version":1,"minimumAgeHours":0}');
		},
		resolve: (place) => measureCommand(commandLine(place), { cwd: place.folder, environment: place.environment }),
		tree: async (place) => {
			const output = join(place.folder, 'tree.json');
			const script = ['bash', '-c', `"$@" --json > ${JSON.stringify(output)}`, 'bash', ...commandLine(place)];
			await measureCommand(script, { cwd: place.folder, environment: place.environment });
			return readOwnTree(await readFile(output, 'utf8'));
		},
	};
}
