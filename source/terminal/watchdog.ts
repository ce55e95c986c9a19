import { spawn } from 'node:child_process';

import { RESTORE_ALL } from './modes.ts';

/** Restores the terminal when this process dies without doing it: killed, out of memory, aborted. */
export type Watchdog = {
	/** Whether the terminal is in a state that somebody must restore. */
	readonly guard: (isInUse: boolean) => void;
	readonly stop: () => void;
};

/**
 * Reads `in` and `out` line by line; when the pipe ends after `in`, the app is dead and the terminal is still its own. Descriptor 3 is
 * the terminal's input, 4 its output. Signals for the terminal's foreground group must not end it before the app.
 */
const SCRIPT = [
	"trap '' HUP INT QUIT TERM TSTP TTIN TTOU",
	'saved=$(stty -g <&3)',
	'echo ready',
	'state=out',
	'while read -r line; do state=$line; done',
	`[ "$state" = in ] || exit 0`,
	`printf '%b' "$1" >&4`,
	'stty "$saved" <&3 || stty sane <&3',
	`printf '%s\\r\\n' 'plugward ended without warning; the terminal was restored. What it was doing is completed or taken back at the next start.' >&4`,
].join('\n');

/**
 * Starts it with the settings that the terminal has now; `onReady` hears when it has them and they may be changed. Without `/bin/sh` there is
 * none, and nothing else changes.
 */
export function startWatchdog(onReady: () => void, [inputDescriptor, outputDescriptor] = [0, 1]): Watchdog {
	const child = spawn('/bin/sh', ['-c', SCRIPT, 'plugward-terminal', RESTORE_ALL.replaceAll('\u001B', '\\033')], {
		stdio: ['pipe', 'pipe', 'ignore', inputDescriptor, outputDescriptor],
		// In a session of its own it outlives a kill of the whole process group.
		detached: true,
		env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
	});
	const { stdin, stdout } = child;
	// A system without a shell has nothing to guard with, and a guard that died takes nothing along.
	child.on('error', () => undefined);
	stdin?.on('error', () => undefined);
	stdout?.once('data', onReady);
	child.unref();
	for (const pipe of [stdin, stdout]) {
		if (pipe !== null && 'unref' in pipe && typeof pipe.unref === 'function') {
			pipe.unref();
		}
	}

	return {
		guard(isInUse) {
			stdin?.write(isInUse ? 'in\n' : 'out\n');
		},
		stop() {
			stdin?.end('out\n');
		},
	};
}
