import { syncBuiltinESMExports } from 'node:module';

/** Functions of node that reach processes beside this one, which the permission model leaves alone. */
const OF_PROCESS = ['kill', '_kill', '_debugProcess', '_debugEnd'];
const OF_SYSTEM = ['setPriority'];

const end = process.kill.bind(process, process.pid, 'SIGKILL');

/** Ends this process, which nothing in it can delay. */
export function die(): void {
	end();
}

/**
 * Takes away what sends signals, here and for whatever gets hold of this process. `isNative`: the plugin has node's modules at hand, and what changes the
 * priority of others goes too. It cannot be put back: nothing else of node holds these functions.
 */
export function leaveOthersAlone({ isNative }: { readonly isNative: boolean }): void {
	for (const name of OF_PROCESS) {
		replace(process, name);
	}

	if (isNative) {
		for (const name of OF_SYSTEM) {
			replace(process.getBuiltinModule('os'), name);
		}

		syncBuiltinESMExports();
	}
}

function replace(holder: object, name: string): void {
	Object.defineProperty(holder, name, {
		value: () => {
			throw Object.assign(new Error(`${name} reaches other processes, which a plugin does not.`), { code: 'ERR_ACCESS_DENIED' });
		},
		writable: false,
		configurable: false,
	});
}
