import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

// Types only; the binary is loaded by its path below.
// oxlint-disable-next-line no-restricted-imports
import type * as IsolatedVm from 'isolated-vm';

import type { IsolateLibrary } from './isolate-library.ts';

/**
 * Loads the isolate binary by its path and then gives up the two rights that needed. Afterwards this process can read no file, open
 * no socket, load no addon and start no process; only the descriptors it was born with remain.
 */
export function loadIsolateLibrary(binaryPath: string): IsolateLibrary {
	const loaded: { exports: { ivm?: typeof IsolatedVm } } = { exports: {} };
	process.dlopen(loaded, binaryPath);
	dropRight('addon');
	dropRight('fs.read');
	const { ivm } = loaded.exports;
	if (ivm === undefined) {
		throw new Error('the isolate binary exports nothing');
	}

	return ivm;
}

/** Outside of an isolate: no addon is loaded, and the plugin keeps the right to what it was granted, but not to these files. */
export function prepareNative(own: readonly string[]): void {
	for (const path of own) {
		dropRight('fs.read', path);
	}
}

/** Tries what must be impossible. Resolves with the names of the walls that do not stand. */
export async function findMissingWalls(): Promise<readonly string[]> {
	const missing: string[] = [];
	if (!isDenied(() => readFileSync('/proc/self/status'))) {
		missing.push('file-read');
	}

	if (!isDenied(() => spawnSync('true'))) {
		missing.push('program');
	}

	if (!isDenied(() => process.dlopen({ exports: {} }, '/nonexistent.node'))) {
		missing.push('addon');
	}

	if (!isDenied(() => process.kill(process.pid, 0))) {
		missing.push('signal');
	}

	if (!(await isSocketDenied())) {
		missing.push('socket');
	}

	return missing;
}

function dropRight(right: string, path?: string): void {
	const permission: unknown = Reflect.get(process, 'permission');
	const drop: unknown = typeof permission === 'object' && permission !== null ? Reflect.get(permission, 'drop') : undefined;
	if (typeof drop !== 'function') {
		throw new Error('this node has no process.permission.drop, or the permission model is off');
	}

	Reflect.apply(drop, permission, path === undefined ? [right] : [right, path]);
}

function isDenied(attempt: () => unknown): boolean {
	try {
		attempt();
		return false;
	} catch (error) {
		return isAccessDenied(error);
	}
}

async function isSocketDenied(): Promise<boolean> {
	const { promise, resolve } = Promise.withResolvers<boolean>();
	try {
		// Port 9 of this machine: even when the wall is missing, nothing is sent anywhere.
		const socket = connect(9, '127.0.0.1');
		socket.once('error', (error) => resolve(isAccessDenied(error)));
		socket.once('connect', () => {
			socket.destroy();
			resolve(false);
		});
	} catch (error) {
		resolve(isAccessDenied(error));
	}

	return promise;
}

function isAccessDenied(error: unknown): boolean {
	// The second where addons were never allowed.
	return error instanceof Error && 'code' in error && (error.code === 'ERR_ACCESS_DENIED' || error.code === 'ERR_DLOPEN_DISABLED');
}
