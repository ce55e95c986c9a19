import { join } from 'node:path';

import { startFakeRegistry } from '../helpers/fake-registry.ts';
import type { FakeRegistry } from '../helpers/fake-registry.ts';
import { openTerminal } from '../helpers/pseudo-terminal.ts';
import type { PseudoTerminal } from '../helpers/pseudo-terminal.ts';
import { builtFile, cleanEnvironment, openMachine } from './command.ts';
import type { Machine } from './command.ts';
import { servePlugin } from './plugin-packages.ts';

/** A machine whose user opens the app in terminals. */
export type AppMachine = AsyncDisposable & {
	readonly machine: Machine;
	readonly registry: FakeRegistry;
	/** How a shell starts the app. */
	readonly commandLine: string;
	readonly environment: Readonly<Record<string, string>>;
	readonly open: (options?: Partial<Parameters<typeof openTerminal>[0]>) => PseudoTerminal;
};

/** With `echo` 1.0.0 and `table` 1.0.0 installed, of which `table` has a 1.1.0, and `notes` to be found. */
export async function openAppMachine(): Promise<AppMachine> {
	const registry = await startFakeRegistry({ search: true });
	servePlugin(registry, ['echo', '1.0.0'], { execute: 'return input;', tasks: ['say'] });
	servePlugin(registry, ['table', '1.0.0'], { execute: 'return [];', tasks: ['draw'] });
	servePlugin(registry, ['notes', '1.0.0'], {
		execute: 'return null;',
		tasks: ['take'],
		permissions: [{ type: 'net', host: 'api.example.com', reason: 'To send the notes' }],
	});
	const machine = await openMachine(registry.url);
	const installed = await machine.plugward(['install', 'echo', 'table', '--yes']);
	if (installed.exitCode !== 0) {
		throw new Error(installed.stderr);
	}

	const file = builtFile('plugward.cjs');
	const environment = { ...cleanEnvironment(machine.folder), TERM: 'xterm-256color', PS1: 'ready$ ', NO_PROXY: '*' };
	return {
		machine,
		registry,
		environment,
		commandLine: [process.execPath, file].map((word) => `'${word}'`).join(' '),
		open: (options = {}) =>
			openTerminal({ file, words: [], cwd: machine.project, ...options, environment: { ...environment, ...options.environment } }),
		async [Symbol.asyncDispose]() {
			await registry.close();
			await machine[Symbol.asyncDispose]();
		},
	};
}

/** Where node is told to load a script first. */
export function preload(machine: Machine, name: string): { readonly file: string; readonly environment: Readonly<Record<string, string>> } {
	const file = join(machine.folder, `${name}.cjs`);
	return { file, environment: { NODE_OPTIONS: `--require=${file}` } };
}
