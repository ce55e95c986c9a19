import { EventEmitter } from 'node:events';
import process from 'node:process';

import type { TerminalInput, TerminalOutput } from './terminal/index.ts';

/** Settles with the first error that nobody caught, so that the terminal is restored before it is told. */
export function catchCrashes(): { readonly promise: Promise<never>; readonly stop: () => void } {
	const { promise, reject } = Promise.withResolvers<never>();
	// The race may be over before anybody looks.
	promise.catch(() => undefined);
	process.on('uncaughtException', reject);
	process.on('unhandledRejection', reject);
	return {
		promise,
		stop() {
			process.off('uncaughtException', reject);
			process.off('unhandledRejection', reject);
		},
	};
}

/** As a shell reports a process that a hang-up ended. */
export const LOST_EXIT_CODE = 129;

/**
 * Notices that the terminal is gone: a connection broke, or its window was closed. From then on nothing is expected of it, and what it
 * refuses is no error.
 */
export function watchForLoss({ stdin, stdout }: { readonly stdin: TerminalInput; readonly stdout: TerminalOutput }): {
	readonly promise: Promise<void>;
	readonly isLost: () => boolean;
	readonly stop: () => void;
} {
	const { promise, resolve } = Promise.withResolvers<void>();
	let isLost = false;
	const lost = (): void => {
		isLost = true;
		resolve();
	};
	const streams = [stdin, stdout].flatMap((stream): readonly EventEmitter[] => (stream instanceof EventEmitter ? [stream] : []));
	process.on('SIGHUP', lost);
	for (const stream of streams) {
		stream.on('error', lost);
		stream.on('end', lost);
	}

	return {
		promise,
		isLost: () => isLost,
		stop() {
			process.off('SIGHUP', lost);
			if (isLost) {
				// What is still written to it fails later than here.
				return;
			}

			for (const stream of streams) {
				stream.off('error', lost);
				stream.off('end', lost);
			}
		},
	};
}
