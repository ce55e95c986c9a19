import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { serve } from '../install/mirror.ts';
import { packageNames } from './names.ts';
import type { Started } from './session.ts';

/** A user's machine: a home with plugins in it, and a registry of many packages. */
export type BenchPlace = Disposable & {
	readonly registry: string;
	readonly folder: string;
	/** The first plugin of the list. */
	readonly firstPlugin: string;
	readonly plugward: (...words: readonly string[]) => Started;
};

const COMMAND = join(import.meta.dirname, '..', '..', 'dist', 'plugward.cjs');
/** Somebody who uses plugins a lot. */
export const INSTALLED = 60;

export async function openPlace(folder: string, packages: number): Promise<BenchPlace> {
	await mkdir(folder, { recursive: true });
	const served = await serve([join(import.meta.dirname, 'registry-program.ts'), String(packages)]);
	const npmrc = join(folder, 'npmrc');
	await writeFile(npmrc, `registry=${served.registry}\n`, { mode: 0o600 });
	const environment = {
		PATH: process.env['PATH'] ?? '',
		HOME: folder,
		TERM: 'xterm-256color',
		PLUGWARD_HOME: join(folder, 'home'),
		XDG_CONFIG_HOME: join(folder, 'config'),
		XDG_CACHE_HOME: join(folder, 'cache'),
		NPM_CONFIG_USERCONFIG: npmrc,
		NPM_CONFIG_GLOBALCONFIG: join(folder, 'no-global-npmrc'),
	};
	const plugward = (...words: readonly string[]): Started => ({ command: [process.execPath, COMMAND, ...words], cwd: folder, environment });
	const names = packageNames(INSTALLED);
	const { command, cwd } = plugward('install', ...names, '--yes', '--quiet');
	const [program = '', ...rest] = command;
	await promisify(execFile)(program, rest, { cwd, env: environment });
	return {
		registry: served.registry,
		folder,
		firstPlugin: names.toSorted()[0] ?? '',
		plugward,
		[Symbol.dispose]: () => served[Symbol.dispose](),
	};
}
