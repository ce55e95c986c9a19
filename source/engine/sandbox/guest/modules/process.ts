import { currentFolder } from './path.ts';
import { writeLine } from '../console.ts';
import { queueTask } from '../timers.ts';

const startedAt = Date.now();

function nothing(): unknown {
	return guestProcess;
}

function hrtime(previous: readonly [number, number] = [0, 0]): [number, number] {
	const milliseconds = Date.now() - startedAt;
	return [Math.trunc(milliseconds / 1000) - previous[0], (milliseconds % 1000) * 1_000_000 - previous[1]];
}

function stream(target: 'log' | 'error') {
	return {
		isTTY: false,
		columns: 80,
		write: (text: unknown) => {
			writeLine(target, String(text).replace(/\n$/, ''));
			return true;
		},
		on: nothing,
		once: nothing,
	};
}

/** `process` without the process: an empty environment, no arguments, nothing that ends or signals. */
export const guestProcess: Readonly<Record<string, unknown>> = {
	title: 'plugward',
	env: {},
	argv: [],
	execArgv: [],
	version: 'v26.0.0',
	versions: { node: '26.0.0' },
	platform: 'linux',
	arch: 'x64',
	pid: 1,
	cwd: currentFolder,
	umask: () => 0o22,
	uptime: () => (Date.now() - startedAt) / 1000,
	hrtime: Object.assign(hrtime, { bigint: () => BigInt(Date.now() - startedAt) * 1_000_000n }),
	nextTick: (callback: (...args: unknown[]) => void, ...args: unknown[]) => queueTask(() => callback(...args)),
	emitWarning: (warning: unknown) => writeLine('warn', String(warning)),
	stdout: stream('log'),
	stderr: stream('error'),
	on: nothing,
	once: nothing,
	off: nothing,
	addListener: nothing,
	removeListener: nothing,
	removeAllListeners: nothing,
	emit: () => false,
	listeners: () => [],
	listenerCount: () => 0,
	exit: () => {
		throw new Error('process.exit is not available in the sandbox; return or throw instead.');
	},
};
