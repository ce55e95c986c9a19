import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';

import { closeToDebugger } from '../close-to-debugger.ts';
import { EngineError } from '../errors.ts';
import { parseHello } from './host-messages.ts';
import { endOfExit, PluginEndedError, type PluginEnd } from './plugin-end.ts';
import {
	encodeFrame,
	FrameBreach,
	FrameReader,
	MAXIMUM_FRAME_TO_CORE_BYTES,
	PROTOCOL_VERSION,
	SYNC_TO_CORE,
	SYNC_TO_HOST,
	TO_CORE,
	type Frame,
} from './frames.ts';
import { bubblewrapArguments, type WrappedProgram } from './bubblewrap.ts';
import { endingWithCore } from './end-with-core.ts';
import { nodeLibraries, outerWallFor } from './outer-wall.ts';
import type { NativeOpenings } from './native-openings.ts';
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
export type HostProcess = {
	readonly pid: number;
	/** Whoever takes the host hears everything from now on. A host that speaks before is killed. */
	readonly listen: (events: HostEvents) => void;
	readonly send: (kind: number, id: number, payload: string, slot?: number) => void;
	/** On the second socket, where the host reads without letting anything else happen. */
	readonly answer: (id: number, payload: string) => void;
	/** Whether a question is open, so that nothing in the process can go on. */
	readonly isWaiting: () => boolean;
	/** SIGKILL; nothing in the process can delay it. */
	readonly kill: () => void;
	readonly isAlive: () => boolean;
	readonly exited: Promise<HostExit>;
};

/** How a plugin reaches its isolate: a process of its own, or a place in a shared one. */
export type HostLink = {
	readonly pid: number;
	/** 0 in a process of its own. */
	readonly slot: number;
	/** Whether files are opened to the process itself: never where an isolate is. */
	readonly writesFiles: boolean;
	readonly listen: (events: HostEvents) => void;
	readonly send: (kind: number, id: number, payload: string) => void;
	readonly answer: (id: number, payload: string) => void;
	/** Whether a question is open in the process, be it of another place. */
	readonly isWaiting: () => boolean;
	/** The isolate is gone afterwards, in one way or the other. `isHanging`: nothing in the process can be relied on to end it. */
	readonly end: (how: { readonly isHanging: boolean }) => void;
	/** Resolves when the system has it gone; at once for a place in a shared process. */
	readonly gone: () => Promise<unknown>;
};

/** Gives the host for one plugin. Rejects with `PluginEndedError`, `sandbox-unavailable`. */
export type TakeHost = (signal: AbortSignal) => Promise<HostLink>;

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

type HostFiles = { readonly program: string; readonly scripts: string; readonly binary: string };

/** The isolate is entered in the thread of its process only where the kernel ends that process with the core. */
function commandOf({
	files,
	rules,
	native,
	wall,
	heapMegabytes,
	isShared,
}: {
	readonly files: HostFiles;
	readonly rules: SandboxRules;
	readonly native: NativeOpenings | null;
	readonly wall: { readonly path: string } | null;
	readonly heapMegabytes: number | null;
	readonly isShared: boolean;
}): Pick<WrappedProgram, 'program' | 'arguments'> {
	const { program, scripts, binary } = files;
	const flags = [...sharedFlags(rules), ...(native === null ? isolateFlags(files, isShared) : nativeFlags(files, native))];
	const wrapped = (way: 'direct' | 'threads'): WrappedProgram => ({
		program: process.execPath,
		arguments: [...flags, program, binary, scripts, isShared ? 'threads' : way, ...(heapMegabytes === null ? [] : [String(heapMegabytes)])],
		files: [program, scripts, ...(native === null ? [binary] : native.reads)],
		writable: native?.writes ?? [],
		workingFolder: native?.workingFolder ?? '/',
	});
	return wall === null ? (endingWithCore(wrapped('direct')) ?? wrapped('threads')) : inside(wall.path, wrapped('direct'));
}

