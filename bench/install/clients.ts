import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { measureCommand, type Measured, measureSequence } from '../measure-command.ts';
import type { Rivals } from './rivals.ts';

export type Place = {
	/** Empty at the first run: caches, stores and homes all go inside. */
	readonly folder: string;
	readonly registry: string;
	readonly specs: readonly string[];
	readonly environment: NodeJS.ProcessEnv;
};

/**
 * `cold`: nothing is here. `repeat`: everything is installed already. `warm`: the store or cache has everything, the project nothing;
 * whoever keeps a lock file keeps it.
 */
export type Client = {
	readonly name: string;
	readonly cold: (place: Place) => Promise<Measured>;
	readonly repeat: (place: Place) => Promise<Measured>;
	readonly warm: (place: Place) => Promise<Measured>;
};

export function createClients({ rivals, command }: { readonly rivals: Rivals; readonly command: string }): readonly Client[] {
	return [
		rival('npm', ({ folder }, names) => [
			...rivals.npm,
			'install',
			...names,
			'--no-audit',
			'--no-fund',
			'--ignore-scripts',
			'--loglevel=error',
			'--cache',
			join(folder, 'cache'),
		]),
		rival('pnpm', ({ folder }, names) => [
			...rivals.pnpm,
			names.length === 0 ? 'install' : 'add',
			...names,
			'--ignore-scripts',
			'--reporter=silent',
			...(names.length === 0 ? ['--no-frozen-lockfile'] : []),
			`--store-dir=${join(folder, 'store')}`,
		]),
		rival('bun', (_place, names) => [
			...rivals.bun,
			names.length === 0 ? 'install' : 'add',
			...names,
			'--ignore-scripts',
			'--no-progress',
			'--silent',
		]),
		plugward('plugward', command, { isExporting: false }),
		plugward('plugward+export', command, { isExporting: true }),
	];
}

function rival(name: string, commandLine: (place: Place, names: readonly string[]) => readonly string[]): Client {
	const run = (place: Place, names: readonly string[]): Promise<Measured> =>
		measureCommand(commandLine(place, names), { cwd: place.folder, environment: { ...place.environment, ...cachesIn(place) } });
	return {
		name,
		cold: async (place) => {
			await writeFile(join(place.folder, 'package.json'), '{"name":"bench","version":"1.0.0","private":true}');
			await writeFile(join(place.folder, '.npmrc'), `registry=${place.registry}\n`);
			return run(place, place.specs);
		},
		repeat: (place) => run(place, []),
		warm: async (place) => {
			await discard(place);
			return run(place, []);
		},
	};
}

/** Moved out of the way and not deleted, since deleting would slow down what is measured next. */
async function discard({ folder }: Place): Promise<void> {
	await rename(join(folder, 'node_modules'), join(folder, 'discarded'));
}

function cachesIn({ folder }: Place): NodeJS.ProcessEnv {
	return {
		XDG_CACHE_HOME: join(folder, 'cache'),
		XDG_DATA_HOME: join(folder, 'data'),
		XDG_STATE_HOME: join(folder, 'state'),
		BUN_INSTALL_CACHE_DIR: join(folder, 'cache-bun'),
	};
}

function plugward(name: string, command: string, { isExporting }: { readonly isExporting: boolean }): Client {
	const start = [process.execPath, command];
	const inHome = ({ folder, registry }: Place): readonly string[] => ['--home', join(folder, 'home'), '--registry', registry, '--quiet'];
	const names = ({ specs }: Place): readonly string[] => specs.map((spec) => spec.replace(/(?<=.)@.*$/, ''));
	const run = (place: Place, commands: readonly (readonly string[])[]): Promise<Measured> =>
		measureSequence(commands, { cwd: place.folder, environment: place.environment });
	const install = (place: Place): Promise<Measured> =>
		run(place, [
			[...start, 'install', ...place.specs, '--yes', ...inHome(place)],
			...(isExporting ? [[...start, 'export', '--node-modules', join(place.folder, 'node_modules'), ...inHome(place)]] : []),
		]);
	return {
		name,
		cold: install,
		repeat: install,
		warm: async (place) => {
			if (isExporting) {
				await discard(place);
			}

			await run(place, [[...start, 'remove', ...names(place), '--yes', ...inHome(place)]]);
			return install(place);
		},
	};
}
