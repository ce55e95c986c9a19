import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';

import { closeToDebugger } from '../close-to-debugger.ts';
import { EngineError } from '../errors.ts';
import { encodeFrame, FrameBreach, PROTOCOL_VERSION, TO_CORE, type Frame } from './frames.ts';
import { commandOf, type HostFiles } from './host-command.ts';
import { readFrames, takeQuestions, type Questions } from './host-frames.ts';
import { parseHello } from './host-messages.ts';
import type { NativeOpenings } from './native-openings.ts';
import { outerWallFor } from './outer-wall.ts';
import { endOfExit, PluginEndedError, type PluginEnd } from './plugin-end.ts';
import { guestScriptsPath, hostProgramPath, isolateBinaryPath } from './programs.ts';
import { USUAL_RULES, type SandboxRules } from './sandbox-rules.ts';

const CHANNEL = 3;
const QUESTIONS = 4;
const MAXIMUM_STDERR_BYTES = 4096;
/** A start takes a tenth of a second; a machine that needs this long has other troubles. */
const START_MILLISECONDS = 20_000;

export type HostExit = {
	readonly code: number | null;
	readonly signal: string | null;
	/** The last words, for a developer. */ readonly stderr: string;
};

export type HostEvents = {
	readonly onFrame: (frame: Frame) => void;
	/** The host stands still until it is answered. */
	readonly onQuestion: (frame: Frame) => void;
	/** The process is dead or dying; said once. */
	readonly onEnd: (end: PluginEnd) => void;
};

/** A host whose walls stand and which has read no byte of any plugin yet. */
export type HostProcess = Questions & {
	readonly pid: number;
	/** Whoever takes the host hears everything from now on. A host that speaks before is killed. */
	readonly listen: (events: HostEvents) => void;
	readonly send: (kind: number, id: number, payload: string, slot?: number) => void;
	/** SIGKILL; nothing in the process can delay it. */
	readonly kill: () => void;
	readonly isAlive: () => boolean;
	readonly exited: Promise<HostExit>;
};

/**
 * Starts a host and waits for its hello: no environment, no working folder to speak of, no right but to read its own program and the
 * isolate binary, and one socket. It stands in its own process group, so that a Ctrl-C meant for the core does not reach it first.
 */
export async function startHost({
	hostProgram = null,
	rules = USUAL_RULES,
	native = null,
	warmHeapMegabytes = null,
	isShared = false,
	signal,
}: {
	/** Another program in the host's place; only tests send breaches on purpose. */
	readonly hostProgram?: string | null;
	readonly rules?: SandboxRules;
	/** What a plugin that runs outside of an isolate may open by itself; null for an isolate. */
	readonly native?: NativeOpenings | null;
	/** The bound on the heap of an isolate that is made before the hello; null to make it when it is known for whom. */
	readonly warmHeapMegabytes?: number | null;
	/** Whether it is for several isolates, which then turn in threads of their own. */
	readonly isShared?: boolean;
	readonly signal: AbortSignal;
}): Promise<HostProcess> {
	closeToDebugger();
	const program = hostProgram ?? (await hostProgramPath());
	const files: HostFiles = { program, scripts: guestScriptsPath(program), binary: native === null ? isolateBinaryPath() : '' };
	const wall = await outerWallFor(rules);
	signal.throwIfAborted();
	const command = commandOf({ files, rules, native, wall, heapMegabytes: warmHeapMegabytes, isShared });
	const child = spawn(command.program, command.arguments, {
		env: {},
		cwd: native?.workingFolder ?? '/',
		detached: true,
		stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
	});
	const exited = watchExit(child);
	await new Promise<void>((resolve, reject) => {
		child.once('spawn', resolve);
		child.once('error', reject);
	});
	const host = await greet(child, exited, signal);
	return wall === null ? host : { ...host, pid: innermost(host) };
}