function inside(bwrap: string, wrapped: WrappedProgram): Pick<WrappedProgram, 'program' | 'arguments'> {
	return { program: bwrap, arguments: bubblewrapArguments({ ...wrapped, files: [...wrapped.files, ...nodeLibraries()] }) };
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

/** The whole process for one plugin. */
export function linkTo(host: HostProcess, { writesFiles = false }: { readonly writesFiles?: boolean } = {}): HostLink {
	return {
		pid: host.pid,
		slot: 0,
		writesFiles,
		listen: host.listen,
		send: (kind, id, payload) => host.send(kind, id, payload),
		answer: host.answer,
		isWaiting: host.isWaiting,
		end: () => host.kill(),
		gone: () => host.exited,
	};
}

/** A fresh process for each. */
export function takeFreshHost(rules: SandboxRules = USUAL_RULES): TakeHost {
	return async (signal) => linkTo(await startHost({ rules, signal }));
}

/** A process for one plugin outside of an isolate: its own programs are node's, its files those that are named. */
export function takeNativeHost(rules: SandboxRules, openings: () => Promise<NativeOpenings>): TakeHost {
	return async (signal) => {
		const native = await openings();
		return linkTo(await startHost({ rules, native, signal }), { writesFiles: native.writes.length > 0 });
	};
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

/**
 * All isolates of a process share one read-only heap, which the first of them brings: node's own, out of node's snapshot. Where snapshots may
 * put more into it than V8's has, the plugin's isolate would work on another one than it was built for, and node has to start without
 * its snapshot, which takes twice as long. Node 22 and later are built so that they may not.
 */
const HAS_ONE_READ_ONLY_HEAP = Number(Reflect.get(process.config.variables, 'v8_enable_extensible_ro_snapshot') ?? 1) === 0;

/** The isolate binary is the reason for addons; both rights are given up before any plugin byte is read. */
function isolateFlags({ program, scripts, binary }: HostFiles, isShared: boolean): readonly string[] {
	return [
		'--allow-addons',
		`--allow-fs-read=${program}`,
		`--allow-fs-read=${scripts}`,
		`--allow-fs-read=${binary}`,
		...(HAS_ONE_READ_ONLY_HEAP ? [] : ['--no-node-snapshot']),
		// For this process; an isolate has its own bound. Little passes through it, and pages once touched are not given back.
		'--max-old-space-size=96',
		'--max-semi-space-size=1',
		...(isShared ? [] : ['--v8-pool-size=1']),
		'--disable-proto=throw',
		'--disallow-code-generation-from-strings',
	];
}

/** Nothing but what was granted: no addons, no network, no programs, no workers. */
function nativeFlags({ program, scripts }: HostFiles, { reads, writes }: NativeOpenings): readonly string[] {
	return [
		`--allow-fs-read=${program}`,
		`--allow-fs-read=${scripts}`,
		...reads.map((path) => `--allow-fs-read=${path}`),
		...writes.map((path) => `--allow-fs-write=${path}`),
		// Both reach files that the permission model knows nothing of: databases, and traces that V8 writes where its switches say.
		'--no-experimental-sqlite',
		'--freeze-flags-after-init',
	];
}

function sharedFlags({ isJitless }: SandboxRules): readonly string[] {
	return ['--permission', '--disable-sigusr1', '--no-warnings', ...(isJitless ? ['--jitless'] : [])];
}

/** One question and its answer after the other, whichever isolate it is of. */
function takeQuestions(
	socket: Duplex,
	{ onQuestion, onBreach }: { readonly onQuestion: (frame: Frame) => void; readonly onBreach: (reason: string) => void },
): Pick<HostProcess, 'answer' | 'isWaiting'> {
	let open: number | null = null;
	let last = 0;
	readFrames(socket, {
		kinds: SYNC_TO_CORE,
		onFrame: (frame) => {
			if (open !== null || frame.id <= last) {
				throw new FrameBreach(`question ${frame.id} came before the one before it was answered`);
			}

			open = frame.id;
			last = frame.id;
			onQuestion(frame);
		},
		onBreach,
	});
	return {
		answer: (id, payload) => {
			if (id === open) {
				open = null;
				socket.write(encodeFrame(SYNC_TO_HOST.answer, id, payload));
			}
		},
		isWaiting: () => open !== null,
	};
}

type FrameEvents = {
	readonly kinds: Readonly<Record<string, number>>;
	readonly onFrame: (frame: Frame) => void;
	readonly onBreach: (reason: string) => void;
};

function readFrames(channel: Duplex, events: FrameEvents): void {
	const reader = new FrameReader({ maximumBytes: MAXIMUM_FRAME_TO_CORE_BYTES, kinds: events.kinds });
	let isBroken = false;
	channel.on('data', (chunk: Buffer) => {
		if (isBroken) {
			return;
		}

		try {
			for (const frame of reader.push(chunk)) {
				events.onFrame(frame);
			}
		} catch (error) {
			isBroken = true;
			events.onBreach(error instanceof Error ? error.message : String(error));
		}
	});
	// A host that is being killed resets its socket; its exit tells the story.
	channel.on('error', () => undefined);
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
