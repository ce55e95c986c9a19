import { PROVIDED_MODULES } from '../../bundler/provided-modules.ts';
import { askNow } from '../capabilities.ts';
import { EventEmitter } from '../modules/events.ts';
import { currentFolder, setWorkingFolder } from '../modules/path.ts';
import { toPath } from './paths.ts';
import { StandardInput } from './standard-input.ts';
import { StandardOutput } from './standard-output.ts';
import type { ToolInput } from './tool.ts';

export type ToolProcess = {
	readonly events: EventEmitter;
	readonly exit: (code: number) => never;
	readonly exitCode: () => number;
	/** Null when the tool has not touched it. */
	readonly stdin: () => StandardInput | null;
};

const EVENTS = Object.getOwnPropertyNames(EventEmitter.prototype).filter((name) => name !== 'constructor');

/** Thrown where the tool must not go on; the process is about to be killed. */
class Exit extends Error {}

export function isExit(error: unknown): boolean {
	return error instanceof Exit;
}

/** Makes the `process` that packages hold already into one of a program with arguments, streams and an end. */
export function setUpProcess(target: object, input: ToolInput): ToolProcess {
	const events = new EventEmitter();
	let code: unknown = undefined;
	let isExiting = false;
	const streams: { stdin: StandardInput | null } = { stdin: null };
	const exitCode = (): number => toCode(code);
	const exit = (given?: unknown): never => {
		if (given !== undefined) {
			code = given;
		}

		if (!isExiting) {
			isExiting = true;
			events.emit('exit', exitCode());
		}

		// Also when a listener of `exit` calls it. The core does not answer this one.
		askNow('tool.exit', { code: exitCode() });
		throw new Exit('The tool has ended.');
	};
	const { stdin, stdout, stderr } = input.streams;
	for (const name of EVENTS) {
		const method: unknown = Reflect.get(events, name);
		define(target, name, typeof method === 'function' ? method.bind(events) : method);
	}

	for (const [name, value] of Object.entries(plainFields(input, exit))) {
		define(target, name, value);
	}

	lazily(target, 'stdin', () => (streams.stdin = new StandardInput(stdin)));
	lazily(target, 'stdout', () => new StandardOutput(1, stdout));
	lazily(target, 'stderr', () => new StandardOutput(2, stderr));
	Object.defineProperty(target, 'exitCode', {
		get: () => code,
		set: (value: unknown) => {
			code = value;
		},
		configurable: true,
		enumerable: true,
	});
	define(target, 'openStdin', () => (Reflect.get(target, 'stdin') as StandardInput).resume());
	return { events, exit, exitCode, stdin: () => streams.stdin };
}

function plainFields(input: ToolInput, exit: (code?: unknown) => never): Readonly<Record<string, unknown>> {
	return {
		title: 'node',
		argv: ['/usr/bin/node', input.program, ...input.arguments],
		argv0: 'node',
		execArgv: [],
		execPath: '/usr/bin/node',
		env: { ...input.environment },
		release: { name: 'node', lts: false },
		features: { inspector: false, ipv6: true, tls: true, typescript: false },
		config: { variables: {}, target_defaults: {} },
		allowedNodeEnvironmentFlags: new Set(),
		ppid: 0,
		exit,
		reallyExit: exit,
		abort: () => exit(134),
		cwd: currentFolder,
		chdir: (path: unknown) => setWorkingFolder(toPath(path)),
		getuid: () => 1000,
		geteuid: () => 1000,
		getgid: () => 1000,
		getegid: () => 1000,
		kill: unavailable('process.kill'),
		// Old tools ask which modules node has; everything else of it is nobody's business.
		binding: (name: unknown) =>
			name === 'natives' ? Object.fromEntries(PROVIDED_MODULES.map((module) => [module, ''])) : unavailable('process.binding')(),
		dlopen: unavailable('process.dlopen'),
		setUncaughtExceptionCaptureCallback: () => undefined,
		hasUncaughtExceptionCaptureCallback: () => false,
		getActiveResourcesInfo: () => [],
		memoryUsage: Object.assign(() => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }), { rss: () => 0 }),
		cpuUsage: () => ({ user: 0, system: 0 }),
		resourceUsage: () => ({ userCPUTime: 0, systemCPUTime: 0, maxRSS: 0 }),
		emitWarning: (warning: unknown, given?: unknown) => {
			const name = warning instanceof Error ? warning.name : typeof given === 'string' ? given : 'Warning';
			const text = warning instanceof Error ? warning.message : String(warning);
			askNow('tool.write', { descriptor: 2, data: new TextEncoder().encode(`(node) ${name}: ${text}\n`).toBase64() });
		},
	};
}

function toCode(value: unknown): number {
	const number = Number(value ?? 0);
	return Number.isInteger(number) ? number & 0xff : 1;
}

function define(target: object, name: string, value: unknown): void {
	Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: true });
}

function lazily(target: object, name: string, make: () => unknown): void {
	Object.defineProperty(target, name, {
		get: () => {
			const value = make();
			define(target, name, value);
			return value;
		},
		set: (value: unknown) => {
			define(target, name, value);
		},
		configurable: true,
		enumerable: true,
	});
}

function unavailable(name: string): () => never {
	return () => {
		throw Object.assign(new Error(`${name} is not available in the sandbox.`), { code: 'ERR_UNAVAILABLE_IN_SANDBOX' });
	};
}