async function greet(child: ChildProcess, exited: Promise<HostExit>, signal: AbortSignal): Promise<HostProcess> {
	const channel = child.stdio[CHANNEL] as Duplex;
	const kill = (): void => killGroup(child);
	const hello = Promise.withResolvers<void>();
	let ended: PluginEnd | null = null;
	let wasGreeted = false;
	let events: HostEvents = {
		onFrame: (frame) => {
			if (wasGreeted) {
				throw new FrameBreach('the host spoke before it was asked anything');
			}

			expectHello(frame);
			wasGreeted = true;
			hello.resolve();
		},
		onQuestion: () => {
			throw new FrameBreach('the host asked something before it had anything to run');
		},
		onEnd: (end) => hello.reject(new PluginEndedError(end)),
	};
	const finish = (end: PluginEnd): void => {
		if (ended === null) {
			ended = end;
			kill();
			events.onEnd(end);
		}
	};

	const onBreach = (reason: string): void => finish({ type: 'breach', reason });
	readFrames(channel, { kinds: TO_CORE, onFrame: (frame) => events.onFrame(frame), onBreach });
	const questions = takeQuestions(child.stdio[QUESTIONS] as Duplex, { onQuestion: (frame) => events.onQuestion(frame), onBreach });
	void exited.then((exit) => finish(endOfExit(exit)));
	const timer = setTimeout(() => finish({ type: 'stopped', cause: slowStart() }), START_MILLISECONDS);
	const onAbort = (): void => finish({ type: 'stopped', cause: signal.reason });
	signal.addEventListener('abort', onAbort, { once: true });
	try {
		await hello.promise;
	} finally {
		clearTimeout(timer);
		signal.removeEventListener('abort', onAbort);
	}

	return {
		pid: child.pid ?? 0,
		listen: (given) => {
			events = given;
			if (ended !== null) {
				given.onEnd(ended);
			}
		},
		send: (kind, id, payload, slot = 0) => void channel.write(encodeFrame(kind, id, payload, slot)),
		...questions,
		kill: () => finish({ type: 'stopped', cause: null }),
		isAlive: () => ended === null,
		exited,
	};
}

function expectHello(frame: Frame): void {
	if (frame.kind !== TO_CORE.hello) {
		throw new FrameBreach(`a message of kind ${frame.kind}, expected hello`);
	}

	const protocol = parseHello(frame.payload.toString('utf8'));
	if (protocol !== PROTOCOL_VERSION) {
		throw new FrameBreach(`protocol ${protocol}, expected ${PROTOCOL_VERSION}`);
	}
}

function slowStart(): EngineError {
	return new EngineError('sandbox-unavailable', `A host process did not come up within ${START_MILLISECONDS / 1000} s.`, {
		hint: 'Run: plugward doctor',
	});
}

/** The process that is the host: bubblewrap stands before it, and what is measured must not be bubblewrap. */
function innermost(host: HostProcess): number {
	try {
		let pid = host.pid;
		for (;;) {
			const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ', 1)[0]);
			if (!(child > 0)) {
				return pid;
			}

			pid = child;
		}
	} catch (error) {
		host.kill();
		throw new EngineError('sandbox-unavailable', 'The process inside of bubblewrap cannot be found, and so not be bounded.', {
			hint: 'Run without bubblewrap in PATH, or on a kernel that lists the children of a process.',
			cause: error,
		});
	}
}

/** Everything in its group at once: a host inside of bubblewrap is a grandchild. */
function killGroup(child: ChildProcess): void {
	if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
		return;
	}

	try {
		process.kill(-child.pid, 'SIGKILL');
	} catch {
		// It ended a moment ago and nobody has heard of it yet.
		child.kill('SIGKILL');
	}
}

function watchExit(child: ChildProcess): Promise<HostExit> {
	const { promise, resolve } = Promise.withResolvers<HostExit>();
	const parts: Buffer[] = [];
	let heldBytes = 0;
	child.stderr?.on('data', (chunk: Buffer) => {
		if (heldBytes < MAXIMUM_STDERR_BYTES) {
			parts.push(chunk.subarray(0, MAXIMUM_STDERR_BYTES - heldBytes));
			heldBytes += chunk.length;
		}
	});
	const tell = (code: number | null, signal: NodeJS.Signals | null): void =>
		resolve({ code, signal, stderr: Buffer.concat(parts).toString('utf8') });
	// One that was killed says nothing; the last words of any other may still lie in the pipe when it is gone.
	child.once('exit', (code, signal) => (signal === 'SIGKILL' ? tell(code, signal) : child.once('close', tell)));
	child.once('error', (error) => resolve({ code: null, signal: null, stderr: error.message }));
	return promise;
}
